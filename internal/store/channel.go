package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/verno-loyalty/verno"
)

// Channel is one way to join: a poster, a till, a site.
type Channel struct {
	Tenant    verno.TenantID
	ID        verno.ChannelID
	Code      string // stands in its address
	Name      string
	Programme verno.ProgrammeID
	Store     verno.StoreID     // zero for none in particular
	Fields    map[string]string // what is asked of those who join: field to asked or required
	Proof     string            // of a phone: code or none
	Wallet    bool              // people may also join by the form of Apple Wallet
	Revision  int64
	CreatedAt time.Time
	UpdatedAt time.Time
	ClosedAt  time.Time // zero while people join by it
}

const channelColumns = `tenant, id, code, name, programme_id, store_id, fields, proof, wallet_form, revision, created_at, updated_at, closed_at`

func scanChannel(row Scanner) (c Channel, err error) {
	var fields string
	err = row.Scan(&c.Tenant, &c.ID, &c.Code, &c.Name, &c.Programme, &c.Store, &fields, &c.Proof, &c.Wallet, &c.Revision,
		when{&c.CreatedAt}, when{&c.UpdatedAt}, when{&c.ClosedAt})
	if err == nil {
		err = json.Unmarshal([]byte(fields), &c.Fields)
	}
	return c, err
}

// ChannelByCode finds a channel by what stands in its address. It returns ErrNotFound where there is none.
func (r *Reader) ChannelByCode(ctx context.Context, code string) (Channel, error) {
	return queryOne(ctx, r, scanChannel, `SELECT `+channelColumns+` FROM channel WHERE code = $1`, code)
}

// Channel reads a channel. It returns ErrNotFound where there is none.
func (r *Reader) Channel(ctx context.Context, tenant verno.TenantID, id verno.ChannelID) (Channel, error) {
	return queryOne(ctx, r, scanChannel, `SELECT `+channelColumns+` FROM channel WHERE tenant = $1 AND id = $2`, tenant, id)
}

// Channels are a tenant's channels after one, by ID, the closed ones too.
func (r *Reader) Channels(ctx context.Context, tenant verno.TenantID, after verno.ChannelID, limit int) ([]Channel, error) {
	return queryAll(ctx, r, scanChannel, `SELECT `+channelColumns+` FROM channel WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3`,
		tenant, after[:], limit)
}

// InsertChannel adds a channel and reports false where its code is taken.
func (tx *Tx) InsertChannel(ctx context.Context, c Channel) (bool, error) {
	fields, err := json.Marshal(c.Fields)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO channel (`+channelColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT DO NOTHING`, c.Tenant, c.ID, c.Code, c.Name, c.Programme, c.Store, string(fields), c.Proof, flag(c.Wallet), c.Revision,
		verno.Micros(c.CreatedAt), verno.Micros(c.UpdatedAt), microsOrNull(c.ClosedAt))
	return n == 1, err
}

// ChangeChannel writes a channel over that of a revision, which grows by one; false where it is no longer that.
func (tx *Tx) ChangeChannel(ctx context.Context, c Channel) (bool, error) {
	fields, err := json.Marshal(c.Fields)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `UPDATE channel SET name = $1, store_id = $2, fields = $3, proof = $4, closed_at = $5, updated_at = $6, wallet_form = $7,
		revision = revision + 1 WHERE tenant = $8 AND id = $9 AND revision = $10`,
		c.Name, c.Store, string(fields), c.Proof, microsOrNull(c.ClosedAt), verno.Micros(c.UpdatedAt), flag(c.Wallet), c.Tenant, c.ID, c.Revision)
	return n == 1, err
}
