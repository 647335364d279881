package nfc_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/nfc"
)

// vector was made by another implementation than ours: the Python package cryptography, by the same outlines. That both
// agree says nothing of a phone.
type vector struct {
	Protocol      nfc.Protocol
	Private       string
	Public        string
	PassType      string `json:"pass_type"`
	Payload       string
	At            int64
	Value         string
	Variant       int
	ReaderNonce   string `json:"reader_nonce"`
	PhoneNonce    string `json:"phone_nonce"`
	Collector     uint32
	ReaderPrivate string `json:"reader_private"`
	PhonePublic   string `json:"phone_public"`
	Signature     string
	Bundle        string
}

func vectors(t *testing.T, of nfc.Protocol) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(v vector) bool { return v.Protocol != of })
}

func bin(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (v *vector) key(t *testing.T, version int64) nfc.Key {
	t.Helper()
	k, err := nfc.ParseKey(v.Protocol, version, bin(t, v.Private))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(k.Public(), bin(t, v.Public)) || !bytes.Equal(k.Bytes(), bin(t, v.Private)) {
		t.Fatalf("public key %x, want %s", k.Public(), v.Public)
	}
	return k
}

func (v *vector) tap(t *testing.T) *nfc.Tap {
	t.Helper()
	return &nfc.Tap{
		ReaderNonce: bin(t, v.ReaderNonce), PhoneNonce: bin(t, v.PhoneNonce), Collector: v.Collector,
		ReaderPrivate: bin(t, v.ReaderPrivate), PhonePublic: bin(t, v.PhonePublic), Signature: bin(t, v.Signature), Bundle: bin(t, v.Bundle),
	}
}

const window = 2 * time.Minute

func refused(t *testing.T, what string, err error, code string) {
	t.Helper()
	if e, ok := errors.AsType[*verno.Error](err); !ok || e.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// other is a key that nothing was made for.
func other(p nfc.Protocol, version int64) nfc.Key {
	return nfc.NewKey(p, version, rand.NewChaCha8([32]byte{byte(version)}))
}

func TestVASOpens(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, nfc.AppleVAS) {
		keys := []nfc.Key{other(nfc.AppleVAS, 1), other(nfc.SmartTap, 2), v.key(t, 3)}
		now := time.Unix(v.At, 0).Add(time.Minute)
		got, err := nfc.OpenVAS(bin(t, v.Payload), v.PassType, keys, now, window)
		if err != nil || got.Value != v.Value || got.At != v.At || got.Key != 3 {
			t.Errorf("%q: got %+v, %v", v.Value, got, err)
		}
		again, _ := nfc.OpenVAS(bin(t, v.Payload), v.PassType, keys, now, window)
		if again.Once != got.Once || got.Once == [32]byte{} {
			t.Errorf("%q: the same tap is not known again", v.Value)
		}
	}
}

func TestVASRefuses(t *testing.T) {
	t.Parallel()
	v := vectors(t, nfc.AppleVAS)[0]
	keys, payload, now := []nfc.Key{v.key(t, 1)}, bin(t, v.Payload), time.Unix(v.At, 0)
	for i := range payload {
		for _, bit := range []byte{1, 0x80} {
			changed := bytes.Clone(payload)
			changed[i] ^= bit
			_, err := nfc.OpenVAS(changed, v.PassType, keys, now, window)
			refused(t, "a changed byte", err, "code_unreadable")
		}
	}
	for _, n := range []int{0, 3, 4, 36, 52, len(payload) - 1} {
		_, err := nfc.OpenVAS(payload[:n], v.PassType, keys, now, window)
		refused(t, "a short payload", err, "code_unreadable")
	}
	_, err := nfc.OpenVAS(append(payload, make([]byte, 100)...), v.PassType, keys, now, window)
	refused(t, "a long payload", err, "code_unreadable")
	_, err = nfc.OpenVAS(payload, "pass.com.example.other", keys, now, window)
	refused(t, "another pass type", err, "code_unreadable")
	_, err = nfc.OpenVAS(payload, v.PassType, []nfc.Key{other(nfc.AppleVAS, 1)}, now, window)
	refused(t, "another key", err, "code_unreadable")
	_, err = nfc.OpenVAS(payload, v.PassType, nil, now, window)
	refused(t, "no key", err, "code_unreadable")
	for _, off := range []time.Duration{-window - time.Second, window + time.Second, 1000 * time.Hour} {
		_, err := nfc.OpenVAS(payload, v.PassType, keys, now.Add(off), window)
		refused(t, "another time", err, "code_expired")
	}
}

func TestSmartTapOpens(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, nfc.SmartTap) {
		keys := []nfc.Key{other(nfc.SmartTap, 1), v.key(t, 2)}
		got, err := nfc.OpenTap(v.tap(t), keys)
		if err != nil || got.Value != v.Value || got.Key != 2 {
			t.Errorf("%q: got %+v, %v", v.Value, got, err)
		}
	}
}

func TestSmartTapRefuses(t *testing.T) {
	t.Parallel()
	v := vectors(t, nfc.SmartTap)[0]
	keys := []nfc.Key{v.key(t, 1)}
	parts := map[string]func(*nfc.Tap) *[]byte{
		"reader nonce": func(x *nfc.Tap) *[]byte { return &x.ReaderNonce },
		"phone nonce":  func(x *nfc.Tap) *[]byte { return &x.PhoneNonce },
		"reader key":   func(x *nfc.Tap) *[]byte { return &x.ReaderPrivate },
		"phone key":    func(x *nfc.Tap) *[]byte { return &x.PhonePublic },
		"signature":    func(x *nfc.Tap) *[]byte { return &x.Signature },
		"bundle":       func(x *nfc.Tap) *[]byte { return &x.Bundle },
	}
	for name, part := range parts {
		for i := range *part(v.tap(t)) {
			x := v.tap(t)
			(*part(x))[i] ^= 1
			_, err := nfc.OpenTap(x, keys)
			refused(t, name, err, "code_unreadable")
		}
		for _, n := range []int{0, 1, len(*part(v.tap(t))) - 1} {
			x := v.tap(t)
			*part(x) = (*part(x))[:n]
			_, err := nfc.OpenTap(x, keys)
			refused(t, "short "+name, err, "code_unreadable")
		}
	}
	x := v.tap(t)
	x.Collector++
	_, err := nfc.OpenTap(x, keys)
	refused(t, "another collector", err, "code_unreadable")
	_, err = nfc.OpenTap(v.tap(t), []nfc.Key{other(nfc.SmartTap, 1)})
	refused(t, "another key", err, "code_unreadable")
}

// TestSignTap: what is signed for a reader that does not hold the key opens a channel that OpenTap takes as ours.
func TestSignTap(t *testing.T) {
	t.Parallel()
	v := vectors(t, nfc.SmartTap)[0]
	x, reader := v.tap(t), other(nfc.SmartTap, 9)
	signature, err := nfc.SignTap(v.key(t, 1), x.ReaderNonce, x.PhoneNonce, x.Collector, reader.Public(), rand.NewChaCha8([32]byte{7}))
	if err != nil || len(signature) < 60 {
		t.Fatalf("%x, %v", signature, err)
	}
	for _, bad := range [][3][]byte{
		{nil, x.PhoneNonce, reader.Public()},
		{x.ReaderNonce, x.PhoneNonce[:31], reader.Public()},
		{x.ReaderNonce, x.PhoneNonce, reader.Public()[1:]},
		{x.ReaderNonce, x.PhoneNonce, bytes.Repeat([]byte{5}, 33)},
	} {
		_, err := nfc.SignTap(v.key(t, 1), bad[0], bad[1], x.Collector, bad[2], rand.NewChaCha8([32]byte{7}))
		if err == nil {
			t.Errorf("signed %x", bad)
		}
	}
	_, err = nfc.SignTap(other(nfc.AppleVAS, 1), x.ReaderNonce, x.PhoneNonce, x.Collector, reader.Public(), rand.NewChaCha8([32]byte{7}))
	refused(t, "a key for Apple", err, "code_unreadable")
}

// FuzzOpenTap: no bundle, however it was put together, does more than be refused.
func FuzzOpenTap(f *testing.F) {
	key := other(nfc.SmartTap, 1)
	f.Add([]byte{3}, []byte{2}, []byte("x"))
	f.Fuzz(func(t *testing.T, bundle, point, nonce []byte) {
		x := &nfc.Tap{ReaderNonce: nonce, PhoneNonce: nonce, ReaderPrivate: key.Bytes(), PhonePublic: point, Signature: nonce, Bundle: bundle}
		if _, err := nfc.OpenTap(x, []nfc.Key{key}); err == nil {
			t.Error("opened")
		}
		if _, err := nfc.OpenVAS(bundle, "pass.x", []nfc.Key{other(nfc.AppleVAS, 1)}, time.Unix(0, 0), time.Hour); err == nil {
			t.Error("opened")
		}
	})
}
