package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// Terminal is a till. A zero time stands for never.
type Terminal struct {
	Tenant           verno.TenantID
	ID               verno.TerminalID
	Store            verno.StoreID
	ExternalID       string // empty for none
	Name             string
	TokenHash        []byte // nil before it is paired and after it is revoked
	PairingHash      []byte // nil while no pairing code is out
	PairingExpiresAt time.Time
	PairedAt         time.Time
	RevokedAt        time.Time
	SeenAt           time.Time
	QueueDepth       int64 // receipts that wait on the till, by its last heartbeat
	Revision         int64
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

const terminalColumns = `x.tenant, x.id, x.store_id, COALESCE(x.external_id, ''), x.name, x.token_hash, x.pairing_hash,
	x.pairing_expires_at, x.paired_at, x.revoked_at, x.seen_at, x.queue_depth, x.revision, x.created_at, x.updated_at`

func (t *Terminal) fields() []any {
	return []any{
		&t.Tenant, &t.ID, &t.Store, &t.ExternalID, &t.Name, &t.TokenHash, &t.PairingHash,
		when{&t.PairingExpiresAt},
		when{&t.PairedAt},
		when{&t.RevokedAt},
		when{&t.SeenAt},
		&t.QueueDepth, &t.Revision,
		when{&t.CreatedAt},
		when{&t.UpdatedAt},
	}
}

func scanTerminal(row Scanner) (t Terminal, err error) {
	err = row.Scan(t.fields()...)
	return t, err
}

// Terminal reads one till. It returns ErrNotFound where there is none.
func (r *Reader) Terminal(ctx context.Context, tenant verno.TenantID, id verno.TerminalID) (Terminal, error) {
	return queryOne(ctx, r, scanTerminal, `SELECT `+terminalColumns+` FROM terminal x WHERE x.tenant = $1 AND x.id = $2`, tenant, id)
}

// TerminalByToken finds the till that has a token, by its hash, and whether its tenant is live. It returns ErrNotFound
// where there is none.
func (r *Reader) TerminalByToken(ctx context.Context, hash []byte) (t Terminal, live bool, err error) {
	err = r.QueryRow(ctx, `SELECT `+terminalColumns+`, t.livemode FROM terminal x JOIN tenant t ON t.id = x.tenant
		WHERE x.token_hash = $1`, hash).Scan(append(t.fields(), &live)...)
	return t, live, err
}

// TerminalsAfter are a tenant's tills, the revoked among them, in the order of their IDs: those of one store, or of all
// with the zero one.
func (r *Reader) TerminalsAfter(ctx context.Context, tenant verno.TenantID, place verno.StoreID, after verno.TerminalID, limit int) ([]Terminal, error) {
	return queryAll(ctx, r, scanTerminal, `SELECT `+terminalColumns+` FROM terminal x
		WHERE x.tenant = $1 AND x.id > $2 AND (x.store_id = $3 OR $3 IS NULL) ORDER BY x.id LIMIT $4`,
		tenant, after[:], place, limit)
}

// LockPairing locks the till whose pairing code has this hash. It returns ErrNotFound where there is none.
func (tx *Tx) LockPairing(ctx context.Context, hash []byte) (Terminal, error) {
	return queryOne(ctx, tx.Reader, scanTerminal,
		`SELECT `+terminalColumns+` FROM terminal x WHERE x.pairing_hash = $1 FOR UPDATE`, hash)
}

// LockTerminal locks a till. It returns ErrNotFound where there is none.
func (tx *Tx) LockTerminal(ctx context.Context, tenant verno.TenantID, id verno.TerminalID) (Terminal, error) {
	return queryOne(ctx, tx.Reader, scanTerminal,
		`SELECT `+terminalColumns+` FROM terminal x WHERE x.tenant = $1 AND x.id = $2 FOR UPDATE`, tenant, id)
}

// InsertTerminal adds a till. It returns ErrUnique where its external id, or its pairing code, is taken.
func (tx *Tx) InsertTerminal(ctx context.Context, t Terminal) error {
	_, err := tx.Exec(ctx, `INSERT INTO terminal (tenant, id, store_id, external_id, name, token_hash, pairing_hash,
		pairing_expires_at, paired_at, revoked_at, seen_at, queue_depth, revision, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		t.Tenant, t.ID, t.Store, textOrNull(t.ExternalID), t.Name, t.TokenHash, t.PairingHash, microsOrNull(t.PairingExpiresAt),
		microsOrNull(t.PairedAt), microsOrNull(t.RevokedAt), microsOrNull(t.SeenAt), t.QueueDepth, t.Revision,
		verno.Micros(t.CreatedAt), verno.Micros(t.UpdatedAt))
	return err
}

// UpdateTerminal writes a till that is locked. It returns ErrUnique as InsertTerminal does.
func (tx *Tx) UpdateTerminal(ctx context.Context, t Terminal) error {
	_, err := tx.Exec(ctx, `UPDATE terminal SET store_id = $1, external_id = $2, name = $3, token_hash = $4, pairing_hash = $5,
		pairing_expires_at = $6, paired_at = $7, revoked_at = $8, revision = $9, updated_at = $10
		WHERE tenant = $11 AND id = $12`,
		t.Store, textOrNull(t.ExternalID), t.Name, t.TokenHash, t.PairingHash, microsOrNull(t.PairingExpiresAt),
		microsOrNull(t.PairedAt), microsOrNull(t.RevokedAt), t.Revision, verno.Micros(t.UpdatedAt), t.Tenant, t.ID)
	return err
}

// SeeTerminal notes a till's heartbeat.
func (tx *Tx) SeeTerminal(ctx context.Context, tenant verno.TenantID, id verno.TerminalID, at time.Time, queueDepth int64) error {
	_, err := tx.Exec(ctx, `UPDATE terminal SET seen_at = $1, queue_depth = $2 WHERE tenant = $3 AND id = $4`,
		verno.Micros(at), queueDepth, tenant, id)
	return err
}
