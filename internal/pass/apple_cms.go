package pass

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

// The object identifiers of a detached signature.
var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidRSA           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidECDSA         = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2} // with SHA-256
)

var (
	tagSet      = der.SET
	tagImplicit = der.Tag(0).ContextSpecific().Constructed()
)

// Sign makes a detached CMS signature over content, as Apple wants it of a manifest: SHA-256, the signing time among the
// signed attributes, and the certificates up to, but without, the root. The time is given in, so that the clock of
// Verno is the only one.
func (s *Signer) Sign(content []byte, at time.Time) ([]byte, error) {
	digest := sha256.Sum256(content)
	attributes, err := signedAttributes(digest[:], at)
	if err != nil {
		return nil, fmt.Errorf("pass: attributes of a signature: %w", err)
	}
	// What is signed is the attributes as the set that they are; in the message they stand under a tag of their own.
	set := cryptobyte.NewBuilder(make([]byte, 0, 128))
	set.AddASN1(tagSet, func(b *cryptobyte.Builder) { b.AddBytes(attributes) })
	signed := sha256.Sum256(set.BytesOrPanic())
	signature, err := s.key.Sign(rand.Reader, signed[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("pass: sign: %w", err)
	}
	message := cryptobyte.NewBuilder(make([]byte, 0, len(s.certificates)+1024))
	message.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidSignedData)
		b.AddASN1(tagImplicit, func(b *cryptobyte.Builder) {
			b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { s.signedData(b, attributes, signature) })
		})
	})
	return message.Bytes()
}

// SignToken signs what a phone sends when somebody enrols by the wallet's own form, exactly as a manifest is signed.
func (s *Signer) SignToken(token string, at time.Time) ([]byte, error) {
	return s.Sign([]byte(token), at)
}

func (s *Signer) signedData(b *cryptobyte.Builder, attributes, signature []byte) {
	b.AddASN1Int64(1)
	b.AddASN1(tagSet, func(b *cryptobyte.Builder) { addAlgorithm(b, oidSHA256, false) })
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidData) })
	b.AddASN1(tagImplicit, func(b *cryptobyte.Builder) { b.AddBytes(s.certificates) })
	b.AddASN1(tagSet, func(b *cryptobyte.Builder) {
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(1)
			b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes(s.Leaf.RawIssuer)
				b.AddASN1BigInt(s.Leaf.SerialNumber)
			})
			addAlgorithm(b, oidSHA256, false)
			b.AddASN1(tagImplicit, func(b *cryptobyte.Builder) { b.AddBytes(attributes) })
			if _, elliptic := s.Leaf.PublicKey.(*ecdsa.PublicKey); elliptic {
				addAlgorithm(b, oidECDSA, false)
			} else {
				addAlgorithm(b, oidRSA, true)
			}
			b.AddASN1OctetString(signature)
		})
	})
}

// signedAttributes are the three attributes in the order that DER wants of a set: by their bytes, of which the lengths
// come first.
func signedAttributes(digest []byte, at time.Time) ([]byte, error) {
	b := cryptobyte.NewBuilder(make([]byte, 0, 128))
	addAttribute(b, oidContentType, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidData) })
	addAttribute(b, oidSigningTime, func(b *cryptobyte.Builder) { b.AddASN1UTCTime(at.UTC().Truncate(time.Second)) })
	addAttribute(b, oidMessageDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(digest) })
	return b.Bytes()
}

func addAttribute(b *cryptobyte.Builder, oid asn1.ObjectIdentifier, value func(*cryptobyte.Builder)) {
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1(tagSet, value)
	})
}

func addAlgorithm(b *cryptobyte.Builder, oid asn1.ObjectIdentifier, null bool) {
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		if null {
			b.AddASN1NULL()
		}
	})
}

// joined are certificates one after another, as a message carries them.
func joined(chain []*x509.Certificate) []byte {
	var all []byte
	for _, c := range chain {
		all = append(all, c.Raw...)
	}
	return all
}
