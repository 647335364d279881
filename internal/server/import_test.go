package server_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// desk is a server with a chain, and a folder for files.
type desk struct {
	t      *testing.T
	ctx    context.Context
	config server.Config
	server *server.Server
	made   server.Founded
	dir    string
}

// eachDesk runs a test on both engines.
func eachDesk(t *testing.T, fn func(d *desk)) {
	t.Helper()
	for _, e := range storetest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			d := &desk{t: t, ctx: t.Context(), dir: t.TempDir()}
			d.config = server.Config{
				DB: storetest.DSN(t, e), KEKs: rig.KEK(), Log: slog.New(slog.DiscardHandler),
				Till: checkout.Limits{ReplayDays: server.HistoryDays},
			}
			var err error
			d.server, err = server.Open(d.ctx, d.config)
			d.must(err)
			t.Cleanup(func() { _ = d.server.Close() })
			d.made, err = d.server.Found(d.ctx, server.Founding{
				Name: "Chain", Language: "en", Currency: "RUB", TimeZone: "Europe/Moscow", Store: "First", Login: "owner", Password: "correct horse battery",
			})
			d.must(err)
			fn(d)
		})
	}
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) file(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	d.must(os.WriteFile(path, []byte(text), 0o600))
	return path
}

const history = `receipt_number,occurred_at,store,terminal,member,sku,name,quantity,price,kind,parent_number
1,2013-05-01 10:00,,,anna,tea,Tea,2,250,,
2,2013-05-01 11:00,North,N1,boris,cup,Cup,1,400,,
3,2013-05-01 12:00,North,N1,,cup,Cup,1,400,,
4,2013-05-01 13:00,,,anna,tea,Tea,1,0.001,,
R1,2013-05-02 10:00,,,anna,tea,Tea,1,250,return,
`

// TestImport: a file of years ago goes through the till like any other sale: stores and tills are opened, members join,
// points are earned and taken back; what was rejected stands in a file; the log is sealed when the command ends.
func TestImport(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(d *desk) {
		q := server.Import{Preset: "generic", Path: d.file("history.csv", history), Rejects: filepath.Join(d.dir, "rejected.csv")}
		r, err := d.server.Import(d.ctx, q)
		d.must(err)
		if r.Sold != 3 || r.Returned != 1 || r.Rejected != 1 || r.Members != 2 || r.Places != 2 || r.Earned != 45 || r.Taken != 12 {
			d.t.Errorf("%+v", r)
		}
		rejected, err := os.ReadFile(q.Rejects)
		d.must(err)
		if !strings.Contains(string(rejected), "\n5,number_invalid,") {
			d.t.Errorf("rejected: %s", rejected)
		}
		reader, tenant := d.server.Store.Reader(), d.made.Tenant
		north, err := reader.PlaceByExternalID(d.ctx, tenant, "North")
		d.must(err)
		till, err := reader.TerminalByExternalID(d.ctx, tenant, "N1")
		d.must(err)
		boris, err := reader.MemberByExternalID(d.ctx, tenant, "boris")
		d.must(err)
		list, err := reader.ReceiptsOf(d.ctx, tenant, boris.Owner, verno.ReceiptID{}, 10)
		d.must(err)
		if len(list) != 1 || list[0].Store != north.ID || list[0].Terminal != till.ID || list[0].Totals.Earn != 20 {
			d.t.Errorf("boris has %+v", list)
		}
		unsealed, err := reader.Unsealed(d.ctx, tenant, 1)
		d.must(err)
		if len(unsealed) > 0 {
			d.t.Error("the log is not sealed")
		}
		q.Again = true
		r, err = d.server.Import(d.ctx, q)
		d.must(err)
		if r.Already != 4 || r.Members+r.Places != 0 {
			d.t.Errorf("again: %+v", r)
		}
		var out bytes.Buffer
		n, err := server.ExportLedger(d.ctx, d.config, server.Whose{}, &out, nil)
		d.must(err)
		if int64(bytes.Count(out.Bytes(), []byte("\n"))) != n+1 {
			d.t.Errorf("%d events in %d lines", n, bytes.Count(out.Bytes(), []byte("\n")))
		}
	})
}

// TestImportGoesOn: the file of rejected lines is cut back to what an interrupted import knows of.
func TestImportGoesOn(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(d *desk) {
		rejects := d.file("rejected.csv", "left by another run\n")
		q := server.Import{Preset: "generic", Path: d.file("history.csv", history), Rejects: rejects}
		stopped, cancel := context.WithCancel(d.ctx)
		cancel()
		if _, err := d.server.Import(stopped, q); err == nil {
			d.t.Fatal("an import went on although it was stopped")
		}
		_, err := d.server.Import(d.ctx, q)
		d.must(err)
		text, err := os.ReadFile(rejects)
		d.must(err)
		if strings.Count(string(text), "\n") != 2 || !strings.HasPrefix(string(text), "line,reason") {
			d.t.Errorf("rejected: %s", text)
		}
	})
}

// TestImportCountsWhomItEnrolled: an import that was interrupted after it had enrolled members and opened stores, and
// before it could write that down, counts them as new when it goes on.
func TestImportCountsWhomItEnrolled(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(d *desk) {
		text := history + "9,2013-05-03 11:00,North,N2,boris,cup,Cup,1,400,,\n"
		file := d.file("history.csv", text)
		sum := sha256.Sum256([]byte(text))
		whole, err := d.server.Import(d.ctx, server.Import{Preset: "generic", Path: file})
		d.must(err)
		run, err := d.server.Store.Reader().ImportRun(d.ctx, d.made.Tenant, "generic", hex.EncodeToString(sum[:]))
		d.must(err)
		before := run.Position
		run.Position, run.State, run.Counts, run.UpdatedAt = 0, "running", "{}", run.CreatedAt
		d.must(d.server.Store.Write(d.ctx, func(tx *store.Tx) error {
			_, err := tx.AdvanceImportRun(d.ctx, run, before)
			return err
		}))
		r, err := d.server.Import(d.ctx, server.Import{Preset: "generic", Path: file})
		d.must(err)
		if r.Before || r.Members != whole.Members || r.Places != whole.Places || r.Already != whole.Sold+whole.Returned {
			d.t.Errorf("went on: %+v", r)
		}
	})
}

// TestImportKnowsWhenMembersJoined: by the file, where it says it, else with the first receipt, and never in the future.
func TestImportKnowsWhenMembersJoined(t *testing.T) {
	t.Parallel()
	const file = `receipt_number,occurred_at,member,enrolled_at,sku,price
1,2013-05-01 10:00,anna,2011-03-08,tea,250
2,2013-05-01 11:00,boris,,tea,250
3,2013-05-01 12:00,vera,the day before,tea,250
4,2113-05-01 12:00,galina,,tea,250
5,2013-05-01 13:00,galina,,tea,250
`
	eachDesk(t, func(d *desk) {
		r, err := d.server.Import(d.ctx, server.Import{Preset: "generic", Path: d.file("joined.csv", file)})
		d.must(err)
		if r.Sold != 3 || r.Rejected != 2 || r.Members != 3 || r.Reasons["date_invalid"] != 1 {
			d.t.Errorf("%+v", r)
		}
		for name, want := range map[string]string{"anna": "2011-03-07T21:00:00Z", "boris": "2013-05-01T07:00:00Z", "galina": ""} {
			m, err := d.server.Store.Reader().MemberByExternalID(d.ctx, d.made.Tenant, name)
			d.must(err)
			if got := m.EnrolledAt.Format(time.RFC3339); want != "" && got != want || m.EnrolledAt.After(d.server.Now()) {
				d.t.Errorf("%s joined at %s, want %s", name, got, want)
			}
		}
	})
}

// TestOwnRule: receipts of a chain whose rule is known go into a programme by that rule, which is made once.
func TestOwnRule(t *testing.T) {
	t.Parallel()
	const receipts = `{"client_id":"a","transaction_history":[
	{"datetime":"2019-01-15T11:53:01","store_id":"s","regular_points_received":2.7,"express_points_received":0.0,"regular_points_spent":0.0,"express_points_spent":0.0,"purchase_sum":554.99,"products":[{"product_id":"p","quantity":1}]},
	{"datetime":"2019-01-16T11:53:01","store_id":"s","regular_points_received":5.0,"express_points_received":0.5,"regular_points_spent":0.0,"express_points_spent":0.0,"purchase_sum":555.0,"products":[{"product_id":"p","quantity":1}]},
	{"datetime":"2019-01-17T11:53:01","store_id":"s","regular_points_received":9.0,"express_points_received":0.0,"regular_points_spent":0.0,"express_points_spent":0.0,"purchase_sum":40.0,"products":[{"product_id":"p","quantity":1}]}]}`
	eachDesk(t, func(d *desk) {
		q := server.Import{
			Preset: "x5", OwnRule: true, Path: d.file("x5.tsv", strings.NewReplacer("\n", "", "\t", "").Replace(receipts)+"\t{}\n"),
			Differences: filepath.Join(d.dir, "differences.csv"),
		}
		q.Tenant, q.Test = d.made.Tenant, true
		for range 2 {
			r, err := d.server.Import(d.ctx, q)
			d.must(err)
			if r.Sold != 3 || r.Earned != 27+55+2 || r.Given == nil || r.Given.Equal != 2 || r.Given.Different != 1 {
				d.t.Errorf("%+v, given %+v", r, r.Given)
			}
			q.Again = true
		}
		list, err := d.server.Store.Reader().Programmes(d.ctx, d.made.Test.Tenant, verno.ProgrammeID{}, 10)
		d.must(err)
		if len(list) != 2 {
			d.t.Errorf("%d programmes", len(list))
		}
		text, err := os.ReadFile(q.Differences)
		d.must(err)
		if !strings.Contains(string(text), ",40.0,0.200,9.000,-8.800,9.0,0.0,0.0,0.0\n") {
			d.t.Errorf("differences: %s", text)
		}
		if n, err := d.server.Store.Reader().CountReceipts(d.ctx, d.made.Tenant); err != nil || n != 0 {
			d.t.Errorf("%d receipts in the live tenant, %v", n, err)
		}
	})
}

// TestImportRefused: what cannot be meant is said in words.
func TestImportRefused(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(d *desk) {
		shop := d.file("shop.csv", "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n")
		for _, c := range []struct {
			q    server.Import
			want string
		}{
			{server.Import{Preset: "online-retail", Path: shop}, "counts in RUB"},
			{server.Import{Preset: "generic", Path: filepath.Join(d.dir, "none.csv")}, "no such file"},
			{server.Import{Preset: "generic", OwnRule: true, Path: shop}, "is not known"},
			{server.Import{Preset: "x5", OwnRule: true, DryRun: true, Path: shop}, "a dry run makes no programme"},
			{server.Import{Preset: "generic", Path: shop, Whose: server.Whose{Tenant: verno.TenantID{1}}}, "tenant"},
		} {
			if _, err := d.server.Import(d.ctx, c.q); err == nil || !strings.Contains(err.Error(), c.want) {
				d.t.Errorf("%+v: %v, want %q", c.q, err, c.want)
			}
		}
	})
	empty := storetest.DSN(t, store.SQLite)
	if _, err := server.ExportLedger(t.Context(), server.Config{DB: empty}, server.Whose{}, &bytes.Buffer{}, nil); err == nil {
		t.Error("the ledger of nobody was exported")
	}
}
