package auth

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/nfc"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// NFCKey is a key by which the merchant's readers are known to phones, without its secret, which leaves the vault for
// nobody.
type NFCKey struct {
	ID        verno.NFCKeyID
	Protocol  nfc.Protocol
	Version   int64
	Public    []byte // compressed point of P-256
	CreatedAt time.Time
	RetiredAt time.Time // zero while it opens payloads
}

// spkiHead is what stands before a compressed point of P-256 in a SubjectPublicKeyInfo (RFC 5480).
var spkiHead, _ = hex.DecodeString("3039301306072a8648ce3d020106082a8648ce3d030107032200")

// SPKI is the public key as Apple's passes name it and as Google's console takes it: DER, in base 64.
func (k *NFCKey) SPKI() string {
	return base64.StdEncoding.EncodeToString(append(append([]byte{}, spkiHead...), k.Public...))
}

// maxNFCKeys is how many keys of a protocol open payloads at once.
const maxNFCKeys = 5

// MakeNFCKey makes the next version of a key. Those before it go on opening payloads until they are retired: passes and
// readers change over in their own time. Refused with key_limit where too many are in use.
func (g *Gate) MakeNFCKey(ctx context.Context, a verno.Actor, protocol nfc.Protocol, now time.Time) (NFCKey, error) {
	if err := a.Require(verno.MayManageStaff); err != nil {
		return NFCKey{}, err
	}
	if protocol != nfc.AppleVAS && protocol != nfc.SmartTap {
		return NFCKey{}, verno.InvalidField("/protocol", "unknown_value", "known", "apple_vas, smart_tap")
	}
	list, err := g.NFCKeys(ctx, a)
	if err != nil {
		return NFCKey{}, err
	}
	inUse := 0
	for i := range list {
		if list[i].Protocol == protocol && list[i].RetiredAt.IsZero() {
			inUse++
		}
	}
	if inUse >= maxNFCKeys {
		return NFCKey{}, verno.Conflict("key_limit").With("most", "5")
	}
	id := verno.NewID[verno.NFCKeyID](now, g.Entropy)
	fresh := nfc.NewKey(protocol, 0, g.Entropy)
	sealed, err := g.Vault.Seal(ctx, a.Tenant, nfcPlace(id), fresh.Bytes())
	if err != nil {
		return NFCKey{}, err
	}
	made := NFCKey{ID: id, Protocol: protocol, Public: fresh.Public(), CreatedAt: now}
	err = g.Store.Write(ctx, func(tx *store.Tx) (err error) {
		made.Version, err = tx.InsertNFCKey(ctx, store.NFCKey{
			Tenant: a.Tenant, ID: id, Protocol: string(protocol), Public: made.Public, Sealed: sealed, CreatedAt: now,
		})
		if err != nil {
			return err
		}
		return g.record(ctx, tx, a, now, "nfc_key.created", id.String(), "protocol", string(protocol))
	})
	return made, err
}

// NFCKeys lists the tenant's keys, by protocol and the newest first, the retired among them.
func (g *Gate) NFCKeys(ctx context.Context, a verno.Actor) ([]NFCKey, error) {
	if err := a.Require(verno.MayManageStaff); err != nil {
		return nil, err
	}
	const most = 200
	rows, err := g.Store.Reader().NFCKeys(ctx, a.Tenant, "", most)
	list := make([]NFCKey, len(rows))
	for i, k := range rows {
		list[i] = NFCKey{k.ID, nfc.Protocol(k.Protocol), k.Version, k.Public, k.CreatedAt, k.RetiredAt}
	}
	return list, err
}

// RetireNFCKey ends a key for good: what was made for it opens no more. Retiring again does nothing.
func (g *Gate) RetireNFCKey(ctx context.Context, a verno.Actor, id verno.NFCKeyID, now time.Time) error {
	list, err := g.NFCKeys(ctx, a)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(k NFCKey) bool { return k.ID == id })
	if at < 0 {
		return missing(store.ErrNotFound, "NFC key")
	}
	return g.Store.Write(ctx, func(tx *store.Tx) error {
		retired, err := tx.RetireNFCKey(ctx, a.Tenant, id, now)
		if err != nil || !retired {
			return err
		}
		return g.record(ctx, tx, a, now, "nfc_key.retired", id.String(), "protocol", string(list[at].Protocol))
	})
}

// OpenNFCKeys gives the keys that open payloads to whoever reads them at a till.
func (g *Gate) OpenNFCKeys(ctx context.Context, tenant verno.TenantID) ([]nfc.Key, error) {
	const most = 200
	rows, err := g.Store.Reader().NFCKeys(ctx, tenant, "", most)
	if err != nil {
		return nil, err
	}
	var keys []nfc.Key
	for _, row := range rows {
		if !row.RetiredAt.IsZero() {
			continue
		}
		scalar, err := g.Vault.Open(ctx, tenant, nfcPlace(row.ID), row.Sealed)
		if err != nil {
			return nil, err
		}
		k, err := nfc.ParseKey(nfc.Protocol(row.Protocol), row.Version, scalar)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func nfcPlace(id verno.NFCKeyID) string { return vault.At("nfc_key", id.String(), "sealed") }
