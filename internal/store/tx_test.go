package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
)

// TestWriteAndRead is the round trip of every type, on both engines with the same text.
func TestWriteAndRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		type word string
		type id [4]byte
		ctx := t.Context()
		want := id{0, 1, 0, 255}
		err := s.Write(ctx, func(tx *store.Tx) error {
			n, err := tx.Exec(ctx, `INSERT INTO thing (id, count, name, note) VALUES ($1, $2, $3, $4)`, want, 5, word("cup"), nil)
			if n != 1 {
				t.Errorf("%d rows changed, want 1", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var (
			got   id
			count int64
			name  word
			note  *[]byte
			some  *word
		)
		row := s.Reader().QueryRow(ctx, `SELECT id, count, name, note, name FROM thing WHERE id = $1`, want)
		if err := row.Scan(&got, &count, &name, &note, &some); err != nil {
			t.Fatal(err)
		}
		if got != want || count != 5 || name != "cup" || note != nil || *some != "cup" {
			t.Errorf("got %v %d %q %v %v", got, count, name, note, *some)
		}
	})
}

// TestParameters: a parameter may be used twice, out of order, and more than nine of them.
func TestParameters(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		var got string
		err := s.Reader().QueryRow(t.Context(), `SELECT
			CAST($2 AS TEXT) || $1 || $2 || $11 || $3 || $4 || $5 || $6 || $7 || $8 || $9 || $10 || $1`,
			"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k").Scan(&got)
		if want := "babkcdefghija"; err != nil || got != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	})
}

// TestBytesStayBytes: BYTEA is no type of SQLite's, so its affinity is NUMERIC. Bytes that look like a number must come
// back as they were all the same, found by themselves and in the order of bytes.
func TestBytesStayBytes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		ids := [][]byte{{}, {0}, []byte("0012"), []byte("1e3"), []byte("42"), []byte("9"), {0x80}, {0xff, 0}}
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			for i, id := range ids {
				_, err := tx.Exec(t.Context(), `INSERT INTO thing (id, count, name, note) VALUES ($1, $2, $3, $1)`, id, i, string(rune('a'+i)))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, one := range allThings(t, s) {
			if !bytes.Equal(one.id, ids[i]) || !bytes.Equal(one.note, ids[i]) {
				t.Errorf("thing %d is %q, want %q", i, one.id, ids[i])
			}
			var n int
			if err := s.Reader().QueryRow(t.Context(), `SELECT count FROM thing WHERE id = $1`, ids[i]).Scan(&n); err != nil || n != i {
				t.Errorf("%q finds %d, %v", ids[i], n, err)
			}
		}
	})
}

// TestWriteRollsBack: an error of the caller or of a statement undoes everything, and says what it is.
func TestWriteRollsBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		addThings(t, s, 1)
		stop := errors.New("stop")
		for name, c := range map[string]struct {
			then func(tx *store.Tx) error
			want error
		}{
			"the caller's error": {func(*store.Tx) error { return stop }, stop},
			"a key that exists": {func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO thing (id, count, name) VALUES ($1, 0, 'x')`, key(0))
				return err
			}, store.ErrUnique},
			"a name that exists": {func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO thing (id, count, name) VALUES ($1, 0, 'thing 0')`, key(9))
				return err
			}, store.ErrUnique},
			"no row": {func(tx *store.Tx) error {
				var n int
				return tx.QueryRow(ctx, `SELECT count FROM thing WHERE id = $1 FOR UPDATE`, key(9)).Scan(&n)
			}, store.ErrNotFound},
			"bulk": {func(tx *store.Tx) error {
				tx.Bulk().Values(brokenThing).Bytes(key(0)).Int(1).Text("y")
				return nil
			}, store.ErrUnique},
		} {
			err := s.Write(ctx, func(tx *store.Tx) error {
				if n, err := tx.Exec(ctx, `UPDATE thing SET count = count + 1`); err != nil || n != 1 {
					t.Errorf("%d, %v", n, err)
				}
				return c.then(tx)
			})
			if !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
			if all := allThings(t, s); len(all) != 1 || all[0].count != 10 {
				t.Errorf("%s: something stayed: %v", name, all)
			}
		}
	})
}

// TestWriteBulk mixes ordinary statements with bulk ones, and asks in bulk inside the transaction.
func TestWriteBulk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		err := s.WriteLow(ctx, func(tx *store.Tx) error {
			v := tx.Bulk().Values(claimThing)
			for i := range 1000 {
				v.Bytes(key(i)).Int(int64(i)).Text(strconv.Itoa(i)).Null()
			}
			if err := tx.Bulk().Flush(ctx); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE thing SET count = count + 1 WHERE count >= $1`, 998); err != nil {
				return err
			}
			sum := int64(0)
			err := tx.Pipe(ctx, func(p *store.Pipe) error {
				p.Values(lockThing).Each(func(row store.Scanner) error {
					one, err := readThing(row)
					sum += one.count
					return err
				}).Bytes(key(998)).Bytes(key(999)).Bytes(key(1000))
				return nil
			})
			if sum != 999+1000 {
				t.Errorf("the two count %d", sum)
			}
			tx.Bulk().Values(addCount).Bytes(key(0)).Int(77)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if all := allThings(t, s); len(all) != 1000 || all[0].count != 77 {
			t.Errorf("%d things", len(all))
		}
	})
}

// TestReaderCannotWrite, not even by a statement that is no SELECT.
func TestReaderCannotWrite(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		addThings(t, s, 1)
		rows, err := s.Reader().Query(t.Context(), `UPDATE thing SET count = 0 RETURNING count`)
		if err == nil {
			rows.Next()
			err = errors.Join(rows.Err(), rows.Close())
		}
		if err == nil {
			t.Error("the reader wrote")
		}
		err = s.Reader().Pipe(t.Context(), func(p *store.Pipe) error {
			p.Values(addCount).Bytes(key(0)).Int(1)
			return nil
		})
		if err == nil {
			t.Error("the reader's pipe wrote")
		}
		if all := allThings(t, s); all[0].count != 10 {
			t.Errorf("got %v", all)
		}
	})
}

// TestSnapshot sees one state, whatever is committed meanwhile.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		addThings(t, s, 1)
		count := func(r *store.Reader) (n int64) {
			if err := r.QueryRow(t.Context(), `SELECT count FROM thing`).Scan(&n); err != nil {
				t.Error(err)
			}
			return n
		}
		err := s.Reader().Snapshot(t.Context(), func(r *store.Reader) error {
			first := count(r)
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE thing SET count = 11`)
				return err
			})
			second := count(r)
			var inBulk int64
			piped := r.Pipe(t.Context(), func(p *store.Pipe) error {
				p.Values(lockThingPlain).Bytes(key(0)).Each(func(row store.Scanner) error {
					one, err := readThing(row)
					inBulk = one.count
					return err
				})
				return nil
			})
			if first != 10 || second != 10 || inBulk != 10 {
				t.Errorf("the snapshot saw %d, %d and %d", first, second, inBulk)
			}
			return errors.Join(err, piped)
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(s.Reader()); n != 11 {
			t.Errorf("afterwards %d", n)
		}
	})
}

// TestWritersDoNotLoseUpdates reads, decides and writes from many sides at once.
func TestWritersDoNotLoseUpdates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		addThings(t, s, 1)
		const writers, rounds = 8, 10
		var wait sync.WaitGroup
		for w := range writers {
			wait.Go(func() {
				for range rounds {
					fn := s.Write
					if w%2 == 1 {
						fn = s.WriteLow
					}
					err := fn(t.Context(), func(tx *store.Tx) error {
						var n int64
						if err := tx.QueryRow(t.Context(), `SELECT count FROM thing FOR NO KEY UPDATE`).Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(t.Context(), `UPDATE thing SET count = $1`, n+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		if all := allThings(t, s); all[0].count != 10+writers*rounds {
			t.Errorf("counted %d, want %d", all[0].count, 10+writers*rounds)
		}
	})
}

// TestConflictsAreRetried: a transaction that another one is in the way of runs again, a bounded number of times, and
// what it did before is undone each time.
func TestConflictsAreRetried(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		addThings(t, s, 1)
		for _, c := range []struct {
			conflicts, runs int
			want            error
		}{{2, 3, nil}, {100, 6, store.ErrRetry}} {
			runs := 0
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				runs++
				if _, err := tx.Exec(t.Context(), `UPDATE thing SET count = count + 1`); err != nil {
					return err
				}
				if runs <= c.conflicts {
					return fmt.Errorf("in the way: %w", store.ErrRetry)
				}
				return nil
			})
			if !errors.Is(err, c.want) || runs != c.runs {
				t.Errorf("%d conflicts: %d runs, %v", c.conflicts, runs, err)
			}
		}
		if all := allThings(t, s); all[0].count != 11 {
			t.Errorf("counted %d", all[0].count)
		}
	})
}

// TestDeadlockIsRetried makes PostgreSQL choose a victim, which then gets its way as well.
func TestDeadlockIsRetried(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		if s.Engine() != store.PostgreSQL {
			t.Skip("SQLite has one writer")
		}
		addThings(t, s, 2)
		var both, wait sync.WaitGroup
		both.Add(2)
		for i := range 2 {
			wait.Go(func() {
				met := sync.OnceFunc(func() { both.Done(); both.Wait() })
				err := s.Write(t.Context(), func(tx *store.Tx) error {
					for _, n := range []int{i, 1 - i} {
						if _, err := tx.Exec(t.Context(), `UPDATE thing SET count = count + 1 WHERE id = $1`, key(n)); err != nil {
							return err
						}
						met()
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if all := allThings(t, s); all[0].count != 12 || all[1].count != 12 || s.Stats().Retries == 0 {
			t.Errorf("%v, %+v", all, s.Stats())
		}
	})
}

// TestCancelled: a caller that went away gets its own error, nothing is written, and the store works on.
func TestCancelled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		addThings(t, s, 1)
		for name, cancelAt := range map[string]int{"before": 0, "between": 1, "after": 2} {
			ctx, cancel := context.WithCancel(t.Context())
			at := func(n int) {
				if n == cancelAt {
					cancel()
				}
			}
			at(0)
			err := s.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE thing SET count = count + 1`)
				at(1)
				_, again := tx.Exec(ctx, `UPDATE thing SET count = count + 1`)
				at(2)
				return errors.Join(err, again)
			})
			cancel()
			if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrUnknownCommit) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		addOne := func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE thing SET count = count + 1`)
			return err
		}
		if err := s.Write(t.Context(), addOne); err != nil {
			t.Fatal(err)
		}
		if all := allThings(t, s); all[0].count != 11 {
			t.Errorf("counted %d", all[0].count)
		}
	})
}

// TestArguments: what cannot be stored is refused before it reaches a driver.
func TestArguments(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		for _, arg := range []any{now, 1.5, struct{}{}, uint64(1 << 63)} {
			var got any
			if err := s.Reader().QueryRow(t.Context(), `SELECT $1`, arg).Scan(&got); err == nil {
				t.Errorf("%T was taken and came back as %v", arg, got)
			}
		}
		for _, dest := range []any{new(int32), new(uint8), new(float64), new([3]byte), int64(0), nil} {
			if err := s.Reader().QueryRow(t.Context(), `SELECT CAST($1 AS BIGINT)`, int64(1)<<40).Scan(dest); err == nil {
				t.Errorf("%T took what does not fit in it", dest)
			}
		}
		var n int64
		if err := s.Reader().QueryRow(t.Context(), `SELECT CAST(NULL AS BIGINT)`).Scan(&n); err == nil {
			t.Error("NULL became a number")
		}
	})
}
