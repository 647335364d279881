package server

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
)

// Certificate is a certificate that Apple passes are signed with, without its key.
type Certificate = pass.Held

// TrialCertificate says what a certificate of one's own making is for.
type TrialCertificate = pass.SelfMade

// PassReport is what a .pkpass is, and what is wrong with it.
type PassReport = pass.Report

// CertificateFiles are the files that a certificate comes in.
type CertificateFiles struct {
	Files    [][]byte
	Password string // of a .p12
}

// Certificates are a tenant's certificates, the newest first.
func (s *Server) Certificates(ctx context.Context, whose Whose) ([]Certificate, error) {
	t, err := whose.tenant(ctx, s.Store.Reader())
	if err != nil {
		return nil, err
	}
	return s.Passes.Certificates(ctx, t.ID)
}

// ImportCertificate reads a certificate from files and signs with it from now on.
func (s *Server) ImportCertificate(ctx context.Context, whose Whose, from CertificateFiles, replace bool) ([]Certificate, error) {
	t, err := whose.tenant(ctx, s.Store.Reader())
	if err != nil {
		return nil, err
	}
	signer, err := pass.ReadSigner(from.Files, from.Password, s.Config.Clock())
	if err != nil {
		return nil, err
	}
	if _, err := s.Passes.ImportCertificate(ctx, auth.Operator(t.ID), signer, replace); err != nil {
		return nil, err
	}
	return s.Passes.Certificates(ctx, t.ID)
}

// ImportPushKey keeps a key that notifications are signed with in place of the certificate.
func (s *Server) ImportPushKey(ctx context.Context, whose Whose, raw []byte, keyID, team string) error {
	t, err := whose.tenant(ctx, s.Store.Reader())
	if err != nil {
		return err
	}
	_, err = s.Passes.ImportPushKey(ctx, auth.Operator(t.ID), raw, keyID, team)
	return err
}

// SelfSign makes a certificate for trying without an account at Apple, signs with it from now on, and returns the root
// that proves it, as PEM.
func (s *Server) SelfSign(ctx context.Context, whose Whose, how TrialCertificate) ([]Certificate, []byte, error) {
	t, err := whose.tenant(ctx, s.Store.Reader())
	if err != nil {
		return nil, nil, err
	}
	signer, root, err := pass.SelfSign(how, s.Config.Clock())
	if err != nil {
		return nil, nil, err
	}
	if _, err := s.Passes.ImportCertificate(ctx, auth.Operator(t.ID), signer, false); err != nil {
		return nil, nil, err
	}
	list, err := s.Passes.Certificates(ctx, t.ID)
	return list, rootPEM(root), err
}

func rootPEM(root *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})
}

// BuildPass makes the .pkpass of a card as it is now. Errors: not_found, and those of making a pass.
func (s *Server) BuildPass(ctx context.Context, whose Whose, id verno.CardID) ([]byte, error) {
	t, err := whose.tenant(ctx, s.Store.Reader())
	if err != nil {
		return nil, err
	}
	issued, err := s.Passes.Issue(ctx, t.ID, id)
	if errors.Is(err, store.ErrNotFound) {
		err = verno.NotFound("not_found").With("thing", "card")
	}
	if err != nil {
		return nil, err
	}
	return s.Passes.ApplePass(ctx, issued, s.Config.Clock())
}

// InspectPass reads a .pkpass, of which nothing is trusted, and holds it to the rules of Apple.
func InspectPass(raw []byte, now time.Time) (*PassReport, error) { return pass.Inspect(raw, now) }

// passDocument is a card that is not in any database: what a merchant makes of a kind, and what there is to say of it.
type passDocument struct {
	Template card.Template        `json:"template"`
	Facts    card.Facts           `json:"facts"`
	Serial   string               `json:"serial"`
	Pictures map[card.Slot]string `json:"pictures"` // files, by where they stand
}

// BuildPassFile makes a .pkpass of a document, for those who try a design or a certificate. read reads a picture that the
// document names. Without files of a certificate it is signed with one that is made at once and forgotten.
func BuildPassFile(document []byte, read func(name string) ([]byte, error), from CertificateFiles, now time.Time) ([]byte, error) {
	var d passDocument
	decode := json.NewDecoder(bytes.NewReader(document))
	decode.DisallowUnknownFields()
	if err := decode.Decode(&d); err != nil {
		return nil, verno.Malformed("malformed_json").With("reason", err.Error())
	}
	if d.Serial == "" {
		d.Serial = "trial"
	}
	if len(d.Pictures) > 0 {
		d.Template.Design.Pictures = d.Pictures // The looks of levels have theirs, which stand over these.
	}
	face, err := card.Show(&d.Template, &d.Facts)
	if err != nil {
		return nil, err
	}
	var g pass.Gallery
	pics, err := g.Of(&face, read)
	if err != nil {
		return nil, err
	}
	var signer *pass.Signer
	if len(from.Files) > 0 {
		signer, err = pass.ReadSigner(from.Files, from.Password, now)
	} else {
		signer, _, err = pass.SelfSign(TrialCertificate{PassType: "pass.not-apple.trial", Team: "NOTAPPLE00"}, now)
	}
	if err != nil {
		return nil, err
	}
	built, err := pass.BuildApple(&face, pass.AppleIdentity{Serial: d.Serial, At: now}, pics, signer)
	if err != nil {
		return nil, fmt.Errorf("build a pass: %w", err)
	}
	return built, nil
}
