package rig_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// folder holds the programs that the tests build, until the last test has ended.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "verno-rig-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// verno builds the program as it is sold.
func verno() (string, error) { return build("") }

// build builds the program once, with a bug where tag names one.
func build(tag string) (string, error) {
	once, _ := built.LoadOrStore(tag, sync.OnceValues(func() (string, error) {
		path := filepath.Join(folder, "verno"+tag)
		cmd := exec.Command("go", "build", "-tags", tag, "-o", path, "../../cmd/verno")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", &exec.Error{Name: strings.Join(cmd.Args, " ") + "\n" + string(out), Err: err}
		}
		return path, nil
	}))
	return once.(func() (string, error))()
}

// built are the programs by their tags.
var built sync.Map

// tortureOn prepares a torture of a program on an engine.
func tortureOn(t *testing.T, program string, e store.Engine, of rig.Torture) rig.Torture {
	t.Helper()
	of.Program, of.Clients, of.Seed, of.Clock = program, 16, uint64(time.Now().UnixNano()), time.Now
	of.Say = func(string, int, int) {}
	switch of.Fault {
	case "pgkill", "powercut", "diskfull": // These make a database of their own.
		of.Postgres = e == store.PostgreSQL
	default:
		of.DB, of.KEKFile = storetest.DSN(t, e), filepath.Join(t.TempDir(), "verno.kek")
	}
	return of
}

// forget removes what a torture has kept to be looked at.
func forget(t *testing.T, v *rig.Verdict) {
	t.Helper()
	if v.Folder != "" {
		t.Cleanup(func() { _ = os.RemoveAll(v.Folder) })
	}
}

// torture runs a torture on a program, on an engine.
func torture(t *testing.T, program string, e store.Engine, of rig.Torture) rig.Verdict {
	t.Helper()
	v, err := tortureOn(t, program, e, of).Run(t.Context())
	if errors.Is(err, rig.ErrNoDisk) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	forget(t, &v)
	return v
}

// stands sees that Verno stands a torture on every engine.
func stands(t *testing.T, of rig.Torture, worked func(*rig.Verdict) bool) {
	t.Helper()
	program, err := verno()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range storetest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			v := torture(t, program, e, of)
			if !v.OK {
				t.Errorf("%+v", v)
			}
			if !worked(&v) {
				t.Errorf("the torture was none: %+v", v)
			}
		})
	}
}

// TestKilled kills Verno under load ten times: whatever it has acknowledged is there, once, and whatever it has not can
// be found out by its key.
func TestKilled(t *testing.T) {
	t.Parallel()
	stands(t, rig.Torture{Fault: "kill", Rounds: 10}, func(v *rig.Verdict) bool {
		return v.Cycles == 10 && v.Acknowledged > 100 && v.Unknown > 0 && v.Resolved.NeverSeen > 0
	})
}

// TestPostgresKilled kills all of PostgreSQL under load: tills get 503 and when to come back, Verno gets well by itself
// within seconds, and nothing is lost.
func TestPostgresKilled(t *testing.T) {
	t.Parallel()
	program, err := verno()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("VERNO_TEST_ENGINE") == "sqlite" {
		t.Skip("PostgreSQL is left out")
	}
	v := torture(t, program, store.PostgreSQL, rig.Torture{Fault: "pgkill", Rounds: 3})
	if !v.OK || v.Cycles != 3 || v.Acknowledged < 50 || v.ComeBack == 0 || v.Recovery > 10 {
		t.Errorf("%+v", v)
	}
}

// TestPowerCut takes the power from the database's disk, where root and a loop device allow it: with the settings that
// Verno insists on, nothing that was acknowledged is lost.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	stands(t, rig.Torture{Fault: "powercut", Rounds: 2}, func(v *rig.Verdict) bool {
		return v.Cycles == 2 && v.Acknowledged > 50
	})
}

// TestDiskFull fills the disk under load, where root and a loop device allow it: tills get 503 and when to come back,
// what was acknowledged stays, and with room again Verno goes on by itself.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	stands(t, rig.Torture{Fault: "diskfull", Rounds: 2}, func(v *rig.Verdict) bool {
		return v.Cycles == 2 && v.Acknowledged > 50 && v.ComeBack > 0
	})
}

// TestDoubled sends each request one to five times over connections that break: each key has one effect and one answer,
// and another body under it is turned away.
func TestDoubled(t *testing.T) {
	t.Parallel()
	stands(t, rig.Torture{Fault: "dup", Rounds: 10}, func(v *rig.Verdict) bool {
		return v.Cycles == 10 && v.Sent > 2*v.Acknowledged && v.Acknowledged > 100 && v.Unknown > 0
	})
}

// TestDoubledThroughToxiproxy is TestDoubled with another's way of breaking connections.
func TestDoubledThroughToxiproxy(t *testing.T) {
	t.Parallel()
	stands(t, rig.Torture{Fault: "dup", Rounds: 5, Through: toxic}, func(v *rig.Verdict) bool {
		return v.Cycles == 5 && v.Acknowledged > 50 && v.Unknown > 0
	})
}

// toxic resets a third of the connections before a request has passed, and a third in the middle of an answer.
func toxic(to string) (at string, stop func(), err error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, "verno", "127.0.0.1:0", to)
	if err := proxy.Start(); err != nil {
		return "", nil, err
	}
	for _, toxic := range []string{
		`{"type":"reset_peer","stream":"upstream","toxicity":0.33,"attributes":{"timeout":5}}`,
		`{"type":"limit_data","stream":"downstream","toxicity":0.33,"attributes":{"bytes":700}}`,
		`{"type":"latency","stream":"downstream","toxicity":0.5,"attributes":{"latency":3,"jitter":3}}`,
	} {
		if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			proxy.Stop()
			return "", nil, err
		}
	}
	return proxy.Listen, proxy.Stop, nil
}

// TestRaced lets thirty come at once for the points, the money, the returns and the holds of one member, and spend
// against a freeze, a block and the end of the points: what is done is what there was enough for, and nobody is told of
// an error of the server.
func TestRaced(t *testing.T) {
	t.Parallel()
	stands(t, rig.Torture{Fault: "race", Rounds: 18}, func(v *rig.Verdict) bool {
		return v.Cycles == 18 && v.Acknowledged > 100 && v.Refused > 200
	})
}

// planted are the bugs that build tags put in, how they are brought to light, and which promise each breaks.
var planted = []struct {
	tag     string
	of      rig.Torture
	promise string
	always  bool // and not only where all are asked for
}{
	{"bug_equal_keys_in_group", rig.Torture{Fault: "dup", Rounds: 3}, "P2 exactly once", true},
	{"bug_check_then_act", rig.Torture{Fault: "race", Rounds: 9}, "P5 no overdraft", true},
	{"bug_answer_before_commit", rig.Torture{Fault: "kill", Rounds: 20}, "P1 durable", false},
	{"bug_key_after_commit", rig.Torture{Fault: "kill", Rounds: 20}, "P2 exactly once", false},
	{"bug_refund_twice", rig.Torture{Fault: "race", Rounds: 9}, "P5 no overdraft", false},
	{"bug_float_rounding", rig.Torture{Fault: "dup", Rounds: 3}, "P4 conservation", false},
}

// TestPlantedBugs shows that torture can fail: it catches each bug that is planted on purpose, and says which promise it
// breaks. Building a program takes a while, so that VERNO_TORTURE=all asks for all of them on every engine, and
// otherwise two are tried.
func TestPlantedBugs(t *testing.T) {
	t.Parallel()
	all := os.Getenv("VERNO_TORTURE") == "all"
	engines := storetest.Engines(t)
	for i, bug := range planted {
		if !all && !bug.always {
			continue
		}
		t.Run(bug.tag, func(t *testing.T) {
			t.Parallel()
			program, err := build(bug.tag)
			if err != nil {
				t.Fatal(err)
			}
			for j, e := range engines {
				if !all && j != i%len(engines) {
					continue
				}
				v := torture(t, program, e, bug.of)
				if v.OK || !slices.Contains(v.Broken, bug.promise) {
					t.Errorf("%s: the bug was not caught: %+v", e, v)
					continue
				}
				t.Logf("%s on %s: caught by %s in %.1f s: %s; %.300s", bug.tag, e, v.Fault, v.Seconds, strings.Join(v.Broken, ", "), v.Problems[0])
			}
		})
	}
}
