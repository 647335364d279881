package googletest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	sender   = "GooglePayPasses"
	protocol = "ECv2SigningOnly"
)

// Callback is what Google tells of an object.
type Callback struct {
	Class, Object string
	Event         string // save or del
	Nonce         string
	Expires       time.Time
	KeyExpires    time.Time // of the short-lived key
	Issuer        string    // whom it is signed for; the own one where empty
}

// Sign makes a callback as Google posts it: signed by a short-lived key, which the root key has signed.
func (g *Google) Sign(c Callback) []byte {
	if c.Issuer == "" {
		c.Issuer = g.Issuer
	}
	short := newKey()
	signedKey := text(map[string]string{"keyValue": public(short), "keyExpiration": millis(c.KeyExpires)})
	message := text(map[string]any{
		"classId": c.Class, "objectId": c.Object, "eventType": c.Event, "expTimeMillis": c.Expires.UnixMilli(), "count": 1, "nonce": c.Nonce,
	})
	return []byte(text(map[string]any{
		"signature": sign(short, sender, c.Issuer, protocol, message),
		"intermediateSigningKey": map[string]any{
			"signedKey": signedKey, "signatures": []string{sign(g.root, sender, protocol, signedKey)},
		},
		"protocolVersion": protocol,
		"signedMessage":   message,
	}))
}

// RootKey is the key that vouches for all callbacks.
func (g *Google) RootKey() *ecdsa.PublicKey {
	g.mu.Lock()
	defer g.mu.Unlock()
	return &g.root.PublicKey
}

// NewRoot draws another root key, as Google does from time to time.
func (g *Google) NewRoot() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.root = newKey()
}

// keys serves the root keys.
func (g *Google) keys(w http.ResponseWriter, _ *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, "GET keys")
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, text(map[string]any{"keys": []map[string]string{
		{"keyValue": public(newKey()), "protocolVersion": "ECv1", "keyExpiration": millis(g.Clock().AddDate(1, 0, 0))},
		{"keyValue": public(newKey()), "protocolVersion": protocol, "keyExpiration": millis(g.Clock().AddDate(-1, 0, 0))},
		{"keyValue": public(g.root), "protocolVersion": protocol, "keyExpiration": millis(g.Clock().AddDate(1, 0, 0))},
	}}))
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic("googletest: " + err.Error())
	}
	return key
}

func public(key *ecdsa.PrivateKey) string {
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		panic("googletest: " + err.Error())
	}
	return base64.StdEncoding.EncodeToString(der)
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("googletest: " + err.Error())
	}
	return string(b)
}

func sign(key *ecdsa.PrivateKey, parts ...string) string {
	var b bytes.Buffer
	for _, part := range parts {
		_ = binary.Write(&b, binary.LittleEndian, uint32(len(part)))
		b.WriteString(part)
	}
	sum := sha256.Sum256(b.Bytes())
	der, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		panic("googletest: " + err.Error())
	}
	return base64.StdEncoding.EncodeToString(der)
}
