package pass

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
)

// Where a certificate says what it may sign.
var (
	oidUserID   = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}  // the pass type identifier, in the subject
	oidPassType = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 6, 1, 16} // the same once more, as an extension
)

const (
	// withNFC stands in the common name of a certificate that may sign for readers.
	withNFC = "with NFC"
	// appleWWDR is the SHA-256 of Apple's intermediate certificate G4.
	appleWWDR = "ea4757885538dd8cb59ff4556f676087d83c85e70902c122e42c0808b5bce14c"
)

//go:embed wwdr_g4.pem
var wwdrPEM []byte

// WWDR is Apple's intermediate certificate G4, which is public and which every certificate for passes is issued under.
var WWDR = readWWDR()

func readWWDR() *x509.Certificate {
	block, _ := pem.Decode(wwdrPEM)
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		panic(err)
	}
	return c
}

// Signer is a certificate for passes with its key and chain, read and checked once. It may be used by many at once.
type Signer struct {
	Certificate
	Leaf  *x509.Certificate
	Chain []*x509.Certificate // those above the leaf, without a root that signed itself

	key          crypto.Signer
	certificates []byte // leaf and chain, as a signature carries them
}

// Certificate is what a certificate for passes says of itself. Nothing of it is secret.
type Certificate struct {
	PassType    string    `json:"pass_type"`
	Team        string    `json:"team"`
	NFC         bool      `json:"nfc"`
	Name        string    `json:"name"`
	Issuer      string    `json:"issuer"`
	Serial      string    `json:"serial"`
	Fingerprint string    `json:"fingerprint"` // SHA-256, hexadecimal
	Key         string    `json:"key"`         // RSA-2048, P-256
	NotBefore   time.Time `json:"not_before"`
	NotAfter    time.Time `json:"not_after"`
	// Apple says that the chain leads to Apple's intermediate certificate. Without it no iPhone takes what it signs.
	Apple bool `json:"apple"`
}

// NewSigner puts a key, its certificate and those above it together, and refuses what Apple would refuse: a key of another
// certificate, one without pass type or team, one that is out of its time, one whose issuer is not among the chain.
func NewSigner(key crypto.Signer, leaf *x509.Certificate, above []*x509.Certificate, now time.Time) (*Signer, error) {
	if public, ok := leaf.PublicKey.(interface{ Equal(x crypto.PublicKey) bool }); !ok || !public.Equal(key.Public()) {
		return nil, verno.Invalid("certificate_key_mismatch")
	}
	about, err := describe(leaf)
	if err != nil {
		return nil, err
	}
	switch {
	case now.Before(leaf.NotBefore):
		return nil, verno.Invalid("certificate_not_yet").With("date", leaf.NotBefore.Format(time.DateOnly))
	case now.After(leaf.NotAfter):
		return nil, verno.Invalid("certificate_expired").With("date", leaf.NotAfter.Format(time.DateOnly))
	}
	chain := climb(leaf, append(above, WWDR))
	if len(chain) == 0 {
		return nil, verno.Invalid("certificate_chain").With("issuer", leaf.Issuer.CommonName)
	}
	about.Apple = isApple(chain)
	return &Signer{
		Certificate: about, Leaf: leaf, Chain: chain, key: key,
		certificates: joined(append([]*x509.Certificate{leaf}, chain...)),
	}, nil
}

// describe reads what a certificate says of itself, and refuses one that is not for passes.
func describe(leaf *x509.Certificate) (Certificate, error) {
	sum := sha256.Sum256(leaf.Raw)
	c := Certificate{
		PassType: named(leaf.Subject, oidUserID), Name: leaf.Subject.CommonName, Issuer: leaf.Issuer.String(),
		Serial: leaf.SerialNumber.Text(16), Fingerprint: hex.EncodeToString(sum[:]),
		NotBefore: leaf.NotBefore.UTC(), NotAfter: leaf.NotAfter.UTC(), NFC: strings.Contains(leaf.Subject.CommonName, withNFC),
	}
	if len(leaf.Subject.OrganizationalUnit) > 0 {
		c.Team = leaf.Subject.OrganizationalUnit[0]
	}
	var err error
	if c.Key, err = keyName(leaf.PublicKey); err != nil {
		return c, err
	}
	if !isPassType(c.PassType) {
		return c, verno.Invalid("certificate_not_pass").With("name", c.Name)
	}
	if other := extended(leaf); other != "" && other != c.PassType {
		return c, verno.Invalid("certificate_two_types").With("subject", c.PassType).With("extension", other)
	}
	if c.Team == "" {
		return c, verno.Invalid("certificate_no_team").With("name", c.Name)
	}
	return c, nil
}

// isPassType tells a pass type identifier, which stands in addresses.
func isPassType(s string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"
	return strings.HasPrefix(s, "pass.") && len(s) > len("pass.") && len(s) <= 255 && strings.Trim(s, letters) == ""
}

// named finds one part of a name.
func named(name pkix.Name, oid asn1.ObjectIdentifier) string {
	for _, part := range name.Names {
		if text, ok := part.Value.(string); ok && part.Type.Equal(oid) {
			return text
		}
	}
	return ""
}

// extended is the pass type identifier as the extension has it; empty where there is none.
func extended(leaf *x509.Certificate) string {
	for _, e := range leaf.Extensions {
		var text string
		if !e.Id.Equal(oidPassType) {
			continue
		}
		if _, err := asn1.Unmarshal(e.Value, &text); err == nil {
			return text
		}
	}
	return ""
}

// keyName names a kind of key, and refuses what phones do not know.
func keyName(public any) (string, error) {
	switch k := public.(type) {
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n >= 2048 && n <= 4096 {
			return fmt.Sprintf("RSA-%d", n), nil
		}
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			return "P-256", nil
		}
	}
	return "", verno.Invalid("certificate_key_kind")
}

// climb finds the certificates above a leaf, each of which signed the one below, and leaves out a root.
func climb(leaf *x509.Certificate, from []*x509.Certificate) []*x509.Certificate {
	const highest = 4
	var chain []*x509.Certificate
	at := leaf
	for range highest {
		next := issuerOf(at, from)
		if next == nil || string(next.RawSubject) == string(next.RawIssuer) {
			break
		}
		chain = append(chain, next)
		at = next
	}
	return chain
}

// mostBits is how long an RSA key may be that a signature is held against: one as long as a file can hold it keeps a
// processor busy for many seconds.
const mostBits = 8192

func outsized(c *x509.Certificate) bool {
	key, ok := c.PublicKey.(*rsa.PublicKey)
	return ok && key.N.BitLen() > mostBits
}

func issuerOf(c *x509.Certificate, from []*x509.Certificate) *x509.Certificate {
	for _, one := range from {
		if string(one.RawSubject) == string(c.RawIssuer) && !outsized(one) && c.CheckSignatureFrom(one) == nil {
			return one
		}
	}
	return nil
}

func isApple(chain []*x509.Certificate) bool {
	for _, c := range chain {
		if sum := sha256.Sum256(c.Raw); hex.EncodeToString(sum[:]) == appleWWDR {
			return true
		}
	}
	return false
}
