package till_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/nfc"
	"github.com/verno-loyalty/verno/internal/store"
)

// held is what an iPhone answers a reader that asks it for a type of pass, sealed for the reader's key.
func held(t *testing.T, k nfc.Key, of, value string, at time.Time) string {
	t.Helper()
	phone, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := phone.ECDH(k.Private.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	id := sha256.Sum256([]byte(of))
	h := sha256.New()
	h.Write(shared)
	h.Write([]byte{0, 0, 0, 1})
	h.Write([]byte("\x0did-aes256-GCMApplePay encrypted VAS data"))
	h.Write(id[:])
	block, err := aes.NewCipher(h.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCMWithNonceSize(block, aes.BlockSize)
	if err != nil {
		t.Fatal(err)
	}
	seconds := at.Unix() - time.Date(2001, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
	plain := append(binary.BigEndian.AppendUint32(nil, uint32(seconds)), value...)
	key := k.ID()
	out := append(key[:], phone.PublicKey().Bytes()[1:33]...)
	return hex.EncodeToString(gcm.Seal(out, make([]byte, aes.BlockSize), plain, nil))
}

// TestReaderFindsAGuest: a phone that is held to a reader which types finds its guest, as strongly as a live code does, on
// whatever layout the keyboard is.
func TestReaderFindsAGuest(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 768, 1024)
	ctx, tenant, now := t.Context(), s.Made.Live.Tenant, s.Server.Now()
	const passType = "pass.example.verno"
	if err := s.Server.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.InsertWalletCredential(ctx, store.WalletCredential{
			Tenant: tenant, ID: verno.NewID[verno.WalletKeyID](now, rand.Reader), Kind: store.CredentialApplePass, Name: passType,
			About: "{}", Sealed: []byte{1}, NotAfter: now.AddDate(1, 0, 0), CreatedAt: now,
		})
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Server.Gate.MakeNFCKey(ctx, auth.Operator(tenant), nfc.AppleVAS, now); err != nil {
		t.Fatal(err)
	}
	keys, err := s.Server.Gate.OpenNFCKeys(ctx, tenant)
	if err != nil {
		t.Fatal(err)
	}
	_, own := s.member("Анна", 3)
	id, err := verno.ParseID[verno.CardID](own)
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := s.Server.Roll.Secret(ctx, tenant, id)
	if err != nil {
		t.Fatal(err)
	}
	s.open()
	s.Until(`document.activeElement.id === "scan"`)
	read := held(t, keys[0], passType, code.NFCValue(secret.Live, code.Machine(secret.Machine)), s.Server.Now())
	k := keyboard{s.Tab, time.Now()}
	k.strike(8*time.Millisecond, append(russian("nfc:apple_vas:"+read), enter)...)
	s.See(".guest .name")
	if said := s.Text(".guest"); !strings.Contains(said, "Анна") {
		t.Errorf("the guest is %q", said)
	}
	s.See(".guest .tag.good")
}
