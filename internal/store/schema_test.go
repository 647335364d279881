package store_test

import (
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// TestSchemaOnEveryEngine migrates an empty database to Verno's own schema, and finds nothing to do the second time.
func TestSchemaOnEveryEngine(t *testing.T) {
	t.Parallel()
	for _, e := range storetest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			s := storetest.Open(t, storetest.Empty(t, e))
			for _, want := range []bool{true, false} {
				ran, err := s.Migrate(t.Context(), now)
				if err != nil {
					t.Fatal(err)
				}
				if (len(ran) > 0) != want {
					t.Errorf("ran %v, want some: %v", ran, want)
				}
			}
		})
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var n int
		if err := s.Reader().QueryRow(t.Context(), `SELECT COUNT(*) FROM schema_migration`).Scan(&n); err != nil || n == 0 {
			t.Errorf("%d migrations, %v", n, err)
		}
	})
}
