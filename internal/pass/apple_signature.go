package pass

import (
	"crypto/x509"
	"strings"
	"time"

	"github.com/smallstep/pkcs7"
)

// signature verifies the signature over the manifest, by a library that has not made it, and the certificate behind it.
func (r *Report) signature(raw, manifest []byte, now time.Time) {
	if raw == nil || manifest == nil {
		return
	}
	message, err := pkcs7.Parse(raw)
	if err != nil {
		r.fault(signatureFile, "signature_form", "is no CMS message")
		return
	}
	if len(message.Content) > 0 {
		r.fault(signatureFile, "signature_attached", "carries the manifest in itself, which it must not")
	}
	message.Content = manifest
	leaf := message.GetOnlySigner()
	if leaf == nil {
		r.fault(signatureFile, "signature_signer", "has not one signer with its certificate")
		return
	}
	if outsized(leaf) {
		r.fault(signatureFile, "signature_wrong", "is by a key that is too long")
		return
	}
	if err := message.Verify(); err != nil {
		r.fault(signatureFile, "signature_wrong", "is not a signature of this manifest: "+strings.TrimPrefix(err.Error(), "pkcs7: "))
	}
	if err := message.UnmarshalSignedAttribute(oidSigningTime, &r.SignedAt); err != nil {
		r.fault(signatureFile, "signature_time", "does not say when it was made")
	}
	r.certificate(leaf, message.Certificates, now)
}

// certificate holds the signer to what Apple asks of it.
func (r *Report) certificate(leaf *x509.Certificate, all []*x509.Certificate, now time.Time) {
	about, err := describe(leaf)
	if err != nil {
		r.fault(signatureFile, "certificate_kind", "the certificate is not one for passes: "+leaf.Subject.CommonName)
	}
	chain := climb(leaf, all)
	about.Apple = isApple(chain)
	r.Certificate = &about
	switch {
	case len(chain) == 0:
		r.fault(signatureFile, "certificate_chain", "the certificate above the signer's is not there: "+leaf.Issuer.CommonName)
	case !about.Apple:
		r.warn(signatureFile, "certificate_not_apple", "is not under Apple's intermediate G4: no iPhone takes it")
	}
	switch {
	case now.After(leaf.NotAfter):
		r.warn(signatureFile, "certificate_expired", "the certificate has expired on "+leaf.NotAfter.Format(time.DateOnly))
	case now.Before(leaf.NotBefore):
		r.warn(signatureFile, "certificate_not_yet", "the certificate is good from "+leaf.NotBefore.Format(time.DateOnly))
	}
}
