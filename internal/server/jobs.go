package server

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno/internal/store"
)

// job is what happens from time to time beside the sales. A job that fails is tried again in its next turn.
type job struct {
	name  string
	every time.Duration
	run   func(ctx context.Context) error
}

// Start starts the jobs.
func (s *Server) Start() {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	for _, j := range []job{
		{"seal", time.Second, s.seal},
		{"checkpoint", time.Second, s.Store.Checkpoint},
		{"lapse holds", 30 * time.Second, s.lapseHolds},
		{"lapse points", time.Minute, s.lapsePoints},
		{"tidy up after log-ins", time.Hour, s.tidy},
		{"hand over messages", time.Second, s.deliver},
		{"issue cards to lists", time.Second, s.issueCards},
		{"read keys again", time.Minute, s.Vault.Refresh}, // `verno keys` may have made new ones
	} {
		s.jobs.Go(func() { s.repeat(ctx, j) })
	}
	for _, j := range s.walletJobs() {
		s.jobs.Go(func() { s.repeat(ctx, j) })
	}
	if s.texts != nil {
		s.jobs.Go(func() { s.texts.Run(ctx) })
	}
}

func (s *Server) repeat(ctx context.Context, j job) {
	tick := time.NewTicker(j.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := j.run(ctx); err != nil && ctx.Err() == nil {
			s.Config.Log.Warn("a job failed and will be tried again", "job", j.name, "error", err)
		}
	}
}

func (s *Server) seal(ctx context.Context) error {
	_, err := s.Sealer.Seal(ctx, s.Config.Clock)
	return err
}

func (s *Server) lapseHolds(ctx context.Context) error {
	tenants, err := s.Store.Reader().Tenants(ctx)
	for _, t := range tenants {
		if _, err := s.Till.LapseHolds(ctx, t.ID); err != nil {
			return err
		}
	}
	return err
}

func (s *Server) lapsePoints(ctx context.Context) error {
	const some = 200
	for {
		n, err := s.Till.LapsePoints(ctx, some)
		if err != nil || n < some {
			return err
		}
	}
}

// tidy drops counted tries that no limit looks at any more, sessions and codes that ended long ago, old visits, and what
// was to be seen once while its time lasted.
func (s *Server) tidy(ctx context.Context) error {
	for {
		staff, err := s.Gate.Tidy(ctx, s.Now())
		if err != nil {
			return err
		}
		phones, err := s.Roll.TidySessions(ctx, s.Now())
		if err != nil {
			return err
		}
		codes, err := s.Roll.TidyCodes(ctx, s.Now())
		if err != nil {
			return err
		}
		visits, err := s.Roll.TidyVisits(ctx, s.Now())
		if err != nil {
			return err
		}
		links, err := s.Roll.TidyLinks(ctx, s.Now())
		if err != nil {
			return err
		}
		signUps, err := s.Roll.TidySignUps(ctx, s.Now())
		if err != nil {
			return err
		}
		seen, err := s.tidySeen(ctx)
		if err != nil {
			return err
		}
		asked, err := s.Till.TidyConfirmations(ctx)
		if err != nil || !staff && !phones && !codes && !visits && !links && !signUps && !seen && !asked {
			return err
		}
	}
}

// tidySeen forgets some of what no longer has to be known again, and says whether there is more.
func (s *Server) tidySeen(ctx context.Context) (more bool, err error) {
	const some = 500
	var n int64
	err = s.Store.WriteLow(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.DeleteSeenOnce(ctx, s.Now(), some)
		return err
	})
	return n == some, err
}
