package store

import (
	"context"
	"slices"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Span is some business dates of a programme, both ends included, in one store or in all with the zero one.
type Span struct {
	Tenant    verno.TenantID
	Programme verno.ProgrammeID
	Store     verno.StoreID
	First     int32 // YYYYMMDD
	Last      int32
}

// DayTotal is what the receipts of one kind came to on a business date. Of returns the figures are what was given back.
type DayTotal struct {
	Date          int32
	Kind          verno.ReceiptKind
	Count         int64
	Carded        int64 // how many of them were with a card
	Payable       money.Amount
	PayableCarded money.Amount
	Points        money.Points // spent
	Earned        money.Points
}

// A store that is not given narrows nothing. The statements read the index alone, not the receipts.
const spanned = ` FROM receipt WHERE tenant = $1 AND business_date BETWEEN $2 AND $3 AND programme_id = $4
	AND (CAST($5 AS BYTEA) IS NULL OR store_id = $5)`

func (s *Span) args() []any {
	return []any{s.Tenant, int64(s.First), int64(s.Last), s.Programme, s.Store.Bytes()}
}

// DayTotals adds up sales or returns by business date, in its order. Dates are the order of the index, so that nothing is
// sorted: this is what a page waits for.
func (r *Reader) DayTotals(ctx context.Context, s Span, kind verno.ReceiptKind) ([]DayTotal, error) {
	return queryAll(ctx, r, func(row Scanner) (DayTotal, error) {
		d := DayTotal{Kind: kind}
		err := row.Scan(&d.Date, &d.Count, &d.Carded, &d.Payable, &d.PayableCarded, &d.Points, &d.Earned)
		return d, err
	}, `SELECT business_date, COUNT(*), COUNT(member_id), CAST(SUM(payable) AS BIGINT),
		CAST(SUM(CASE WHEN member_id IS NULL THEN 0 ELSE payable END) AS BIGINT), CAST(SUM(points) AS BIGINT),
		CAST(SUM(earned) AS BIGINT)`+spanned+` AND kind = $6 GROUP BY business_date ORDER BY business_date`,
		append(s.args(), string(kind))...)
}

const bought = ` AND kind = 'sale' AND member_id IS NOT NULL`

// Buyers counts who bought in a span, and who of them did more than once. SQLite would sort them all to count them, so
// it gives the buyers of each date in one piece, and they are counted here.
func (r *Reader) Buyers(ctx context.Context, s Span) (all, again int64, err error) {
	if r.Engine() != SQLite {
		err = r.QueryRow(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN n > 1 THEN 1 ELSE 0 END), 0) AS BIGINT)
			FROM (SELECT member_id, COUNT(*) AS n`+spanned+bought+` GROUP BY member_id) AS buyer`, s.args()...).Scan(&all, &again)
		return all, again, err
	}
	dates, err := queryAll(ctx, r, scanOne[[]byte], `SELECT CAST(group_concat(member_id, '') AS BLOB)`+spanned+bought+` GROUP BY business_date`, s.args()...)
	times := map[verno.MemberID]int{}
	for _, buyers := range dates {
		for each := range slices.Chunk(buyers, len(verno.MemberID{})) {
			id := verno.MemberID(each)
			if times[id]++; times[id] == 2 {
				again++
			}
		}
	}
	return int64(len(times)), again, err
}

// Issued says by unit what a programme, or the issuer of stored money, owes its members: what left its own accounts and
// did not come back. It is as of the last sealing.
func (r *Reader) Issued(ctx context.Context, tenant verno.TenantID, owner verno.OwnerID) (map[verno.UnitID]int64, error) {
	type issued struct {
		unit   verno.UnitID
		amount int64
	}
	list, err := queryAll(ctx, r, func(row Scanner) (i issued, err error) {
		err = row.Scan(&i.unit, &i.amount)
		return i, err
	}, `SELECT unit_id, CAST(-SUM(balance) AS BIGINT) FROM account
		WHERE tenant = $1 AND owner_id = $2 AND role <> 0 GROUP BY unit_id`, tenant, owner)
	of := make(map[verno.UnitID]int64, len(list))
	for _, i := range list {
		of[i.unit] = i.amount
	}
	return of, err
}

// OpenTasks counts what waits for a person.
func (r *Reader) OpenTasks(ctx context.Context, tenant verno.TenantID) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM task WHERE tenant = $1 AND done_at IS NULL`, tenant)
}

// Debtors counts owners who owe points, and how many of one unit.
func (r *Reader) Debtors(ctx context.Context, tenant verno.TenantID, unit verno.UnitID) (owners int64, owed money.Points, err error) {
	err = r.QueryRow(ctx, `SELECT COUNT(DISTINCT owner_id), CAST(COALESCE(-SUM(remaining), 0) AS BIGINT) FROM lot
		WHERE expires_at = 0 AND tenant = $1 AND unit_id = $2 AND remaining < 0`, tenant, unit).Scan(&owners, &owed)
	return owners, owed, err
}

// SilentTills counts paired tills that were not heard of since a time, µs.
func (r *Reader) SilentTills(ctx context.Context, tenant verno.TenantID, place verno.StoreID, since int64) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM terminal WHERE tenant = $1 AND token_hash IS NOT NULL
		AND revoked_at IS NULL AND COALESCE(seen_at, paired_at, 0) < $2 AND (CAST($3 AS BYTEA) IS NULL OR store_id = $3)`,
		tenant, since, place.Bytes())
}

// ChangedDrafts counts what a programme has drafted since its last version.
func (r *Reader) ChangedDrafts(ctx context.Context, tenant verno.TenantID, id verno.ProgrammeID) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT
		(SELECT COUNT(*) FROM programme p WHERE p.tenant = $1 AND p.id = $2 AND p.updated_at > COALESCE((SELECT published_at
			FROM programme_version v WHERE v.tenant = p.tenant AND v.programme_id = p.id AND v.number = p.published), 0))
		+ (SELECT COUNT(*) FROM promotion m JOIN programme p ON p.tenant = m.tenant AND p.id = m.programme_id
			WHERE m.tenant = $1 AND m.programme_id = $2 AND m.updated_at > COALESCE((SELECT published_at
			FROM programme_version v WHERE v.tenant = p.tenant AND v.programme_id = p.id AND v.number = p.published), 0))`,
		tenant, id)
}

// UnsealedSince is when the oldest event without a number was written, µs; 0 where all have one.
func (r *Reader) UnsealedSince(ctx context.Context, tenant verno.TenantID) (int64, error) {
	return queryOne(ctx, r, scanOne[int64],
		`SELECT COALESCE(MIN(at), 0) FROM batch WHERE tenant = $1 AND first_seq IS NULL`, tenant)
}

// Begun says how far a tenant has come: whether it has chosen its look, put rules into force, ever paired a till, whether
// somebody has joined, something was sold.
type Begun struct{ Dressed, Ruled, Paired, Joined, Sold bool }

// Begun finds out with a look at one row of each.
func (r *Reader) Begun(ctx context.Context, tenant verno.TenantID) (b Begun, err error) {
	err = r.QueryRow(ctx, `SELECT
		(SELECT COUNT(*) FROM brand WHERE tenant = $1 AND (accent <> '' OR logo_hash <> '')),
		(SELECT COUNT(*) FROM (SELECT 1 AS one FROM promotion m JOIN programme p ON p.tenant = m.tenant AND p.id = m.programme_id
			WHERE m.tenant = $1 AND p.published > 0 AND m.created_at <= (SELECT published_at FROM programme_version v
			WHERE v.tenant = p.tenant AND v.programme_id = p.id AND v.number = p.published) LIMIT 1) AS r),
		(SELECT COUNT(*) FROM (SELECT 1 AS one FROM terminal WHERE tenant = $1 AND paired_at IS NOT NULL LIMIT 1) AS a),
		(SELECT COUNT(*) FROM (SELECT 1 AS one FROM member WHERE tenant = $1 LIMIT 1) AS b),
		(SELECT COUNT(*) FROM (SELECT 1 AS one FROM receipt WHERE tenant = $1 LIMIT 1) AS c)`, tenant).
		Scan(&b.Dressed, &b.Ruled, &b.Paired, &b.Joined, &b.Sold)
	return b, err
}
