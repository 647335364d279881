package main_test

import (
	"bufio"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestExportIsCheckedOffline does what an outsider does with nothing but an export: it finds the key that the newest
// checkpoint names, and checks its signature; after the signing key was rotated too.
func TestExportIsCheckedOffline(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		made := s.found()
		for keys := 1; keys <= 2; keys++ {
			v := s.serve("--no-rate-limits")
			if keys == 1 {
				v.chain(made, 3)
			}
			if code := v.stop(); code != 0 { // It seals what there is.
				s.t.Fatalf("exit code %d: %s", code, v.log)
			}
			path := filepath.Join(s.dir, "ledger.ndjson")
			s.does("export", "ledger", "--out", path, "--without-key")
			if n := signed(s.t, path); n != keys {
				s.t.Errorf("%d keys, want %d", n, keys)
			}
			s.does("keys", "rotate", "--purpose", "sign")
		}
	})
}

// signed checks the header of an export, and returns how many keys it names.
func signed(t *testing.T, path string) int {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	line, err := bufio.NewReader(file).ReadBytes('\n')
	var head struct {
		Tenant     string
		Checkpoint struct{ Note string }
		Keys       []struct {
			Version int64
			Hash    string
			Public  []byte
		}
	}
	if err != nil || json.Unmarshal(line, &head) != nil {
		t.Fatalf("%s, %v", line, err)
	}
	body, signature, found := strings.Cut(head.Checkpoint.Note, "\n\n")
	words := strings.Fields(signature)
	if !found || len(words) != 3 || words[1] != "verno/"+head.Tenant {
		t.Fatalf("note %q", head.Checkpoint.Note)
	}
	raw, err := base64.StdEncoding.DecodeString(words[2])
	if err != nil || len(raw) != 4+ed25519.SignatureSize {
		t.Fatalf("signature of %d bytes, %v", len(raw), err)
	}
	for _, k := range slices.Backward(head.Keys) {
		if k.Hash == hex.EncodeToString(raw[:4]) {
			if !ed25519.Verify(k.Public, []byte(body+"\n"), raw[4:]) {
				t.Error("the signature is not that of the key")
			}
			return len(head.Keys)
		}
	}
	t.Errorf("none of %d keys is %x", len(head.Keys), raw[:4])
	return len(head.Keys)
}
