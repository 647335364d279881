package api_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/nfc"
)

// TestSignTap: a reader without the key has its tap signed, and only with a credential that may identify.
func TestSignTap(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		key, err := b.gate.MakeNFCKey(b.ctx, b.boss, nfc.SmartTap, b.now)
		b.must(err)
		nonces := make([]byte, 64)
		_, _ = rand.Read(nonces)
		reader := nfc.NewKey(nfc.SmartTap, 0, rand.Reader).Public()
		body := m{
			"reader_nonce": base64.StdEncoding.EncodeToString(nonces[:32]), "phone_nonce": base64.StdEncoding.EncodeToString(nonces[32:]),
			"collector_id": 20180608, "reader_public_key": base64.StdEncoding.EncodeToString(reader),
		}
		sign := request{do: "POST /nfc/signatures", token: b.token, body: body}
		signed := b.ask(sign).want(201)
		signature, err := base64.StdEncoding.DecodeString(signed.str("signature"))
		b.must(err)
		x, y := elliptic.UnmarshalCompressed(elliptic.P256(), key.Public)
		point := append([]byte{4}, make([]byte, 64)...)
		x.FillBytes(point[1:33])
		y.FillBytes(point[33:])
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
		b.must(err)
		sum := sha256.Sum256(bytes.Join([][]byte{nonces, binary.BigEndian.AppendUint32(nil, 20180608), reader}, nil))
		if !ecdsa.VerifyASN1(public, sum[:], signature) {
			t.Errorf("signed %s", signed.raw)
		}
		for field, wrong := range map[string]any{
			"reader_nonce": "AAAA", "phone_nonce": strings.Repeat("!", 44), "collector_id": 1 << 32, "reader_public_key": strings.Repeat("A", 44), "key_version": 9,
		} {
			sign.body = with(body, field, wrong)
			if got := b.ask(sign); got.status < 400 || got.status >= 500 {
				t.Errorf("%s %v: %d %s", field, wrong, got.status, got.raw)
			}
		}
		b.ask(request{do: "POST /nfc/signatures", token: b.newKey(verno.MayReadReceipts), body: body}).want(403, "permission_missing")
	})
}

// TestHostileRead: what is no read of a phone is refused as a code that cannot be read, whatever it is.
func TestHostileRead(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		ask := func(body m, code string) {
			t.Helper()
			b.ask(request{do: "POST /identifications", token: b.token, body: body}).want(422, code)
		}
		for _, payload := range []string{"AAAA", base64.StdEncoding.EncodeToString(make([]byte, 120)), base64.StdEncoding.EncodeToString(make([]byte, 8000))} {
			ask(m{"nfc": m{"protocol": "apple_vas", "payload": payload}}, "code_unreadable")
			ask(m{"nfc": m{"protocol": "smart_tap", "payload": payload}}, "code_unreadable")
		}
		ask(m{"scan": "nfc:apple_vas:00"}, "code_unreadable")
		ask(m{"nfc": m{"protocol": "apple_vas", "payload": "?"}}, "invalid_request")
		ask(m{"nfc": m{"protocol": "felica", "payload": "AAAA"}}, "invalid_request")
		ask(m{"nfc": m{"protocol": "apple_vas", "payload": strings.Repeat("A", 12_000)}}, "invalid_request")
		ask(m{"nfc": m{"protocol": "apple_vas", "payload": "AAAA"}, "scan": "4276550012345675"}, "invalid_request")
	})
}
