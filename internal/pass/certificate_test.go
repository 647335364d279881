package pass_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/vault"
)

// TestWWDRIsApples holds the intermediate certificate that Verno carries to what Apple publishes of it.
func TestWWDRIsApples(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256(pass.WWDR.Raw)
	if got := hex.EncodeToString(sum[:]); got != "ea4757885538dd8cb59ff4556f676087d83c85e70902c122e42c0808b5bce14c" {
		t.Errorf("fingerprint %s", got)
	}
	if got := pass.WWDR.SerialNumber.Text(16); got != "13dc77955271e53dc632e8ccffe521f3ccc5ced2" {
		t.Errorf("serial number %s", got)
	}
}

// TestEllipticKeysSign shows that a certificate with a P-256 key signs too.
func TestEllipticKeysSign(t *testing.T) {
	t.Parallel()
	s := signer(t, "ec")
	files := map[string][]byte{"manifest.json": []byte("{}")}
	var err error
	if files["signature"], err = s.Sign(files["manifest.json"], signedAt); err != nil {
		t.Fatal(err)
	}
	if err := openssl(t, files, s.root); err != nil {
		t.Error(err)
	}
	files["manifest.json"] = []byte("{ }")
	if openssl(t, files, s.root) == nil {
		t.Error("OpenSSL takes the signature for another manifest")
	}
}

// pems are a certificate made by OpenSSL, as somebody has it who asked Apple for one.
type pems struct{ leaf, key, issuer, p12 []byte }

// asked makes a key and a certificate from the outside: OpenSSL draws the key and writes the .p12.
func asked(t *testing.T, subject string) pems {
	t.Helper()
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "openssl", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("openssl %s: %v\n%s", args[0], err, out)
		}
	}
	run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Root")
	run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "mid.key", "-out", "mid.csr", "-subj", "/CN=Middle")
	if err := os.WriteFile(filepath.Join(dir, "ca.ext"), []byte("basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run("x509", "-req", "-in", "mid.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "ca.ext", "-out", "mid.pem")
	run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "leaf.csr", "-subj", subject)
	run("x509", "-req", "-in", "leaf.csr", "-CA", "mid.pem", "-CAkey", "mid.key", "-CAcreateserial", "-days", "30", "-out", "leaf.pem")
	run("pkcs12", "-export", "-inkey", "key.pem", "-in", "leaf.pem", "-certfile", "mid.pem", "-passout", "pass:secret", "-out", "all.p12")
	read := func(name string) []byte {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	return pems{read("leaf.pem"), read("key.pem"), read("mid.pem"), read("all.p12")}
}

const goodSubject = "/UID=pass.org.example.card/CN=Pass Type ID with NFC: pass.org.example.card/OU=TEAM123456/O=Example"

// TestCertificatesAreChecked reads certificates in each form that they come in, and refuses each that Apple would refuse.
func TestCertificatesAreChecked(t *testing.T) {
	t.Parallel()
	good, now := asked(t, goodSubject), time.Now()
	other := asked(t, "/CN=example.org/OU=TEAM123456")
	noTeam := asked(t, "/UID=pass.org.example.card/CN=Pass Type ID: pass.org.example.card")
	sealed := []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
	for name, c := range map[string]struct {
		files    [][]byte
		password string
		at       time.Time
		want     string
	}{
		"p12":                  {[][]byte{good.p12}, "secret", now, ""},
		"pem":                  {[][]byte{good.leaf, good.key, good.issuer}, "", now, ""},
		"all in one":           {[][]byte{append(append(append([]byte("Bag Attributes\n"), good.key...), good.leaf...), good.issuer...)}, "", now, ""},
		"wrong password":       {[][]byte{good.p12}, "Secret", now, "certificate_password"},
		"no key":               {[][]byte{good.leaf, good.issuer}, "", now, "certificate_no_key"},
		"another's key":        {[][]byte{good.leaf, other.key, good.issuer}, "", now, "certificate_key_mismatch"},
		"two keys":             {[][]byte{good.leaf, good.key, other.key}, "", now, "certificate_key_kind"},
		"sealed key":           {[][]byte{good.leaf, sealed}, "", now, "certificate_key_sealed"},
		"no issuer":            {[][]byte{good.leaf, good.key}, "", now, "certificate_chain"},
		"another's issuer":     {[][]byte{good.leaf, good.key, other.issuer}, "", now, "certificate_chain"},
		"not for passes":       {[][]byte{other.leaf, other.key, other.issuer}, "", now, "certificate_not_pass"},
		"nobody's":             {[][]byte{noTeam.leaf, noTeam.key, noTeam.issuer}, "", now, "certificate_no_team"},
		"expired":              {[][]byte{good.p12}, "secret", now.AddDate(0, 0, 31), "certificate_expired"},
		"not yet":              {[][]byte{good.p12}, "secret", now.AddDate(0, 0, -1), "certificate_not_yet"},
		"nothing":              {[][]byte{nil}, "", now, "certificate_unreadable"},
		"something else":       {[][]byte{[]byte("%PDF-1.7")}, "", now, "certificate_unreadable"},
		"too large":            {[][]byte{make([]byte, pass.MaxCertificate+1)}, "", now, "certificate_unreadable"},
		"a broken line":        {[][]byte{[]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}, "", now, "certificate_unreadable"},
		"a certificate thrice": {[][]byte{[]byte(strings.Repeat(string(good.leaf), 17))}, "", now, "certificate_unreadable"},
	} {
		s, err := pass.ReadSigner(c.files, c.password, c.at)
		if c.want != "" {
			if err == nil || verno.AsError(err).Code != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
			continue
		}
		if err != nil || s.PassType != "pass.org.example.card" || s.Team != "TEAM123456" || !s.NFC || s.Apple || len(s.Chain) != 1 {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

// TestAppleIsTold tells Apple's certificates from one's own by the intermediate that is above them.
func TestAppleIsTold(t *testing.T) {
	t.Parallel()
	s := signer(t, "rsa")
	for _, c := range append([]*x509.Certificate{s.Leaf, s.root}, s.Chain...) {
		if !strings.Contains(c.Subject.String(), "not Apple") {
			t.Errorf("%s does not say that it is not Apple's", c.Subject)
		}
	}
	if s.Apple {
		t.Error("a certificate of one's own making passes for Apple's")
	}
}

// keeping is a tenant with a vault, at a time that the test moves.
func keeping(t *testing.T, s *store.Store, now *time.Time) (*pass.Passes, verno.Actor) {
	t.Helper()
	keks, err := vault.ParseKEKs(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.Context(), s, keks, *now, vault.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tenant := verno.NewID[verno.TenantID](*now, rand.Reader)
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return v.NewTenant(t.Context(), tx, tenant, *now) }); err != nil {
		t.Fatal(err)
	}
	return &pass.Passes{Store: s, Vault: v, Clock: func() time.Time { return *now }, Entropy: rand.Reader, Record: record}, boss(tenant)
}

// TestCertificatesAreKept follows a merchant's certificates: one for trying, one that renews it, one of another type; the
// key is sealed, the newest signs, and the end is told of 30, 14 and 7 days before.
func TestCertificatesAreKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now, ctx := signedAt, t.Context()
		p, actor := keeping(t, s, &now)
		tenant := actor.Tenant
		if _, err := p.AppleSigner(ctx, tenant); !errors.Is(err, verno.Unavailable("certificate_none", 0)) {
			t.Errorf("without a certificate: %v", err)
		}
		trial := signer(t, "rsa")
		now = signedAt.Add(-time.Minute) // Identifiers of one moment are in no order.
		if _, err := p.ImportCertificate(ctx, actor, trial.Signer, false); err != nil {
			t.Fatal(err)
		}
		now = signedAt
		renewed, _, err := pass.SelfSign(pass.SelfMade{PassType: "pass.org.example.card", Team: "TEAM123456", Days: 40}, now)
		if err != nil {
			t.Fatal(err)
		}
		id, err := p.ImportCertificate(ctx, actor, renewed, false)
		if err != nil {
			t.Fatal(err)
		}
		row, err := s.Reader().WalletCredential(ctx, tenant, id)
		if err != nil || strings.Contains(string(row.Sealed)+row.About, "PRIVATE") || len(row.Sealed) < 1000 {
			t.Errorf("kept: %d bytes sealed, %v", len(row.Sealed), err)
		}
		again := &pass.Passes{Store: s, Vault: p.Vault, Clock: p.Clock, Entropy: rand.Reader} // which has opened nothing yet
		opened, err := again.AppleSigner(ctx, tenant)
		if err != nil || opened.Fingerprint != renewed.Fingerprint {
			t.Fatalf("in use: %v, %v", opened, err)
		}
		if _, err := opened.Sign([]byte("{}"), now); err != nil {
			t.Error(err)
		}
		for _, c := range []struct{ day, alarm int }{{0, 0}, {9, 0}, {10, 30}, {25, 30}, {26, 14}, {33, 7}, {39, 7}, {41, -1}} {
			now = signedAt.AddDate(0, 0, c.day)
			list, err := p.Certificates(ctx, tenant)
			if err != nil || len(list) != 2 || list[0].Alarm != c.alarm || list[1].Alarm != 0 || !list[0].InUse || list[1].InUse {
				t.Errorf("on day %d: %+v, %v", c.day, list, err)
			}
			alarms, err := p.ExpiringCertificates(ctx, tenant)
			if err != nil || (len(alarms) == 1) != (c.alarm != 0) {
				t.Errorf("on day %d: %d alarms, %v", c.day, len(alarms), err)
			}
		}
		credential, err := p.ApplePushCredential(ctx, tenant, "pass.org.example.card")
		if err != nil || credential.Certificate == nil || credential.ID != id.String() {
			t.Errorf("to Apple it is %+v, %v", credential, err)
		}
		if _, err := p.ApplePushCredential(ctx, tenant, "pass.org.example.other"); err == nil {
			t.Error("there is a credential for a type that is not there")
		}
	})
}

// TestPushKeys keeps a key for notifications, which goes before the certificate.
func TestPushKeys(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now, ctx := signedAt, t.Context()
		p, actor := keeping(t, s, &now)
		tenant := actor.Tenant
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		file := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
		if _, err := p.ImportPushKey(ctx, actor, file, "", "TEAM123456"); err == nil {
			t.Error("a key without its identifier is taken")
		}
		for _, wrong := range []string{"KEY123456", "KEY12345678", "key1234567", "KEY123456\"", "КЛЮЧ123456", "KEY-123456"} {
			for _, pair := range [][2]string{{wrong, "TEAM123456"}, {"KEY1234567", wrong}} {
				if _, err := p.ImportPushKey(ctx, actor, file, pair[0], pair[1]); !errors.Is(err, verno.Invalid("invalid_request")) {
					t.Errorf("key %q of %q: %v", pair[0], pair[1], err)
				}
			}
		}
		if _, err := p.ImportPushKey(ctx, actor, []byte("key"), "KEY1234567", "TEAM123456"); err == nil {
			t.Error("what is no key is taken")
		}
		if _, err := p.ImportPushKey(ctx, actor, file, "KEY1234567", "TEAM123456"); err != nil {
			t.Fatal(err)
		}
		got, err := p.ApplePushCredential(ctx, tenant, "pass.org.example.card")
		if err != nil || got.KeyID != "KEY1234567" || got.Team != "TEAM123456" || !got.Key.Equal(key) {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestACardsPass makes the pass of a card as a phone fetches it: with the address that it asks for changes, its token,
// the key of the readers, and its pictures, of which one is gone.
func TestACardsPass(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now, ctx := signedAt, t.Context()
		p, actor := keeping(t, s, &now)
		tenant := actor.Tenant
		p.Base = "https://cards.example.org"
		kind, _ := card.Find("points")
		template := kind.Template("Card")
		template.Design.Pictures = map[card.Slot]string{card.SlotLogo: "logo", card.SlotStrip: "gone"}
		p.Facts = func(context.Context, verno.TenantID, verno.CardID, time.Time) (card.Template, card.Facts, error) {
			return template, somebody(), nil
		}
		issued := store.Pass{Tenant: tenant, Card: verno.CardID{1}, Serial: "serial"}
		if _, err := p.ApplePass(ctx, issued, now); !errors.Is(err, verno.Unavailable("certificate_none", 0)) {
			t.Errorf("without a certificate: %v", err)
		}
		if _, err := p.ImportCertificate(ctx, actor, signer(t, "rsa").Signer, false); err != nil {
			t.Fatal(err)
		}
		err := s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.InsertPicture(ctx, store.Picture{
				Tenant: tenant, Hash: "logo", PNG: picture(t, 60, 20), Width: 60, Height: 20, CreatedAt: now,
			}); err != nil {
				return err
			}
			_, err := tx.InsertNFCKey(ctx, store.NFCKey{
				Tenant: tenant, ID: verno.NFCKeyID{1}, Protocol: "apple_vas", Public: append([]byte{3}, make([]byte, 32)...), Sealed: []byte{1}, CreatedAt: now,
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := p.ApplePass(ctx, issued, now)
		if err != nil {
			t.Fatal(err)
		}
		r, err := pass.Inspect(raw, now)
		if err != nil || !r.Sound() || r.Serial != "serial" || r.Pass["webServiceURL"] != "https://cards.example.org"+pass.ServicePath {
			t.Fatalf("%+v, %v", r, err)
		}
		token, err := p.Token(ctx, tenant, "serial")
		if err != nil || r.Pass["authenticationToken"] != token || r.Pass["nfc"] == nil {
			t.Errorf("token %v, readers %v, %v", r.Pass["authenticationToken"], r.Pass["nfc"], err)
		}
		files := unzip(t, raw)
		if files["logo@3x.png"] == nil || files["icon.png"] == nil || files["strip.png"] != nil {
			t.Error("the pictures are not those that there are")
		}
		now = now.AddDate(1, 0, 0)
		if _, err := p.ApplePass(ctx, issued, now); !errors.Is(err, verno.Unavailable("certificate_expired", 0)) {
			t.Errorf("a year later: %v", err)
		}
	})
}
