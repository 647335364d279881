package pass

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// keptCertificate is what is kept of a certificate beside its key.
type keptCertificate struct {
	Certificate
	DER [][]byte `json:"der"` // the leaf, then those above it
}

// keptPushKey is what is kept of a key that notifications are signed with.
type keptPushKey struct {
	Team string `json:"team"`
}

// maxAppleID is how long the identifiers are at most that Apple gives out; today they have ten letters.
const maxAppleID = 40

// sealedAt is where the key of a credential is sealed.
func sealedAt(id verno.WalletKeyID) string {
	return vault.At("wallet_credential", id.String(), "sealed")
}

// ImportCertificate keeps a certificate, its key sealed, and signs with it from now on; the one before it is retired. It
// returns certificate_other_type where passes are out under another type, which would never change again, unless that is
// meant, and certificate_without_nfc where readers would hear of cards no more. A certificate of one's own making stands in
// nobody's way.
func (p *Passes) ImportCertificate(ctx context.Context, a verno.Actor, s *Signer, replace bool) (verno.WalletKeyID, error) {
	now, tenant := p.Clock(), a.Tenant
	id := verno.NewID[verno.WalletKeyID](now, p.Entropy)
	if err := a.Require(managing); err != nil {
		return id, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		return id, fmt.Errorf("pass: write a key: %w", err)
	}
	kept := keptCertificate{Certificate: s.Certificate, DER: [][]byte{s.Leaf.Raw}}
	for _, c := range s.Chain {
		kept.DER = append(kept.DER, c.Raw)
	}
	about, err := json.Marshal(kept)
	if err != nil {
		return id, err
	}
	row := store.WalletCredential{
		Tenant: tenant, ID: id, Kind: store.CredentialApplePass, Name: s.PassType, About: string(about), NotAfter: s.NotAfter, CreatedAt: now,
	}
	if row.Sealed, err = p.Vault.Seal(ctx, tenant, sealedAt(id), key); err != nil {
		return id, err
	}
	return id, p.Store.Write(ctx, func(tx *store.Tx) error {
		current, err := tx.WalletCredentialInUse(ctx, tenant, store.CredentialApplePass)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil && current.Name != s.PassType && !replace && isOfApple(current) {
			return verno.Conflict("certificate_other_type").With("given", s.PassType).With("current", current.Name)
		}
		if !replace {
			if err := silences(ctx, tx.Reader, tenant, s); err != nil {
				return err
			}
		}
		if err := keep(ctx, tx, row); err != nil {
			return err
		}
		said := []string{"name", s.PassType, "fingerprint", s.Fingerprint}
		if s.NFC && !hasNFC(current) {
			said = append(said, "nfc", nfcBegins)
		}
		return p.record(ctx, tx, a, now, "certificate.imported", id.String(), said...)
	})
}

// nfcBegins is what is told of a certificate with which cards begin to speak with readers.
const nfcBegins = "begins"

func hasNFC(c store.WalletCredential) bool {
	var kept keptCertificate
	return json.Unmarshal([]byte(c.About), &kept) == nil && kept.NFC
}

// silences says whether readers would hear of cards no more that a certificate signs: there are keys for them, and it is not
// for NFC.
func silences(ctx context.Context, r *store.Reader, tenant verno.TenantID, s *Signer) error {
	if s.NFC {
		return nil
	}
	const many = 100
	keys, err := r.NFCKeys(ctx, tenant, vasProtocol, many)
	if err == nil && slices.ContainsFunc(keys, func(k store.NFCKey) bool { return k.RetiredAt.IsZero() }) {
		err = verno.Conflict("certificate_without_nfc")
	}
	return err
}

// RetireCertificate ends the use of a certificate. Cards that are in phones stay there, and Apple is still told of their
// changes by it; none is signed by it any more. Ending it again does nothing.
func (p *Passes) RetireCertificate(ctx context.Context, a verno.Actor, id verno.WalletKeyID) error {
	if err := a.Require(managing); err != nil {
		return err
	}
	now := p.Clock()
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		row, err := tx.WalletCredential(ctx, a.Tenant, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && row.Kind != store.CredentialApplePass {
			return verno.NotFound("not_found").With("thing", "certificate")
		}
		if err != nil || !row.RetiredAt.IsZero() {
			return err
		}
		if _, err := tx.RetireWalletCredentials(ctx, a.Tenant, row.Kind, verno.WalletKeyID{}, now); err != nil {
			return err
		}
		return p.record(ctx, tx, a, now, "certificate.retired", id.String(), "name", row.Name)
	})
}

func isOfApple(c store.WalletCredential) bool {
	var kept keptCertificate
	return json.Unmarshal([]byte(c.About), &kept) != nil || kept.Apple
}

// keep writes a credential and retires those of its kind that were in use.
func keep(ctx context.Context, tx *store.Tx, row store.WalletCredential) error {
	if err := tx.InsertWalletCredential(ctx, row); err != nil {
		return err
	}
	_, err := tx.RetireWalletCredentials(ctx, row.Tenant, row.Kind, row.ID, row.CreatedAt)
	return err
}

// ImportPushKey keeps a key that notifications are signed with in place of the certificate: the .p8 that Apple gives out
// once, with its identifier and the team that it belongs to.
func (p *Passes) ImportPushKey(ctx context.Context, a verno.Actor, raw []byte, keyID, team string) (verno.WalletKeyID, error) {
	now, tenant := p.Clock(), a.Tenant
	id := verno.NewID[verno.WalletKeyID](now, p.Entropy)
	if err := a.Require(managing); err != nil {
		return id, err
	}
	var got found
	if err := got.readPEM(raw); err != nil {
		return id, err
	}
	key, ok := got.key.(*ecdsa.PrivateKey)
	if !ok || key.Curve != elliptic.P256() {
		return id, verno.Invalid("certificate_key_kind")
	}
	var f verno.Faults
	checkAppleID(&f, "/key_id", keyID)
	checkAppleID(&f, "/team", team)
	if f.Err() != nil {
		return id, f.Err()
	}
	about, err := json.Marshal(keptPushKey{Team: team})
	if err != nil {
		return id, err
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return id, err
	}
	row := store.WalletCredential{Tenant: tenant, ID: id, Kind: store.CredentialApplePush, Name: keyID, About: string(about), CreatedAt: now}
	if row.Sealed, err = p.Vault.Seal(ctx, tenant, sealedAt(id), plain); err != nil {
		return id, err
	}
	return id, p.Store.Write(ctx, func(tx *store.Tx) error {
		if err := keep(ctx, tx, row); err != nil {
			return err
		}
		return p.record(ctx, tx, a, now, "push_key.imported", id.String(), "name", keyID)
	})
}

// checkAppleID sees that an identifier is as Apple gives them out: ten capital letters and digits. A wrong one would be found
// out by the first notification that Apple refuses.
func checkAppleID(f *verno.Faults, pointer, id string) {
	const length, made = 10, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	if strings.Trim(id, made) != "" {
		f.Say(pointer, "text_invalid")
		return
	}
	f.Text(pointer, id, length, length)
}

// AppleSigner is what a tenant's passes are signed with now. It returns certificate_none where there is nothing.
func (p *Passes) AppleSigner(ctx context.Context, tenant verno.TenantID) (*Signer, error) {
	row, err := p.Store.Reader().WalletCredentialInUse(ctx, tenant, store.CredentialApplePass)
	if errors.Is(err, store.ErrNotFound) {
		return nil, verno.Unavailable("certificate_none", again)
	}
	if err != nil {
		return nil, err
	}
	return p.signerOf(ctx, row)
}

// signerOf opens a certificate's key, once.
func (p *Passes) signerOf(ctx context.Context, row store.WalletCredential) (*Signer, error) {
	if s, ok := p.apple.signers.Load(row.ID); ok {
		return s.(*Signer), nil //nolint:forcetypeassert // Nothing else is stored there.
	}
	var kept keptCertificate
	if err := json.Unmarshal([]byte(row.About), &kept); err != nil {
		return nil, fmt.Errorf("pass: certificate %s: %w", row.ID, err)
	}
	key, err := p.unseal(ctx, row)
	if err != nil {
		return nil, err
	}
	chain := make([]*x509.Certificate, len(kept.DER))
	for i, raw := range kept.DER {
		if chain[i], err = x509.ParseCertificate(raw); err != nil {
			return nil, fmt.Errorf("pass: certificate %s: %w", row.ID, err)
		}
	}
	s := &Signer{Certificate: kept.Certificate, Leaf: chain[0], Chain: chain[1:], key: key, certificates: joined(chain)}
	p.apple.signers.Store(row.ID, s)
	return s, nil
}

func (p *Passes) unseal(ctx context.Context, row store.WalletCredential) (crypto.Signer, error) {
	plain, err := p.Vault.Open(ctx, row.Tenant, sealedAt(row.ID), row.Sealed)
	if err != nil {
		return nil, err
	}
	key, err := privateKey(plain)
	if err != nil {
		return nil, err
	}
	s, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("pass: credential %s has a key that cannot sign", row.ID)
	}
	return s, nil
}

// ApplePushCredential is what Apple knows a tenant by that has passes of a type: a key for notifications where there is
// one, else the newest certificate of the type, retired ones too, for phones have passes of theirs still.
func (p *Passes) ApplePushCredential(ctx context.Context, tenant verno.TenantID, passType string) (*PushCredential, error) {
	reader := p.Store.Reader()
	if row, err := reader.WalletCredentialInUse(ctx, tenant, store.CredentialApplePush); !errors.Is(err, store.ErrNotFound) {
		return p.pushKey(ctx, row, err)
	}
	const many = 100
	rows, err := reader.WalletCredentials(ctx, tenant, store.CredentialApplePass, many)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if row.Name != passType {
			continue
		}
		s, err := p.signerOf(ctx, row)
		if err != nil {
			return nil, err
		}
		shown := &tls.Certificate{PrivateKey: s.key, Leaf: s.Leaf, Certificate: [][]byte{s.Leaf.Raw}}
		for _, c := range s.Chain {
			shown.Certificate = append(shown.Certificate, c.Raw)
		}
		return &PushCredential{ID: row.ID.String(), Certificate: shown}, nil
	}
	return nil, verno.Unavailable("certificate_none", again)
}

func (p *Passes) pushKey(ctx context.Context, row store.WalletCredential, err error) (*PushCredential, error) {
	if err != nil {
		return nil, err
	}
	var kept keptPushKey
	if err := json.Unmarshal([]byte(row.About), &kept); err != nil {
		return nil, fmt.Errorf("pass: key %s: %w", row.ID, err)
	}
	key, err := p.unseal(ctx, row)
	if err != nil {
		return nil, err
	}
	curve, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("pass: key %s is not on a curve", row.ID)
	}
	return &PushCredential{ID: row.ID.String(), Key: curve, KeyID: row.Name, Team: kept.Team}, nil
}

// Held is a certificate that a tenant has.
type Held struct {
	ID        verno.WalletKeyID `json:"id"`
	InUse     bool              `json:"in_use"`
	CreatedAt time.Time         `json:"created_at"`
	RetiredAt time.Time         `json:"retired_at,omitzero"`
	Days      int               `json:"days_left"` // below zero where it has expired
	Alarm     int               `json:"alarm"`     // 30, 14 or 7 days before its end, -1 after it; 0 for none
	Certificate
}

// alarmDays are how long before its end a certificate alarms.
var alarmDays = []int{7, 14, 30}

// Certificates are a tenant's certificates for Apple passes, the newest first, the retired among them.
func (p *Passes) Certificates(ctx context.Context, tenant verno.TenantID) ([]Held, error) {
	const many = 100
	rows, err := p.Store.Reader().WalletCredentials(ctx, tenant, store.CredentialApplePass, many)
	if err != nil {
		return nil, err
	}
	list := make([]Held, len(rows))
	for i, row := range rows {
		var kept keptCertificate
		if err := json.Unmarshal([]byte(row.About), &kept); err != nil {
			return nil, fmt.Errorf("pass: certificate %s: %w", row.ID, err)
		}
		h := Held{ID: row.ID, InUse: row.RetiredAt.IsZero(), CreatedAt: row.CreatedAt, RetiredAt: row.RetiredAt, Certificate: kept.Certificate}
		h.Days, h.Alarm = alarm(p.Clock(), h.NotAfter)
		if !h.InUse {
			h.Alarm = 0
		}
		list[i] = h
	}
	return list, nil
}

// ExpiringCertificates are the certificates in use that alarm, for what the desk asks attention for.
func (p *Passes) ExpiringCertificates(ctx context.Context, tenant verno.TenantID) ([]Held, error) {
	all, err := p.Certificates(ctx, tenant)
	var list []Held
	for _, h := range all {
		if h.Alarm != 0 {
			list = append(list, h)
		}
	}
	return list, err
}

// alarm says how many whole days are left, and which alarm that is.
func alarm(now, end time.Time) (days, step int) {
	const day = 24 * time.Hour
	if now.After(end) {
		return -int(now.Sub(end)/day) - 1, -1
	}
	days = int(end.Sub(now) / day)
	for _, limit := range alarmDays {
		if days < limit || days == limit && end.Sub(now) == time.Duration(limit)*day {
			return days, limit
		}
	}
	return days, 0
}
