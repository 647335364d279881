package pass_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha1" // Apple's manifest is made of it.
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
)

// signedAt is when passes of these tests are signed, an hour after their certificates were made.
var signedAt = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

// chain is a certificate of one's own with its root.
type chain struct {
	*pass.Signer
	root *x509.Certificate
}

// signers draws keys once for all tests, because that takes a while.
var signers = sync.OnceValues(func() (map[string]chain, error) {
	made := map[string]chain{}
	for name, how := range map[string]pass.SelfMade{
		"rsa": {PassType: "pass.org.example.card", Team: "TEAM123456", NFC: true},
		"ec":  {PassType: "pass.org.example.card", Team: "TEAM123456", Elliptic: true},
	} {
		s, root, err := pass.SelfSign(how, signedAt.Add(-time.Hour))
		if err != nil {
			return nil, err
		}
		made[name] = chain{s, root}
	}
	return made, nil
})

func signer(t *testing.T, name string) chain {
	t.Helper()
	made, err := signers()
	if err != nil {
		t.Fatal(err)
	}
	return made[name]
}

// identity is a pass that hears of changes, and that readers can ask.
func identity() pass.AppleIdentity {
	return pass.AppleIdentity{
		Serial: "0123456789abcdefghjkmnpqrs", Token: strings.Repeat("ab", 16), WebService: "https://cards.example.org/wallet/apple",
		NFCKey: append([]byte{2}, make([]byte, 32)...), At: signedAt,
	}
}

// picture is a PNG of a size, of two colours and with a transparent corner.
func picture(tb testing.TB, width, height int) []byte {
	tb.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.NRGBA{0xcc, 0x22, 0x11, 0xff}
			if x > width/2 {
				c = color.NRGBA{0x11, 0x22, 0xcc, 0xff}
			}
			if x < width/10 && y < height/10 {
				c.A = 0
			}
			m.SetNRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// gallery serves all tests, as one serves all passes.
var gallery pass.Gallery

// build makes a pass of a face, with pictures in all the slots that it names.
func build(t *testing.T, f *card.Face, s *pass.Signer) []byte {
	t.Helper()
	pics, err := gallery.Of(f, func(string) ([]byte, error) { return picture(t, 400, 300), nil })
	if err != nil {
		t.Fatal(err)
	}
	raw, err := pass.BuildApple(f, identity(), pics, s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// unzip reads an archive with the library's own reader.
func unzip(t *testing.T, raw []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(f.Name, err)
		}
		if f.Flags&8 != 0 {
			t.Errorf("%s: its size stands after it", f.Name)
		}
	}
	return files
}

// rehash sums the files of a pass anew and compares with its manifest.
func rehash(t *testing.T, files map[string][]byte) {
	t.Helper()
	var manifest map[string]string
	if err := json.Unmarshal(files["manifest.json"], &manifest); err != nil {
		t.Fatal(err)
	}
	for name, raw := range files {
		if name == "manifest.json" || name == "signature" {
			continue
		}
		if sum := sha1.Sum(raw); manifest[name] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: the manifest says %q", name, manifest[name])
		}
		delete(manifest, name)
	}
	for name := range manifest {
		t.Errorf("%s is in the manifest only", name)
	}
}

// openssl verifies a signature from the outside, up to the root, at the time of signing.
func openssl(t *testing.T, files map[string][]byte, root *x509.Certificate) error {
	t.Helper()
	dir := t.TempDir()
	files["root.pem"] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})
	defer delete(files, "root.pem")
	for _, name := range []string{"manifest.json", "signature", "root.pem"} {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "openssl", "cms", "-verify", "-inform", "DER", "-in", "signature", "-content", "manifest.json",
		"-binary", "-CAfile", "root.pem", "-purpose", "any", "-attime", "1795348800", "-out", os.DevNull)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Logf("openssl: %s", out)
	}
	return err
}
