package server

import (
	"crypto/rand"
	"net/http"
	"time"

	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/wallet"
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
		Store: s.Store, Vault: s.Vault, Facts: s.Roll.CardFacts, Clock: c.Clock, Entropy: rand.Reader, Base: c.PublicURL,
		Holder: holder(), Apple: c.Apple, Google: c.Google, Log: c.Log,
	}
	s.Passes.Google.Secret = s.googleSecret
}

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
		Passes: s.Passes, Build: s.Passes.ApplePass, Bundle: pass.Bundle, Frame: frame, Clock: s.Config.Clock, Rate: s.Config.WalletRate,
	})
}
