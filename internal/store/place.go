package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/verno-loyalty/verno"
)

// A place is a store of the trade; in this package the word store is taken.

const placeColumns = `tenant, id, programme_id, issuer_id, partner_id, COALESCE(external_id, ''), name, time_zone, address,
	latitude_e6, longitude_e6, greeting, online, web_address, revision, COALESCE(closed_at, 0), created_at, updated_at`

func scanPlace(row Scanner) (s verno.Store, err error) {
	var closed, created, updated, online int64
	var greeting string
	err = row.Scan(&s.Tenant, &s.ID, &s.Programme, &s.Issuer, &s.Partner, &s.ExternalID, &s.Name, &s.TimeZone, &s.Address,
		&s.Latitude, &s.Longitude, &greeting, &online, &s.WebAddress, &s.Revision, &closed, &created, &updated)
	if err == nil && greeting != "" {
		err = json.Unmarshal([]byte(greeting), &s.Greeting)
	}
	s.Online = online == 1
	s.ClosedAt, s.CreatedAt, s.UpdatedAt = timeOrNone(closed), verno.FromMicros(created), verno.FromMicros(updated)
	return s, err
}

// Place finds a store of the trade. It returns ErrNotFound where there is none.
func (r *Reader) Place(ctx context.Context, tenant verno.TenantID, id verno.StoreID) (verno.Store, error) {
	return queryOne(ctx, r, scanPlace, `SELECT `+placeColumns+` FROM store WHERE tenant = $1 AND id = $2`, tenant, id)
}

// Places lists stores of the trade by ID, the closed ones too.
func (r *Reader) Places(ctx context.Context, tenant verno.TenantID, after verno.StoreID, limit int) ([]verno.Store, error) {
	return queryAll(ctx, r, scanPlace, `SELECT `+placeColumns+` FROM store
		WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3`, tenant, after[:], limit)
}

var placeByID = Keyed("tenant bytea, id bytea", `SELECT id FROM store WHERE tenant = k.tenant AND id = k.id`)

// PlacesThere says which of many stores of the trade exist.
func (r *Reader) PlacesThere(ctx context.Context, tenant verno.TenantID, ids []verno.StoreID) (map[verno.StoreID]bool, error) {
	there := make(map[verno.StoreID]bool, len(ids))
	err := r.Pipe(ctx, func(p *Pipe) error {
		v := p.Values(placeByID).Each(func(row Scanner) error {
			id, err := scanOne[verno.StoreID](row)
			there[id] = true
			return err
		})
		for i := range ids {
			v.Bytes(tenant[:]).Bytes(ids[i][:])
		}
		return nil
	})
	return there, err
}

// InsertPlace adds a store of the trade and reports false where its external id is taken.
func (tx *Tx) InsertPlace(ctx context.Context, s verno.Store) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO store (tenant, id, programme_id, issuer_id, partner_id, external_id, name, time_zone,
		address, latitude_e6, longitude_e6, revision, closed_at, created_at, updated_at, greeting, online, web_address)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING`,
		s.Tenant, s.ID, s.Programme, s.Issuer, s.Partner, textOrNull(s.ExternalID), s.Name, s.TimeZone, s.Address,
		s.Latitude, s.Longitude, s.Revision, microsOrNull(s.ClosedAt), verno.Micros(s.CreatedAt), verno.Micros(s.UpdatedAt), greetingText(s.Greeting), flag(s.Online), s.WebAddress)
	return n == 1, err
}

// greetingText is a greeting as it is kept: names of languages in their order.
func greetingText(greeting map[string]string) string {
	if len(greeting) == 0 {
		return ""
	}
	text, _ := json.Marshal(greeting) //nolint:errchkjson // Texts can be written.
	return string(text)
}

// ChangePlace writes a store of the trade over that of a revision, which grows by one; false where it is no longer that.
// It returns ErrUnique where the external id is taken.
func (tx *Tx) ChangePlace(ctx context.Context, s verno.Store) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE store SET programme_id = $1, issuer_id = $2, partner_id = $3, external_id = $4, name = $5,
		time_zone = $6, address = $7, latitude_e6 = $8, longitude_e6 = $9, closed_at = $10, updated_at = $11, greeting = $12,
		online = $13, web_address = $14, revision = revision + 1 WHERE tenant = $15 AND id = $16 AND revision = $17`,
		s.Programme, s.Issuer, s.Partner, textOrNull(s.ExternalID), s.Name, s.TimeZone, s.Address, s.Latitude, s.Longitude,
		microsOrNull(s.ClosedAt), verno.Micros(s.UpdatedAt), greetingText(s.Greeting), flag(s.Online), s.WebAddress, s.Tenant, s.ID, s.Revision)
	return n == 1, err
}

// Partner is a company of a coalition: its stores earn and spend with the merchant's.
type Partner struct {
	Tenant     verno.TenantID
	ID         verno.PartnerID
	Name       string
	ExternalID string
	CreatedAt  time.Time
}

const partnerColumns = `tenant, id, name, COALESCE(external_id, ''), created_at`

func scanPartner(row Scanner) (p Partner, err error) {
	var created int64
	err = row.Scan(&p.Tenant, &p.ID, &p.Name, &p.ExternalID, &created)
	p.CreatedAt = verno.FromMicros(created)
	return p, err
}

// Partner finds a partner. It returns ErrNotFound where there is none.
func (r *Reader) Partner(ctx context.Context, tenant verno.TenantID, id verno.PartnerID) (Partner, error) {
	return queryOne(ctx, r, scanPartner, `SELECT `+partnerColumns+` FROM partner WHERE tenant = $1 AND id = $2`, tenant, id)
}

// Partners lists partners by ID.
func (r *Reader) Partners(ctx context.Context, tenant verno.TenantID, after verno.PartnerID, limit int) ([]Partner, error) {
	return queryAll(ctx, r, scanPartner, `SELECT `+partnerColumns+` FROM partner
		WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3`, tenant, after[:], limit)
}

// InsertPartner adds a partner and reports false where its external id is taken.
func (tx *Tx) InsertPartner(ctx context.Context, p Partner) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO partner (tenant, id, name, external_id, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, p.Tenant, p.ID, p.Name, textOrNull(p.ExternalID), verno.Micros(p.CreatedAt))
	return n == 1, err
}
