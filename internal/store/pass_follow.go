package store

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/verno-loyalty/verno"
)

// WalletClock is how far a tenant's log has been looked through for what changes a card.
type WalletClock struct {
	Tenant verno.TenantID
	Tag    int64 // the last that was given out
	Seq    int64 // the last event that was looked at
}

// WalletClocks lists the clocks of all tenants that have passes.
func (r *Reader) WalletClocks(ctx context.Context) ([]WalletClock, error) {
	return queryAll(ctx, r, func(row Scanner) (c WalletClock, err error) {
		err = row.Scan(&c.Tenant, &c.Tag, &c.Seq)
		return c, err
	}, `SELECT tenant, tag, seq FROM wallet_clock ORDER BY tenant`)
}

// TickWallet gives out a tag, as NextTag does, for what a follower of the log makes due; where nothing is due any more, it
// is counted anew who is told.
func (tx *Tx) TickWallet(ctx context.Context, tenant verno.TenantID) (int64, error) {
	tag, err := tx.NextTag(ctx, tenant)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `UPDATE wallet_clock SET told = 0, failed = 0 WHERE tenant = $1 AND told + failed > 0
		AND NOT EXISTS (SELECT 1 FROM pass WHERE tenant = $1 AND due_at IS NOT NULL)`, tenant)
	return tag, err
}

// MoveWallet moves a tenant's clock, which TickWallet keeps, from one event to another. It reports false where another
// follower has moved it.
func (tx *Tx) MoveWallet(ctx context.Context, tenant verno.TenantID, from, to int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE wallet_clock SET seq = $3 WHERE tenant = $1 AND seq = $2`, tenant, from, to)
	return n == 1, err
}

// Followed is a pass that an event concerns.
type Followed struct {
	Card verno.CardID
	Face []byte // hash of the face that was last told of; nil where that is not known
	Told bool   // a phone or Google has it
}

const followedColumns = `p.card_id, p.face, CASE WHEN p.google_id IS NOT NULL OR EXISTS (SELECT 1 FROM pass_registration r
	WHERE r.tenant = p.tenant AND r.card_id = p.card_id) THEN 1 ELSE 0 END AS told`

func scanFollowed(row Scanner) (f Followed, err error) {
	err = row.Scan(&f.Card, &f.Face, &f.Told)
	return f, err
}

var (
	passesOfOwner = Keyed("tenant bytea, owner_id bytea", `SELECT `+followedColumns+` FROM member m
		JOIN card c ON c.tenant = m.tenant AND c.member_id = m.id JOIN pass p ON p.tenant = c.tenant AND p.card_id = c.id
		WHERE m.tenant = k.tenant AND m.owner_id = k.owner_id`)
	passOfCard = Keyed("tenant bytea, card_id bytea",
		`SELECT `+followedColumns+` FROM pass p WHERE p.tenant = k.tenant AND p.card_id = k.card_id`)
)

// PassesOf gives the passes of owners and those of cards to found; one may be given twice.
func (r *Reader) PassesOf(ctx context.Context, tenant verno.TenantID, owners []verno.OwnerID, cards []verno.CardID, found func(Followed)) error {
	return r.Pipe(ctx, func(p *Pipe) error {
		each := func(row Scanner) error {
			f, err := scanFollowed(row)
			if err == nil {
				found(f)
			}
			return err
		}
		of := p.Values(passesOfOwner).Each(each)
		for _, owner := range owners {
			of.Bytes(tenant[:]).Bytes(owner[:])
		}
		is := p.Values(passOfCard).Each(each)
		for _, card := range cards {
			is.Bytes(tenant[:]).Bytes(card[:])
		}
		return nil
	})
}

// nextTold is when the devices of a pass may be told again of what is to be told at a moment: at once, unless they were told
// less than so long ago. What was told long after that moment was told by a clock that was set back since.
func nextTold(at, gap string) string {
	return `(CASE WHEN pass.told_at > ` + at + ` - ` + gap + ` AND pass.told_at <= ` + at + ` + ` + gap +
		` THEN pass.told_at + ` + gap + ` ELSE ` + at + ` END)`
}

// touched is what a change does to a pass: it gets the tag and a later second, and who has it is to be told. One that is due
// already keeps its place among those that are, so that no pass waits for ever that changes all the time.
var touched = `tag = k.tag, cause = k.cause,
	modified_at = CASE WHEN pass.modified_at + 1000000 > k.second THEN pass.modified_at + 1000000 ELSE k.second END,
	due_at = CASE WHEN EXISTS (SELECT 1 FROM pass_registration r WHERE r.tenant = pass.tenant AND r.card_id = pass.card_id)
		AND (pass.due_at IS NULL OR pass.due_at > ` + nextTold("k.at", "k.gap") + `) THEN ` + nextTold("k.at", "k.gap") + ` ELSE pass.due_at END,
	google_due = CASE WHEN pass.google_id IS NULL THEN pass.google_due ELSE k.at END`

var (
	touchPass = Keyed("tenant bytea, card_id bytea, tag bigint, cause bigint, second bigint, at bigint, gap bigint, face bytea",
		`UPDATE pass SET `+touched+`, face = k.face FROM k WHERE pass.tenant = k.tenant AND pass.card_id = k.card_id`)
	touchOwner = Keyed("tenant bytea, owner_id bytea, tag bigint, cause bigint, second bigint, at bigint, gap bigint",
		`UPDATE pass SET `+touched+`, face = NULL FROM k, member m WHERE m.tenant = k.tenant AND m.owner_id = k.owner_id
		AND pass.tenant = m.tenant AND pass.member_id = m.id`)
	// touchOwners is for SQLite, to which a list of owners in one statement costs half of as many statements.
	touchOwners = Keyed("tenant bytea, owners text, tag bigint, cause bigint, second bigint, at bigint, gap bigint",
		`UPDATE pass SET `+touched+`, face = NULL FROM k WHERE pass.tenant = k.tenant AND pass.member_id IN (SELECT m.id FROM member m
		WHERE m.tenant = k.tenant AND m.owner_id IN (SELECT unhex(j.value) FROM json_each(k.owners) j))`)
	touchPasses = Keyed("tenant bytea, template_id bytea, after bytea, until bytea, tag bigint, cause bigint, second bigint, at bigint, gap bigint",
		`UPDATE pass SET `+touched+`, face = NULL FROM k WHERE pass.tenant = k.tenant AND pass.template_id = k.template_id
		AND pass.card_id > k.after AND pass.card_id <= k.until`)
	movePass = Keyed("tenant bytea, card_id bytea, template_id bytea, tag bigint, cause bigint, second bigint, at bigint, gap bigint",
		`UPDATE pass SET `+touched+`, face = NULL, template_id = k.template_id FROM k
		WHERE pass.tenant = k.tenant AND pass.card_id = k.card_id`)
	rebindPass = Keyed("tenant bytea, card_id bytea, member_id bytea, template_id bytea",
		`UPDATE pass SET member_id = k.member_id, template_id = k.template_id FROM k
		WHERE pass.tenant = k.tenant AND pass.card_id = k.card_id`)
)

// Touch is a change of passes.
type Touch struct {
	Tag   int64 // that TickWallet or NextTag gave
	Cause int64 // what changed them, the same for all that it changed: for what is done in several turns not each turn's tag
	At    time.Time
	Gap   time.Duration // at least, from one time that devices are told to the next
}

func (t *Touch) write(v *Values) *Values {
	return v.Int(t.Tag).Int(t.Cause).Int(verno.Micros(t.At.Truncate(time.Second))).Int(verno.Micros(t.At)).Int(t.Gap.Microseconds())
}

// TouchPasses writes that passes have changed. What each looks like now is its face, nil where nobody has looked.
func (p *Pipe) TouchPasses(tenant verno.TenantID, passes []Followed, t Touch) {
	v := p.Values(touchPass)
	for i := range passes {
		t.write(v.Bytes(tenant[:]).Bytes(passes[i].Card[:])).Bytes(passes[i].Face)
	}
}

// TouchOwners is TouchPasses for all passes of some owners, at which nobody looks.
func (p *Pipe) TouchOwners(tenant verno.TenantID, owners []verno.OwnerID, t Touch) {
	if p.engine == PostgreSQL {
		v := p.Values(touchOwner)
		for i := range owners {
			t.write(v.Bytes(tenant[:]).Bytes(owners[i][:]))
		}
		return
	}
	if len(owners) > 0 {
		t.write(p.Values(touchOwners).Bytes(tenant[:]).Text(hexList(owners)))
	}
}

// hexList is a list of identifiers in JSON.
func hexList[T ~[16]byte](ids []T) string {
	list := []byte{'['}
	for i := range ids {
		if i > 0 {
			list = append(list, ',')
		}
		one := [16]byte(ids[i])
		list = append(hex.AppendEncode(append(list, '"'), one[:]), '"')
	}
	return string(append(list, ']'))
}

// TouchCards is TouchPasses for passes at which nobody looks.
func (p *Pipe) TouchCards(tenant verno.TenantID, cards []verno.CardID, t Touch) {
	v := p.Values(touchPass)
	for i := range cards {
		t.write(v.Bytes(tenant[:]).Bytes(cards[i][:])).Null()
	}
}

// TouchTemplate is TouchPasses for the passes of a template between two cards.
func (p *Pipe) TouchTemplate(tenant verno.TenantID, template verno.TemplateID, after, until verno.CardID, t Touch) {
	t.write(p.Values(touchPasses).Bytes(tenant[:]).Bytes(template[:]).Bytes(after[:]).Bytes(until[:]))
}

// MovePasses is TouchPasses for passes that show another template from now on.
func (p *Pipe) MovePasses(tenant verno.TenantID, cards []verno.CardID, template verno.TemplateID, t Touch) {
	v := p.Values(movePass)
	for i := range cards {
		t.write(v.Bytes(tenant[:]).Bytes(cards[i][:]).Bytes(template[:]))
	}
}

// RebindPass writes whose a pass is, and which template it shows.
func (p *Pipe) RebindPass(tenant verno.TenantID, card verno.CardID, member verno.MemberID, template verno.TemplateID) {
	p.Values(rebindPass).Bytes(tenant[:]).Bytes(card[:]).Bytes(member.Bytes()).Bytes(template[:])
}

// PassSweep is what changes many passes at once, and how far it has come.
type PassSweep struct {
	Tenant    verno.TenantID
	Name      string            // the event that asked for it, or a day of a programme
	Programme verno.ProgrammeID // whose passes; zero for all
	Template  verno.TemplateID  // whose passes; zero for all. With Programme: what its passes show from now on
	Looks     bool              // only those are told of that look different now
	After     verno.CardID      // the last card that was looked at
	At        time.Time
	DoneAt    time.Time
}

// Cause tells what a sweep changes from what anything else does. No tag is less than nothing.
func (s *PassSweep) Cause() int64 { return -verno.Micros(s.At) }

const sweepColumns = `tenant, name, programme_id, template_id, looks, after, at, done_at`

func scanPassSweep(row Scanner) (s PassSweep, err error) {
	err = row.Scan(&s.Tenant, &s.Name, &s.Programme, &s.Template, &s.Looks, &s.After, when{&s.At}, when{&s.DoneAt})
	return s, err
}

// AddPassSweep asks for a sweep, unless one of its name was asked for.
func (tx *Tx) AddPassSweep(ctx context.Context, s PassSweep) error {
	_, err := tx.Exec(ctx, `INSERT INTO pass_sweep (tenant, name, programme_id, template_id, looks, after, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, name) DO NOTHING`,
		s.Tenant, s.Name, s.Programme, s.Template, flag(s.Looks), s.After[:], verno.Micros(s.At))
	return err
}

// NextPassSweep is the sweep of a tenant that is to be worked on: of those that are not done the oldest, those first that
// need not look. It returns ErrNotFound where all are done.
func (r *Reader) NextPassSweep(ctx context.Context, tenant verno.TenantID) (PassSweep, error) {
	return queryOne(ctx, r, scanPassSweep, `SELECT `+sweepColumns+` FROM pass_sweep
		WHERE tenant = $1 AND done_at IS NULL ORDER BY looks, at, name LIMIT 1`, tenant)
}

// PassSweep finds a sweep by its name. It returns ErrNotFound where none was asked for, or it was done long ago.
func (r *Reader) PassSweep(ctx context.Context, tenant verno.TenantID, name string) (PassSweep, error) {
	return queryOne(ctx, r, scanPassSweep, `SELECT `+sweepColumns+` FROM pass_sweep WHERE tenant = $1 AND name = $2`, tenant, name)
}

// Swept lists the next passes of a sweep.
func (r *Reader) Swept(ctx context.Context, s *PassSweep, limit int) ([]Followed, error) {
	switch {
	case !s.Template.IsZero():
		return queryAll(ctx, r, scanFollowed, `SELECT `+followedColumns+` FROM pass p
			WHERE p.tenant = $1 AND p.template_id = $2 AND p.card_id > $3 ORDER BY p.card_id LIMIT $4`, s.Tenant, s.Template, s.After[:], limit)
	case !s.Programme.IsZero():
		return queryAll(ctx, r, scanFollowed, `SELECT `+followedColumns+` FROM pass p
			JOIN card_template t ON t.tenant = p.tenant AND t.id = p.template_id
			WHERE p.tenant = $1 AND t.programme_id = $2 AND p.card_id > $3 ORDER BY p.card_id LIMIT $4`, s.Tenant, s.Programme, s.After[:], limit)
	default:
		return queryAll(ctx, r, scanFollowed, `SELECT `+followedColumns+` FROM pass p
			WHERE p.tenant = $1 AND p.card_id > $2 ORDER BY p.card_id LIMIT $3`, s.Tenant, s.After[:], limit)
	}
}

// Moved lists the next cards of a sweep that makes a template the standard one of a programme: those without one of their
// own whose passes show another.
func (r *Reader) Moved(ctx context.Context, s *PassSweep, limit int) ([]verno.CardID, error) {
	return queryAll(ctx, r, scanOne[verno.CardID], `SELECT p.card_id FROM pass p
		JOIN card c ON c.tenant = p.tenant AND c.id = p.card_id AND c.template_id IS NULL
		JOIN member m ON m.tenant = c.tenant AND m.id = c.member_id AND m.programme_id = $2
		WHERE p.tenant = $1 AND p.template_id <> $3 AND p.card_id > $4 ORDER BY p.card_id LIMIT $5`,
		s.Tenant, s.Programme, s.Template, s.After[:], limit)
}

// LastSwept is the last card of the next passes of a template's sweep. It returns ErrNotFound where there are none left.
func (r *Reader) LastSwept(ctx context.Context, s *PassSweep, limit int) (verno.CardID, error) {
	return queryOne(ctx, r, scanOne[verno.CardID], `SELECT card_id FROM (SELECT card_id FROM pass
		WHERE tenant = $1 AND template_id = $2 AND card_id > $3 ORDER BY card_id LIMIT $4) AS part ORDER BY card_id DESC LIMIT 1`, s.Tenant, s.Template, s.After[:], limit)
}

// MovePassSweep moves a sweep on to a card, or to its end with the zero one. It reports false where another follower has
// moved it.
func (tx *Tx) MovePassSweep(ctx context.Context, s *PassSweep, to verno.CardID, at time.Time) (bool, error) {
	if to.IsZero() {
		n, err := tx.Exec(ctx, `UPDATE pass_sweep SET done_at = $4 WHERE tenant = $1 AND name = $2 AND after = $3 AND done_at IS NULL`,
			s.Tenant, s.Name, s.After[:], verno.Micros(at))
		return n == 1, err
	}
	n, err := tx.Exec(ctx, `UPDATE pass_sweep SET after = $4 WHERE tenant = $1 AND name = $2 AND after = $3 AND done_at IS NULL`,
		s.Tenant, s.Name, s.After[:], to[:])
	return n == 1, err
}

// DeletePassSweeps forgets sweeps that were done before a moment.
func (tx *Tx) DeletePassSweeps(ctx context.Context, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM pass_sweep WHERE done_at < $1`, verno.Micros(before))
	return err
}
