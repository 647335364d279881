package vault_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// A secret is sealed for one place in the database and opens at no other.
func Example() {
	if err := sealOnce(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// at its place: 4071
	// at another: vault: a sealed value does not open: card/2/pin
}

func sealOnce(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "vault")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	st, err := store.Open(ctx, filepath.Join(dir, "verno.db"), store.Options{})
	if err != nil {
		return err
	}
	defer st.Close()
	if _, err := st.Migrate(ctx, now); err != nil {
		return err
	}

	if err := vault.AddKEK(filepath.Join(dir, "kek")); err != nil {
		return err
	}
	keks, err := vault.ReadKEKs(filepath.Join(dir, "kek"))
	if err != nil {
		return err
	}
	v, err := vault.Open(ctx, st, keks, now, vault.Options{Region: "RU"})
	if err != nil {
		return err
	}
	sealed, err := v.Seal(ctx, vault.House, vault.At("card", "1", "pin"), []byte("4071"))
	if err != nil {
		return err
	}
	plain, err := v.Open(ctx, vault.House, vault.At("card", "1", "pin"), sealed)
	fmt.Println("at its place:", string(plain))
	if err != nil {
		return err
	}
	_, err = v.Open(ctx, vault.House, vault.At("card", "2", "pin"), sealed)
	fmt.Println("at another:", err)
	return nil
}
