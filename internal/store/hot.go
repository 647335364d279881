package store

import (
	"context"
	"slices"
)

// HotTx is a transaction for a group of sales. What changes value is queued on it in bulk, as methods of the tables'
// files, and runs when it is flushed; what is still queued at its end runs together with COMMIT. So the usual group
// takes two round trips: BEGIN with the claims, the locks and the questions, then the writes with COMMIT.
//
// A group locks in one order: keys, then owners by ID, then counters by ID. Values keep their order, so the caller
// sorts them.
type HotTx struct {
	Pipe
	on    hotConn
	begun bool
}

// hotConn is a lane's connection.
type hotConn interface {
	// exec runs statements in one go, with BEGIN before and COMMIT after them where wanted.
	exec(ctx context.Context, begin bool, queue []*Values, commit bool) error
	// rollback ends a transaction that has failed or was given up.
	rollback()
}

// Hot runs fn in one transaction on a lane, which has one at a time; SQLite has one lane whatever its number. Nothing
// is sent before the first flush. An error of fn, or of a statement, rolls everything back and is returned; it is not
// tried again here, because the caller decides whether to run the sales one by one. ErrUnknownCommit means that the
// caller has to read its keys again, ErrFsync that the process has to stop.
func (s *Store) Hot(ctx context.Context, lane int, fn func(h *HotTx) error) error {
	return classify(s.engine.hot(ctx, lane, func(h *HotTx) error { return h.do(ctx, &s.counts, fn) }))
}

func newHotTx(e Engine, on hotConn) *HotTx {
	h := &HotTx{on: on}
	h.Pipe = *newPipe(e, func(ctx context.Context, queue []*Values) error { return h.exec(ctx, queue, false) })
	return h
}

func (h *HotTx) do(ctx context.Context, counts *counters, fn func(h *HotTx) error) error {
	defer func() {
		if h.begun {
			h.begun = false
			h.on.rollback()
		}
		h.forget()
	}()
	if err := fn(h); err != nil {
		return err
	}
	queue := h.take()
	if len(queue) == 0 && !h.begun {
		return nil
	}
	if slices.ContainsFunc(queue, func(v *Values) bool { return v.each != nil }) {
		// Rows that arrive with the answer to COMMIT could no longer refuse it.
		if err := h.exec(ctx, queue, false); err != nil {
			return err
		}
		queue = nil
	}
	if err := h.exec(ctx, queue, true); err != nil {
		return err
	}
	h.begun = false
	counts.commits.Add(1)
	return nil
}

func (h *HotTx) exec(ctx context.Context, queue []*Values, commit bool) error {
	begin := !h.begun
	h.begun = true
	return h.on.exec(ctx, begin, queue, commit)
}
