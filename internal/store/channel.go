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
	Look      ChannelLook       // what its form looks like
	Revision  int64
	CreatedAt time.Time
	UpdatedAt time.Time
	ClosedAt  time.Time // zero while people join by it
}

// ChannelLook is what is a form's own; what is empty is as forms have it of themselves.
type ChannelLook struct {
	Title   map[string]string `json:"title,omitempty"`   // by language
	Lead    map[string]string `json:"lead,omitempty"`    // by language, of a few lines
	Button  map[string]string `json:"button,omitempty"`  // by language
	Picture string            `json:"picture,omitempty"` // hash of one of the tenant's pictures
	Accent  string            `json:"accent,omitempty"`  // #rrggbb
}

// Plain says that nothing of a form is its own.
func (l *ChannelLook) Plain() bool {
	return len(l.Title)+len(l.Lead)+len(l.Button) == 0 && l.Picture == "" && l.Accent == ""
}

const channelColumns = `tenant, id, code, name, programme_id, store_id, fields, proof, wallet_form, look, revision, created_at, updated_at, closed_at`

func scanChannel(row Scanner) (c Channel, err error) {
	var fields, look string
	err = row.Scan(&c.Tenant, &c.ID, &c.Code, &c.Name, &c.Programme, &c.Store, &fields, &c.Proof, &c.Wallet, &look, &c.Revision,
		when{&c.CreatedAt}, when{&c.UpdatedAt}, when{&c.ClosedAt})
	if err == nil {
		err = json.Unmarshal([]byte(fields), &c.Fields)
	}
	if err == nil && look != "" {
		err = json.Unmarshal([]byte(look), &c.Look)
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
	fields, look, err := c.texts()
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO channel (`+channelColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT DO NOTHING`, c.Tenant, c.ID, c.Code, c.Name, c.Programme, c.Store, fields, c.Proof, flag(c.Wallet), look, c.Revision,
		verno.Micros(c.CreatedAt), verno.Micros(c.UpdatedAt), microsOrNull(c.ClosedAt))
	return n == 1, err
}

// ChangeChannel writes a channel over that of a revision, which grows by one; false where it is no longer that.
func (tx *Tx) ChangeChannel(ctx context.Context, c Channel) (bool, error) {
	fields, look, err := c.texts()
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `UPDATE channel SET name = $1, store_id = $2, fields = $3, proof = $4, closed_at = $5, updated_at = $6, wallet_form = $7,
		look = $8, revision = revision + 1 WHERE tenant = $9 AND id = $10 AND revision = $11`,
		c.Name, c.Store, fields, c.Proof, microsOrNull(c.ClosedAt), verno.Micros(c.UpdatedAt), flag(c.Wallet), look, c.Tenant, c.ID, c.Revision)
	return n == 1, err
}

// texts writes what is kept as JSON.
func (c *Channel) texts() (fields, look string, err error) {
	asked, err := json.Marshal(c.Fields)
	if err != nil {
		return "", "", err
	}
	drawn, err := json.Marshal(c.Look)
	return string(asked), string(drawn), err
}
