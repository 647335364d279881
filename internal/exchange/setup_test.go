package exchange_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/exchange"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/money"
)

var now = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

// bundle is a chain with a till, and files that are imported into it.
type bundle struct {
	t         *testing.T
	ctx       context.Context
	store     *store.Store
	books     *books.Books
	till      *checkout.Till
	office    *campaign.Office
	actor     verno.Actor
	made      campaign.Opened
	sealer    *books.Sealer
	rejects   bytes.Buffer
	differs   bytes.Buffer
	sellCalls int
	stopAt    string // the receipt after whose sale an import is stopped, once
	busySell  int    // the call of Sell that is answered with "later"
}

// each runs a test on both engines, in a programme of a currency.
func each(t *testing.T, currency money.Currency, zone string, fn func(b *bundle)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		t.Helper()
		fn(setup(t, s, currency, zone))
	})
}

func setup(t *testing.T, s *store.Store, currency money.Currency, zone string) *bundle {
	t.Helper()
	b := &bundle{t: t, ctx: t.Context(), store: s, office: &campaign.Office{Store: s, Entropy: rand.Reader}}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	keys, err := vault.ParseKEKs(base64.StdEncoding.EncodeToString(key))
	b.must(err)
	v, err := vault.Open(b.ctx, s, keys, now, vault.Options{})
	b.must(err)
	clock := func() time.Time { return now }
	b.books = books.Open(s, clock, rand.Reader, func(err error) { t.Error(err) }, books.Options{})
	t.Cleanup(b.books.Close)
	b.till = checkout.New(s, b.books, v, clock, rand.Reader, checkout.Limits{ReplayDays: 36_600})
	b.sealer = books.NewSealer(s, "test", func(ctx context.Context, tenant verno.TenantID) (ed25519.PrivateKey, error) {
		signer, err := v.Signer(ctx, tenant)
		return signer.Key, err
	})
	b.actor = verno.Actor{Tenant: verno.NewID[verno.TenantID](now, rand.Reader), May: ^verno.Permission(0), Live: true}
	b.must(s.Write(b.ctx, func(tx *store.Tx) (err error) {
		if err = tx.InsertTenant(b.ctx, store.Tenant{ID: b.actor.Tenant, Name: "Chain", Live: true, Language: "en", CreatedAt: now}); err != nil {
			return err
		}
		if err = v.NewTenant(b.ctx, tx, b.actor.Tenant, now); err != nil {
			return err
		}
		b.made, err = b.office.Bootstrap(b.ctx, tx, b.actor, now, campaign.Opening{
			Issuer: "Chain Ltd", Programme: "Points", Currency: currency, TimeZone: zone, Store: "First", StoreExternalID: "first",
		})
		return err
	}))
	return b
}

// rule makes a programme by the rule of a preset, and imports go into it.
func (b *bundle) rule(preset string) {
	b.t.Helper()
	rule, err := exchange.RuleOf(preset)
	b.must(err)
	p, err := b.office.Programme(b.ctx, b.actor, b.made.Programme)
	b.must(err)
	p.Draft.ID, p.Draft.Name = verno.ProgrammeID{}, preset
	p.Draft.Points.Scale, p.Draft.Points.Value = rule.Scale, rule.Value
	p, err = b.office.CreateProgramme(b.ctx, b.actor, now, p.Draft)
	b.must(err)
	b.made.Programme = p.Draft.ID
	_, err = b.office.CreatePromotion(b.ctx, b.actor, now, p.Draft.ID, rule.Promotion)
	b.must(err)
	_, err = b.office.Publish(b.ctx, b.actor, now, p.Draft.ID, p.Revision, "test")
	b.must(err)
	b.till.Forget(b.actor.Tenant)
}

func (b *bundle) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// tables are what an import writes.
type options func(*exchange.Options)

func dryRun(o *exchange.Options) { o.DryRun = true }
func again(o *exchange.Options)  { o.Again = true }

// load imports a file and fails the test where the import fails.
func (b *bundle) load(preset string, file []byte, opts ...options) exchange.Report {
	b.t.Helper()
	r, err := b.try(preset, file, opts...)
	b.must(err)
	if r.Lines != r.Sold+r.Returned+r.Rejected {
		b.t.Fatalf("%d lines, but %d sold, %d returned and %d rejected", r.Lines, r.Sold, r.Returned, r.Rejected)
	}
	return r
}

func (b *bundle) try(preset string, file []byte, opts ...options) (exchange.Report, error) {
	sum := sha256.Sum256(file)
	o := exchange.Options{
		Store: b.store, Tenant: b.actor.Tenant, Programme: b.made.Programme, Entropy: rand.Reader,
		Now:         func() time.Time { return now },
		Rejects:     keeping(&b.rejects),
		Differences: keeping(&b.differs),
	}
	for _, opt := range opts {
		opt(&o)
	}
	source := exchange.Source{Preset: preset, SHA256: hex.EncodeToString(sum[:]), Reader: bytes.NewReader(file), Size: int64(len(file))}
	return exchange.Import(b.ctx, source, b.hands(), o)
}

// keeping opens a buffer as the command line opens a file.
func keeping(buffer *bytes.Buffer) func(int64) (io.Writer, error) {
	return func(keep int64) (io.Writer, error) {
		buffer.Truncate(int(keep))
		return buffer, nil
	}
}

// hands wires an import to the till, as the server does.
func (b *bundle) hands() exchange.Hands {
	return exchange.Hands{
		Places: b.places, Enrol: b.enrol, Sell: b.sell, Return: b.giveBack,
		Record: func(ctx context.Context, tx *store.Tx, at time.Time, e verno.Event) error {
			e.Actor = b.actor.Name()
			return books.Record(ctx, tx, at, rand.Reader, e)
		},
	}
}

func (b *bundle) places(ctx context.Context, list []exchange.Place, _ time.Time) ([]exchange.Spot, int, error) {
	spots, opened := make([]exchange.Spot, len(list)), 0
	for i, p := range list {
		if p.Store == "" {
			spots[i].Store = b.made.Store
			continue
		}
		s, err := b.store.Reader().PlaceByExternalID(ctx, b.actor.Tenant, p.Store)
		if errors.Is(err, store.ErrNotFound) {
			opened++
			s, err = b.office.CreateStore(ctx, b.actor, now, campaign.Place{Programme: b.made.Programme, ExternalID: p.Store, Name: p.Name, TimeZone: p.Zone})
		}
		if err != nil {
			return nil, 0, err
		}
		spots[i].Store = s.ID
	}
	return spots, opened, nil
}

func (b *bundle) enrol(ctx context.Context, list []exchange.Member, _ time.Time) (made int, err error) {
	err = b.store.Write(ctx, func(tx *store.Tx) error {
		made = 0
		var owners []*store.Owner
		var events []verno.Event
		for _, m := range list {
			id := verno.NewID[verno.MemberID](now, rand.Reader)
			fresh, err := tx.InsertMember(ctx, verno.Member{
				ID: id, Tenant: b.actor.Tenant, Owner: verno.MemberOwner(id), Programme: b.made.Programme, ExternalID: m.ExternalID,
				Channel: exchange.Channel, Store: m.Store, Metadata: m.About, Revision: 1, EnrolledAt: m.EnrolledAt, UpdatedAt: now,
			})
			if err != nil {
				return err
			}
			if !fresh {
				continue
			}
			made++
			owners = append(owners, &store.Owner{Tenant: b.actor.Tenant, ID: verno.MemberOwner(id), Kind: "member"})
			events = append(events, verno.Event{Tenant: b.actor.Tenant, Kind: verno.EventMemberCreated, Owner: verno.MemberOwner(id), Subject: id.String()})
		}
		tx.Bulk().PutOwners(owners)
		if err := tx.Bulk().Flush(ctx); err != nil {
			return err
		}
		return books.Record(ctx, tx, now, rand.Reader, events...)
	})
	return made, err
}

var errStopped = errors.New("stopped")

func (b *bundle) sell(ctx context.Context, list []exchange.Sale) ([]exchange.Outcome, error) {
	b.sellCalls++
	outcomes := make([]exchange.Outcome, len(list))
	if b.sellCalls == b.busySell {
		for i := range outcomes {
			outcomes[i] = exchange.Outcome{State: exchange.Retry, Err: verno.Unavailable("overloaded", 1)}
		}
		return outcomes, nil
	}
	replays := make([]checkout.Replay, len(list))
	for i, s := range list {
		replays[i] = checkout.Replay{
			Key: s.Key, BodyHash: s.BodyHash, Member: checkout.Identify{ExternalID: s.Member}, Tenders: s.Tenders, Number: s.Number,
			BusinessDate: s.BusinessDate, OccurredAt: s.OccurredAt, Charged: s.Charged,
			Sale: checkout.Sale{
				Basket: verno.Basket{Lines: s.Lines}, Spend: s.Spend, Store: s.Spot.Store, Terminal: s.Spot.Terminal,
				Channel: exchange.Channel,
			},
		}
	}
	done, err := b.till.Replay(ctx, b.actor, replays)
	if err != nil {
		return nil, err
	}
	for i, o := range done {
		outcomes[i] = exchange.Outcome{State: exchange.State(o.State), Receipt: o.Receipt, Err: o.Err}
		if list[i].Number == b.stopAt && b.stopAt != "" {
			b.stopAt, err = "", errStopped
		}
	}
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

func (b *bundle) giveBack(ctx context.Context, list []exchange.Return) ([]exchange.Outcome, error) {
	outcomes := make([]exchange.Outcome, len(list))
	var group sync.WaitGroup
	for i, q := range list {
		group.Go(func() {
			lines := make([]checkout.ReturnLine, len(q.Lines))
			for j, l := range q.Lines {
				lines[j] = checkout.ReturnLine(l)
			}
			outcomes[i] = exchange.OutcomeOf(b.till.Return(ctx, b.actor, checkout.Return{
				Key: q.Key, BodyHash: q.BodyHash, Receipt: q.Receipt, Lines: lines, Terminal: q.Spot.Terminal, Number: q.Number,
				BusinessDate: q.BusinessDate, OccurredAt: q.OccurredAt, Channel: exchange.Channel,
			}))
		})
	}
	group.Wait()
	return outcomes, nil
}

// points are the balances of all members, and what lots they have.
func (b *bundle) points() (balances, lots int64) {
	b.t.Helper()
	r := b.store.Reader()
	for after := (verno.MemberID{}); ; {
		list, err := r.Members(b.ctx, b.actor.Tenant, after, 200)
		b.must(err)
		for _, m := range list {
			holdings, err := r.Holdings(b.ctx, b.actor.Tenant, m.Owner)
			b.must(err)
			for _, h := range holdings {
				balances += h.Balance
				for _, l := range h.Lots {
					lots += l.Remaining
				}
			}
			after = m.ID
		}
		if len(list) < 200 {
			return balances, lots
		}
	}
}

// sound seals the log and sees that the books are sound.
func (b *bundle) sound() {
	b.t.Helper()
	_, err := b.sealer.Seal(b.ctx, func() time.Time { return now })
	b.must(err)
	report, err := books.Verify(b.ctx, b.store.Reader(), func(int64, int64) {})
	b.must(err)
	if !report.OK {
		b.t.Errorf("the books are not sound: %v", report)
	}
}

// realFile is a file of the real data sets that lie beside the project; the test is skipped where they are not there.
func realFile(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("VERNO_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Skipf("the real data are not here, set VERNO_DATA to where they are: %v", err)
	}
	return b
}

func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
