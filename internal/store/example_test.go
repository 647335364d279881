package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/verno-loyalty/verno/internal/store"
)

// A database is a file here; "postgres://…" in its place changes nothing else.
func ExampleOpen() {
	folder, err := os.MkdirTemp("", "verno")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)

	ctx := context.Background()
	s, err := store.Open(ctx, filepath.Join(folder, "verno.db"), store.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	if _, err := s.Migrate(ctx, time.Unix(0, 0)); err != nil {
		fmt.Println(err)
		return
	}

	counter := store.Keyed("name text", `SELECT k.name AS name, COUNT(*) AS n FROM schema_migration WHERE name = k.name`)
	err = s.Hot(ctx, 0, func(h *store.HotTx) error {
		h.Values(counter).Text("core").Text("nothing").Each(func(row store.Scanner) error {
			var name string
			var n int
			err := row.Scan(&name, &n)
			fmt.Println(name, n)
			return err
		})
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v: %+v\n", s.Engine(), s.Stats())
	// Output:
	// core 1
	// nothing 0
	// sqlite: {Commits:1 RoundTrips:2 ColdCommits:0 Retries:0}
}
