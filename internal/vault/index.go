package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// tokenLength is 128 bits: tokens of a hundred million values do not meet by chance, and say nothing of them.
const tokenLength = 16

// PaymentCard is the kind of blind index under which bank cards are found.
const PaymentCard = "payment_card"

// Token is the blind index of a value: equal values of one kind in one tenant have equal tokens, and without the
// tenant's key a token tells nothing, not even whether a guess is right. The caller brings values to one form first.
func (v *Vault) Token(ctx context.Context, tenant verno.TenantID, kind, value string) ([]byte, error) {
	r, err := v.ring(ctx, tenant)
	if err != nil {
		return nil, err
	}
	return r.token(kind, value)
}

func (r *ring) token(kind, value string) ([]byte, error) {
	key := r.keys[Index][r.newest[Index]]
	if key == nil {
		return nil, fmt.Errorf("vault: there is no key %q", Index)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(place("token", kind, value))
	return mac.Sum(nil)[:tokenLength], nil
}

// Find looks a value up by its blind index. It returns store.ErrNotFound where nobody has it.
func (v *Vault) Find(ctx context.Context, r *store.Reader, tenant verno.TenantID, kind store.LookupKind, value string) (store.Lookup, error) {
	token, err := v.Token(ctx, tenant, string(kind), value)
	if err != nil {
		return store.Lookup{}, err
	}
	return r.Lookup(ctx, tenant, token)
}

// FindByName finds members in whose names a word begins with each word of the text, in the order of their IDs. Words of
// fewer than three letters are left out; a text without a longer one finds nobody.
func (v *Vault) FindByName(ctx context.Context, r *store.Reader, tenant verno.TenantID, text string, after verno.MemberID, limit int) ([]verno.MemberID, error) {
	keys, err := v.ring(ctx, tenant)
	if err != nil {
		return nil, err
	}
	q := store.NameQuery{Tenant: tenant, After: after, Limit: limit}
	for _, word := range words(text) {
		if len(q.Tokens) == store.MaxNameTokens {
			break
		}
		token, err := keys.token(nameKind, string(word[:min(len(word), longestPrefix)]))
		if err != nil {
			return nil, err
		}
		q.Tokens = append(q.Tokens, token)
	}
	return r.MembersByName(ctx, q)
}

// What a name is found by: the beginnings of its words, from three letters on.
const (
	nameKind       = "name"
	shortestPrefix = 3
	longestPrefix  = 12
	maxWords       = 6
)

// NameTokens are the tokens under which a name is found.
func (v *Vault) NameTokens(ctx context.Context, tenant verno.TenantID, name string) ([][]byte, error) {
	r, err := v.ring(ctx, tenant)
	if err != nil {
		return nil, err
	}
	var tokens [][]byte
	for _, word := range words(name) {
		for n := shortestPrefix; n <= min(len(word), longestPrefix); n++ {
			token, err := r.token(nameKind, string(word[:n]))
			if err != nil {
				return nil, err
			}
			tokens = append(tokens, token)
		}
	}
	return tokens, nil
}

// words are the first words of a name that are long enough, in the form in which they are compared: lower case, ё as е.
func words(name string) [][]rune {
	name = strings.ReplaceAll(strings.ToLower(norm.NFKC.String(name)), "ё", "е")
	var out [][]rune
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) }) {
		if letters := []rune(word); len(letters) >= shortestPrefix && len(out) < maxWords {
			out = append(out, letters)
		}
	}
	return out
}
