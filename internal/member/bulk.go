package member

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// MaxBulk is how many members are written in one request.
const MaxBulk = 1000

// bulkStep is how many of them are written in one transaction, so that tills wait for none for long.
const bulkStep = 10

// Row is one member as another system knows it. What is empty says nothing and changes nothing.
type Row struct {
	Enrol                // ExternalID is needed: by it the member is found again
	EnrolledAt time.Time // of somebody new who joined in another system, not in the future; zero for now
}

// RowOutcome is what became of one row.
type RowOutcome struct {
	Member verno.MemberID // zero where it was rejected
	State  string         // created, updated, unchanged, rejected
	Err    *verno.Error   // of a rejected one
}

// BulkUpsert writes members by their external ids: who is not there yet joins, who is there is changed. Each row stands
// for itself, and a repeated request changes nothing. Nobody gets a welcome bonus this way.
func (r *Roll) BulkUpsert(ctx context.Context, a verno.Actor, now time.Time, rows []Row) ([]RowOutcome, error) {
	if !a.May.Has(verno.MayImport) {
		if err := a.Require(writes); err != nil {
			return nil, err
		}
	}
	if len(rows) == 0 || len(rows) > MaxBulk {
		return nil, verno.InvalidField("/members", "number_range", "min", "1", "max", strconv.Itoa(MaxBulk))
	}
	out := make([]RowOutcome, len(rows))
	for from := 0; from < len(rows); from += bulkStep {
		to := min(from+bulkStep, len(rows))
		err := r.upsert(ctx, a, now, rows[from:to], out[from:to])
		if err != nil {
			return out[:from], err
		}
	}
	return out, nil
}

// upsert writes a few rows in one transaction. What is wrong with a row is its outcome and is undone alone; only what is
// wrong with the database is an error.
func (r *Roll) upsert(ctx context.Context, a verno.Actor, now time.Time, rows []Row, out []RowOutcome) error {
	checked := make([]checkedRow, len(rows))
	for i := range rows {
		checked[i] = r.check(ctx, a, now, rows[i])
	}
	return r.Store.WriteLow(ctx, func(tx *store.Tx) error {
		for i := range checked {
			err := tx.Try(ctx, func() (err error) {
				out[i], err = r.upsertRow(ctx, tx, a, now, &checked[i])
				return err
			})
			known, ok := errors.AsType[*verno.Error](err)
			switch {
			case ok && known.Kind != verno.KindUnavailable && known.Kind != verno.Internal:
				out[i] = RowOutcome{State: "rejected", Err: known}
			case err != nil:
				return err
			}
		}
		return nil
	})
}

// checkedRow is a row with what is to be written if it is somebody new.
type checkedRow struct {
	Row
	joining *joining
	err     error // what is wrong with it then
}

// check does before the transaction what needs none.
func (r *Roll) check(ctx context.Context, a verno.Actor, now time.Time, row Row) checkedRow {
	if row.Channel == "" {
		row.Channel = "import"
	}
	c := checkedRow{Row: row}
	if c.joining, c.err = r.joining(ctx, a, now, row.Enrol); c.err != nil || row.EnrolledAt.IsZero() {
		return c
	}
	if row.EnrolledAt.After(now) {
		c.err = verno.InvalidField("/enrolled_at", "date_future")
	}
	c.joining.member.EnrolledAt = row.EnrolledAt
	return c
}

func (r *Roll) upsertRow(ctx context.Context, tx *store.Tx, a verno.Actor, now time.Time, row *checkedRow) (RowOutcome, error) {
	if row.ExternalID == "" {
		return RowOutcome{}, verno.InvalidField("/external_id", "required")
	}
	m, err := tx.MemberByExternalID(ctx, a.Tenant, row.ExternalID)
	if errors.Is(err, store.ErrNotFound) {
		return r.bulkJoin(ctx, tx, now, row)
	}
	if err != nil {
		return RowOutcome{}, err
	}
	if m, err = lock(ctx, tx, a.Tenant, m.ID); err != nil {
		return RowOutcome{}, err
	}
	events, err := r.apply(ctx, tx, a, now, &m, row.change())
	if err != nil {
		return RowOutcome{}, err
	}
	if len(events) == 0 {
		return RowOutcome{Member: m.ID, State: "unchanged"}, nil
	}
	return RowOutcome{Member: m.ID, State: "updated"}, books.Record(ctx, tx, now, r.Entropy, events...)
}

// bulkJoin takes a new member in. Its account begins empty, so that it needs no lock and no entry.
func (r *Roll) bulkJoin(ctx context.Context, tx *store.Tx, now time.Time, row *checkedRow) (RowOutcome, error) {
	if row.err != nil {
		return RowOutcome{}, row.err
	}
	j := *row.joining
	j.member.ID = verno.NewID[verno.MemberID](now, r.Entropy)
	owner, events, err := r.join(ctx, tx, now, &j)
	if err != nil {
		return RowOutcome{}, err
	}
	tx.Bulk().PutOwners([]*store.Owner{owner})
	return RowOutcome{Member: j.member.ID, State: "created"}, books.Record(ctx, tx, now, r.Entropy, events...)
}

// change is what a row says of a member that is there already.
func (row *Row) change() Change {
	var c Change
	for _, field := range []struct {
		from string
		to   **string
	}{
		{row.Person.Phone, &c.Phone},
		{row.Person.Email, &c.Email},
		{row.Person.FirstName, &c.FirstName},
		{row.Person.LastName, &c.LastName},
		{row.Person.Birthday, &c.Birthday},
		{row.Person.Gender, &c.Gender},
	} {
		if field.from != "" {
			*field.to = &field.from
		}
	}
	if row.Person.Custom != nil {
		c.Custom = &row.Person.Custom
	}
	if row.Tags != nil {
		c.Tags = &row.Tags
	}
	if row.Metadata != nil {
		c.Metadata = &row.Metadata
	}
	return c
}
