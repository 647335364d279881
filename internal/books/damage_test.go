package books_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
)

// damage is what somebody did to one row behind the books' back, and what a verification has to say of it.
type damage struct {
	name   string
	table  string
	where  string // a condition that finds rows; the first by key is damaged
	column string
	to     any // the new value, or a func(old string) any
	want   string
}

// moved is what happens to the sums when an entry is not there any more, or not as it was.
const moved = " balance_not_postings lot_not_postings batches_not_postings"

var (
	nowhere    = bytes.Repeat([]byte{7}, 16)
	ofSale     = "kind = 'sale' AND postings LIKE '%spend%'"
	ofReturned = "returned <> ''"
)

func plus(n int64) func(string) any {
	return func(old string) any {
		var v int64
		if _, err := fmt.Sscan(old, &v); err != nil {
			panic(err)
		}
		return v + n
	}
}

func instead(old, fresh string) func(string) any {
	return func(text string) any {
		if !strings.Contains(text, old) {
			panic(text + " has no " + old)
		}
		return strings.Replace(text, old, fresh, 1)
	}
}

func flipped(text string) any { return append([]byte{text[0] ^ 1}, text[1:]...) }

var damages = []damage{
	{"a balance", "account", "role = 0", "balance", plus(1), "balance_not_postings"},
	{"a balance that a sum would not tell", "account", "role = 0", "balance", plus(1<<61 - 1), "balance_out_of_bounds"},
	{"a programme's balance", "account", "role = 1", "balance", plus(1), "total_not_sealed"},
	{"an account is gone", "account", "role = 0", "tenant", nowhere, "balance_not_postings"},
	{"a lot", "lot", "remaining > 0", "remaining", plus(1), "lot_not_postings"},
	{"an empty lot", "lot", "remaining > 0", "remaining", 0, "lot_not_postings lot_out_of_bounds"},
	{"a lot below zero", "lot", "remaining > 0", "remaining", -5, "lot_not_postings lot_out_of_bounds"},
	{"a debt above zero", "lot", "remaining > 0", "expires_at", 0, "lot_not_postings lot_out_of_bounds"},
	{"a lot available sooner", "lot", "remaining > 0", "available_at", plus(-1), "lot_not_postings"},
	{"a lot that lives longer", "lot", "remaining > 0", "expires_at", plus(-1), "lot_not_postings"},
	{"a lot of another", "lot", "remaining > 0", "owner_id", nowhere, "lot_not_postings"},
	{"a lot is gone", "lot", "remaining > 0", "tenant", nowhere, "lot_not_postings"},

	{"an entry off by one", "entry", `postings LIKE '%"amount":5%'`, "postings", instead(`"amount":5`, `"amount":6`), "entry_unbalanced without_event event_of_another" + moved[:39]},
	{"an entry too large", "entry", `postings LIKE '%"amount":50,%'`, "postings", instead(`"amount":50,`, `"amount":1152921504606846976,`), "entry_unbalanced entry_out_of_bounds without_event event_of_another" + moved[:39]},
	{"an entry in other words", "entry", "1 = 1", "postings", instead(`[{`, `[ {`), "postings_unreadable without_event event_of_another" + moved},
	{"an entry for another reason", "entry", `postings LIKE '%"why":"earn"%'`, "postings", instead(`"why":"earn"`, `"why":"back"`), "without_event event_of_another"},
	{"an entry at another time", "entry", "1 = 1", "occurred_at", plus(1), "without_event event_of_another"},
	{"an entry of another kind", "entry", "1 = 1", "kind", "gift", "without_event event_of_another"},
	{"an entry is gone", "entry", "1 = 1", "tenant", nowhere, "event_of_another operation_without_result" + moved},

	{"a receipt without its entry", "receipt", ofSale, "postings", "", "entry_unbalanced without_event event_of_another" + moved},
	{"a receipt at another time", "receipt", ofSale, "received_at", plus(1), "without_event event_of_another"},
	{"a receipt with another entry", "receipt", ofSale, "entry_id", nowhere, "without_event event_of_another"},
	{"a receipt is gone", "receipt", ofSale, "tenant", nowhere, "event_of_another operation_without_result" + moved},
	{"what is payable", "receipt", ofSale, "payable", plus(1), "receipt_totals"},
	{"what was redeemed", "receipt", ofSale, "redeemed", plus(1), "receipt_totals receipt_lines"},
	{"the price of a line", "receipt", ofSale, "facts", instead(`"p":1`, `"p":2`), "receipt_line receipt_lines"},
	{"the net of a line", "receipt", ofSale, "outcome", instead(`{"n":`, `{"n":1`), "receipt_line receipt_lines"},
	{"a discount", "receipt", ofSale, "outcome", instead(`[0,9]`, `[0,8]`), "receipt_line"},
	{"what points paid of a line", "receipt", ofSale, "outcome", instead(`"r":3`, `"r":2`), "receipt_lines"},
	{"an award", "receipt", ofSale, "outcome", instead(`"a":[{`, `"a":[{"by":[1,1],`), "receipt_award"},
	{"what a return gave back", "receipt", "kind = 'return'", "outcome", instead(`"n":`, `"n":1`), "receipt_lines"},
	{"a line too few", "receipt", ofSale, "outcome", instead(`{"l":[`, `{"l":[],"z":[`), "receipt_unreadable"},
	{"facts that end too soon", "receipt", ofSale, "facts", `{"l":[`, "receipt_unreadable"},
	{"facts after the end", "receipt", ofSale, "facts", instead(`]`, `]}`), "receipt_unreadable"},
	{"no outcome", "receipt", ofSale, "outcome", "", "receipt_unreadable"},
	{"more came back than was sold", "receipt", ofReturned, "returned", `{"1":"99"}`, "more_returned_than_sold"},
	{"what was not sold came back", "receipt", ofReturned, "returned", `{"x":"1"}`, "more_returned_than_sold"},
	{"nobody knows what came back", "receipt", ofReturned, "returned", `{`, "receipt_unreadable"},

	{"an operation is gone", "operation", "kind = 'commit'", "tenant", nowhere, "receipt_without_operation"},
	{"an operation was refused", "operation", "kind = 'commit'", "state", "rejected", "receipt_without_operation"},
	{"an operation without a result", "operation", "kind = 'commit'", "result_id", nowhere, "receipt_without_operation operation_without_result"},
	{"an operation without any result", "operation", "kind = 'test' AND state = 'applied'", "result_id", nil, "operation_without_result"},

	{"an event in other words", "event", "ordinal = 0", "body", instead(`"actor":"verno"`, `"actor":"Verno"`), "event_not_logged"},
	{"an event that nobody can read", "event", "body LIKE '%committed%'", "body", "{}", "event_not_logged event_unreadable without_event"},
	{"an event of no receipt", "event", "body LIKE '%committed%'", "body", instead(`rcp_`, `rcq_`), "event_not_logged event_without_receipt without_event"},
	{"an event of another entry", "event", "ordinal = 0", "body", instead(`"hash":"`, `"hash":"00`), "event_not_logged event_unreadable without_event"},
	{"an event is gone", "event", "ordinal = 0", "tenant", nowhere, "batch_lacks_events without_event"},
	{"an event without a batch", "event", "ordinal = 0", "batch_id", nowhere, "batch_lacks_events without_event events_without_batch"},
	{"an event out of order", "event", "ordinal = 0", "ordinal", 1, "event_not_logged"},

	{"a leaf", "batch", "first_seq = 5", "leaves", flipped, "event_not_logged log_tile log_root log_signature"},
	{"a leaf that is not sealed", "batch", "first_seq IS NULL", "leaves", flipped, "event_not_logged"},
	{"a batch that counts more", "batch", "first_seq = 5", "count", plus(1), "batch_lacks_events"},
	{"a gap", "batch", "first_seq = (SELECT max(first_seq) FROM batch)", "first_seq", plus(1), "log_gap"},
	{"a batch of other totals", "batch", "totals LIKE '%issuance%' AND first_seq > 0", "totals", instead(`"issuance"`, `"breakage"`), "total_not_sealed batches_not_postings"},
	{"a batch of no totals", "batch", "first_seq IS NULL", "totals", `[`, "batch_unreadable batches_not_postings"},
	{"a batch that is not sealed any more", "batch", "first_seq = (SELECT max(first_seq) FROM batch)", "first_seq", nil, "log_tile log_size total_not_sealed"},
	{"a tile", "log_tile", "1 = 1", "hashes", flipped, "log_tile"},
	{"a tile is gone", "log_tile", "1 = 1", "tenant", nowhere, "log_tile"},
	{"a root", "checkpoint", "1 = 1", "root", flipped, "log_root"},
	{"a note", "checkpoint", "1 = 1", "note", instead("\n\n", "\n\n\n"), "log_signature"},
	{"a note of another size", "checkpoint", "1 = 1", "size", plus(1), "log_root log_signature"},
	{"the last checkpoint is gone", "checkpoint", "size = (SELECT max(size) FROM checkpoint)", "tenant", nowhere, "log_size"},
	{"another key", "tenant_key", "purpose = 'sign'", "public", flipped, "log_signature"},
}

// TestDamageIsFound does one thing after the other to sound books, and undoes it: a verification finds just that.
func TestDamageIsFound(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		s.day()
		for _, d := range damages {
			t.Run(d.name, func(t *testing.T) {
				mend := s.damage(t, &d)
				here := *s
				here.t = t
				here.verify(strings.Fields(d.want)...)
				mend()
			})
		}
		s.verify()
	})
}

// keys are the columns that name a row of a table.
var keys = map[string]string{
	"account": "owner_id role unit_id", "lot": "owner_id unit_id expires_at id", "entry": "id", "receipt": "id", "operation": "key",
	"event": "batch_id ordinal", "batch": "id", "log_tile": "level number", "checkpoint": "size", "tenant_key": "purpose",
}

// damage changes one row and returns how to undo that.
func (s *shop) damage(t *testing.T, d *damage) (mend func()) {
	t.Helper()
	columns := append([]string{"tenant"}, strings.Fields(keys[d.table])...)
	var key []any
	dest := make([]any, len(columns)+1)
	for i := range dest {
		dest[i] = new(any)
	}
	list := strings.Join(columns, ", ")
	row := s.reader.QueryRow(s.ctx, "SELECT "+list+", "+d.column+" FROM "+d.table+" WHERE "+d.where+" ORDER BY "+list+" LIMIT 1")
	if err := row.Scan(dest...); err != nil {
		t.Fatal(err)
	}
	for i := range columns {
		key = append(key, *dest[i].(*any))
	}
	old := *dest[len(columns)].(*any)
	to := d.to
	if change, ok := to.(func(string) any); ok {
		text := fmt.Sprint(old)
		if b, ok := old.([]byte); ok {
			text = string(b)
		}
		to = change(text)
	}
	set := func(to any, key []any) {
		var where strings.Builder
		for i, column := range columns {
			fmt.Fprintf(&where, " AND %s = $%d", column, i+2)
		}
		err := s.store.Write(s.ctx, func(tx *store.Tx) error {
			n, err := tx.Exec(s.ctx, "UPDATE "+d.table+" SET "+d.column+" = $1 WHERE"+where.String()[4:], append([]any{to}, key...)...)
			if err == nil && n != 1 {
				err = fmt.Errorf("%d rows changed", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	set(to, key)
	for i, column := range columns {
		if column == d.column {
			key[i] = to
		}
	}
	return func() { set(old, key) }
}

// TestMuchDamageIsBounded: however much is wrong, the report names a bounded number of problems and counts them.
func TestMuchDamageIsBounded(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		for n := range 100 {
			s.must(earn(fmt.Sprint("a ", n), member(n), 10), earn(fmt.Sprint("b ", n), member(n), 10))
		}
		err := s.store.Write(s.ctx, func(tx *store.Tx) error {
			for _, statement := range []string{
				"UPDATE account SET balance = balance + 1 WHERE role = 0",
				"UPDATE lot SET remaining = remaining - 1",
				"UPDATE entry SET occurred_at = occurred_at + 1",
			} {
				if _, err := tx.Exec(s.ctx, statement); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		report, err := books.Verify(s.ctx, s.reader, func(_, _ int64) {})
		if err != nil || report.OK || len(report.Problems) != 100 || report.Found < 150 {
			t.Errorf("%d problems of %d, %v", len(report.Problems), report.Found, err)
		}
		for _, p := range report.Problems {
			if p.Tenant != us || p.Subject == "" || p.Detail == "" {
				t.Errorf("a problem that says too little: %+v", p)
			}
		}
	})
}

// TestTenantsAreVerifiedApart: what is wrong with one is not said of another.
func TestTenantsAreVerifiedApart(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		other := id[verno.TenantID](77)
		err := s.store.Write(s.ctx, func(tx *store.Tx) error {
			tx.Bulk().PutOwners([]*store.Owner{{Tenant: other, ID: member(0), Kind: "member"}})
			return tx.InsertTenant(s.ctx, store.Tenant{ID: other, Name: "other", CreatedAt: now})
		})
		if err != nil {
			t.Fatal(err)
		}
		theirs := earn("earn", member(0), 3)
		theirs.Tenant = other
		s.must(sell("sale", member(0), 8, 0), earn("earn", member(0), 5), theirs)
		mend := s.damage(t, &damage{table: "account", where: "role = 0", column: "balance", to: plus(1)})
		report := s.verify("balance_not_postings")
		if report.Tenants != 2 || report.Found != 1 || report.Problems[0].Tenant != us {
			t.Errorf("%+v", report)
		}
		mend()
		s.verify()
	})
}
