package pass

import (
	"context"
	"crypto/x509"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Passes issues passes and makes what wallets show of them.
type Passes struct {
	Store *store.Store
	Vault *vault.Vault
	// Facts is what there is to show of a card, and by which template. It returns store.ErrNotFound where there is no such
	// card, or no template for it.
	Facts func(ctx context.Context, tenant verno.TenantID, card verno.CardID, now time.Time) (card.Template, card.Facts, error)
	// SignUp is the form of a pass that belongs to nobody yet; nil where there are none.
	SignUp func(ctx context.Context, s store.SignUp) (SignUpForm, error)
	// Record writes an event into the books in the transaction of the change that it tells of.
	Record func(ctx context.Context, tx *store.Tx, e verno.Event) error
	// Credential is what Apple knows a tenant by that has passes of a type; ApplePushCredential where it is nil.
	Credential func(ctx context.Context, tenant verno.TenantID, passType string) (*PushCredential, error)

	Clock   func() time.Time
	Entropy io.Reader
	Base    string // public address of Verno, https://…, without a slash at its end; empty where phones cannot reach it
	Holder  string // names this process in leases
	Apple   AppleConfig
	Google  GoogleConfig
	Log     *slog.Logger
	// Count is told what came of telling wallets, as it happens; nil where nobody counts.
	Count func(wallet string, outcome store.PushOutcome, times int64)

	passTypes sync.Map // of passTypeOf: what tenants were seen to have certificates for
	push      pushing
	sweeping  watch
	following watch
	follows   sync.Mutex // one turn at a time
	remind    reminding

	google google // what is remembered of it
	apple  apple
}

// AppleConfig says how Verno speaks with Apple, and with the wallets that took over Apple's way.
type AppleConfig struct {
	PushURL   string                 // where notifications go; DefaultPushURL where empty
	PushRoots *x509.CertPool         // who signs for that; the system's where nil
	Others    map[string]OtherWallet // by scheme: other wallets that want to be told
	Gap       time.Duration          // at least, from one time that the devices of a pass are told to the next; 0 for none
}

// UsualGap is how long the changes of a pass are gathered after its devices were told of one: a basket that is corrected, or
// a purchase that is tipped and paid for in parts, is told of twice and not a dozen times. Apple slows down whoever tells a
// phone too often, and then what matters comes late.
const UsualGap = 5 * time.Second

var serialText = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Issue makes the pass of a card, or finds the one that it has. It returns store.ErrNotFound where there is no such card,
// or no template that it could show.
func (p *Passes) Issue(ctx context.Context, tenant verno.TenantID, id verno.CardID) (store.Pass, error) {
	reader := p.Store.Reader()
	if pass, err := reader.Pass(ctx, tenant, id); !errors.Is(err, store.ErrNotFound) {
		return pass, err
	}
	var random [16]byte
	if _, err := io.ReadFull(p.Entropy, random[:]); err != nil {
		return store.Pass{}, fmt.Errorf("draw a serial number: %w", err)
	}
	looks, err := p.faceHash(ctx, tenant, id)
	if err != nil {
		return store.Pass{}, err
	}
	var issued store.Pass
	err = p.Store.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.Card(ctx, tenant, id)
		if err != nil {
			return err
		}
		template, err := tx.TemplateOf(ctx, tenant, id)
		if err != nil {
			return err
		}
		if _, err := tx.InsertPass(ctx, store.Pass{
			Tenant: tenant, Card: id, Member: c.Member, Template: template, Serial: serialText.EncodeToString(random[:]),
			Face: looks, CreatedAt: p.Clock(),
		}); err != nil {
			return err
		}
		issued, err = tx.Pass(ctx, tenant, id)
		return err
	})
	return issued, err
}

// Face is what a card shows now, with its pass, which is issued where it had none.
func (p *Passes) Face(ctx context.Context, tenant verno.TenantID, id verno.CardID, now time.Time) (card.Face, store.Pass, error) {
	pass, err := p.Issue(ctx, tenant, id)
	if err != nil {
		return card.Face{}, pass, err
	}
	face, err := p.face(ctx, tenant, id, now)
	return face, pass, err
}

func (p *Passes) face(ctx context.Context, tenant verno.TenantID, id verno.CardID, now time.Time) (card.Face, error) {
	template, facts, err := p.Facts(ctx, tenant, id, now)
	if err != nil {
		return card.Face{}, err
	}
	return card.Show(&template, &facts)
}

// Token is the authenticationToken of a pass. It is made of the serial number under the tenant's index key, which stays
// for as long as the tenant does, so that it is stored nowhere and never changes.
func (p *Passes) Token(ctx context.Context, tenant verno.TenantID, serial string) (string, error) {
	token, err := p.Vault.Token(ctx, tenant, "pass", serial)
	return hex.EncodeToString(token), err
}
