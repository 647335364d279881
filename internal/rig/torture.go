package rig

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Torture says how a running Verno is to be mistreated. It is started as a process of its own and asked over HTTP only;
// what it answered is written down outside of it, and it is held to that.
type Torture struct {
	Program  string        // verno itself
	Fault    string        // one of Faults
	Rounds   int           // kills, batches of doubles, or races
	Clients  int           // callers at once
	Longest  time.Duration // after which no new round begins; 0 for no end
	DB       string        // SQLite file or postgres:// URL; one of its own, removed at the end, where empty
	Postgres bool          // its own is a private PostgreSQL instead of a file
	Options  []string      // of that PostgreSQL, such as fsync=off; Verno is told to accept what is weak
	KEKFile  string        // of a database that is given; chosen by Verno where empty
	Seed     uint64        // the same seed draws the same requests
	Clock    func() time.Time
	Say      func(what string, done, of int)
	// Through is the way to Verno on which connections break: it answers at an address until it is stopped. Where nil it
	// is the rig's own.
	Through func(to string) (at string, stop func(), err error)
}

// Faults are what Torture can do: kill -9 of Verno, kill -9 of PostgreSQL, the power taken from the database's disk, that
// disk full, requests that are sent several times over connections that break, and simultaneous requests for one value.
var Faults = []string{"kill", "pgkill", "powercut", "diskfull", "dup", "race"}

// acts are how each fault is done.
var acts = map[string]func(*rack, context.Context) error{
	"kill": (*rack).kills, "pgkill": (*rack).serverKills, "powercut": (*rack).powerCuts, "diskfull": (*rack).fullDisks,
	"dup": (*rack).doubles, "race": (*rack).races,
}

// ErrNoDisk says that this machine gives us no disk of our own, whose power could be cut or which could be filled.
var ErrNoDisk = errors.New("no disk can be had here")

// Verdict is what torture found. Verno stands it where OK is true.
type Verdict struct {
	Fault        string   `json:"fault"`
	Engine       string   `json:"engine"`
	Seed         uint64   `json:"seed"`
	Cycles       int      `json:"cycles"`
	Sent         int64    `json:"sent"`         // requests with a key, each counted as often as it was sent
	Acknowledged int64    `json:"acknowledged"` // answered with success, the same key once
	Refused      int64    `json:"refused"`      // answered with an error that says nothing was done
	Unknown      int64    `json:"unknown"`      // not answered, or with 503
	ComeBack     int64    `json:"come_back"`    // of these, answered with 503 and when to come back
	Resolved     Resolved `json:"resolved"`     // what became of these, by their keys
	Lost         int64    `json:"lost"`         // acknowledged and gone, or changed
	Doubled      int64    `json:"doubled"`      // one key, two effects
	Overspent    int64    `json:"overspent"`    // more was spent, given back or captured than there was
	Wrong        int64    `json:"wrong"`        // sums that are not what they must be
	Unresolved   int64    `json:"unresolved"`   // keys that tell nothing, or something untrue
	ServerErrors int64    `json:"server_errors"`
	Broken       []string `json:"broken"` // the promises that these break
	Recovery     float64  `json:"longest_recovery_seconds"`
	Verify       bool     `json:"verify"` // verno verify found the books sound
	Seconds      float64  `json:"seconds"`
	OK           bool     `json:"ok"`
	Problems     []string `json:"problems,omitempty"` // the first ones
	Folder       string   `json:"folder,omitempty"`   // with journal, log and database, kept where something is wrong
}

// Resolved counts what GET /operations/{key} said of requests that got no answer.
type Resolved struct {
	Applied   int64 `json:"applied"`
	Rejected  int64 `json:"rejected"`
	NeverSeen int64 `json:"never_seen"`
}

// broken tells which promises do not hold, in the words of the README.
func (v *Verdict) broken() []string {
	found := []string{}
	for _, p := range []struct {
		breaches int64
		promise  string
	}{
		{v.Lost, "P1 durable"},
		{v.Doubled, "P2 exactly once"},
		{v.Unresolved, "P3 every unknown outcome can be resolved"},
		{v.Wrong, "P4 conservation"},
		{v.Overspent, "P5 no overdraft"},
		{v.ServerErrors, "an outage is told as 503 with when to come back, and passes by itself"},
	} {
		if p.breaches > 0 {
			found = append(found, p.promise)
		}
	}
	return found
}

// mostProblems is how many problems a verdict tells of; the others are counted.
const mostProblems = 20

// tally gathers the verdict from many callers.
type tally struct {
	mu sync.Mutex
	Verdict
}

func (t *tally) count(what *int64) {
	t.mu.Lock()
	*what++
	t.mu.Unlock()
}

// blame counts something that must not be.
func (t *tally) blamef(what *int64, format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	*what++
	if len(t.Problems) < mostProblems {
		t.Problems = append(t.Problems, fmt.Sprintf(format, args...))
	}
}

// rack is what a torture works with.
type rack struct {
	Torture
	*tally
	draw    *rand.Rand // of the one who gives the orders; callers have their own
	folder  string
	cluster *cluster // its own PostgreSQL, nil for none
	disk    *disk    // whose power is cut, nil for none
	journal *journal
	verno   *process
	caller  *caller
	stage   *stage
	began   time.Time
	moved   time.Duration // of Verno's clock
}

// Run tortures Verno and tells how it stood it. The error is one of the rig: what is wrong with Verno stands in the
// verdict.
func (t Torture) Run(ctx context.Context) (Verdict, error) {
	act := acts[t.Fault]
	if act == nil {
		return Verdict{}, fmt.Errorf("there is no fault %q: it is one of %s", t.Fault, strings.Join(Faults, ", "))
	}
	return t.run(ctx, act)
}

// run sets a rack up, acts, and has the verdict from it.
func (t Torture) run(ctx context.Context, act func(*rack, context.Context) error) (Verdict, error) {
	r := &rack{Torture: t, tally: &tally{}, draw: newDraw(t.Seed), began: t.Clock()}
	r.Verdict.Fault, r.Verdict.Seed = t.Fault, t.Seed
	err := r.prepare(ctx)
	if err == nil {
		err = act(r, ctx)
	}
	if err == nil {
		err = r.conclude(ctx)
	}
	v := &r.Verdict
	v.Seconds = t.Clock().Sub(r.began).Seconds()
	v.Broken = v.broken()
	v.OK = err == nil && v.Verify && len(v.Broken) == 0
	return r.Verdict, errors.Join(err, r.clear(ctx))
}

// prepare starts what is needed and opens the shop.
func (r *rack) prepare(ctx context.Context) error {
	var err error
	if r.folder, err = os.MkdirTemp("", "verno-torture-"); err != nil {
		return err
	}
	if err := r.house(ctx); err != nil {
		return err
	}
	if r.journal, err = newJournal(filepath.Join(r.folder, "journal.ndjson")); err != nil {
		return err
	}
	if r.stage, err = r.found(ctx); err != nil {
		return err
	}
	if err := r.start(ctx); err != nil {
		return err
	}
	switch r.Fault {
	case "race":
		return r.mortal(ctx)
	case watched:
		return nil
	default:
		return r.open(ctx)
	}
}

// house finds the database its place.
func (r *rack) house(ctx context.Context) error {
	r.Engine = "sqlite"
	at, below := r.folder, ""
	var err error
	switch {
	case r.DB != "" && (r.Fault == "pgkill" || r.ownDisk()):
		return fmt.Errorf("%s takes a database of its own, none that is given", r.Fault)
	case r.DB != "":
		if strings.Contains(r.DB, "://") {
			r.Engine = "postgres"
		}
		return nil
	case r.ownDisk():
		if r.disk, err = newDisk(ctx, r.folder); err != nil {
			return err
		}
		at, below = r.disk.at, r.disk.at
	}
	if !r.Postgres && r.Fault != "pgkill" {
		r.DB = filepath.Join(at, "verno.db")
		return nil
	}
	r.Engine, r.KEKFile = "postgres", filepath.Join(r.folder, "verno.kek")
	if r.cluster, err = startCluster(ctx, r.Clock, below, filepath.Join(r.folder, "postgres.log"), r.Options); err != nil {
		return err
	}
	r.DB = r.cluster.url()
	return nil
}

// ownDisk reports whether the database gets a disk of its own.
func (r *rack) ownDisk() bool { return r.Fault == "powercut" || r.Fault == "diskfull" }

// conclude holds Verno to the journal and has it check itself.
func (r *rack) conclude(ctx context.Context) error {
	if err := r.journal.close(); err != nil {
		return err
	}
	if err := r.audit(ctx); err != nil {
		return err
	}
	r.verno.stop()
	return r.verify(ctx)
}

// clear ends what was started and removes what was made, unless somebody will want to look at it.
func (r *rack) clear(ctx context.Context) error {
	if r.verno != nil {
		r.verno.kill()
	}
	keep := len(r.Problems) > 0
	var err error
	if r.cluster != nil {
		if keep { // Without a dump there are the journal and the logs.
			_ = r.cluster.dump(context.WithoutCancel(ctx), filepath.Join(r.folder, "database.dump"))
		}
		err = r.cluster.close()
	}
	if r.disk != nil {
		err = errors.Join(err, r.disk.close())
	}
	if r.journal != nil {
		_ = r.journal.close()
	}
	if keep {
		r.Folder = r.folder
		return err
	}
	return errors.Join(err, os.RemoveAll(r.folder))
}

// newDraw draws the same for the same seed.
func newDraw(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 0))
}

// more reports whether another round may begin.
func (r *rack) more(ctx context.Context) bool {
	return ctx.Err() == nil && r.Cycles < r.Rounds && (r.Longest == 0 || r.Clock().Sub(r.began) < r.Longest)
}
