package books

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// resolve finds out what became of a group whose COMMIT was not answered. A key that is there was written with all of
// its group; one that is not there was not, and is free.
func (b *Books) resolve(items []*item, cause error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	unknown := slices.DeleteFunc(slices.Clone(items), func(it *item) bool {
		return it.reply.again || it.reply.outcome.Replayed || it.reply.err != nil && it.reply.err.Kind != verno.KindRefused
	})
	held, err := b.heldNow(ctx, unknown)
	for _, it := range unknown {
		o, found := held[it.work.Claim.Key]
		switch {
		case err != nil || it.work.Claim.Key == "":
			it.reply = reply{err: verno.Unavailable("outcome_unknown", 1).Because(errors.Join(cause, err))}
		case found:
			it.reply = replay(&o, &it.work.Claim)
		default:
			it.reply = reply{err: verno.Unavailable("storage_unavailable", 1).Because(cause)}
		}
	}
}

// heldNow reads the operations of items by their keys, asking again for a while where the database has just gone away.
func (b *Books) heldNow(ctx context.Context, items []*item) (held map[string]store.Operation, err error) {
	for wait := 20 * time.Millisecond; ; wait *= 2 {
		held, err = b.tryClaims(ctx, items)
		if !errors.Is(err, store.ErrUnavailable) || wait > 3*time.Second {
			return held, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return held, err
		}
	}
}

// errTried undoes claims that were only tried.
var errTried = errors.New("books: tried")

// tryClaims claims the keys of items and takes nothing. Only a claim waits for a transaction that is about to end on a
// server whose connection was lost: a look would not see it yet.
func (b *Books) tryClaims(ctx context.Context, items []*item) (map[string]store.Operation, error) {
	var held map[string]store.Operation
	err := b.store.Write(ctx, func(tx *store.Tx) error {
		held = make(map[string]store.Operation, len(items))
		ops := make([]*store.Operation, 0, len(items))
		for _, it := range items {
			if it.work.Claim.Key != "" {
				ops = append(ops, &store.Operation{Tenant: it.work.Tenant, Key: it.work.Claim.Key, BodyHash: it.work.Claim.BodyHash[:]})
			}
		}
		slices.SortFunc(ops, func(a, b *store.Operation) int { return strings.Compare(a.Key, b.Key) })
		h := tx.Bulk()
		free := make(map[string]bool, len(ops))
		h.Claim(ops, true, func(key string) { free[key] = true })
		if err := h.Flush(ctx); err != nil {
			return err
		}
		ops = slices.DeleteFunc(ops, func(o *store.Operation) bool { return free[o.Key] })
		h.Holders(ops, func(o store.Operation) { held[o.Key] = o })
		if err := h.Flush(ctx); err != nil {
			return err
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return held, err
}
