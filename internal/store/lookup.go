package store

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
)

// LookupKind is what a blind index is over.
type LookupKind string

// The kinds of look-up.
const (
	LookupPhone LookupKind = "phone"
	LookupEmail LookupKind = "email"
	LookupCard  LookupKind = "card" // a card's number or machine code
)

// Lookup leads from a keyed hash to a member or card. A token stands for one value of one kind, so it is taken once.
type Lookup struct {
	Tenant verno.TenantID
	Token  []byte
	Kind   LookupKind
	Member verno.MemberID // zero for a card that nobody has yet
	Card   verno.CardID   // zero for phone and e-mail
}

// Lookup finds what a token stands for. It returns ErrNotFound for a token that stands for nothing.
func (r *Reader) Lookup(ctx context.Context, tenant verno.TenantID, token []byte) (Lookup, error) {
	return queryOne(ctx, r, func(row Scanner) (l Lookup, err error) {
		err = row.Scan(&l.Tenant, &l.Token, &l.Kind, &l.Member, &l.Card)
		return l, err
	}, `SELECT tenant, token, kind, member_id, card_id FROM lookup WHERE tenant = $1 AND token = $2`, tenant, token)
}

// InsertLookup adds a token and reports false where it is taken.
func (tx *Tx) InsertLookup(ctx context.Context, l Lookup) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO lookup (tenant, token, kind, member_id, card_id) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, l.Tenant, l.Token, l.Kind, l.Member, l.Card)
	return n == 1, err
}

// AssignLookup gives a card's token to a member.
func (tx *Tx) AssignLookup(ctx context.Context, tenant verno.TenantID, token []byte, member verno.MemberID) error {
	_, err := tx.Exec(ctx, `UPDATE lookup SET member_id = $1 WHERE tenant = $2 AND token = $3`, member, tenant, token)
	return err
}

// DeleteLookup forgets a token.
func (tx *Tx) DeleteLookup(ctx context.Context, tenant verno.TenantID, token []byte) error {
	_, err := tx.Exec(ctx, `DELETE FROM lookup WHERE tenant = $1 AND token = $2`, tenant, token)
	return err
}

// DeleteLookupsOf forgets a member's tokens of one kind.
func (tx *Tx) DeleteLookupsOf(ctx context.Context, tenant verno.TenantID, member verno.MemberID, kind LookupKind) error {
	_, err := tx.Exec(ctx, `DELETE FROM lookup WHERE tenant = $1 AND member_id = $2 AND kind = $3`, tenant, member, kind)
	return err
}

// NameQuery asks for members whose name has words that begin with each of up to four tokens.
type NameQuery struct {
	Tenant verno.TenantID
	Tokens [][]byte
	After  verno.MemberID // zero for the first page
	Limit  int
}

// MaxNameTokens is how many words a search by name looks at.
const MaxNameTokens = 4

// MembersByName finds members by the beginnings of their names' words, in the order of their IDs. Without a token, or
// with too many, it finds nobody.
func (r *Reader) MembersByName(ctx context.Context, q NameQuery) ([]verno.MemberID, error) {
	if len(q.Tokens) == 0 || len(q.Tokens) > MaxNameTokens {
		return nil, nil
	}
	tokens, err := r.rarestFirst(ctx, q)
	if err != nil {
		return nil, err
	}
	word := func(i int) []byte { return tokens[min(i, len(tokens)-1)] }
	return queryAll(ctx, r, scanOne[verno.MemberID], `SELECT member_id FROM name_prefix n
		WHERE tenant = $1 AND token = $2 AND member_id > $6
		AND EXISTS (SELECT 1 FROM name_prefix m WHERE m.tenant = $1 AND m.token = $3 AND m.member_id = n.member_id)
		AND EXISTS (SELECT 1 FROM name_prefix m WHERE m.tenant = $1 AND m.token = $4 AND m.member_id = n.member_id)
		AND EXISTS (SELECT 1 FROM name_prefix m WHERE m.tenant = $1 AND m.token = $5 AND m.member_id = n.member_id)
		ORDER BY member_id LIMIT $7`, q.Tenant, word(0), word(1), word(2), word(3), q.After[:], q.Limit)
}

// manyNames is how many members with a word are counted before it is simply a common one.
const manyNames = 5_000

// rarestFirst are the different tokens of a query, those first that fewer members have: the list of the first is walked,
// and each of it is looked up in the others. Among 200,000 members a first name may have 20,000, a surname a hundred.
func (r *Reader) rarestFirst(ctx context.Context, q NameQuery) ([][]byte, error) {
	tokens := slices.CompactFunc(slices.SortedFunc(slices.Values(q.Tokens), bytes.Compare), bytes.Equal)
	if len(tokens) == 1 {
		return tokens, nil
	}
	members := make(map[string]int64, len(tokens))
	for _, token := range tokens {
		n, err := queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM (SELECT 1 AS one FROM name_prefix
			WHERE tenant = $1 AND token = $2 AND member_id > $3 LIMIT $4) AS few`, q.Tenant, token, q.After[:], manyNames)
		if err != nil {
			return nil, err
		}
		members[string(token)] = n
	}
	slices.SortStableFunc(tokens, func(a, b []byte) int { return cmp.Compare(members[string(a)], members[string(b)]) })
	return tokens, nil
}

var insertNamePrefix = Insert("name_prefix", "tenant bytea, token bytea, member_id bytea", "ON CONFLICT DO NOTHING")

// PutNamePrefixes replaces the tokens under which a member's name is found; none forgets them.
func (tx *Tx) PutNamePrefixes(ctx context.Context, tenant verno.TenantID, member verno.MemberID, tokens [][]byte) error {
	if _, err := tx.Exec(ctx, `DELETE FROM name_prefix WHERE tenant = $1 AND member_id = $2`, tenant, member); err != nil {
		return err
	}
	if len(tokens) == 0 {
		return nil
	}
	v := tx.Bulk().Values(insertNamePrefix)
	for _, token := range tokens {
		v.Bytes(tenant[:]).Bytes(token).Bytes(member[:])
	}
	return tx.Bulk().Flush(ctx)
}

// Tombstone says when a person with this token was erased; zero for never.
func (r *Reader) Tombstone(ctx context.Context, tenant verno.TenantID, token []byte) (at time.Time, err error) {
	err = r.QueryRow(ctx, `SELECT MAX(erased_at) FROM tombstone WHERE tenant = $1 AND token = $2`, tenant, token).Scan(when{&at})
	return at, err
}

// PutTombstone remembers that a person with this token was erased.
func (tx *Tx) PutTombstone(ctx context.Context, tenant verno.TenantID, token []byte, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO tombstone (tenant, token, erased_at) VALUES ($1, $2, $3)
		ON CONFLICT (tenant, token) DO UPDATE SET erased_at = excluded.erased_at`, tenant, token, verno.Micros(at))
	return err
}
