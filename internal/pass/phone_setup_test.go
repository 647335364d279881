package pass_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/apnstest"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/money"
)

// passType is what the certificate of the shop is for.
const passType = "pass.example.verno"

// phones is a shop whose members have their cards in iPhones, an APNs of its own, and a log that is sealed.
type phones struct {
	*shop
	apns      *apnstest.APNs
	programme verno.ProgrammeID
	template  verno.TemplateID
}

// eachPhones runs a test on both engines.
func eachPhones(t *testing.T, fn func(t *testing.T, b *phones)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fn(t, newPhones(t, s))
	})
}

func newPhones(t *testing.T, s *store.Store) *phones {
	t.Helper()
	b := &phones{shop: newShop(t, s)}
	b.programme, b.template = verno.NewID[verno.ProgrammeID](b.now, rand.Reader), verno.NewID[verno.TemplateID](b.now, rand.Reader)
	b.write(func(tx *store.Tx) error {
		if err := tx.InsertTenant(t.Context(), store.Tenant{ID: b.tenant, Name: "Верно", Live: true, Language: "ru", CreatedAt: b.now}); err != nil {
			return err
		}
		if err := tx.InsertProgramme(t.Context(), store.Programme{
			Tenant: b.tenant, Draft: verno.Programme{ID: b.programme, Issuer: verno.IssuerID{1}, Name: "Bonus", TimeZone: "Europe/Moscow"}, Revision: 1,
		}); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `INSERT INTO card_template (tenant, id, programme_id, kind, name, draft, standard, revision,
			published, created_at, updated_at) VALUES ($1, $2, $3, 'points', 'Card', '{}', 1, 1, 1, 0, 0)`, b.tenant, b.template, b.programme); err != nil {
			return err
		}
		return tx.InsertWalletCredential(t.Context(), store.WalletCredential{
			Tenant: b.tenant, ID: verno.NewID[verno.WalletKeyID](b.now, rand.Reader), Kind: store.CredentialApplePass,
			Name: passType, About: "{}", Sealed: []byte("-"), CreatedAt: b.now,
		})
	})
	var err error
	if b.apns, err = apnstest.New(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.apns.Close() })
	b.passes = b.process("one", s)
	return b
}

// process is a Verno of its own on a connection to the shop's database.
func (b *phones) process(holder string, s *store.Store) *pass.Passes {
	b.t.Helper()
	p := b.worker(holder)
	p.Store = s
	p.Apple = pass.AppleConfig{PushURL: b.apns.URL, PushRoots: b.apns.Roots}
	certificate, err := apnstest.NewCertificate("Pass Type ID: " + passType)
	if err != nil {
		b.t.Fatal(err)
	}
	p.Credential = func(context.Context, verno.TenantID, string) (*pass.PushCredential, error) {
		return &pass.PushCredential{ID: holder, Certificate: &certificate}, nil
	}
	return p
}

// join makes a member with a card and its pass, on so many phones.
func (b *phones) join(devices int) store.Pass {
	b.t.Helper()
	m := verno.Member{
		ID: verno.NewID[verno.MemberID](b.clock(), rand.Reader), Tenant: b.tenant, Owner: verno.NewID[verno.OwnerID](b.clock(), rand.Reader),
		Programme: b.programme, Channel: "till", Revision: 1, EnrolledAt: b.clock(), UpdatedAt: b.clock(),
	}
	c := verno.Card{
		ID: verno.NewID[verno.CardID](b.clock(), rand.Reader), Tenant: b.tenant, Member: m.ID, Kind: "loyalty", State: verno.CardActive,
		Revision: 1, IssuedAt: b.clock(), UpdatedAt: b.clock(),
	}
	b.write(func(tx *store.Tx) error {
		if _, err := tx.InsertMember(b.t.Context(), m); err != nil {
			return err
		}
		return tx.InsertCard(b.t.Context(), store.Card{Card: c, Sealed: []byte("-")})
	})
	b.mu.Lock()
	b.facts[c.ID] = card.Facts{Merchant: "Верно", Currency: "RUB", Number: "4111222233334444", Machine: string(shopMachine), Reader: string(shopMachine), State: "active"}
	b.mu.Unlock()
	p, err := b.passes.Issue(b.t.Context(), b.tenant, c.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := range devices {
		b.register(p, fmt.Sprint("phone", i, "-", p.Serial))
	}
	return b.read(c.ID)
}

func (b *phones) register(p store.Pass, device string) {
	b.t.Helper()
	if _, err := b.passes.Register(b.t.Context(), p, pass.Registering{
		PassType: passType, Device: device, PushToken: tokenOf(device), Scheme: pass.SchemeApple,
	}); err != nil {
		b.t.Fatal(err)
	}
}

// tokenOf is where a phone is told.
func tokenOf(device string) string { return hex.EncodeToString([]byte("telephone " + device)) }

// tokenOfPass is where the first phone of a pass is told.
func tokenOfPass(p store.Pass) string { return tokenOf("phone0-" + p.Serial) }

// happens writes events, and seals them.
func (b *phones) happens(events ...verno.Event) {
	b.t.Helper()
	for i := range events {
		events[i].Tenant = b.tenant
	}
	b.write(func(tx *store.Tx) error { return books.Record(b.t.Context(), tx, b.clock(), rand.Reader, events...) })
	sealer := books.NewSealer(b.store, "test", func(ctx context.Context, tenant verno.TenantID) (ed25519.PrivateKey, error) {
		s, err := b.vault.Signer(ctx, tenant)
		return s.Key, err
	})
	if _, err := sealer.Seal(b.t.Context(), b.clock); err != nil {
		b.t.Fatal(err)
	}
}

// ownerOf is who holds a pass.
func (b *phones) ownerOf(p store.Pass) verno.OwnerID {
	b.t.Helper()
	m, err := b.store.Reader().Member(b.t.Context(), b.tenant, p.Member)
	if err != nil {
		b.t.Fatal(err)
	}
	return m.Owner
}

// bought changes a balance, and tells of it.
func (b *phones) bought(p store.Pass, points int64) {
	b.t.Helper()
	b.mu.Lock()
	f := b.facts[p.Card]
	f.Points.Available += money.Points(points)
	b.facts[p.Card] = f
	b.mu.Unlock()
	b.happens(verno.Event{Kind: verno.EventReceiptCommitted, Owner: b.ownerOf(p), Subject: "rcp_1"})
}

func (b *phones) follow() {
	b.t.Helper()
	if err := b.passes.Follow(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *phones) push() {
	b.t.Helper()
	if err := b.passes.Push(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// settle has everybody know everything, and the day's look over.
func (b *phones) settle() {
	b.t.Helper()
	b.follow()
	b.push()
	b.pass(time.Minute)
}

// heard is how often the first phone of a pass was told.
func (b *phones) heard(p store.Pass) int { return b.apns.Heard(tokenOfPass(p)) }
