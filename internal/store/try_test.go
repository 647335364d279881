package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// TestTry: of many parts of one transaction the bad ones leave no trace, whether they failed themselves, in a statement
// or in what they had queued, and the good ones stay.
func TestTry(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		t.Helper()
		ctx, tenant, at := t.Context(), verno.TenantID{1}, time.UnixMicro(1).UTC()
		errBad := errors.New("bad")
		issuer := func(n byte, name string) store.Issuer {
			return store.Issuer{Tenant: tenant, ID: verno.IssuerID{n}, Name: name, CreatedAt: at}
		}
		task := verno.Task{ID: verno.TaskID{1}, Kind: "k", CreatedAt: at}
		err := s.Write(ctx, func(tx *store.Tx) error {
			for name, part := range map[string]struct {
				fn   func() error
				want error
			}{
				"good":    {func() error { return tx.InsertIssuer(ctx, issuer(1, "good")) }, nil},
				"refused": {func() error { return errors.Join(tx.InsertIssuer(ctx, issuer(2, "refused")), errBad) }, errBad},
				"broken": {func() error {
					return errors.Join(tx.InsertIssuer(ctx, issuer(3, "broken")), tx.InsertIssuer(ctx, issuer(3, "twice")))
				}, store.ErrUnique},
				"queued": {func() error {
					tx.Bulk().AddTasks(tenant, []verno.Task{task, task})
					return tx.InsertIssuer(ctx, issuer(4, "queued"))
				}, store.ErrUnique},
				"dropped": {func() error {
					tx.Bulk().AddTasks(tenant, []verno.Task{task})
					return errBad
				}, errBad},
				"good too": {func() error { return tx.InsertIssuer(ctx, issuer(5, "good too")) }, nil},
			} {
				if err := tx.Try(ctx, part.fn); !errors.Is(err, part.want) {
					t.Errorf("%s: %v", name, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		left, err := s.Reader().Issuers(ctx, tenant, verno.IssuerID{}, 10)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, i := range left {
			names = append(names, i.Name)
		}
		tasks, err := s.Reader().Tasks(ctx, tenant, true, verno.TaskID{}, 10)
		if err != nil || len(tasks) != 0 || !slices.Equal(names, []string{"good", "good too"}) {
			t.Errorf("left %q and %d tasks: %v", names, len(tasks), err)
		}
	})
}
