package store

import (
	"context"
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
	tokens := make([]any, MaxNameTokens)
	for i := range tokens {
		tokens[i] = q.Tokens[min(i, len(q.Tokens)-1)]
	}
	return queryAll(ctx, r, scanOne[verno.MemberID],
		`SELECT member_id FROM name_prefix WHERE tenant = $1 AND token IN ($2, $3, $4, $5) AND member_id > $6
		GROUP BY member_id HAVING COUNT(*) = $7 ORDER BY member_id LIMIT $8`,
		q.Tenant, tokens[0], tokens[1], tokens[2], tokens[3], q.After[:], distinct(q.Tokens), q.Limit)
}

func distinct(tokens [][]byte) int {
	seen := map[string]bool{}
	for _, t := range tokens {
		seen[string(t)] = true
	}
	return len(seen)
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
