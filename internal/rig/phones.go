package rig

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// phoneTopic is what the certificate of a world's passes is for.
const phoneTopic = "pass.rig.verno"

// phone is a pass on the iPhone of a member.
type phone struct {
	card   verno.CardID
	owner  verno.OwnerID
	serial string
	device string
}

// phones gives each member a card, its pass, and a phone that wants to hear of its changes and knows all of them.
func (w *World) phones(ctx context.Context, say func(string, int, int)) ([]phone, error) {
	s, list := w.Server, make([]phone, 0, len(w.Members))
	if err := w.certify(ctx); err != nil {
		return nil, err
	}
	const chunk = 500
	for len(list) < len(w.Members) {
		members := w.Members[len(list):min(len(list)+chunk, len(w.Members))]
		fresh := make([]phone, len(members))
		for i, member := range members {
			var serial [16]byte
			_, _ = rand.Read(serial[:])
			fresh[i] = phone{
				card: verno.NewID[verno.CardID](s.Now(), rand.Reader), owner: verno.MemberOwner(member),
				serial: strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(serial[:])),
				device: fmt.Sprintf("device-%d", len(list)+i),
			}
		}
		if err := s.Store.Write(ctx, func(tx *store.Tx) error { return w.hand(ctx, tx, members, fresh) }); err != nil {
			return nil, fmt.Errorf("hand out phones: %w", err)
		}
		list = append(list, fresh...)
		say("phones", len(list), len(w.Members))
	}
	return list, nil
}

// certify notes that the world has a certificate for its passes. Nothing is signed with it.
func (w *World) certify(ctx context.Context) error {
	return w.Server.Store.Write(ctx, func(tx *store.Tx) error {
		now := w.Server.Now()
		return tx.InsertWalletCredential(ctx, store.WalletCredential{
			Tenant: w.Actor.Tenant, ID: verno.NewID[verno.WalletKeyID](now, rand.Reader), Kind: store.CredentialApplePass,
			Name: phoneTopic, About: "{}", Sealed: []byte{0}, CreatedAt: now,
		})
	})
}

// hand writes cards, passes and registrations, none of them due.
func (w *World) hand(ctx context.Context, tx *store.Tx, members []verno.MemberID, phones []phone) error {
	now, tenant := w.Server.Now(), w.Actor.Tenant
	known := store.Told{At: now}
	for i := range phones {
		p := &phones[i]
		secret, err := json.Marshal(verno.CardSecret{Number: "4111222233334444", Machine: "40" + strings.Repeat("1", 40), Live: make([]byte, 20)})
		if err != nil {
			return err
		}
		sealed, err := w.Server.Vault.Seal(ctx, tenant, vault.At("card", p.card.String(), "sealed"), secret)
		if err != nil {
			return err
		}
		if err := tx.InsertCard(ctx, store.Card{Card: verno.Card{
			ID: p.card, Tenant: tenant, Member: members[i], Kind: "loyalty", State: verno.CardActive, Revision: 1, IssuedAt: now, UpdatedAt: now,
		}, Sealed: sealed}); err != nil {
			return err
		}
		template, err := tx.TemplateOf(ctx, tenant, p.card)
		if err != nil {
			return err
		}
		fresh, err := tx.InsertPass(ctx, store.Pass{
			Tenant: tenant, Card: p.card, Member: members[i], Template: template, Serial: p.serial, CreatedAt: now,
		})
		if err != nil || !fresh {
			return errors.Join(err, errors.New("a card has a pass before it has one"))
		}
		if _, err := tx.Register(ctx, store.Registration{
			PassType: phoneTopic, Device: p.device, Serial: p.serial, Tenant: tenant, Card: p.card,
			PushToken: fmt.Sprintf("%064x", p.card[:]), Scheme: pass.SchemeApple,
		}, now, 0); err != nil {
			return err
		}
		got, err := tx.Pass(ctx, tenant, p.card)
		if err != nil {
			return err
		}
		known.Done = append(known.Done, store.DuePass{Tenant: tenant, Card: p.card, Tag: got.Tag, DueAt: verno.Micros(now)})
	}
	tx.Bulk().PutTold(&known)
	return tx.Bulk().Flush(ctx)
}
