package member_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Somebody joins and gets a card; the same request again finds the same member.
func ExampleRoll_Enrol() {
	folder, err := os.MkdirTemp("", "verno")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	if err := joinTwice(context.Background(), filepath.Join(folder, "verno.db")); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Anna 1 cards, replayed false
	// Anna 1 cards, replayed true
}

func joinTwice(ctx context.Context, file string) error {
	now := time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)
	s, err := store.Open(ctx, file, store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Migrate(ctx, now); err != nil {
		return err
	}
	keks, err := vault.ParseKEKs(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	if err != nil {
		return err
	}
	v, err := vault.Open(ctx, s, keks, now, vault.Options{})
	if err != nil {
		return err
	}
	owner := verno.Actor{Tenant: verno.NewID[verno.TenantID](now, rand.Reader), Role: verno.RoleOwner, May: verno.RoleOwner.Permissions(), Live: true}
	err = s.Write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertTenant(ctx, store.Tenant{ID: owner.Tenant, Name: "Seagull", Live: true, Language: "en", CreatedAt: now}); err != nil {
			return err
		}
		if err := v.NewTenant(ctx, tx, owner.Tenant, now); err != nil {
			return err
		}
		office := &campaign.Office{Store: s, Entropy: rand.Reader}
		_, err := office.Bootstrap(ctx, tx, owner, now, campaign.Opening{
			Issuer: "Seagull Ltd", Programme: "Seagull", Currency: "RUB", TimeZone: "Europe/Moscow", Store: "Seagull on Sadovaya",
		})
		return err
	})
	if err != nil {
		return err
	}
	b := books.Open(s, func() time.Time { return now }, rand.Reader, func(err error) { fmt.Println(err) }, books.Options{})
	defer b.Close()

	roll := &member.Roll{Store: s, Books: b, Vault: v, Entropy: rand.Reader}
	for range 2 {
		m, err := roll.Enrol(ctx, owner, now, member.Enrol{
			Key: "the form of Anna", Person: vault.Person{FirstName: "Anna", Phone: "+79161234567"}, IssueCard: true,
		})
		if err != nil {
			return err
		}
		fmt.Printf("%s %d cards, replayed %v\n", m.Person.FirstName, len(m.Cards), m.Replayed)
	}
	return nil
}
