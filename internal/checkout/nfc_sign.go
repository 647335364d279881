package checkout

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/nfc"
	"github.com/verno-loyalty/verno/internal/store"
)

// SignTap is what a reader needs signed to open a channel of Smart Tap with a phone.
type SignTap struct {
	ReaderNonce  []byte // 32 bytes
	PhoneNonce   []byte // 32 bytes
	Collector    uint32
	ReaderPublic []byte // compressed point of P-256, of the reader's ephemeral key
	Version      int64  // of the key; 0 for the newest
	Terminal     verno.TerminalID
	Store        verno.StoreID
}

// SignedTap is the signature, and which key it is of.
type SignedTap struct {
	Signature []byte // DER
	Version   int64
	Public    []byte // compressed point
}

// SignTap signs with the merchant's key for a reader that does not hold it. A till has as many signed as it may look up. Errors:
// rate_limited, code_unreadable for what is not of a tap's form, and not_found where there is no such key.
func (t *Till) SignTap(ctx context.Context, a verno.Actor, q SignTap) (*SignedTap, error) {
	if err := a.Require(verno.MayIdentify); err != nil {
		return nil, err
	}
	pl, err := t.at(ctx, a, q.Terminal, q.Store)
	if err != nil {
		return nil, err
	}
	ring, err := t.keyring(ctx, a.Tenant, ringLife)
	if err != nil {
		return nil, err
	}
	key, ok := newestKey(ring.Keys, q.Version)
	if !ok {
		return nil, verno.NotFound("not_found").With("thing", "NFC key")
	}
	if err := t.countSignature(ctx, a, pl); err != nil {
		return nil, err
	}
	signature, err := nfc.SignTap(key, q.ReaderNonce, q.PhoneNonce, q.Collector, q.ReaderPublic, t.entropy)
	if err != nil {
		return nil, err
	}
	return &SignedTap{signature, key.Version, key.Public()}, nil
}

// newestKey is the key of Smart Tap of a version, the newest one for version 0.
func newestKey(keys []nfc.Key, version int64) (newest nfc.Key, ok bool) {
	for _, k := range keys {
		if k.Protocol == nfc.SmartTap && (version == 0 && k.Version > newest.Version || version != 0 && k.Version == version) {
			newest, ok = k, true
		}
	}
	return newest, ok
}

// countSignature bounds how often a till may have something signed, apart from its look-ups.
func (t *Till) countSignature(ctx context.Context, a verno.Actor, pl *place) error {
	if pl.terminal.IsZero() {
		return nil
	}
	counted := lookupsOf(a, pl)
	counted.Subject = "sign/" + counted.Subject
	return t.store.Write(ctx, func(tx *store.Tx) error {
		wait, err := tx.Take(ctx, counted, t.clock(), store.Limit{Most: t.limits.LookupsPerHour, Window: lookups})
		if err == nil && wait > 0 {
			err = limited(t.clock())
		}
		return err
	})
}
