package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// run is an import on its way.
type run struct {
	opt     Options
	hands   Hands
	source  Source
	preset  preset
	reader  *store.Reader
	bytes   *counter
	format  format
	ahead   *record   // read, and not yet in a batch
	at      int64     // lines of the file that are done with
	since   time.Time // of an import that goes on, in the batch that was interrupted: when it had last come further
	stored  store.ImportRun
	report  saved
	rejects appendix
	differs appendix

	differences [][]string
	spots       map[Place]Spot
	members     map[string]bool
	seen        sightings

	// Of a dry run: what members would have bought, and what of their purchases would have come back.
	tried     map[string][]store.Purchase
	triedBack map[verno.ReceiptID]map[string]money.Quantity
}

// Import takes in a file: it enrols the members whom it names, sells what was sold and returns what was returned, each
// exactly once, whatever file it stands in and however often it is imported. An import that was interrupted goes on where
// it stopped; a file that is done is not read again. The report is of the whole file, and comes with an error too.
func Import(ctx context.Context, source Source, hands Hands, opt Options) (Report, error) {
	r := &run{
		opt: opt, hands: hands, source: source, spots: map[Place]Spot{}, members: map[string]bool{}, seen: newSightings(),
		tried: map[string][]store.Purchase{}, triedBack: map[verno.ReceiptID]map[string]money.Quantity{},
	}
	if err := opt.check(&hands); err != nil {
		return Report{}, err
	}
	r.reader = opt.Store.Reader()
	if err := r.begin(ctx); err != nil || r.report.Before {
		return r.report.Report, err
	}
	for {
		b, err := r.gather()
		if err != nil {
			return r.report.Report, err
		}
		if err := r.work(ctx, b); err != nil {
			return r.report.Report, fmt.Errorf("after line %d: %w", r.at, err)
		}
		if err := r.advance(ctx, b); err != nil {
			return r.report.Report, err
		}
		if opt.Progress != nil {
			opt.Progress(Progress{Lines: r.report.Lines, Bytes: r.bytes.n, Of: source.Size})
		}
		if b.last {
			return r.report.Report, nil
		}
	}
}

// begin finds out whether the file was imported before, opens it and goes to where it is to be read from.
func (r *run) begin(ctx context.Context) error {
	var err error
	if r.preset, err = presetNamed(r.source.Preset); err != nil {
		return err
	}
	version, err := r.reader.PublishedVersion(ctx, r.opt.Tenant, r.opt.Programme)
	if errors.Is(err, store.ErrNotFound) {
		return verno.Conflict("programme_unpublished")
	}
	if err != nil {
		return err
	}
	r.report.Preset, r.report.Source, r.report.State = r.preset.name, r.source.SHA256, "running"
	r.report.Currency, r.report.Scale = version.Programme.Currency, version.Programme.Points.Scale
	r.report.DryRun, r.report.Reasons = r.opt.DryRun, map[string]int64{}
	if !r.opt.DryRun {
		if err := r.resume(ctx); err != nil || r.report.Before {
			return err
		}
	}
	r.bytes = &counter{in: r.source.Reader}
	in, f, err := r.preset.start(r.bytes, &version.Programme)
	if err != nil {
		return err
	}
	r.format = f
	if r.rejects, err = openAppendix(r.opt.Rejects, r.report.RejectsBytes, "line", "reason", "detail", "text"); err != nil {
		return err
	}
	if r.differs, err = openAppendix(r.opt.Differences, r.report.DifferencesBytes, differenceHeader...); err != nil {
		return err
	}
	return in.skip(r.at)
}

// resume takes up the import of a file that was begun, or begins one.
func (r *run) resume(ctx context.Context) error {
	now := r.opt.Now()
	stored, err := r.reader.ImportRun(ctx, r.opt.Tenant, r.preset.name, r.source.SHA256)
	switch {
	case errors.Is(err, store.ErrNotFound):
		r.report.Import = verno.NewID[verno.ImportID](now, r.opt.Entropy)
		stored = store.ImportRun{
			Tenant: r.opt.Tenant, ID: r.report.Import, Preset: r.preset.name, Source: r.source.SHA256, State: "running",
			Counts: r.report.text(), CreatedAt: now, UpdatedAt: now,
		}
		err = r.opt.Store.Write(ctx, func(tx *store.Tx) error {
			if free, err := tx.InsertImportRun(ctx, stored); err != nil || free {
				return err
			}
			return errTwice
		})
	case err != nil:
	case r.opt.Again:
		r.report.Import = stored.ID
		from := stored.Position
		stored.Position, stored.State, stored.Counts, stored.UpdatedAt = 0, "running", r.report.text(), now
		err = r.save(ctx, stored, from, nil)
	default:
		if err := json.Unmarshal([]byte(stored.Counts), &r.report); err != nil {
			return fmt.Errorf("read how far the import had come: %w", err)
		}
		r.report.Before = stored.State == "done"
		r.report.Resumed = stored.Position > 0 && !r.report.Before
		r.since = stored.UpdatedAt
	}
	r.stored, r.at = stored, stored.Position
	return err
}

// errTwice says that another process imports the same file.
var errTwice = errors.New("the same file is being imported by another process")

// save writes how far the import has come, unless somebody else has written meanwhile.
func (r *run) save(ctx context.Context, stored store.ImportRun, from int64, also func(tx *store.Tx) error) error {
	return r.opt.Store.Write(ctx, func(tx *store.Tx) error {
		ok, err := tx.AdvanceImportRun(ctx, stored, from)
		if err == nil && !ok {
			err = errTwice
		}
		if err == nil && also != nil {
			err = also(tx)
		}
		return err
	})
}

// advance writes what a batch rejected beside the report, and then how far the import has come. After a stop in between
// the files are cut back to what the report knows of.
func (r *run) advance(ctx context.Context, b *batch) error {
	if err := r.rejects.rows(b.rejected()); err != nil {
		return err
	}
	if err := r.differs.rows(r.differences); err != nil {
		return err
	}
	r.differences = nil
	r.report.RejectsBytes, r.report.DifferencesBytes = r.rejects.bytes, r.differs.bytes
	from := r.at
	r.at, r.since = b.end, time.Time{}
	var also func(tx *store.Tx) error
	if b.last {
		r.report.State = "done"
		also = func(tx *store.Tx) error { return r.finished(ctx, tx) }
	}
	if r.opt.DryRun {
		return nil
	}
	r.stored.Position, r.stored.State, r.stored.Counts, r.stored.UpdatedAt = r.at, r.report.State, r.report.text(), r.opt.Now()
	return r.save(ctx, r.stored, from, also)
}

func (r *run) finished(ctx context.Context, tx *store.Tx) error {
	if r.hands.Record == nil {
		return nil
	}
	return r.hands.Record(ctx, tx, r.opt.Now(), verno.Event{
		Tenant: r.opt.Tenant, Kind: verno.EventImportFinished, Subject: r.report.Import.String(),
		Detail: map[string]string{
			"preset": r.preset.name, "source_sha256": r.source.SHA256, "sold": strconv.FormatInt(r.report.Sold, 10),
			"returned": strconv.FormatInt(r.report.Returned, 10), "rejected": strconv.FormatInt(r.report.Rejected, 10),
		},
	})
}

// work sells and returns what is in a batch.
func (r *run) work(ctx context.Context, b *batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !r.opt.DryRun {
		if err := r.open(ctx, b); err != nil {
			return err
		}
		if err := r.enrol(ctx, b); err != nil {
			return err
		}
	}
	for _, docs := range b.levels() {
		var sales, returns []*document
		for _, d := range docs {
			if d.kind == verno.ReceiptSale {
				sales = append(sales, d)
			} else {
				returns = append(returns, d)
			}
		}
		if err := r.sell(ctx, b, sales); err != nil {
			return err
		}
		if err := r.giveBack(ctx, b, returns); err != nil {
			return err
		}
	}
	return nil
}

// patience is how often what is to be tried again is, and how long after the first time; each wait doubles the last.
const (
	patience  = 9
	firstWait = 20 * time.Millisecond
)

// again does what do could not do yet until nothing is left. do returns which of its list are to be tried again.
func again[T any](ctx context.Context, list []T, do func([]T) ([]T, error)) error {
	for try := range patience {
		if len(list) == 0 {
			return nil
		}
		if try > 0 {
			timer := time.NewTimer(firstWait << try)
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
				return ctx.Err()
			}
		}
		var err error
		if list, err = do(list); err != nil {
			return err
		}
	}
	if len(list) > 0 {
		return verno.Unavailable("overloaded", 1)
	}
	return nil
}
