package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

var (
	perMinute = store.Limit{Most: 5, Window: time.Minute}
	perHour   = store.Limit{Most: 7, Window: time.Hour}
)

// take counts one try and returns how long to wait.
func take(t *testing.T, s *store.Store, c store.Counted, at time.Time) (wait time.Duration) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
		wait, err = tx.Take(t.Context(), c, at, perMinute, perHour)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return wait
}

func TestTriesAreLimited(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := store.Counted{Tenant: verno.TenantID{1}, Subject: "log-in"}
		at := now.Add(10 * time.Second) // of a minute and an hour
		for range 5 {
			if wait := take(t, s, c, at); wait != 0 {
				t.Fatalf("wait %v", wait)
			}
		}
		if wait := take(t, s, c, at); wait != 50*time.Second {
			t.Errorf("after five in a minute: wait %v", wait)
		}
		if wait := take(t, s, store.Counted{Tenant: verno.TenantID{2}, Subject: "log-in"}, at); wait != 0 {
			t.Errorf("another tenant: wait %v", wait)
		}
		if n, err := s.Reader().Taken(t.Context(), c, at, perHour); err != nil || n != 5 {
			t.Errorf("%d tries in the hour, %v: one that is refused counts nowhere", n, err)
		}
		at = at.Add(time.Minute)
		for range 2 {
			take(t, s, c, at)
		}
		if wait := take(t, s, c, at); wait != time.Hour-70*time.Second {
			t.Errorf("after seven in an hour: wait %v", wait)
		}
		if n, err := s.Reader().Taken(t.Context(), c, at, perMinute); err != nil || n != 2 {
			t.Errorf("%d tries in the minute, %v", n, err)
		}
		write(t, s, func(tx *store.Tx) error { return tx.GiveBack(t.Context(), c, at, perMinute, perHour) })
		if wait := take(t, s, c, at); wait != 0 {
			t.Errorf("one was given back: wait %v", wait)
		}
		write(t, s, func(tx *store.Tx) error { return tx.Forgive(t.Context(), c, at, perMinute, perHour) })
		if n, err := s.Reader().Taken(t.Context(), c, at, perHour); err != nil || n != 0 {
			t.Errorf("%d tries are not forgiven, %v", n, err)
		}
	})
}

// Thirty tries at once are no way around a limit.
func TestParallelTriesAreLimited(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var passed atomic.Int64
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() {
				if take(t, s, store.Counted{Tenant: verno.TenantID{1}, Subject: "PIN"}, now) == 0 {
					passed.Add(1)
				}
			})
		}
		all.Wait()
		if passed.Load() != perMinute.Most {
			t.Errorf("%d tries passed", passed.Load())
		}
	})
}

func TestOldTriesAreForgotten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := store.Counted{Tenant: verno.TenantID{1}, Subject: "log-in"}
		take(t, s, c, now)
		take(t, s, c, now.Add(24*time.Hour))
		write(t, s, func(tx *store.Tx) error {
			n, err := tx.DeleteAttempts(t.Context(), now.Add(time.Hour), 10) // both windows of the first try have ended
			if n != 2 {
				t.Errorf("%d windows were forgotten", n)
			}
			return err
		})
		if n, err := s.Reader().Taken(t.Context(), c, now.Add(24*time.Hour), perHour); err != nil || n != 1 {
			t.Errorf("%d tries are left, %v", n, err)
		}
	})
}

// write runs fn in a transaction that must succeed.
func write(t *testing.T, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}
