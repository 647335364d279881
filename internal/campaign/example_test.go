package campaign_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/store"
)

// A promotion is drafted, and counts at the tills once the programme is published again.
func ExampleOffice() {
	folder, err := os.MkdirTemp("", "verno")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	if err := happyHours(context.Background(), filepath.Join(folder, "verno.db")); err != nil {
		fmt.Println(err)
	}
	// Output:
	// version 1 has 1 promotions
	// version 2 has 2 promotions
}

func happyHours(ctx context.Context, file string) error {
	s, err := store.Open(ctx, file, store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Migrate(ctx, now); err != nil {
		return err
	}
	office := &campaign.Office{Store: s, Entropy: rand.Reader}
	owner := verno.Actor{Tenant: verno.NewID[verno.TenantID](now, rand.Reader), Role: verno.RoleOwner, May: verno.RoleOwner.Permissions(), Live: true}
	var made campaign.Opened
	err = s.Write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertTenant(ctx, store.Tenant{ID: owner.Tenant, Name: "Seagull", Live: true, Language: "en", CreatedAt: now}); err != nil {
			return err
		}
		made, err = office.Bootstrap(ctx, tx, owner, now, campaign.Opening{
			Issuer: "Seagull Ltd", Programme: "Seagull", Currency: "RUB", TimeZone: "Europe/Moscow", Store: "Seagull on Sadovaya",
		})
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("version %d has %d promotions\n", made.Version.Number, len(made.Version.Promotions))

	_, err = office.CreatePromotion(ctx, owner, now, made.Programme, verno.Promotion{
		Name: "Happy hours", Type: "percent_discount", Active: true, Settings: json.RawMessage(`{"percent":"20"}`),
		Schedule: verno.Schedule{Hours: []verno.Hours{{From: "15:00", Until: "17:00"}}},
	})
	if err != nil {
		return err
	}
	v, err := office.Publish(ctx, owner, now, made.Programme, 0, "happy hours")
	if err != nil {
		return err
	}
	fmt.Printf("version %d has %d promotions\n", v.Number, len(v.Promotions))
	return nil
}
