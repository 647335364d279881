package pass

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/verno-loyalty/verno"
)

// MaxCertificate is the most bytes that a file with certificates and a key may have. What tools write has some thousands;
// a key of as many bytes as went into 256 KB would take seconds to read.
const MaxCertificate = 64 << 10

// maxCertificates is how many of them are looked at.
const maxCertificates = 16

// ReadSigner reads a certificate for passes from files: a .p12, or .pem and .cer that together have the certificate, its
// key and, where it is not Apple's G4, what is above it. The password opens the .p12 and is empty for the others. It
// returns invalid requests that say what is wrong.
func ReadSigner(files [][]byte, password string, now time.Time) (*Signer, error) {
	var got found
	for _, raw := range files {
		if len(raw) > MaxCertificate {
			return nil, verno.TooLarge("certificate_unreadable")
		}
		if err := got.read(raw, password); err != nil {
			return nil, err
		}
	}
	if got.key == nil {
		return nil, verno.Invalid("certificate_no_key")
	}
	leaf, above := got.split()
	if leaf == nil {
		return nil, verno.Invalid("certificate_key_mismatch")
	}
	return NewSigner(got.key, leaf, above, now)
}

// found is what files have given so far.
type found struct {
	key          crypto.Signer
	certificates []*x509.Certificate
}

// split tells the certificate that the key belongs to from the others.
func (f *found) split() (leaf *x509.Certificate, above []*x509.Certificate) {
	for _, c := range f.certificates {
		public, ok := c.PublicKey.(interface{ Equal(x crypto.PublicKey) bool })
		if leaf == nil && ok && public.Equal(f.key.Public()) {
			leaf = c
			continue
		}
		above = append(above, c)
	}
	return leaf, above
}

func (f *found) read(raw []byte, password string) error {
	if bytes.Contains(raw, []byte("-----BEGIN ")) {
		return f.readPEM(raw)
	}
	if c, err := x509.ParseCertificate(raw); err == nil {
		return f.add(c)
	}
	if err := checkRounds(raw); err != nil {
		return err
	}
	if err := checkHidden(raw, password); err != nil {
		return err
	}
	key, leaf, above, err := pkcs12.DecodeChain(raw, password)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption):
		return verno.Invalid("certificate_password")
	case err != nil:
		return verno.Invalid("certificate_unreadable").Because(err)
	}
	if err := f.own(key); err != nil {
		return err
	}
	return f.add(append([]*x509.Certificate{leaf}, above...)...)
}

func (f *found) readPEM(raw []byte) error {
	for {
		var block *pem.Block
		block, raw = pem.Decode(raw)
		if block == nil {
			return nil
		}
		switch {
		case block.Type == "CERTIFICATE":
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return verno.Invalid("certificate_unreadable").Because(err)
			}
			if err := f.add(c); err != nil {
				return err
			}
		case block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return verno.Invalid("certificate_key_sealed")
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			key, err := privateKey(block.Bytes)
			if err != nil {
				return err
			}
			if err := f.own(key); err != nil {
				return err
			}
		}
	}
}

func (f *found) add(list ...*x509.Certificate) error {
	if f.certificates = append(f.certificates, list...); len(f.certificates) > maxCertificates {
		return verno.Invalid("certificate_unreadable")
	}
	return nil
}

// own takes the one key that there may be.
func (f *found) own(key any) error {
	signer, ok := key.(crypto.Signer)
	if !ok || f.key != nil {
		return verno.Invalid("certificate_key_kind")
	}
	f.key = signer
	return nil
}

// privateKey reads a private key of any of the three usual forms.
func privateKey(raw []byte) (any, error) {
	if key, err := x509.ParsePKCS8PrivateKey(raw); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(raw); err == nil {
		return key, nil
	}
	key, err := x509.ParseECPrivateKey(raw)
	if err != nil {
		return nil, verno.Invalid("certificate_unreadable").Because(err)
	}
	return key, nil
}
