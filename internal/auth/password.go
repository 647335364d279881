package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/verno-loyalty/verno"
)

// Hashing says how hard a guess at a stolen hash is made, with argon2id. Zeros choose the defaults.
type Hashing struct {
	Memory   uint32 // KiB a hash, 19 MiB
	Passes   uint32 // 2
	Parallel int    // hashes at once, half of the processors: they are what memory and a log-in flood are bounded by
}

// hasher hashes passwords and PINs, a few at once.
type hasher struct {
	memory, passes uint32
	turns          chan struct{}
	waiting        atomic.Int64
	nobody         string // the hash that is checked where there is none, so that it takes as long
}

// maxWaiting is how many wait for a hash before others are sent away.
const maxWaiting = 64

func newHasher(h Hashing) *hasher {
	parallel := orElse(h.Parallel, max(1, runtime.GOMAXPROCS(0)/2))
	made := &hasher{memory: orElse(h.Memory, 19<<10), passes: orElse(h.Passes, 2), turns: make(chan struct{}, parallel)}
	made.nobody = made.text(make([]byte, saltLength), make([]byte, hashLength))
	return made
}

const (
	saltLength = 16
	hashLength = 32
)

// turn runs fn when few enough others are hashing. It returns the code overloaded where too many wait.
func (h *hasher) turn(ctx context.Context, fn func()) error {
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

// hash makes the text that is kept of a secret, in the PHC format.
func (h *hasher) hash(ctx context.Context, secret string) (text string, err error) {
	err = h.turn(ctx, func() {
		salt := make([]byte, saltLength)
		_, _ = rand.Read(salt)
		text = h.text(salt, argon2.IDKey([]byte(secret), salt, h.passes, h.memory, 1, hashLength))
	})
	return text, err
}

// check says whether a secret is the one that was hashed. Where nothing was, it works as long and says no.
func (h *hasher) check(ctx context.Context, text, secret string) (same bool, err error) {
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

// outgrown says whether a hash was made with less work than is asked for now.
func (h *hasher) outgrown(text string) bool {
	p, err := readPHC(text)
	return err == nil && (p.memory < h.memory || p.passes < h.passes)
}

func (h *hasher) text(salt, hash []byte) string {
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
		return p, errors.New("auth: a stored hash is not argon2id")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.threads); err != nil {
		return p, fmt.Errorf("auth: a stored hash has other parameters: %w", err)
	}
	var saltErr, hashErr error
	p.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	p.hash, hashErr = base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || hashErr != nil || len(p.hash) < 16 || p.memory > 1<<20 || p.passes < 1 || p.passes > 100 || p.threads < 1 {
		return p, errors.New("auth: a stored hash is damaged")
	}
	return p, nil
}

// The bounds of a password, in characters. The upper one keeps hashing cheap, not people short.
const (
	minPassword = 10
	maxPassword = 200
)

//go:embed common_passwords.txt
var commonText string

// common are the passwords that guessers try first, and the words to which people add digits to make them long enough.
var common = func() map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq(commonText) {
		all[word] = true
	}
	return all
}()

// checkPassword notes why a password is too easy to guess.
func checkPassword(faults *verno.Faults, pointer, password, login string) {
	lower := strings.ToLower(password)
	letters := strings.TrimRight(lower, "0123456789!@#$%^&*()_-+=.,?")
	switch {
	case utf8.RuneCountInString(password) < minPassword || utf8.RuneCountInString(password) > maxPassword:
		faults.Text(pointer, password, minPassword, maxPassword)
	case common[lower] || common[letters] || differentRunes(lower) < 5:
		faults.Say(pointer, "password_common")
	case len(login) >= 4 && strings.Contains(lower, strings.ToLower(login)):
		faults.Say(pointer, "password_has_login")
	}
}

func differentRunes(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
