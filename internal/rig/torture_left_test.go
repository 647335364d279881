package rig_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// torturer runs verno torture as a process of its own, whose temporary files are in a folder of its own.
type torturer struct {
	t   *testing.T
	dir string
}

func newTorturer(t *testing.T) *torturer {
	t.Helper()
	if len(storetest.Engines(t)) == 1 && storetest.Engines(t)[0] != store.PostgreSQL {
		t.Skip("PostgreSQL is left out")
	}
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // PostgreSQL runs as another user.
		t.Fatal(err)
	}
	return &torturer{t, dir}
}

func (r *torturer) command(program string, words ...string) *exec.Cmd {
	cmd := exec.Command(program, append([]string{"torture", "--json"}, words...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+r.dir)
	return cmd
}

// clusters are the folders of private PostgreSQLs that are there.
func (r *torturer) clusters(inside string) []string {
	r.t.Helper()
	found, err := filepath.Glob(filepath.Join(r.dir, "verno-torture-pg-*", inside))
	if err != nil {
		r.t.Fatal(err)
	}
	return found
}

// cut starts a torture, ends it by a signal once its PostgreSQL runs, and returns when it has ended.
func (r *torturer) cut(program string, by os.Signal) {
	r.t.Helper()
	cmd := r.command(program, "--fault", "pgkill", "--n", "1000")
	before := len(r.clusters("data/postmaster.pid"))
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(r.t.Context(), time.Minute)
	defer stop()
	for tick := time.NewTicker(20 * time.Millisecond); len(r.clusters("data/postmaster.pid")) <= before; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			_ = cmd.Process.Kill()
			r.t.Fatal("no PostgreSQL was started")
		}
	}
	_ = cmd.Process.Signal(by)
	_ = cmd.Wait()
}

// TestTortureLeavesNoCluster: an interrupted torture removes its PostgreSQL, and what a killed one had to leave behind
// the next one removes.
func TestTortureLeavesNoCluster(t *testing.T) {
	t.Parallel()
	program, err := verno()
	if err != nil {
		t.Fatal(err)
	}
	r := newTorturer(t)
	r.cut(program, os.Interrupt)
	if left := r.clusters(""); len(left) > 0 {
		t.Errorf("an interrupt leaves %v", left)
	}
	r.cut(program, syscall.SIGKILL)
	if left := r.clusters(""); len(left) != 1 {
		t.Fatalf("a kill leaves %v", left)
	}
	_ = os.Remove(filepath.Join(r.clusters("")[0], "data", "postmaster.pid"))
	r.cut(program, os.Interrupt)
	if left := r.clusters(""); len(left) > 0 {
		t.Errorf("the run after a kill leaves %v", left)
	}
}

// TestFoundBugLeavesADump: where torture finds something it keeps journal, logs and a dump of the database, and not the
// PostgreSQL itself.
func TestFoundBugLeavesADump(t *testing.T) {
	t.Parallel()
	program, err := build("bug_equal_keys_in_group")
	if err != nil {
		t.Fatal(err)
	}
	r := newTorturer(t)
	cmd := r.command(program, "--fault", "dup", "--n", "3", "--postgres")
	out, _ := cmd.Output() // It fails, having found the bug.
	var v rig.Verdict
	if err := json.Unmarshal(out, &v); err != nil || v.OK || v.Folder == "" {
		t.Fatalf("%v: %s", err, out)
	}
	if info, err := os.Stat(filepath.Join(v.Folder, "database.dump")); err != nil || info.Size() == 0 {
		t.Errorf("the dump: %v", err)
	}
	if left := r.clusters(""); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
