package books

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// lane takes what is waiting, never waits for more, and runs it as one group. Row locks give correctness, lanes speed.
type lane struct {
	books   *Books
	number  int
	queue   chan *item
	entropy *bufio.Reader
	found   []*item
}

// item is one operation on its way through a lane.
type item struct {
	work      *Work
	id        [16]byte
	op        store.Operation
	followers []*item // the same key in the same group
	state     atomic.Int32
	reply     reply
	done      chan struct{}
}

func newItem(w *Work) *item { return &item{work: w, done: make(chan struct{})} }

const (
	itemWaiting int32 = iota
	itemTaken
	itemGivenUp
)

// reply is what an item's caller gets; again sends it through once more.
type reply struct {
	outcome Outcome
	err     *verno.Error
	again   bool
}

func (r *reply) error() error {
	if r.err == nil {
		return nil
	}
	return r.err
}

// patience bounds how long what was gathered together may take, and how long it is tried to learn what became of it.
const patience = 20 * time.Second

func (l *lane) run() {
	for first := range l.queue {
		l.found = l.gather(l.found[:0], first)
		for len(l.found) > 0 {
			var same []*item
			same, l.found = sameTenant(l.found)
			leaders := fold(same)
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			l.process(ctx, leaders)
			cancel()
			for _, it := range leaders {
				it.answer()
			}
		}
	}
}

func (l *lane) gather(found []*item, first *item) []*item {
	for it := first; ; {
		if it.state.CompareAndSwap(itemWaiting, itemTaken) {
			found = append(found, it)
		}
		if len(found) >= l.books.group {
			return found
		}
		select {
		case next, open := <-l.queue:
			if !open {
				return found
			}
			it = next
		default:
			return found
		}
	}
}

// sameTenant parts the items of the first one's tenant from the others.
func sameTenant(items []*item) (same, others []*item) {
	for _, it := range items {
		if it.work.Tenant == items[0].work.Tenant {
			same = append(same, it)
		} else {
			others = append(others, it)
		}
	}
	return same, others
}

// fold puts items of one key behind the first of them.
func fold(items []*item) []*item {
	if len(items) == 1 || planted == equalKeysInGroup {
		return items
	}
	leaders := make([]*item, 0, len(items))
	byKey := make(map[string]*item, len(items))
	for _, it := range items {
		if leader := byKey[it.work.Claim.Key]; leader != nil && it.work.Claim.Key != "" {
			leader.followers = append(leader.followers, it)
			continue
		}
		byKey[it.work.Claim.Key] = it
		leaders = append(leaders, it)
	}
	return leaders
}

// answer lets the callers of an item and of its followers go.
func (it *item) answer() {
	applied := it.reply.err == nil && !it.reply.again
	for _, f := range it.followers {
		f.reply = it.reply
		switch same := f.work.Claim.BodyHash == it.work.Claim.BodyHash; {
		case same && applied:
			f.reply.outcome.Replayed, f.reply.outcome.Value = true, nil
		case !same && applied:
			f.reply = reply{err: verno.Invalid("idempotency_key_reused")}
		case !same:
			// What became of the leader may have left the key free, or be another body's.
			f.reply = reply{again: true}
		}
		close(f.done)
	}
	close(it.done)
}

// process runs items as one group. Where a statement fails, it halves the group until the item that is at fault is
// alone.
func (l *lane) process(ctx context.Context, items []*item) {
	g := l.books.newGroup(items[0].work.Tenant, items, l.entropy)
	for try := 0; ; try++ {
		err := l.books.store.Hot(ctx, l.number, func(h *store.HotTx) error { return g.run(ctx, h, nil) })
		switch {
		case err == nil:
			if planted == keyAfterCommit {
				g.claimLate(ctx, l.books.store, l.number)
			}
			return
		case errors.Is(err, errCounters) && !g.strict:
			g.strict = true
		case errors.Is(err, store.ErrUnique) && !g.wary:
			g.wary = true
		case errors.Is(err, store.ErrUnknownCommit) && !errors.Is(err, store.ErrFsync):
			l.books.resolve(items, err)
			return
		case errors.Is(err, store.ErrRetry) && try < 5:
		case len(items) > 1 && ctx.Err() == nil && !hopeless(err):
			half := len(items) / 2
			l.process(ctx, items[:half])
			l.process(ctx, items[half:])
			return
		default:
			l.fail(items, l.books.storeError(err))
			return
		}
	}
}

// hopeless reports whether the items of a group would fail one by one just as they did together.
func hopeless(err error) bool {
	return errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrFsync)
}

func (l *lane) fail(items []*item, err error) {
	for _, it := range items {
		it.reply = reply{err: verno.AsError(err)}
	}
}

// Seen tells what a key was used for before: nil where it was not. It returns idempotency_key_reused where the body was
// another one, and the stored refusal where it was refused.
func (b *Books) Seen(ctx context.Context, tenant verno.TenantID, key string, bodyHash [32]byte) (*Outcome, error) {
	o, err := b.store.Reader().Operation(ctx, tenant, key)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, b.storeError(err)
	}
	r := replay(&o, &Claim{Key: key, BodyHash: bodyHash})
	if r.err != nil {
		return nil, r.err
	}
	return &r.outcome, nil
}

// Earlier is what came of a request when its key was first used, for one that cannot be asked for any more: presences end,
// members are erased, tills are taken away, and days that were near are far. Where the key is free, or there is none, it
// returns why the request is refused now.
func (b *Books) Earlier(ctx context.Context, tenant verno.TenantID, key string, bodyHash [32]byte, cause error) (Outcome, error) {
	if key == "" {
		return Outcome{}, cause
	}
	out, err := b.Seen(ctx, tenant, key, bodyHash)
	switch {
	case err != nil:
		return Outcome{}, err
	case out == nil:
		return Outcome{}, cause
	default:
		return *out, nil
	}
}

// replay answers a claim with what its key was used for before.
func replay(o *store.Operation, c *Claim) reply {
	if !bytes.Equal(o.BodyHash, c.BodyHash[:]) {
		return reply{err: verno.Invalid("idempotency_key_reused")}
	}
	if o.State == store.Rejected {
		e := Refusal(o.Result)
		e.Replayed = true
		return reply{err: e}
	}
	r := Result{Owner: o.Owner, Answer: o.Result}
	copy(r.ID[:], o.ResultID)
	return reply{outcome: Outcome{Result: r, Replayed: true}}
}

type refusalJSON struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
	Fields []refusedField    `json:"fields,omitempty"`
}

type refusedField struct {
	Pointer string            `json:"pointer"`
	Code    string            `json:"code"`
	Params  map[string]string `json:"params,omitempty"`
}

func refusalText(e *verno.Error) string {
	j := refusalJSON{Code: e.Code, Params: e.Params}
	for _, f := range e.Fields {
		j.Fields = append(j.Fields, refusedField{f.Pointer, f.Code, f.Params})
	}
	text, err := json.Marshal(j)
	if err != nil {
		panic("books: a refusal cannot be written: " + err.Error())
	}
	return string(text)
}

// Refusal reads a stored refusal.
func Refusal(text string) *verno.Error {
	var j refusalJSON
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return verno.AsError(err)
	}
	e := verno.Refused(j.Code)
	e.Params = j.Params
	for _, f := range j.Fields {
		e.Fields = append(e.Fields, verno.FieldError{Pointer: f.Pointer, Code: f.Code, Params: f.Params})
	}
	return e
}
