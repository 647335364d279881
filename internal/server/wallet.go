package server

import (
	"context"
	"crypto/rand"
	"math"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/wallet"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// OtherWallet names another wallet that took over Apple's way and wants to be told of changes: the word that its devices
// say before their token, where it takes notifications (its own address where empty), and the key that it gave out.
func (c *Config) OtherWallet(scheme, url, key string) {
	if c.Apple.Others == nil {
		c.Apple.Others = map[string]pass.OtherWallet{}
	}
	c.Apple.Others[scheme] = pass.OtherWallet{URL: url, Key: key}
}

// openPasses makes ready what brings cards to phones. Nothing of it leaves the machine before a merchant has certificates.
func (s *Server) openPasses() {
	c := &s.Config
	s.Passes = &pass.Passes{
		Store: s.Store, Vault: s.Vault, Facts: s.Roll.CardFacts, SignUp: s.signUpForm, Clock: c.Clock, Entropy: rand.Reader, Base: c.PublicURL,
		Holder: holder(), Record: record, Apple: c.Apple, Google: c.Google, Log: c.Log,
	}
	s.Passes.Google.Secret = s.googleSecret
	s.pushes = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "verno_wallet_notifications_total", Help: "What came of telling wallets of changed cards.",
	}, []string{"wallet", "outcome"})
	s.Passes.Count = func(wallet string, outcome store.PushOutcome, times int64) {
		s.pushes.WithLabelValues(wallet, string(outcome)).Add(float64(times))
	}
}

// appleFields are what a channel asks, as Apple names it.
var appleFields = map[string]string{
	member.FieldName: "PKPassPersonalizationFieldName", member.FieldEmail: "PKPassPersonalizationFieldEmailAddress",
}

// signUpForm is the form of a pass that belongs to nobody yet.
func (s *Server) signUpForm(ctx context.Context, waits store.SignUp) (pass.SignUpForm, error) {
	asked, err := s.Roll.SignUpForm(ctx, waits)
	if err != nil {
		return pass.SignUpForm{}, err
	}
	form := pass.SignUpForm{
		Fields: []string{"PKPassPersonalizationFieldPhoneNumber"}, Terms: asked.Terms, Again: asked.Again,
		Description: words.In(waits.Language).Say("join.lead"),
	}
	for _, field := range asked.Fields {
		form.Fields = append(form.Fields, appleFields[field])
	}
	return form, nil
}

// walletGauges are what telling wallets is watched by: what came of it, and how many cards wait.
func (s *Server) walletGauges() []prometheus.Collector {
	waiting := func(wallet string, of func(phones, google int64) int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "verno_wallet_waiting", Help: "Changed cards that wallets wait to be told of.", ConstLabels: prometheus.Labels{"wallet": wallet},
		}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), gaugeTime)
			defer cancel()
			phones, google, err := s.Store.Reader().PushWaiting(ctx)
			if err != nil {
				return math.NaN()
			}
			return float64(of(phones, google))
		})
	}
	ends := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "verno_wallet_certificate_end_seconds", Help: "When the first certificate for Apple passes ends, in Unix time.",
	}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), gaugeTime)
		defer cancel()
		at, err := s.Store.Reader().NextWalletEnd(ctx)
		if err != nil || at.IsZero() {
			return math.NaN()
		}
		return float64(at.Unix())
	})
	return []prometheus.Collector{
		s.pushes, ends,
		waiting("phones", func(phones, _ int64) int64 { return phones }),
		waiting("google", func(_, google int64) int64 { return google }),
	}
}

// gaugeTime is how long a gauge may take to be read.
const gaugeTime = 2 * time.Second

// walletJobs find out whose cards have changed, and tell phones: each at its own pace, as what is outside may hang.
func (s *Server) walletJobs() []job {
	return append(s.googleJobs(),
		job{"find cards that have changed", time.Second / 2, s.Passes.Follow},
		job{"tell phones of changed cards", time.Second / 4, s.Passes.Push},
	)
}

// wallets answers the wallets of phones.
func (s *Server) wallets(frame *web.Frame) http.Handler {
	return wallet.New(wallet.Deps{
		Passes: s.Passes, Build: s.Passes.FetchedPass, Bundle: pass.Bundle, Frame: frame, Clock: s.Config.Clock, Rate: s.Config.WalletRate,
		Join: func(ctx context.Context, waits store.SignUp, f wallet.Form, now time.Time) (known bool, err error) {
			return s.Roll.JoinBySignUp(ctx, waits, member.Told{Phone: f.Phone, Name: f.Name, Email: f.Email}, now)
		},
	})
}
