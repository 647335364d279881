package main_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
)

const passDocument = `{
  "template": {"kind": "points", "name": "Card", "settings": {}, "design": {"colours": {}, "format": "qr",
    "front": [{"field": "balance", "area": "primary"}], "back": []}},
  "facts": {"At": "2026-11-22T12:00:00+03:00", "Merchant": "Café", "Currency": "RUB", "Number": "4000123412341238",
    "Machine": "123456712345671234567", "State": "active", "Points": {"Available": 120}}
}`

// TestPassByCommand builds a pass of a document, looks into it, and tells a changed one and something else from it by the
// exit code.
func TestPassByCommand(t *testing.T) {
	t.Parallel()
	s := newShop(t, store.SQLite)
	if err := os.WriteFile(filepath.Join(s.dir, "card.json"), []byte(passDocument), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := s.does("pass", "build", "card.json", "--out", "card.pkpass"); !strings.Contains(got.err, "not Apple's") {
		t.Errorf("it does not say what it is signed with: %s", got.err)
	}
	s.does("pass", "verify", "card.pkpass")
	var report struct {
		Codes  []struct{ Message string }
		Fields []struct{ Key, Value string }
	}
	if err := json.Unmarshal([]byte(s.does("pass", "inspect", "card.pkpass", "--json").out), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Codes) != 1 || report.Codes[0].Message != "123456712345671234567" || len(report.Fields) != 1 || report.Fields[0].Value != "120" {
		t.Errorf("it has %+v", report)
	}
	if got := s.does("pass", "inspect", "card.pkpass"); !strings.Contains(got.out, "Points card, Café") {
		t.Errorf("it shows %s", got.out)
	}
	addToArchive(t, filepath.Join(s.dir, "card.pkpass"), filepath.Join(s.dir, "changed.pkpass"))
	if got := s.verno("pass", "verify", "changed.pkpass"); got.code != 1 || !strings.Contains(got.out, "manifest_missing") {
		t.Errorf("a changed pass ends with %d: %s", got.code, got.out)
	}
	endless, err := os.Create(filepath.Join(s.dir, "endless.pkpass"))
	if err != nil {
		t.Fatal(err)
	}
	defer endless.Close()
	if err := endless.Truncate(1 << 40); err != nil { // Which takes no room, and no machine could read it whole.
		t.Fatal(err)
	}
	for _, words := range [][]string{
		{"pass", "inspect", "endless.pkpass"},
		{"pass", "build", "endless.pkpass", "--out", "x"},
		{"pass", "verify", "card.json"},
		{"pass", "verify", "nothing.pkpass"},
		{"pass", "build", "card.json"},
		{"pass"},
		{"pass", "build", "card.json", "--card", "crd_06h069vtt1vvqezdsqs16n8nsg", "--out", "x"},
	} {
		if got := s.verno(words...); got.code != 2 {
			t.Errorf("%v ends with %d: %s", words, got.code, got.err)
		}
	}
}

// addToArchive copies an archive with one file more.
func addToArchive(t *testing.T, from, to string) {
	t.Helper()
	old, err := zip.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range old.File {
		if err := z.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := z.Create("more.png"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCertificatesByCommand makes a certificate for trying on a database, which says of itself what it is, and refuses
// what is none.
func TestCertificatesByCommand(t *testing.T) {
	t.Parallel()
	s := newShop(t, store.SQLite)
	s.does("init", "--json")
	if got := s.does("certs", "selfsign", "--pass-type", "pass.org.example.card", "--nfc", "--root", "root.pem"); !strings.Contains(got.err, "not Apple's") {
		t.Errorf("it does not say that no iPhone takes it: %s", got.err)
	}
	root, err := os.ReadFile(filepath.Join(s.dir, "root.pem"))
	if err != nil || !strings.Contains(string(root), "BEGIN CERTIFICATE") || strings.Contains(string(root), "KEY") {
		t.Errorf("root: %s, %v", root, err)
	}
	var list struct {
		Certificates []struct {
			PassType   string `json:"pass_type"`
			InUse, NFC bool
			Apple      bool
		}
	}
	if err := json.Unmarshal([]byte(s.does("certs", "list", "--json").out), &list); err != nil {
		t.Fatal(err)
	}
	if c := list.Certificates; len(c) != 1 || c[0].PassType != "pass.org.example.card" || !c[0].NFC || c[0].Apple {
		t.Errorf("%+v", c)
	}
	if got := s.verno("certs", "import", "root.pem"); got.code != 1 || !strings.Contains(got.err, "certificate_no_key") {
		t.Errorf("a certificate without its key ends with %d: %s", got.code, got.err)
	}
	if got := s.verno("certs", "import"); got.code != 2 {
		t.Errorf("no file ends with %d", got.code)
	}
	if got := s.verno("certs", "selfsign", "--root", filepath.Join("nowhere", "root.pem")); got.code != 2 {
		t.Errorf("a root that cannot be written ends with %d: %s", got.code, got.err)
	}
	if got := s.does("certs", "list"); strings.Contains(got.out, "retired") {
		t.Errorf("a certificate whose root nobody has is in use: %s", got.out)
	}
}

// TestReaderKeysByCommand makes two versions of a reader's key and retires the first; what is no key is told apart from
// one that is not there.
func TestReaderKeysByCommand(t *testing.T) {
	t.Parallel()
	s := newShop(t, store.SQLite)
	s.does("init", "--json")
	list := func(words ...string) []readerKey {
		var keys struct{ Keys []readerKey }
		if err := json.Unmarshal([]byte(s.does(append(words, "--json")...).out), &keys); err != nil {
			t.Fatal(err)
		}
		return keys.Keys
	}
	first := list("nfc", "keys", "make", "--protocol", "smart_tap")[0]
	list("nfc", "keys", "make", "--protocol", "smart_tap")
	keys := list("nfc", "keys", "retire", first.ID)
	if len(keys) != 2 || keys[0].Version+keys[1].Version != 3 {
		t.Errorf("the keys are %+v", keys)
	}
	for _, k := range keys {
		if (k.RetiredAt != nil) != (k.ID == first.ID) || k.PublicKey == "" {
			t.Errorf("%+v", k)
		}
	}
	if got := s.verno("nfc", "keys", "retire", "first"); got.code != 2 || !strings.Contains(got.err, "first is no key") {
		t.Errorf("no key ends with %d: %s", got.code, got.err)
	}
	if got := s.verno("nfc", "keys", "retire", "nfk_06h0cv9jq5v0q2kran4rt5qfb4"); got.code != 1 || !strings.Contains(got.err, "not_found") {
		t.Errorf("a key that is not there ends with %d: %s", got.code, got.err)
	}
	if got := s.verno("nfc", "keys", "make", "--protocol", "bluetooth"); got.code != 1 || !strings.Contains(got.err, "/protocol") {
		t.Errorf("another protocol ends with %d: %s", got.code, got.err)
	}
}

// readerKey is a key as the command prints it.
type readerKey struct {
	ID        string  `json:"id"`
	Version   int     `json:"version"`
	PublicKey string  `json:"public_key"`
	RetiredAt *string `json:"retired_at"`
}
