package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// Registration is a pass on a device that wants to hear of its changes.
type Registration struct {
	PassType  string
	Device    string // the device's secret
	Serial    string
	Tenant    verno.TenantID
	Card      verno.CardID
	PushToken string
	Scheme    string // how it is told
	Tag       int64  // given out when it was made
	PushedTag int64  // up to which tag of the pass it was told, where others of the pass were not
	CreatedAt time.Time
	UpdatedAt time.Time
}

const registrationColumns = `r.pass_type, r.device, r.serial, r.tenant, r.card_id, r.push_token, r.scheme, r.tag, r.pushed_tag,
	r.created_at, r.updated_at`

func scanRegistration(row Scanner) (r Registration, err error) {
	var created, updated int64
	err = row.Scan(&r.PassType, &r.Device, &r.Serial, &r.Tenant, &r.Card, &r.PushToken, &r.Scheme, &r.Tag, &r.PushedTag,
		&created, &updated)
	r.CreatedAt, r.UpdatedAt = verno.FromMicros(created), verno.FromMicros(updated)
	return r, err
}

// Registration finds a pass on a device. It returns ErrNotFound where it is not registered.
func (r *Reader) Registration(ctx context.Context, passType, device, serial string) (Registration, error) {
	return queryOne(ctx, r, scanRegistration, `SELECT `+registrationColumns+` FROM pass_registration r
		WHERE r.pass_type = $1 AND r.device = $2 AND r.serial = $3`, passType, device, serial)
}

// RegistrationsOf lists the devices that have a card's pass, those first that were heard of last.
func (r *Reader) RegistrationsOf(ctx context.Context, tenant verno.TenantID, card verno.CardID) ([]Registration, error) {
	return queryAll(ctx, r, scanRegistration, `SELECT `+registrationColumns+` FROM pass_registration r
		WHERE r.tenant = $1 AND r.card_id = $2 ORDER BY r.updated_at DESC, r.pass_type, r.device`, tenant, card)
}

// Carried is a pass on a device, as far as telling what is new takes.
type Carried struct {
	Tenant verno.TenantID
	Serial string
	Tag    int64 // of the pass, or that of the registration where it is greater
}

// CarriedBy lists the passes of a type on a device, up to a number of them.
func (r *Reader) CarriedBy(ctx context.Context, passType, device string, limit int) ([]Carried, error) {
	return queryAll(ctx, r, func(row Scanner) (c Carried, err error) {
		err = row.Scan(&c.Tenant, &c.Serial, &c.Tag)
		return c, err
	}, `SELECT r.tenant, r.serial, CASE WHEN p.tag > r.tag THEN p.tag ELSE r.tag END
		FROM pass_registration r JOIN pass p ON p.tenant = r.tenant AND p.card_id = r.card_id
		WHERE r.pass_type = $1 AND r.device = $2 ORDER BY r.serial LIMIT $3`, passType, device, limit)
}

// CountCarried is how many passes of a type a device has.
func (r *Reader) CountCarried(ctx context.Context, passType, device string) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM pass_registration WHERE pass_type = $1 AND device = $2`, passType, device)
}

// Register writes that a device has a pass, with the clock's next tag where that is new, and makes the pass due: what the
// device has may be older than what it is told now. The gap lies between one time that a pass is told of and the next. So it does where the device is to be told by another token, as what was
// sent to the old one may be lost. It reports whether the pass is new on the device.
func (tx *Tx) Register(ctx context.Context, r Registration, now time.Time, gap time.Duration) (bool, error) {
	tag, err := tx.NextTag(ctx, r.Tenant) // Whoever registers the same waits here, and then finds it.
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `UPDATE pass_registration SET updated_at = $6
		WHERE pass_type = $1 AND device = $2 AND serial = $3 AND push_token = $4 AND scheme = $5`,
		r.PassType, r.Device, r.Serial, r.PushToken, r.Scheme, verno.Micros(now))
	if err != nil || n > 0 {
		return false, err
	}
	n, err = tx.Exec(ctx, `UPDATE pass_registration SET push_token = $4, scheme = $5, pushed_tag = 0, updated_at = $6
		WHERE pass_type = $1 AND device = $2 AND serial = $3`, r.PassType, r.Device, r.Serial, r.PushToken, r.Scheme, verno.Micros(now))
	if err != nil {
		return false, err
	}
	if n > 0 {
		return false, tx.tellAnew(ctx, r, now, gap)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO pass_registration (pass_type, device, serial, tenant, card_id, push_token, scheme,
		tag, pushed_tag, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $9)`,
		r.PassType, r.Device, r.Serial, r.Tenant, r.Card, r.PushToken, r.Scheme, tag, verno.Micros(now)); err != nil {
		return false, err
	}
	return true, tx.tellAnew(ctx, r, now, gap)
}

var anew = nextTold("CAST($3 AS BIGINT)", "CAST($4 AS BIGINT)")

// tellAnew makes a pass due, at another moment than any before, so that whoever is telling its devices does not take it for
// done.
func (tx *Tx) tellAnew(ctx context.Context, r Registration, now time.Time, gap time.Duration) error {
	_, err := tx.Exec(ctx, `UPDATE pass SET due_at = CASE WHEN due_at <= `+anew+` THEN due_at - 1 ELSE `+anew+` END WHERE tenant = $1 AND card_id = $2`,
		r.Tenant, r.Card, verno.Micros(now), gap.Microseconds())
	return err
}

// Unregister forgets a pass on a device, and reports whether it was there.
func (tx *Tx) Unregister(ctx context.Context, passType, device, serial string) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM pass_registration WHERE pass_type = $1 AND device = $2 AND serial = $3`, passType, device, serial)
	return n > 0, err
}

// Installed notes that a card is in a wallet: apple, google or other.
func (tx *Tx) Installed(ctx context.Context, tenant verno.TenantID, card verno.CardID, wallet string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO pass_history (tenant, card_id, wallet, first_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant, card_id, wallet) DO UPDATE SET removed_at = NULL`, tenant, card, wallet, verno.Micros(at))
	return err
}

// removedFrom tells which wallets a card is in no more: none of its devices has it.
const removedFrom = ` AND pass_history.wallet <> 'google' AND pass_history.removed_at IS NULL AND NOT EXISTS (
	SELECT 1 FROM pass_registration r WHERE r.tenant = pass_history.tenant AND r.card_id = pass_history.card_id
	AND (CASE WHEN r.scheme = 'ApplePass' THEN 'apple' ELSE 'other' END) = pass_history.wallet)`

var removedCards = Keyed("tenant bytea, card_id bytea, at bigint", `UPDATE pass_history SET removed_at = k.at FROM k
	WHERE pass_history.tenant = k.tenant AND pass_history.card_id = k.card_id`+removedFrom)

// Removed notes the wallets, Google's aside, in which no device has a card any more.
func (tx *Tx) Removed(ctx context.Context, tenant verno.TenantID, card verno.CardID, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE pass_history SET removed_at = $3 WHERE tenant = $1 AND card_id = $2`+removedFrom,
		tenant, card, verno.Micros(at))
	return err
}

// Wallets is how many cards are in wallets of a kind, and how many were once and are no more.
type Wallets struct {
	Wallet    string
	Installed int64
	Removed   int64
}

// Wallets counts where a tenant's cards are.
func (r *Reader) Wallets(ctx context.Context, tenant verno.TenantID) ([]Wallets, error) {
	return queryAll(ctx, r, func(row Scanner) (w Wallets, err error) {
		err = row.Scan(&w.Wallet, &w.Installed, &w.Removed)
		return w, err
	}, `SELECT wallet, CAST(SUM(CASE WHEN removed_at IS NULL THEN 1 ELSE 0 END) AS BIGINT),
		CAST(SUM(CASE WHEN removed_at IS NULL THEN 0 ELSE 1 END) AS BIGINT)
		FROM pass_history WHERE tenant = $1 GROUP BY wallet ORDER BY wallet`, tenant)
}
