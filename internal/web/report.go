package web

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"syscall"
	"time"

	"github.com/verno-loyalty/verno"
)

// Report logs an error where it is ours to mend: each that nobody foresaw, and of those that say "later" one a second for
// each code, with how many there were before it, so that a database that is gone does not fill the disk with its absence.
// Whoever shows an error without Fail, as a part of an answer, reports it.
func Report(ctx context.Context, e *verno.Error) {
	t := traceOf(ctx)
	if t == nil {
		return
	}
	switch {
	case e.Kind == verno.Internal && left(ctx, t, e):
		t.frame.Log.LogAttrs(ctx, slog.LevelInfo, "nobody waits for the answer", slog.String("request_id", t.id), slog.String("error", e.Error()))
	case e.Kind == verno.Internal:
		t.frame.Log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("request_id", t.id), slog.String("error", e.Error()))
	case e.Kind == verno.KindUnavailable && !left(ctx, t, e):
		if before, now := t.frame.busy.due(e.Code, t.frame.Clock()); now {
			t.frame.Log.LogAttrs(ctx, slog.LevelWarn, "request put off", slog.String("request_id", t.id),
				slog.String("error", e.Error()), slog.Int64("left_out", before))
		}
	default: // The caller's to mend.
	}
}

// left says that whoever asked has gone, as a browser does that asks for a newer preview: what failed by that is nobody's to
// mend. A write to them may fail before their going is known otherwise.
func left(ctx context.Context, t *trace, e *verno.Error) bool {
	return errors.Is(ctx.Err(), context.Canceled) || t.status != 0 && (errors.Is(e, syscall.EPIPE) || errors.Is(e, syscall.ECONNRESET))
}

// sparing lets one line a second pass for each code.
type sparing struct {
	mu    sync.Mutex
	codes map[string]*spared
}

type spared struct {
	last time.Time
	left int64
}

// due reports whether a line is to be logged, and how many were left out since the last one.
func (s *sparing) due(code string, now time.Time) (left int64, due bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.codes == nil {
		s.codes = map[string]*spared{}
	}
	c := s.codes[code]
	if c == nil {
		c = &spared{}
		s.codes[code] = c
	}
	if !c.last.IsZero() && now.Sub(c.last) < time.Second {
		c.left++
		return 0, false
	}
	left, c.last, c.left = c.left, now, 0
	return left, true
}
