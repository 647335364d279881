package auth

import (
	"crypto/sha256"
	"encoding/base32"
	"io"
	"strings"
)

// The beginnings of tokens say what they are, so that a leaked one is recognised wherever it turns up.
const (
	liveKey       = "sk_live_"
	testKey       = "sk_test_"
	terminalToken = "tt_"
	sessionToken  = "vs_"
)

const tokenBytes = 20

var tokenText = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// newToken makes a credential: the beginning and 160 random bits. It panics where the entropy ends, as a program
// without entropy must not go on.
func newToken(beginning string, entropy io.Reader) string {
	b := make([]byte, tokenBytes)
	if _, err := io.ReadFull(entropy, b); err != nil {
		panic("auth: no entropy for a token: " + err.Error())
	}
	return beginning + tokenText.EncodeToString(b)
}

// digest is what is kept of a token. It needs no salt and no work: nobody guesses 160 bits.
func digest(token string) [sha256.Size]byte { return sha256.Sum256([]byte(token)) }

// tokenLength is that of the longest token.
const tokenLength = len(liveKey) + 32

func isToken(token, beginning string) bool {
	return len(token) <= tokenLength && strings.HasPrefix(token, beginning)
}
