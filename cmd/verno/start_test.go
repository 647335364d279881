package main_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
)

// TestStartIsRefused: what keeps a server from starting is said in one line, and nothing is left behind by it.
func TestStartIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t, store.SQLite)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s.refuses(1, "port_in_use: somebody else answers on "+taken.Addr().String(), "serve", "--listen", taken.Addr().String())
	s.refuses(1, "address_invalid", "serve", "--listen", "nowhere")
	s.refuses(1, "database_unreachable", "serve", "--listen", "127.0.0.1:0", "--db", filepath.Join(s.dir, "no", "folder.db"))
	s.refuses(1, "is neither the path", "serve", "--listen", "127.0.0.1:0", "--db", "mysql://localhost/x")
	if left, err := os.ReadDir(s.dir); err != nil || len(left) > 0 {
		t.Errorf("made: %v, %v", left, err)
	}
	s.env = []string{"LANG=ru_RU.UTF-8"}
	s.refuses(1, "адрес "+taken.Addr().String()+" занят", "serve", "--listen", taken.Addr().String())
	s.env = nil

	if err := os.WriteFile(s.db, []byte(strings.Repeat("this is a letter to my aunt\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.refuses(1, "database_damaged", "serve", "--listen", "127.0.0.1:0")
	s.refuses(2, "database_damaged", "verify", "--without-key")
	if _, err := os.Stat(s.kek); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a key was drawn for a database that cannot be opened")
	}
}

// TestUnreachablePostgres: the password is not shown.
func TestUnreachablePostgres(t *testing.T) {
	t.Parallel()
	s := newShop(t, store.SQLite)
	s.refuses(1, "database_unreachable: the database postgres://verno:xxxxx@127.0.0.1:1/verno", "serve", "--listen", "127.0.0.1:0",
		"--db", "postgres://verno:secret-password@127.0.0.1:1/verno")
	if got := s.verno("verify", "--without-key", "--db", "postgres://verno:secret-password@127.0.0.1:1/verno"); strings.Contains(got.err, "secret") {
		t.Error(got.err)
	}
}

// TestWordsThatAreOff: one line, exit code 2, whether the word came by the command line or the environment.
func TestWordsThatAreOff(t *testing.T) {
	t.Parallel()
	s := newShop(t, store.SQLite)
	for want, words := range map[string][]string{
		"want a duration from 1s to 55s":           {"serve", "--request-timeout", "soon"},
		`"10.0.0.0/99" is no network`:              {"serve", "--trusted-proxies", "10.0.0.0/99"},
		"want debug, info, warn or error":          {"serve", "--log-level", "loud"},
		"want text or json":                        {"serve", "--log-format", "xml"},
		"want a number from 1 to 1000000":          {"serve", "--till-rate", "-1"},
		"flag provided but not defined: -listne":   {"serve", "--listne", "x"},
		"serve takes flags only":                   {"serve", "shop.db"},
		"want --language ru or en":                 {"demo", "--language", "de"},
		"flag needs an argument: -db; verno serve": {"serve", "--db"},
	} {
		s.refuses(2, want, words...)
	}
	s.env = []string{"VERNO_REQUEST_TIMEOUT=1h"}
	s.refuses(2, `invalid value "1h" for VERNO_REQUEST_TIMEOUT: want a duration`, "serve")
	if got := s.verno("nonsense"); got.code != 2 {
		t.Errorf("exit code %d", got.code)
	}
	if got := s.verno("serve", "-h"); got.code != 0 || !strings.Contains(got.err, "VERNO_TRUSTED_PROXIES") {
		t.Errorf("help: %d, %s", got.code, got.err)
	}
	if left, err := os.ReadDir(s.dir); err != nil || len(left) > 0 {
		t.Errorf("made: %v, %v", left, err)
	}
}

// TestFullDisk: a server that has no room to begin says so. A folder in memory stands in for a disk that is full.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := newShop(t, store.SQLite)
	small := filepath.Join(s.dir, "small")
	if err := os.Mkdir(small, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=64k", "none", small).Run(); err != nil {
		t.Skip("only root can mount")
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", small).Run() })
	s.refuses(1, "disk_full", "serve", "--listen", "127.0.0.1:0", "--db", filepath.Join(small, "shop.db"))
	if left, err := filepath.Glob(filepath.Join(small, "*.kek")); err != nil || len(left) > 0 {
		t.Errorf("a key was drawn: %v, %v", left, err)
	}
}

// TestOneServesAFile: a second server on a SQLite file is refused for as long as the first one lives, however it ends.
func TestOneServesAFile(t *testing.T) {
	t.Parallel()
	s := newShop(t, store.SQLite)
	first := s.serve()
	s.refuses(1, "database_in_use: another verno serves", "serve", "--listen", "127.0.0.1:0")
	s.does("verify")
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	first.code()
	if code := s.serve().stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestTimeZonesAreInside: where this runs there may be no table of time zones.
func TestTimeZonesAreInside(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil || !strings.Contains(string(out), "time/tzdata\n") {
		t.Errorf("time/tzdata is not in the program: %v", err)
	}
}
