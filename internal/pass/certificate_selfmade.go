package pass

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"github.com/verno-loyalty/verno"
)

// SelfMade says what a certificate of one's own making is for.
type SelfMade struct {
	PassType string // pass.…
	Team     string
	NFC      bool
	Elliptic bool // a P-256 key instead of RSA-2048
	Days     int  // that it is good for; 365 where zero
}

// notApple stands in every name of a chain that is not Apple's, so that nobody takes it for one.
const notApple = "not Apple"

// SelfSign makes a chain like Apple's, for trying without an account at Apple: a root, an intermediate and a certificate
// for passes. Android wallets and the tools of Verno take what it signs, and no iPhone does. It returns the signer and the
// root, which alone can prove the chain; the keys of root and intermediate are forgotten at once.
func SelfSign(how SelfMade, now time.Time) (*Signer, *x509.Certificate, error) {
	var f verno.Faults
	if !isPassType(how.PassType) {
		f.Say("/pass_type", "text_invalid")
	}
	f.Text("/team", how.Team, 1, maxAppleID)
	if f.Err() != nil {
		return nil, nil, f.Err()
	}
	if how.Days == 0 {
		how.Days = 365
	}
	now = now.UTC().Truncate(time.Second)
	root, rootKey, err := issue(&x509.Certificate{
		Subject:   pkix.Name{CommonName: "Verno Trial Root (" + notApple + ")", Organization: []string{"Verno, " + notApple}},
		NotBefore: now, NotAfter: now.AddDate(10, 0, 0), IsCA: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil, how.Elliptic)
	if err != nil {
		return nil, nil, err
	}
	middle, middleKey, err := issue(&x509.Certificate{
		Subject:   pkix.Name{CommonName: "Verno Trial Intermediate (" + notApple + ")", Organization: []string{"Verno, " + notApple}},
		NotBefore: now, NotAfter: now.AddDate(10, 0, 0), IsCA: true, KeyUsage: x509.KeyUsageCertSign,
	}, root, rootKey, how.Elliptic)
	if err != nil {
		return nil, nil, err
	}
	leaf, key, err := issue(how.leaf(now), middle, middleKey, how.Elliptic)
	if err != nil {
		return nil, nil, err
	}
	s, err := NewSigner(key, leaf, []*x509.Certificate{middle}, now)
	return s, root, err
}

// leaf is the certificate for passes before it is signed, with all the places in which Apple's names type and team.
func (how SelfMade) leaf(now time.Time) *x509.Certificate {
	name := "Pass Type ID: "
	if how.NFC {
		name = "Pass Type ID " + withNFC + ": "
	}
	again, err := asn1.MarshalWithParams(how.PassType, "ia5")
	if err != nil {
		panic(err) // isPassType has looked at the letters
	}
	return &x509.Certificate{
		Subject: pkix.Name{
			CommonName: name + how.PassType + " (" + notApple + ")", OrganizationalUnit: []string{how.Team},
			Organization: []string{"Verno, " + notApple},
			ExtraNames:   []pkix.AttributeTypeAndValue{{Type: oidUserID, Value: how.PassType}},
		},
		NotBefore: now, NotAfter: now.AddDate(0, 0, how.Days), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage:     []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		ExtraExtensions: []pkix.Extension{{Id: oidPassType, Value: again}},
	}
}

// issue draws a key and has its certificate signed, by itself where there is nobody above.
func issue(template, above *x509.Certificate, aboveKey crypto.Signer, curve bool) (*x509.Certificate, crypto.Signer, error) {
	key, err := drawKey(curve)
	if err != nil {
		return nil, nil, fmt.Errorf("pass: draw a key: %w", err)
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return nil, nil, err
	}
	template.BasicConstraintsValid = true
	if above == nil {
		above, aboveKey = template, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, above, key.Public(), aboveKey)
	if err != nil {
		return nil, nil, fmt.Errorf("pass: sign a certificate: %w", err)
	}
	c, err := x509.ParseCertificate(raw)
	return c, key, err
}

func drawKey(curve bool) (crypto.Signer, error) {
	if curve {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return rsa.GenerateKey(rand.Reader, 2048)
}
