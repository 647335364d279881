package rig_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

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
var verno = sync.OnceValues(func() (string, error) { return build("") })

// build builds the program, with a bug where tag names one.
func build(tag string) (string, error) {
	path := filepath.Join(folder, "verno"+tag)
	cmd := exec.Command("go", "build", "-tags", tag, "-o", path, "../../cmd/verno")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &exec.Error{Name: strings.Join(cmd.Args, " ") + "\n" + string(out), Err: err}
	}
	return path, nil
}

// torture runs a torture on a program, on an engine.
func torture(t *testing.T, program string, e store.Engine, of rig.Torture) rig.Verdict {
	t.Helper()
	of.Program, of.Clients, of.Seed, of.Clock = program, 16, uint64(time.Now().UnixNano()), time.Now
	of.Say = func(string, int, int) {}
	if of.Fault != "pgkill" {
		of.DB, of.KEKFile = storetest.DSN(t, e), filepath.Join(t.TempDir(), "verno.kek")
	}
	v, err := of.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", v)
	if v.Folder != "" {
		t.Cleanup(func() { _ = os.RemoveAll(v.Folder) })
	}
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
	v := torture(t, program, store.PostgreSQL, rig.Torture{Fault: "pgkill", Rounds: 5})
	if !v.OK || v.Cycles != 5 || v.Acknowledged < 100 || v.Unknown == 0 || v.Recovery > 10 {
		t.Errorf("%+v", v)
	}
}
