package ledger_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
)

// sides draws postings of two units that balance.
func sides(t *rapid.T) []ledger.Posting {
	var out []ledger.Posting
	for unit := range 2 {
		account := ledger.Account{Owner: id[verno.OwnerID](7), Unit: id[verno.UnitID](1 + unit)}
		sum := int64(0)
		for range rapid.IntRange(1, 4).Draw(t, "postings") {
			p := ledger.Posting{
				Account: account,
				Amount:  rapid.Int64Range(-1<<50, 1<<50).Filter(func(n int64) bool { return n != 0 && n != -sum }).Draw(t, "amount"),
				Why:     rapid.SampledFrom([]ledger.Why{"", ledger.WhyEarn, ledger.WhyTopUp}).Draw(t, "why"),
				Lot:     id[verno.LotID](rapid.IntRange(0, 3).Draw(t, "lot")),
			}
			p.AvailableAt = rapid.SampledFrom([]int64{0, start, ledger.UntilPurchase}).Draw(t, "available")
			p.ExpiresAt = rapid.SampledFrom([]int64{ledger.Debt, start, -1, ledger.Never}).Draw(t, "expires")
			sum += p.Amount
			out = append(out, p)
		}
		account.Role = verno.AccountRole(rapid.IntRange(1, 5).Draw(t, "role"))
		out = append(out, ledger.Posting{Account: account, Amount: -sum})
	}
	return out
}

// TestPostingsReadBack: what is written is read back as it was, and written again as the same text.
func TestPostingsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		postings := sides(t)
		e, err := ledger.NewEntry(id[verno.EntryID](1), tenant, "sale", at(start), postings)
		if err != nil {
			t.Fatal(err)
		}
		read, err := ledger.ParsePostings(string(e.AppendPostings(nil)))
		if err != nil || !slices.Equal(read, postings) {
			t.Fatalf("%v: read back %+v, want %+v", err, read, postings)
		}
	})
}

// TestEntriesBalance: nothing that is off by one in a unit, moves nothing or is empty becomes an entry.
func TestEntriesBalance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		postings := sides(t)
		i := rapid.IntRange(0, len(postings)-1).Draw(t, "which")
		switch rapid.IntRange(0, 4).Draw(t, "how") {
		case 0:
			postings[i].Amount++
		case 1:
			postings[i].Account.Unit = id[verno.UnitID](3)
		case 2:
			postings[i].Account.Owner = verno.OwnerID{}
		case 3:
			postings = append(postings, ledger.Posting{Account: main})
		case 4:
			postings = nil
		}
		e, err := ledger.NewEntry(id[verno.EntryID](1), tenant, "sale", at(start), postings)
		if !errors.Is(err, ledger.ErrUnbalanced) || !e.IsZero() {
			t.Fatalf("%+v makes an entry: %v", postings, err)
		}
	})
}

// TestUnitsDoNotMix: sums that are zero over all units but not in each are no balance, nor is one that overflows to zero.
func TestUnitsDoNotMix(t *testing.T) {
	t.Parallel()
	money := ledger.Account{Owner: main.Owner, Unit: id[verno.UnitID](99)}
	for _, postings := range [][]ledger.Posting{
		{{Account: main, Amount: 5}, {Account: money, Amount: -5}},
		{{Account: main, Amount: math.MinInt64}, {Account: issuance, Amount: math.MinInt64}},
		{{Account: main, Amount: math.MaxInt64}, {Account: issuance, Amount: math.MaxInt64}, {Account: breakage, Amount: 2}},
	} {
		if _, err := ledger.NewEntry(id[verno.EntryID](1), tenant, "sale", at(start), postings); !errors.Is(err, ledger.ErrUnbalanced) {
			t.Errorf("%+v balance", postings)
		}
	}
}

// fields are what an entry is made of.
type fields struct {
	ID       verno.EntryID
	Tenant   verno.TenantID
	Kind     string
	At       int64
	Postings []ledger.Posting
}

// TestHashTellsEveryField: an entry that differs in one field has another hash.
func TestHashTellsEveryField(t *testing.T) {
	t.Parallel()
	hashes := map[[32]byte]string{}
	add := func(what string, change func(e *fields)) {
		e := fields{
			ID: id[verno.EntryID](1), Tenant: tenant, Kind: "sale", At: start,
			Postings: []ledger.Posting{
				{Account: main, Amount: 5, Why: ledger.WhyEarn, Lot: id[verno.LotID](1), AvailableAt: 6, ExpiresAt: 7},
				{Account: issuance, Amount: -5},
			},
		}
		change(&e)
		made, err := ledger.NewEntry(e.ID, e.Tenant, e.Kind, at(e.At), e.Postings)
		if err != nil {
			t.Fatal(err)
		}
		if other, taken := hashes[made.Hash()]; taken {
			t.Errorf("%s has the hash of %s", what, other)
		}
		hashes[made.Hash()] = what
		if made.Hash() != ledger.HashEntry(e.ID, e.Tenant, e.Kind, at(e.At), made.AppendPostings(nil)) {
			t.Errorf("%s has another hash where its postings are at hand", what)
		}
	}
	add("the entry", func(*fields) {})
	add("another id", func(e *fields) { e.ID[0]++ })
	add("another tenant", func(e *fields) { e.Tenant[0]++ })
	add("another kind", func(e *fields) { e.Kind = "return" })
	add("a microsecond later", func(e *fields) { e.At++ })
	add("another amount", func(e *fields) { e.Postings[0].Amount, e.Postings[1].Amount = 6, -6 })
	add("another order", func(e *fields) { slices.Reverse(e.Postings) })
	add("another owner", func(e *fields) { e.Postings[0].Account.Owner[0]++ })
	add("another role", func(e *fields) { e.Postings[1].Account.Role = verno.AccountBreakage })
	add("another unit", func(e *fields) { e.Postings[0].Account.Unit[0]++; e.Postings[1].Account.Unit[0]++ })
	add("another reason", func(e *fields) { e.Postings[0].Why = ledger.WhyTopUp })
	add("another lot", func(e *fields) { e.Postings[0].Lot[0]++ })
	add("available later", func(e *fields) { e.Postings[0].AvailableAt++ })
	add("lapsing later", func(e *fields) { e.Postings[0].ExpiresAt++ })
}

const onePosting = `{"owner":"own_00000000000000000000000060","role":"issuance","unit":"unt_00000000000000000000000080","amount":-5}`

// TestPostingsHaveOneText: other spellings of the same postings are refused.
func TestPostingsHaveOneText(t *testing.T) {
	t.Parallel()
	good := "[" + onePosting + "]"
	if _, err := ledger.ParsePostings(good); err != nil {
		t.Fatal(err)
	}
	if none, err := ledger.ParsePostings(""); err != nil || none != nil {
		t.Errorf("the empty text: %v, %v", none, err)
	}
	for _, text := range []string{
		"[", "]", "{}", "null", " []", "[] ", "[[]]", "[,]", good + "\n", strings.Repeat("[", 100_000),
		"[" + onePosting + ",]", "[" + onePosting + " ," + onePosting + "]", "[" + onePosting,
		strings.Replace(good, "-5", "-05", 1), strings.Replace(good, "-5", "-0", 1), strings.Replace(good, "-5", "5.0", 1),
		strings.Replace(good, "-5", "+5", 1), strings.Replace(good, "-5", "5e0", 1), strings.Replace(good, "-5", "", 1),
		strings.Replace(good, "-5", "9223372036854775808", 1), strings.Replace(good, "-5", `"5"`, 1),
		strings.Replace(good, "issuance", "main", 1), strings.Replace(good, "issuance", "", 1),
		strings.Replace(good, "issuance", "bank", 1), strings.Replace(good, "own_", "mem_", 1),
		strings.Replace(good, "own_0000000000000000000000006", "own_0000000000000000000000000", 1),
		strings.Replace(good, "}", `,"why":""}`, 1), strings.Replace(good, "}", `,"why":"a\"b"}`, 1),
		strings.Replace(good, "}", `,"why":"é"}`, 1), strings.Replace(good, "}", `,"lot":""}`, 1),
		strings.Replace(good, "}", `,"available_at":0}`, 1), strings.Replace(good, "}", `,"expires_at":0}`, 1),
		strings.Replace(good, "}", `,"expires_at":1,"available_at":1}`, 1), strings.Replace(good, "}", `,"note":1}`, 1),
	} {
		if p, err := ledger.ParsePostings(text); !errors.Is(err, ledger.ErrPostings) {
			t.Errorf("%.80q is read as %+v, %v", text, p, err)
		}
	}
}

// FuzzParsePostings: whatever is read was written by AppendPostings.
func FuzzParsePostings(f *testing.F) {
	f.Add("[]")
	f.Add("[" + onePosting + "]")
	f.Add(`[{"owner":"own_00000000000000000000000060","unit":"unt_00000000000000000000000080","amount":5,"why":"earn",` +
		`"lot":"lot_00000000000000000000000060","available_at":1,"expires_at":-9223372036854775808},` + onePosting + "]")
	f.Fuzz(func(t *testing.T, text string) {
		postings, err := ledger.ParsePostings(text)
		if err != nil || len(postings) == 0 {
			return
		}
		// Postings that balance are needed to write them, so each gets its far side.
		both := slices.Clone(postings)
		for _, p := range postings {
			both = append(both, ledger.Posting{Account: p.Account, Amount: -p.Amount})
		}
		e, err := ledger.NewEntry(id[verno.EntryID](1), tenant, "sale", at(start), both)
		if err != nil {
			return // One of them moves nothing.
		}
		if again := string(e.AppendPostings(nil)); !strings.HasPrefix(again, text[:len(text)-1]) {
			t.Fatalf("read from %q, written as %q", text, again)
		}
	})
}
