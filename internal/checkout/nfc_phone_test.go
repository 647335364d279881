package checkout_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/nfc"
	"github.com/verno-loyalty/verno/internal/store"
)

// What a phone does when it is held to a reader, by the same outlines as package nfc opens it.

const passType = "pass.example.chaika"

// readers gives the chain a key of each protocol and a type of pass.
func (b *bundle) readers(tenant verno.TenantID) (vas, tap nfc.Key) {
	b.t.Helper()
	b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
		return tx.InsertWalletCredential(b.ctx, store.WalletCredential{
			Tenant: tenant, ID: verno.NewID[verno.WalletKeyID](b.clock(), rand.Reader), Kind: store.CredentialApplePass, Name: passType,
			About: "{}", Sealed: []byte{1}, NotAfter: b.clock().AddDate(1, 0, 0), CreatedAt: b.clock(),
		})
	}))
	return nfc.NewKey(nfc.AppleVAS, 1, rand.Reader), nfc.NewKey(nfc.SmartTap, 1, rand.Reader)
}

// says is what a member's card in the phone says to readers.
func (g *guest) says() string { return code.NFCValue(g.secret.Live, code.Machine(g.secret.Machine)) }

// vasOf is what an iPhone answers a reader that asks for a type of pass.
func vasOf(k nfc.Key, of, value string, at time.Time) nfc.Read {
	phone, _ := ecdh.P256().GenerateKey(rand.Reader)
	shared, _ := phone.ECDH(k.Private.PublicKey())
	id := sha256.Sum256([]byte(of))
	h := sha256.New()
	h.Write(shared)
	h.Write([]byte{0, 0, 0, 1})
	h.Write([]byte("\x0did-aes256-GCMApplePay encrypted VAS data"))
	h.Write(id[:])
	block, _ := aes.NewCipher(h.Sum(nil))
	gcm, _ := cipher.NewGCMWithNonceSize(block, aes.BlockSize)
	seconds := at.Unix() - time.Date(2001, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
	plain := append(binary.BigEndian.AppendUint32(nil, uint32(seconds)), value...)
	key := k.ID()
	out := append(key[:], phone.PublicKey().Bytes()[1:33]...)
	return nfc.Read{Protocol: nfc.AppleVAS, Payload: string(gcm.Seal(out, make([]byte, aes.BlockSize), plain, nil))}
}

// tapOf is a channel of Smart Tap that a reader opened with the merchant's key, and what an Android phone said in it.
func tapOf(k nfc.Key, value string) nfc.Read {
	reader, phone := nfc.NewKey(nfc.SmartTap, 0, rand.Reader), nfc.NewKey(nfc.SmartTap, 0, rand.Reader)
	nonces := make([]byte, 64)
	_, _ = rand.Read(nonces)
	const collector = 20180608
	signature, _ := nfc.SignTap(k, nonces[:32], nonces[32:], collector, reader.Public(), rand.Reader)
	head := binary.BigEndian.AppendUint32(append([]byte{}, nonces...), collector)
	shared, _ := phone.Private.ECDH(reader.Private.PublicKey())
	keys, _ := hkdf.Key(sha256.New, shared, phone.Public(), string(head)+string(reader.Public())+string(signature), 48)

	plain := ndef("asv", ndef("ly", ndef("n", append([]byte{4}, value...))))
	body := make([]byte, 12, 12+len(plain))
	_, _ = rand.Read(body)
	iv := append(append([]byte{}, body...), 0, 0, 0, 0)
	block, _ := aes.NewCipher(keys[:16])
	sealed := make([]byte, len(plain))
	cipher.NewCTR(block, iv).XORKeyStream(sealed, plain)
	body = append(body, sealed...)
	mac := hmac.New(sha256.New, keys[16:])
	mac.Write(body)

	out := append(append(head, reader.Bytes()...), phone.Public()...)
	out = append(append(out, byte(len(signature))), signature...)
	return nfc.Read{Protocol: nfc.SmartTap, Payload: string(mac.Sum(append(append(out, 1), body...)))}
}

// ndef is a message of one short external record.
func ndef(name string, payload []byte) []byte {
	return append(append([]byte{0xd4, byte(len(name)), byte(len(payload))}, name...), payload...)
}
