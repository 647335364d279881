package pass_test

import (
	"bytes"
	"encoding/asn1"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
)

// TestStretchingIsBounded: a .p12 that asks for billions of rounds is refused before the first, whatever its password; those
// that tools write, and the most careful of them, are taken.
func TestStretchingIsBounded(t *testing.T) {
	t.Parallel()
	good := asked(t, "/UID=pass.org.example.card/OU=TEAM123456/CN=Pass Type ID with NFC: pass.org.example.card")
	dir := t.TempDir()
	for name, raw := range map[string][]byte{"leaf.pem": good.leaf, "key.pem": good.key, "mid.pem": good.issuer} {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	made := func(rounds int) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "openssl", "pkcs12", "-export", "-inkey", "key.pem", "-in", "leaf.pem", "-certfile", "mid.pem",
			"-passout", "pass:secret", "-iter", strconv.Itoa(rounds), "-out", "out.p12")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		raw, err := os.ReadFile(filepath.Join(dir, "out.p12"))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	careful := made(100_000)
	if _, err := pass.ReadSigner([][]byte{careful}, "secret", time.Now()); err != nil {
		t.Errorf("a careful file: %v", err)
	}
	key, leaf, above, err := pkcs12.DecodeChain(careful, "secret")
	if err != nil {
		t.Fatal(err)
	}
	legacy, err := pkcs12.LegacyRC2.Encode(key, leaf, above, "secret")
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"modern": careful, "old": legacy} {
		for at, hostile := range append(greedy(t, raw), disguised(t, greedy(t, raw)[0])...) {
			_, err := pass.ReadSigner([][]byte{hostile}, "secret", signedAt)
			if e := verno.AsError(err); e == nil || e.Code != "certificate_rounds" {
				t.Errorf("%s, number %d: %v", name, at, err)
			}
		}
	}
}

// greedy gives copies of a .p12 in each of which one of its numbers of rounds is two billions.
func greedy(t *testing.T, raw []byte) (list [][]byte) {
	t.Helper()
	for at := 0; ; at++ {
		count := 0
		changed := inflate(t, raw, at, &count)
		if count <= at {
			break
		}
		list = append(list, changed)
	}
	if len(list) < 2 {
		t.Fatalf("%d numbers of rounds are in the file", len(list))
	}
	return list
}

// disguised gives copies of a .p12 in which the string around all else, and the salts of newer ways, are of another class or
// kind, which readers do not look at.
func disguised(t *testing.T, raw []byte) (list [][]byte) {
	t.Helper()
	safe, stretched := []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1, 0xa0, 0x82}, []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12, 0x30}
	around := bytes.Index(raw, safe) + len(safe) + 2
	for _, tag := range []byte{0x84, 0x85, 0x0c} {
		copied := bytes.Clone(raw)
		copied[around] = tag
		list = append(list, copied)
	}
	copied := bytes.Clone(raw)
	for at := 0; ; {
		next := bytes.Index(copied[at:], stretched)
		if next < 0 {
			return append(list, copied)
		}
		if at += next + len(stretched) + 1; copied[at] == 4 {
			copied[at] = 0x84
		}
	}
}

// inflate writes a file anew, with one number greater that follows a salt.
func inflate(t *testing.T, raw []byte, at int, count *int) []byte {
	t.Helper()
	var out []byte
	salted := false
	for len(raw) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(raw, &v)
		if err != nil {
			return append(out, raw...)
		}
		raw = rest
		octets := v.Class == asn1.ClassUniversal && v.Tag == asn1.TagOctetString
		if salted && v.Class == asn1.ClassUniversal && v.Tag == asn1.TagInteger {
			if *count == at {
				v = asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagInteger, Bytes: []byte{0x77, 0, 0, 0}}
			}
			*count++
		} else if v.IsCompound || octets {
			v = asn1.RawValue{Class: v.Class, Tag: v.Tag, IsCompound: v.IsCompound, Bytes: inflate(t, v.Bytes, at, count)}
		}
		salted = octets
		v.FullBytes = nil
		written, err := asn1.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, written...)
	}
	return out
}
