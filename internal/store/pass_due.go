package store

import (
	"bytes"
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// DuePass is a pass whose devices are to be told of a change.
type DuePass struct {
	Tenant verno.TenantID
	Card   verno.CardID
	Tag    int64 // up to which they will know
	DueAt  int64
	Told   bool // a device was, just now
}

// After says whether a pass comes later in the order in which passes are told.
func (p *DuePass) After(q *DuePass) bool {
	return p.DueAt > q.DueAt || p.DueAt == q.DueAt && bytes.Compare(p.Card[:], q.Card[:]) > 0
}

var duePasses = Keyed("tenant bytea, until bigint, due_at bigint, card_id bytea, most bigint",
	`SELECT p.card_id, p.tag, p.due_at, r.device, r.pass_type, r.serial, r.push_token, r.scheme, r.pushed_tag, r.updated_at
	FROM (SELECT tenant, card_id, tag, due_at FROM pass
		WHERE tenant = k.tenant AND due_at IS NOT NULL AND due_at <= k.until AND due_at >= k.due_at
			AND (due_at > k.due_at OR card_id > k.card_id)
		ORDER BY due_at, card_id LIMIT k.most) AS p
	LEFT JOIN pass_registration r ON r.tenant = p.tenant AND r.card_id = p.card_id`)

// DuePasses gives a tenant's passes whose devices are to be told by a moment, those that have waited longest, after one of
// them; the zero one begins. Each comes once with each device that has it, and once with none where none has it, in no order.
func (r *Reader) DuePasses(ctx context.Context, tenant verno.TenantID, now time.Time, after DuePass, limit int, found func(DuePass, *Registration)) error {
	return r.Pipe(ctx, func(p *Pipe) error {
		p.Values(duePasses).Bytes(tenant[:]).Int(verno.Micros(now)).Int(after.DueAt).Bytes(after.Card[:]).Int(int64(limit)).
			Each(func(row Scanner) error {
				due, on, err := scanDue(row)
				due.Tenant, on.Tenant, on.Card = tenant, tenant, due.Card
				switch {
				case err != nil:
					return err
				case on.Device == "":
					found(due, nil)
				default:
					found(due, &on)
				}
				return nil
			})
		return nil
	})
}

// scanDue reads a pass that is due with one of the devices that have it; no device is called nothing.
func scanDue(row Scanner) (p DuePass, r Registration, err error) {
	var device, passType, serial, pushToken, scheme *string
	var pushed, updated *int64
	err = row.Scan(&p.Card, &p.Tag, &p.DueAt, &device, &passType, &serial, &pushToken, &scheme, &pushed, &updated)
	if err == nil && device != nil {
		r = Registration{
			Device: *device, PassType: *passType, Serial: *serial, PushToken: *pushToken, Scheme: *scheme, PushedTag: *pushed,
			UpdatedAt: verno.FromMicros(*updated),
		}
	}
	return p, r, err
}

// told is what a pass is after its devices were told, or could not be.
const told = `pushed_tag = CASE WHEN pass.pushed_tag < k.tag THEN k.tag ELSE pass.pushed_tag END,
	due_at = CASE WHEN pass.tag <= k.tag AND pass.due_at = k.due_at THEN NULL
		WHEN k.told = 1 AND pass.due_at < k.at + k.gap THEN k.at + k.gap ELSE pass.due_at END,
	told_at = CASE WHEN k.told = 1 THEN k.at ELSE pass.told_at END`

var (
	toldPass = Keyed("tenant bytea, card_id bytea, tag bigint, due_at bigint, told bigint, at bigint, gap bigint",
		`UPDATE pass SET `+told+` FROM k WHERE pass.tenant = k.tenant AND pass.card_id = k.card_id`)
	// toldPasses is for SQLite, to which a list costs half of as many statements: a wave is due at few moments.
	toldPasses = Keyed("tenant bytea, cards text, tag bigint, due_at bigint, told bigint, at bigint, gap bigint",
		`UPDATE pass SET `+told+` FROM k WHERE pass.tenant = k.tenant
		AND pass.card_id IN (SELECT unhex(j.value) FROM json_each(k.cards) j)`)
	laterPass = Keyed("tenant bytea, card_id bytea, later bigint, told bigint, at bigint, gap bigint",
		`UPDATE pass SET due_at = CASE WHEN k.told = 1 AND k.later < k.at + k.gap THEN k.at + k.gap ELSE k.later END,
			told_at = CASE WHEN k.told = 1 THEN k.at ELSE pass.told_at END
		FROM k WHERE pass.tenant = k.tenant AND pass.card_id = k.card_id AND pass.due_at IS NOT NULL`)
	toldRegistration = Keyed("pass_type text, device text, serial text, push_token text, tag bigint",
		`UPDATE pass_registration SET pushed_tag = k.tag FROM k WHERE pass_registration.pass_type = k.pass_type
		AND pass_registration.device = k.device AND pass_registration.serial = k.serial
		AND pass_registration.push_token = k.push_token`)
	pruneDevice = Keyed("pass_type text, device text, serial text, push_token text, updated_at bigint",
		`DELETE FROM pass_registration USING k WHERE pass_registration.pass_type = k.pass_type
		AND pass_registration.device = k.device AND pass_registration.serial = k.serial
		AND pass_registration.push_token = k.push_token AND pass_registration.updated_at <= k.updated_at`)
)

// Told is what came of telling the devices of passes.
type Told struct {
	At      time.Time
	Gap     time.Duration // at least, until they are told again
	Tallies []Tally
	Counts  []PushCount
	Done    []DuePass      // all devices know
	Later   []DuePass      // some do not; their DueAt is when to try again
	Knows   []Registration // of those, the devices that do, with the tag up to which
	Gone    []Registration // devices that will never hear again
}

// Tally is how many of a tenant's devices took a notification, and how many never will.
type Tally struct {
	Tenant       verno.TenantID
	Told, Failed int64
}

var tallyTold = Keyed("tenant bytea, told bigint, failed bigint", `UPDATE wallet_clock
	SET told = wallet_clock.told + k.told, failed = wallet_clock.failed + k.failed FROM k WHERE wallet_clock.tenant = k.tenant`)

// PutTold writes what came of telling. A pass that was changed meanwhile, or is on another device, stays due.
func (p *Pipe) PutTold(t *Told) {
	// The tallies are first, as the clock is in whatever touches passes: two that write about the same passes do not wait for
	// each other for ever.
	tallies := p.Values(tallyTold)
	for _, one := range t.Tallies {
		tallies.Bytes(one.Tenant[:]).Int(one.Told).Int(one.Failed)
	}
	at, gap := verno.Micros(t.At), t.Gap.Microseconds()
	p.putDone(t.Done, at, gap)
	later := p.Values(laterPass)
	for i := range t.Later {
		d := &t.Later[i]
		later.Bytes(d.Tenant[:]).Bytes(d.Card[:]).Int(d.DueAt).Int(flag(d.Told)).Int(at).Int(gap)
	}
	knows := p.Values(toldRegistration)
	for i := range t.Knows {
		r := &t.Knows[i]
		knows.Text(r.PassType).Text(r.Device).Text(r.Serial).Text(r.PushToken).Int(r.PushedTag)
	}
	gone := p.Values(pruneDevice)
	for i := range t.Gone {
		r := &t.Gone[i]
		gone.Text(r.PassType).Text(r.Device).Text(r.Serial).Text(r.PushToken).Int(verno.Micros(r.UpdatedAt))
	}
	removed := p.Values(removedCards)
	for i := range t.Gone {
		if r := &t.Gone[i]; i == 0 || r.Card != t.Gone[i-1].Card {
			removed.Bytes(r.Tenant[:]).Bytes(r.Card[:]).Int(verno.Micros(t.At))
		}
	}
}

// putDone writes that all devices of some passes know, or never will.
func (p *Pipe) putDone(done []DuePass, at, gap int64) {
	if p.engine == PostgreSQL {
		v := p.Values(toldPass)
		for i := range done {
			d := &done[i]
			v.Bytes(d.Tenant[:]).Bytes(d.Card[:]).Int(d.Tag).Int(d.DueAt).Int(flag(d.Told)).Int(at).Int(gap)
		}
		return
	}
	alike := map[DuePass][]verno.CardID{}
	for _, d := range done {
		card := d.Card
		d.Card = verno.CardID{}
		alike[d] = append(alike[d], card)
	}
	v := p.Values(toldPasses)
	for d, cards := range alike {
		v.Bytes(d.Tenant[:]).Text(hexList(cards)).Int(d.Tag).Int(d.DueAt).Int(flag(d.Told)).Int(at).Int(gap)
	}
}

// PushState is how far telling the devices of a tenant has come since it last had nothing to tell.
type PushState struct {
	Waiting int64 // passes that have devices to be told
	Marking bool  // a change of many passes is still being worked through
	Told    int64 // devices that took a notification
	Failed  int64 // devices that never will
}

// PushState reads how far telling has come.
func (r *Reader) PushState(ctx context.Context, tenant verno.TenantID) (s PushState, err error) {
	return queryOne(ctx, r, func(row Scanner) (PushState, error) {
		err := row.Scan(&s.Waiting, &s.Marking, &s.Told, &s.Failed)
		return s, err
	}, `SELECT (SELECT COUNT(*) FROM pass WHERE due_at IS NOT NULL AND tenant = $1),
		(SELECT COUNT(*) FROM (SELECT 1 FROM pass_sweep WHERE tenant = $1 AND done_at IS NULL LIMIT 1) AS part),
		COALESCE((SELECT told FROM wallet_clock WHERE tenant = $1), 0), COALESCE((SELECT failed FROM wallet_clock WHERE tenant = $1), 0)`, tenant)
}
