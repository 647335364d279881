package nfc_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/nfc"
)

// whole is a vector's tap as a reader hands it in.
func (v *vector) whole(t *testing.T) []byte {
	t.Helper()
	x := v.tap(t)
	b := bytes.Join([][]byte{x.ReaderNonce, x.PhoneNonce, binary.BigEndian.AppendUint32(nil, x.Collector), x.ReaderPrivate, x.PhonePublic}, nil)
	b = append(append(b, byte(len(x.Signature))), x.Signature...)
	return append(b, x.Bundle...)
}

// TestKeyringOpens: a read is opened by whichever key and type of pass it was made for, posted or typed.
func TestKeyringOpens(t *testing.T) {
	t.Parallel()
	for _, v := range append(vectors(t, nfc.AppleVAS), vectors(t, nfc.SmartTap)...) {
		payload := bin(t, v.Payload)
		if v.Protocol == nfc.SmartTap {
			payload = v.whole(t)
		}
		ring := nfc.Keyring{
			Keys:      []nfc.Key{other(nfc.AppleVAS, 1), other(nfc.SmartTap, 2), v.key(t, 3)},
			PassTypes: []string{"pass.com.example.other", v.PassType}, Window: window,
		}
		read, is, err := nfc.ParseScan("nfc:" + string(v.Protocol) + ":" + hex.EncodeToString(payload) + "\n")
		if !is || err != nil || read.Payload != string(payload) || read.Protocol != v.Protocol {
			t.Fatalf("%v, %v", is, err)
		}
		if got, err := ring.Open(read, time.Unix(v.At, 0)); err != nil || got.Value != v.Value || got.Key != 3 {
			t.Errorf("%+v, %v", got, err)
		}
		if v.Protocol == nfc.AppleVAS {
			_, err = ring.Open(read, time.Unix(v.At, 0).Add(time.Hour))
			refused(t, "late", err, "code_expired")
			ring.Window = math.MaxInt64
			if _, err = ring.Open(read, time.Unix(v.At, 0).AddDate(30, 0, 0)); err != nil {
				t.Errorf("with no window: %v", err)
			}
		}
		_, err = (&nfc.Keyring{}).Open(read, time.Unix(v.At, 0))
		refused(t, "no keys", err, "code_unreadable")
	}
}

// TestParseTapBounds: a tap that is cut short anywhere before its bundle is none.
func TestParseTapBounds(t *testing.T) {
	t.Parallel()
	v := vectors(t, nfc.SmartTap)[0]
	whole := v.whole(t)
	for n := range len(whole) - len(v.tap(t).Bundle) {
		_, err := nfc.ParseTap(whole[:n])
		refused(t, "a short tap", err, "code_unreadable")
	}
	whole[133] = 73
	_, err := nfc.ParseTap(whole)
	refused(t, "a long signature", err, "code_unreadable")
}

// TestParseScan: what does not begin as a reader types is another scan; what does is never anything else.
func TestParseScan(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "nfc", "4276550012345675", "nf:apple_vas:00", "x nfc:apple_vas:00"} {
		if _, is, err := nfc.ParseScan(text); is || err != nil {
			t.Errorf("%q: %v, %v", text, is, err)
		}
	}
	for _, text := range []string{"nfc:", "nfc:apple_vas", "nfc:apple_vas:", "nfc:apple_vas:0", "nfc:felica:00", "nfc:apple_vas:" + strings.Repeat("00", 121), "NFC:smart_tap:" + strings.Repeat("00", 8500)} {
		_, is, err := nfc.ParseScan(text)
		if !is {
			t.Errorf("%q is taken for another scan", text)
		}
		refused(t, text[:4], err, "code_unreadable")
	}
}
