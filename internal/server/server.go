package server

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/notify"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Server is a running Verno, with or without its faces.
type Server struct {
	Config Config
	Store  *store.Store
	Vault  *vault.Vault
	Books  *books.Books
	Sealer *books.Sealer
	Till   *checkout.Till
	Office *campaign.Office
	Gate   *auth.Gate
	Roll   *member.Roll
	Passes *pass.Passes
	// Doors answers below /demo/ where it is not nil: the demo sets it, and nothing else.
	Doors http.Handler

	texts    *notify.TextHook       // nil where no texts are sent
	pushes   *prometheus.CounterVec // what came of telling wallets
	stop     context.CancelFunc
	jobs     sync.WaitGroup
	stopping atomic.Bool // /readyz says no from now on
	release  func()      // lets another process serve the file
}

// gcPercent trades memory, of which Verno keeps little, for time: what a sale allocates dies with its answer.
const gcPercent = 400

// Open opens the database, migrates it, and makes everything ready but the jobs and the faces.
func Open(ctx context.Context, c Config) (*Server, error) {
	c.fill()
	debug.SetGCPercent(gcPercent)
	release, err := c.alone()
	if err != nil {
		return nil, err
	}
	st, keys, err := prepare(ctx, &c)
	if err != nil {
		release()
		return nil, err
	}
	s, err := open(ctx, c, st, keys)
	if err != nil {
		release()
		return nil, refusal(errors.Join(err, st.Close()), c.DB)
	}
	s.release = release
	return s, nil
}

func open(ctx context.Context, c Config, st *store.Store, keys vault.KEKs) (*Server, error) {
	options := vault.Options{Region: c.Region, Hashing: c.Hashing}
	if ring := c.keyring(); ring.text == "" {
		options.Again = ring.read
	}
	v, err := vault.Open(ctx, st, keys, c.Clock(), options)
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, Store: st, Vault: v}
	s.Books = books.Open(st, c.Clock, rand.Reader, s.fatal, c.Books)
	s.Sealer = books.NewSealer(st, holder(), s.signingKey)
	s.Till = checkout.New(st, s.Books, v, c.Clock, rand.Reader, c.Till)
	s.Office = &campaign.Office{Store: st, Entropy: rand.Reader}
	s.Gate = auth.New(auth.Config{Store: st, Vault: v, Entropy: rand.Reader, Record: record, Hashing: c.Hashing})
	s.Till.NFCKeys = s.Gate.OpenNFCKeys
	s.Roll = &member.Roll{Store: st, Books: s.Books, Vault: v, Entropy: rand.Reader, Adjusting: c.Adjusting, Cooling: c.Cooling}
	s.Till.Issue, s.Till.CardFacts = s.issueIn, s.Roll.CardFacts
	s.Roll.SoldHere = s.Till.SoldHere
	s.openPasses()
	s.openCourier()
	return s, nil
}

// record is how access is audited: in the books, in the transaction of the change itself.
func record(ctx context.Context, tx *store.Tx, e verno.Event) error {
	return books.Record(ctx, tx, e.At, rand.Reader, e)
}

func (s *Server) signingKey(ctx context.Context, tenant verno.TenantID) (ed25519.PrivateKey, error) {
	signer, err := s.Vault.Signer(ctx, tenant)
	return signer.Key, err
}

// holder names this process in leases.
func holder() string {
	var b [6]byte
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%d-%s", os.Getpid(), hex.EncodeToString(b[:]))
}

// fatal stops the process: the disk has failed to sync, so that only a new start can know what it holds.
func (s *Server) fatal(err error) {
	s.Config.Log.Error("the disk failed to sync; stopping so that nothing is believed that is not there", "error", err)
	os.Exit(70)
}

// Close finishes what is under way and closes the database.
func (s *Server) Close() error {
	if s.stop != nil {
		s.stop()
		s.jobs.Wait()
	}
	s.Books.Close()
	last, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.seal(last); err != nil && s.stop != nil {
		s.Config.Log.Warn("the last events will be sealed after the next start", "error", err)
	}
	defer s.release()
	return s.Store.Close()
}

// Now reads the clock.
func (s *Server) Now() time.Time { return s.Config.Clock() }
