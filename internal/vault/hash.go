package vault

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"github.com/verno-loyalty/verno"
)

// Hashing says how hard a guess at a stolen hash is made, with argon2id. Zeros choose the defaults.
type Hashing struct {
	Memory   uint32 // KiB a hash, 19 MiB
	Passes   uint32 // 2
	Parallel int    // hashes at once, half of the processors: they are what memory and a log-in flood are bounded by
}

// Hasher hashes passwords and PINs, a few at once.
type Hasher struct {
	memory, passes uint32
	turns          chan struct{}
	waiting        atomic.Int64
	nobody         string // the hash that is checked where there is none, so that it takes as long
}

// maxWaiting is how many wait for a hash before others are sent away.
const maxWaiting = 64

// NewHasher makes a hasher.
func NewHasher(h Hashing) *Hasher {
	parallel := cmp.Or(h.Parallel, max(1, runtime.GOMAXPROCS(0)/2))
	made := &Hasher{memory: cmp.Or(h.Memory, 19<<10), passes: cmp.Or(h.Passes, 2), turns: make(chan struct{}, parallel)}
	made.nobody = made.text(make([]byte, saltLength), make([]byte, hashLength))
	return made
}

const (
	saltLength = 16
	hashLength = 32
)

// turn runs fn when few enough others are hashing. It returns the code overloaded where too many wait.
func (h *Hasher) turn(ctx context.Context, fn func()) error {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return verno.Unavailable("overloaded", 1)
	}
	defer h.waiting.Add(-1)
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
		fn()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Hash makes the text that is kept of a secret, in the PHC format.
func (h *Hasher) Hash(ctx context.Context, secret string) (text string, err error) {
	err = h.turn(ctx, func() {
		salt := make([]byte, saltLength)
		_, _ = rand.Read(salt)
		text = h.text(salt, argon2.IDKey([]byte(secret), salt, h.passes, h.memory, 1, hashLength))
	})
	return text, err
}

// Check says whether a secret is the one that was hashed. Where nothing was, it works as long and says no.
func (h *Hasher) Check(ctx context.Context, text, secret string) (same bool, err error) {
	known := text != ""
	if !known {
		text = h.nobody
	}
	p, err := readPHC(text)
	if err != nil {
		return false, err
	}
	err = h.turn(ctx, func() {
		got := argon2.IDKey([]byte(secret), p.salt, p.passes, p.memory, p.threads, uint32(len(p.hash)))
		same = subtle.ConstantTimeCompare(got, p.hash) == 1 && known
	})
	return same, err
}

// Outgrown says whether a hash was made with less work than is asked for now.
func (h *Hasher) Outgrown(text string) bool {
	p, err := readPHC(text)
	return err == nil && (p.memory < h.memory || p.passes < h.passes)
}

func (h *Hasher) text(salt, hash []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s",
		argon2.Version, h.memory, h.passes, b64.EncodeToString(salt), b64.EncodeToString(hash))
}

// phc is a hash with what it was made of.
type phc struct {
	memory, passes uint32
	threads        uint8
	salt, hash     []byte
}

func readPHC(text string) (p phc, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, errors.New("vault: a stored hash is not argon2id")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.threads); err != nil {
		return p, fmt.Errorf("vault: a stored hash has other parameters: %w", err)
	}
	var saltErr, hashErr error
	p.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	p.hash, hashErr = base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || hashErr != nil || len(p.hash) < 16 || p.memory > 1<<20 || p.passes < 1 || p.passes > 100 || p.threads < 1 {
		return p, errors.New("vault: a stored hash is damaged")
	}
	return p, nil
}
