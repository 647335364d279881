package web

import (
	"context"
	"log/slog"
	"sync"
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
	switch e.Kind {
	case verno.Internal:
		t.frame.Log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("request_id", t.id), slog.String("error", e.Error()))
	case verno.KindUnavailable:
		if left, now := t.frame.busy.due(e.Code, t.frame.Clock()); now {
			t.frame.Log.LogAttrs(ctx, slog.LevelWarn, "request put off", slog.String("request_id", t.id),
				slog.String("error", e.Error()), slog.Int64("left_out", left))
		}
	default: // The caller's to mend.
	}
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
