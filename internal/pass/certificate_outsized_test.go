package pass_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
)

// outsized is an RSA key longer than any that is in use, of many small primes, which are soon found.
type outsized struct{ n, d *big.Int }

func newOutsized(t *testing.T, bits int) outsized {
	t.Helper()
	const each = 512
	k, phi := outsized{n: big.NewInt(1)}, big.NewInt(1)
	for range bits / each {
		p, err := rand.Prime(rand.Reader, each)
		if err != nil {
			t.Fatal(err)
		}
		k.n.Mul(k.n, p)
		phi.Mul(phi, p.Sub(p, big.NewInt(1)))
	}
	if k.d = new(big.Int).ModInverse(big.NewInt(65_537), phi); k.d == nil {
		return newOutsized(t, bits)
	}
	return k
}

func (k outsized) Public() crypto.PublicKey { return &rsa.PublicKey{N: k.n, E: 65_537} }

// Sign is PKCS #1 v1.5 with SHA-256.
func (k outsized) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	head, err := hex.DecodeString("3031300d060960864801650304020105000420")
	if err != nil {
		return nil, err
	}
	block := make([]byte, (k.n.BitLen()+7)/8)
	for i := range block {
		block[i] = 0xff
	}
	info := append(append([]byte{0}, head...), digest...)
	block[0], block[1] = 0, 1
	copy(block[len(block)-len(info):], info)
	m := new(big.Int).SetBytes(block)
	return m.Exp(m, k.d, k.n).FillBytes(block), nil
}

// TestOutsizedKeys: no signature is held against a key that is longer than any in use, however good: it would take longer
// the longer the key is.
func TestOutsizedKeys(t *testing.T) {
	t.Parallel()
	now := time.Now()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	above := &x509.Certificate{
		Subject: pkix.Name{CommonName: "Above"}, SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
	}
	root := &x509.Certificate{Subject: pkix.Name{CommonName: "Root"}}
	for bits, want := range map[int]string{4096: "", 8704: "certificate_chain"} {
		big := newOutsized(t, bits)
		certify := func(c, by *x509.Certificate, public crypto.PublicKey) *x509.Certificate {
			raw, err := x509.CreateCertificate(rand.Reader, c, by, public, big)
			if err != nil {
				t.Fatal(err)
			}
			made, err := x509.ParseCertificate(raw)
			if err != nil {
				t.Fatal(err)
			}
			return made
		}
		leaf := *above
		leaf.IsCA, leaf.SerialNumber = false, above.SerialNumber
		leaf.Subject = pkix.Name{CommonName: "Pass Type ID: pass.a.b", OrganizationalUnit: []string{"TEAM"}, ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}, Value: "pass.a.b"},
		}}
		issuer := certify(above, root, big.Public())
		_, err := pass.NewSigner(key, certify(&leaf, above, key.Public()), []*x509.Certificate{issuer}, now)
		if want == "" && err != nil || want != "" && !errors.Is(err, verno.Invalid(want)) {
			t.Errorf("%d bits: %v, want %q", bits, err, want)
		}
	}
}
