package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/store"
)

// TestFirstKeyIsAnnounced: who begins is told where the key stands, and that it must be kept.
func TestFirstKeyIsAnnounced(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		got := s.does("init", "--json")
		for _, want := range []string{"level=WARN", s.kek, "apart from the backups", "0600"} {
			if !strings.Contains(got.err, want) {
				s.t.Errorf("init does not say %q: %s", want, got.err)
			}
		}
		info, err := os.Stat(s.kek)
		if err != nil || info.Mode().Perm() != 0o600 {
			s.t.Errorf("%v, %v", info, err)
		}
		if got := s.does("verify"); strings.Contains(got.err, "drawn") {
			s.t.Errorf("another key: %s", got.err)
		}
	})
}

// TestKeyIsMissingOrWrong: what was sealed under a key is not opened by a new one, so none is drawn; the commands tell a
// key that is not there from one that is another, in both languages.
func TestKeyIsMissingOrWrong(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		s.found()
		backup := filepath.Join(s.dir, "shop.backup")
		s.does("backup", backup)
		right, err := os.ReadFile(s.kek)
		if err != nil || os.Remove(s.kek) != nil {
			s.t.Fatal(err)
		}
		receipts := filepath.Join(s.dir, "receipts.csv")
		words := map[string][]string{
			"serve": {"serve", "--listen", "127.0.0.1:0"}, "init": {"init"}, "backup": {"backup", filepath.Join(s.dir, "b")},
			"import": {"import", "receipts", "--preset", "generic", receipts}, "export": {"export", "ledger"},
			"verify": {"verify"}, "keys": {"keys", "rotate"}, "rotate-kek": {"keys", "rotate-kek"}, "list": {"keys", "list"},
			"restore": {"restore", "--db", filepath.Join(s.dir, "other.db"), "--kek-file", s.kek, backup},
		}
		code := func(name string) int {
			if name == "verify" {
				return 2
			}
			return 1
		}
		for name, args := range words {
			s.refuses(code(name), "kek_missing: no key-encryption key was found: put it into "+s.kek, args...)
		}
		s.env = []string{"LANG=ru_RU.UTF-8"}
		s.refuses(1, "kek_missing: ключ шифрования ключей не найден", "serve", "--listen", "127.0.0.1:0")
		s.env = nil
		if left, err := filepath.Glob(filepath.Join(s.dir, "*.kek")); err != nil || len(left) > 0 {
			s.t.Errorf("a key was drawn: %v, %v", left, err)
		}
		s.does("verify", "--without-key")

		s.env = []string{"VERNO_KEK=" + rig.KEK()}
		for _, name := range []string{"serve", "init", "backup", "import", "export", "verify", "keys", "rotate-kek"} {
			s.refuses(code(name), "kek_wrong: VERNO_KEK has another key than this database: needed is kek_", words[name]...)
		}
		s.env = []string{"VERNO_KEK=nonsense"}
		s.refuses(2, "kek_invalid: VERNO_KEK holds no key-encryption key", "verify")
		s.env = nil

		if err := os.WriteFile(s.kek, right, 0o644); err != nil {
			s.t.Fatal(err)
		}
		s.refuses(2, "kek_readable", "verify")
		if err := os.Chmod(s.kek, 0o600); err != nil {
			s.t.Fatal(err)
		}
		s.does("verify")
	})
}

// TestNothingIsMade: commands that need a database make none.
func TestNothingIsMade(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		s.env = []string{"VERNO_KEK=" + rig.KEK()}
		want := "database_missing"
		if e, err := store.EngineOf(s.db); err == nil && e == store.PostgreSQL {
			want = "database_empty"
		}
		s.refuses(2, want, "verify")
		s.refuses(1, want, "backup", filepath.Join(s.dir, "b"))
		s.refuses(1, want, "export", "ledger")
		s.refuses(1, want, "keys", "rotate")
		s.refuses(1, want, "import", "receipts", "--preset", "generic", "nothing.csv")
		if left, err := os.ReadDir(s.dir); err != nil || len(left) > 0 {
			s.t.Errorf("made: %v, %v", left, err)
		}
	})
}

// TestRotateBesideAServer rotates all that can be rotated while a server sells: it goes on, persons are found, and the
// books stay sound; a key that is drawn stands first in the file, where the server finds it.
func TestRotateBesideAServer(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		made := s.found()
		v := s.serve("--no-rate-limits")
		chain := v.chain(made, 20)
		before, err := os.ReadFile(s.kek)
		if err != nil {
			s.t.Fatal(err)
		}
		s.does("keys", "rotate", "--purpose", "all")
		s.does("keys", "rotate", "--json", "--test")
		if got := s.does("keys", "rotate-kek").out; !strings.Contains(got, s.kek) {
			s.t.Errorf("rotate-kek says %s", got)
		}
		after, err := os.ReadFile(s.kek)
		if err != nil || !bytes.HasSuffix(after, before) || len(after) <= len(before) {
			s.t.Errorf("the file has %d bytes after %d, %v", len(after), len(before), err)
		}
		if _, err := chain.Trade(s.t.Context(), 30, func(string, int, int) {}); err != nil {
			s.t.Error(err)
		}
		if code := v.stop(); code != 0 {
			s.t.Errorf("exit code %d: %s", code, v.log)
		}
		var list struct {
			KEKs []struct {
				Given, First bool
				Wraps        int
			}
			Keys []struct {
				Purpose string
				Version int64
				Left    int64 `json:"persons_left"`
			}
		}
		if err := json.Unmarshal([]byte(s.does("keys", "list", "--json").out), &list); err != nil {
			s.t.Fatal(err)
		}
		if len(list.KEKs) != 2 || !list.KEKs[0].First || list.KEKs[0].Wraps != len(list.Keys) || list.KEKs[1].Wraps != 0 {
			s.t.Errorf("%+v", list.KEKs)
		}
		newest := map[string]int64{}
		for _, k := range list.Keys {
			newest[k.Purpose] = max(newest[k.Purpose], k.Version)
			if k.Left != 0 {
				s.t.Errorf("persons are left: %+v", k)
			}
		}
		if newest["wrap"] != 2 || newest["sign"] != 2 || newest["index"] != 1 {
			s.t.Errorf("versions %v", newest)
		}
		s.does("verify")
		again := s.serve()
		if _, err := chain.Owner.Send(s.t.Context(), "GET", "/healthz", "", nil); err == nil {
			s.t.Error("the old server answers")
		}
		if code := again.stop(); code != 0 {
			s.t.Errorf("exit code %d: %s", code, again.log)
		}
	})
}

// TestNewKEKFromElsewhere: the new key can be the operator's, from a file or the environment, and is used once.
func TestNewKEKFromElsewhere(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		s.found()
		next := filepath.Join(s.dir, "next")
		key := rig.KEK()
		if err := os.WriteFile(next, []byte("# the key of next year\n"+key+"\n"), 0o600); err != nil {
			s.t.Fatal(err)
		}
		for range 2 { // The second time there is nothing to do.
			s.does("keys", "rotate-kek", "--new-kek", next)
		}
		text, err := os.ReadFile(s.kek)
		if err != nil || !strings.HasPrefix(string(text), key+"\n") || strings.Count(string(text), "\n") != 2 {
			s.t.Errorf("%d lines, %v", strings.Count(string(text), "\n"), err)
		}
		if err := os.Remove(s.kek); err != nil {
			s.t.Fatal(err)
		}
		last := rig.KEK()
		s.env = []string{"VERNO_KEK=" + key, "NEXT=" + last}
		if got := s.does("keys", "rotate-kek", "--new-kek", "env:NEXT").out; !strings.Contains(got, "VERNO_KEK must begin with it") {
			s.t.Errorf("it says %s", got)
		}
		s.refuses(2, "kek_wrong", "verify")
		s.env = []string{"VERNO_KEK=" + last}
		s.does("verify")
		s.refuses(1, "there is nothing to do", "keys", "rotate-kek")
		s.refuses(2, "there is no key", "keys", "rotate", "--purpose", "index")
		if _, err := os.Stat(s.kek); !errors.Is(err, fs.ErrNotExist) {
			s.t.Error("a key file was made although the key is in the environment")
		}
	})
}
