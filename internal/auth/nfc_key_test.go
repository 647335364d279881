package auth_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/nfc"
)

// TestNFCKeys: several versions open payloads at once, a retired one none, and the private key is nowhere in clear.
func TestNFCKeys(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		var ids []verno.NFCKeyID
		for want := int64(1); want <= 5; want++ {
			k, err := b.gate.MakeNFCKey(b.ctx, b.boss, nfc.SmartTap, now)
			if err != nil || k.Version != want {
				b.t.Fatalf("version %d, %v, want %d", k.Version, err, want)
			}
			der, err := base64.StdEncoding.DecodeString(k.SPKI())
			if err != nil || len(der) != 59 || !bytes.Equal(der[26:], k.Public) {
				b.t.Errorf("SPKI %x", der)
			}
			ids = append(ids, k.ID)
		}
		_, err := b.gate.MakeNFCKey(b.ctx, b.boss, nfc.SmartTap, now)
		b.refused(err, "key_limit")
		_, err = b.gate.MakeNFCKey(b.ctx, b.boss, "felica", now)
		b.refused(err, "invalid_request")
		if k, err := b.gate.MakeNFCKey(b.ctx, b.boss, nfc.AppleVAS, now); err != nil || k.Version != 1 {
			b.t.Errorf("the first of another protocol: %d, %v", k.Version, err)
		}
		for range 2 {
			if err := b.gate.RetireNFCKey(b.ctx, b.boss, ids[0], now); err != nil {
				b.t.Fatal(err)
			}
		}
		b.refused(b.gate.RetireNFCKey(b.ctx, b.boss, verno.NewID[verno.NFCKeyID](now, rand.Reader), now), "not_found")
		open, err := b.gate.OpenNFCKeys(b.ctx, b.live)
		if err != nil || len(open) != 5 {
			b.t.Fatalf("%d keys open payloads, %v, want 5", len(open), err)
		}
		rows, err := b.store.Reader().NFCKeys(b.ctx, b.live, "", 100)
		if err != nil || len(rows) != 6 {
			b.t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, row := range rows {
			for _, k := range open {
				if bytes.Contains(row.Sealed, k.Bytes()) || bytes.Contains(row.Sealed, []byte(hex.EncodeToString(k.Bytes()))) {
					b.t.Error("a private key is in the database in clear")
				}
			}
		}
		list, err := b.gate.NFCKeys(b.ctx, b.boss)
		if err != nil || len(list) != 6 || list[0].Protocol != nfc.AppleVAS || list[1].Version != 5 || list[5].RetiredAt.IsZero() {
			b.t.Errorf("list %+v, %v", list, err)
		}
		if twin, err := b.gate.OpenNFCKeys(b.ctx, b.test); err != nil || len(twin) != 0 {
			b.t.Errorf("the test twin has %d keys, %v", len(twin), err)
		}
		_, err = b.gate.NFCKeys(b.ctx, verno.Actor{Tenant: b.live, May: ^verno.MayManageStaff})
		b.refused(err, "permission_missing")
	})
}

// TestNFCKeySigns: what a kept key signs is checked by the public key that was shown.
func TestNFCKeySigns(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		if _, err := b.gate.MakeNFCKey(b.ctx, b.boss, nfc.SmartTap, now); err != nil {
			b.t.Fatal(err)
		}
		keys, err := b.gate.OpenNFCKeys(b.ctx, b.live)
		if err != nil || len(keys) != 1 {
			b.t.Fatalf("%d keys, %v", len(keys), err)
		}
		nonce, reader := make([]byte, 32), nfc.NewKey(nfc.SmartTap, 0, rand.Reader)
		signature, err := nfc.SignTap(keys[0], nonce, nonce, 7, reader.Public(), rand.Reader)
		if err != nil {
			b.t.Fatal(err)
		}
		said := append(append(append(append([]byte{}, nonce...), nonce...), 0, 0, 0, 7), reader.Public()...)
		sum := sha256.Sum256(said)
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), keys[0].Private.PublicKey().Bytes())
		if err != nil || !ecdsa.VerifyASN1(public, sum[:], signature) {
			b.t.Errorf("the signature is not the key's: %v", err)
		}
	})
}
