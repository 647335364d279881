package pass

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// What callbacks are signed as. Google signs for itself with a key that stays, and with it short-lived keys, which sign for
// one issuer.
const (
	googleSender   = "GooglePayPasses"
	googleProtocol = "ECv2SigningOnly"
)

// MaxGoogleCallback is how long a callback may be.
const MaxGoogleCallback = 16 << 10

// GoogleCallback is what Google tells of a card: that somebody has saved it, or taken it out.
type GoogleCallback struct {
	ClassID, ObjectID string
	Saved             bool // else taken out
	Nonce             string
	Expires           time.Time
}

// errGoogleSignature says that a callback is not from Google, or not for this issuer. Callers learn no more of it.
var errGoogleSignature = errors.New("google: a callback that Google did not sign for this issuer")

// VerifyGoogleCallback reads a callback that one of the roots vouches for. Whose it is says our own configuration, never the
// callback: one that Google has signed for another issuer is refused.
func VerifyGoogleCallback(body []byte, issuer string, roots []*ecdsa.PublicKey, now time.Time) (GoogleCallback, error) {
	var zero GoogleCallback
	if len(body) > MaxGoogleCallback {
		return zero, errGoogleSignature
	}
	var outer struct{ signature, protocolVersion, signedMessage string }
	var key json.RawMessage
	if !exactly(body, map[string]any{
		"signature": &outer.signature, "protocolVersion": &outer.protocolVersion,
		"signedMessage": &outer.signedMessage, "intermediateSigningKey": &key,
	}) || outer.protocolVersion != googleProtocol {
		return zero, errGoogleSignature
	}
	intermediate, err := intermediateKey(key, roots, now)
	if err != nil {
		return zero, err
	}
	if !verifies(intermediate, outer.signature, googleSender, issuer, googleProtocol, outer.signedMessage) {
		return zero, errGoogleSignature
	}
	return readCallback(outer.signedMessage, issuer, now)
}

// intermediateKey is the short-lived key, if a root has signed it and it has not expired.
func intermediateKey(raw json.RawMessage, roots []*ecdsa.PublicKey, now time.Time) (*ecdsa.PublicKey, error) {
	var signedKey string
	var signatures []string
	if !exactly(raw, map[string]any{"signedKey": &signedKey, "signatures": &signatures}) {
		return nil, errGoogleSignature
	}
	vouched := false
	for _, root := range roots {
		for _, signature := range signatures[:min(len(signatures), maxSignatures)] {
			vouched = vouched || verifies(root, signature, googleSender, googleProtocol, signedKey)
		}
	}
	if !vouched {
		return nil, errGoogleSignature
	}
	var value, expiration string
	if !exactly([]byte(signedKey), map[string]any{"keyValue": &value, "keyExpiration": &expiration}) || !notYet(expiration, now) {
		return nil, errGoogleSignature
	}
	return parseKey(value)
}

const maxSignatures = 8

// readCallback reads a message that Google has signed. It may come to have more fields than we know.
func readCallback(signed, issuer string, now time.Time) (GoogleCallback, error) {
	var message struct {
		ClassID  string          `json:"classId"`
		ObjectID string          `json:"objectId"`
		Event    string          `json:"eventType"`
		Expires  json.RawMessage `json:"expTimeMillis"`
		Nonce    string          `json:"nonce"`
	}
	if json.Unmarshal([]byte(signed), &message) != nil {
		return GoogleCallback{}, errGoogleSignature
	}
	expires := strings.Trim(string(message.Expires), `"`)
	own := strings.HasPrefix(message.ClassID, issuer+".") && strings.HasPrefix(message.ObjectID, issuer+".")
	if !own || !notYet(expires, now) || message.Nonce == "" || message.Event != "save" && message.Event != "del" {
		return GoogleCallback{}, errGoogleSignature
	}
	return GoogleCallback{
		ClassID: message.ClassID, ObjectID: message.ObjectID, Saved: message.Event == "save", Nonce: message.Nonce, Expires: millis(expires),
	}, nil
}

// verifies says whether a key has signed parts: each with its length in bytes before it, the lowest byte first.
func verifies(key *ecdsa.PublicKey, signature string, parts ...string) bool {
	der, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil {
		return false
	}
	var signed bytes.Buffer
	for _, part := range parts {
		_ = binary.Write(&signed, binary.LittleEndian, uint32(len(part)))
		signed.WriteString(part)
	}
	sum := sha256.Sum256(signed.Bytes())
	return ecdsa.VerifyASN1(key, sum[:], der)
}

// parseKey reads a public key on P-256.
func parseKey(text string) (*ecdsa.PublicKey, error) {
	der, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, errGoogleSignature
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	key, ok := parsed.(*ecdsa.PublicKey)
	if err != nil || !ok || key.Curve != elliptic.P256() {
		return nil, errGoogleSignature
	}
	return key, nil
}

// exactly reads a JSON object with these members, each written as here and once. Others may stand beside them.
func exactly(raw []byte, members map[string]any) bool {
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return false
	}
	left := len(members)
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return false
		}
		into, known := members[name]
		if !known {
			into = new(json.RawMessage)
		}
		if into == nil || d.Decode(into) != nil {
			return false
		}
		if known {
			members[name] = nil
			left--
		}
	}
	end, err := d.Token()
	return err == nil && end == json.Delim('}') && left == 0 && !d.More()
}

func millis(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// notYet says that a moment in milliseconds has not come yet.
func notYet(text string, now time.Time) bool { return millis(text).After(now) }

// GoogleCalls takes in a callback for a tenant: it notes that a card was saved or taken out, once however often Google
// says so. It returns the forbidden error google_signature for one that is not from Google, expired or for another issuer.
func (p *Passes) GoogleCalls(ctx context.Context, tenant verno.TenantID, body []byte) error {
	row, err := p.Store.Reader().WalletCredentialInUse(ctx, tenant, store.CredentialGoogle)
	if errors.Is(err, store.ErrNotFound) {
		return verno.Forbidden("google_signature")
	}
	if err != nil {
		return err
	}
	now := p.Clock()
	said, err := p.verifyGoogle(ctx, body, row.Name, now)
	if err != nil {
		return err
	}
	serial, _, _ := strings.Cut(strings.TrimPrefix(said.ObjectID, row.Name+"."), ".")
	pass, err := p.Store.Reader().PassBySerial(ctx, serial)
	if errors.Is(err, store.ErrNotFound) || err == nil && pass.Tenant != tenant {
		return nil // An object that somebody made by other means than ours.
	}
	if err != nil {
		return err
	}
	seen := sha256.Sum256([]byte("google callback " + said.Nonce))
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		fresh, err := tx.SeeOnce(ctx, tenant, seen[:], said.Expires)
		if err != nil || !fresh {
			return err
		}
		if said.Saved {
			return tx.GoogleSaved(ctx, pass, now)
		}
		return tx.GoogleRemoved(ctx, pass, now)
	})
}

// verifyGoogle verifies a callback with the roots as they are known, and with fresh ones where those do not vouch for it.
func (p *Passes) verifyGoogle(ctx context.Context, body []byte, issuer string, now time.Time) (GoogleCallback, error) {
	for _, fresh := range []bool{false, true} {
		roots, err := p.google.roots.get(ctx, &p.Google, now, fresh)
		if err != nil {
			return GoogleCallback{}, verno.Unavailable("google_away", int(rootsPause.Seconds())).Because(err)
		}
		said, err := VerifyGoogleCallback(body, issuer, roots, now)
		if err == nil {
			return said, nil
		}
	}
	return GoogleCallback{}, verno.Forbidden("google_signature").Because(fmt.Errorf("%w %s", errGoogleSignature, issuer))
}

// ForgetSeen forgets what was seen once and would no longer be taken for a new one.
func (p *Passes) ForgetSeen(ctx context.Context) error {
	const some = 500
	for {
		var n int64
		err := p.Store.WriteLow(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.DeleteSeenOnce(ctx, p.Clock(), some)
			return err
		})
		if err != nil || n < some {
			return err
		}
	}
}
