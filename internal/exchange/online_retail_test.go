package exchange_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/exchange"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

const header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

// shop imports a file in the form of Online Retail.
func (b *bundle) shop(rows string, opts ...options) exchange.Report {
	b.t.Helper()
	return b.load("online-retail", []byte(header+rows), opts...)
}

// rejected are the rows that an import rejected, as "line reason detail".
func (b *bundle) rejected() (out []string) {
	b.t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(b.rejects.Bytes())).ReadAll()
	b.must(err)
	for _, row := range rows[1:] {
		out = append(out, strings.TrimSpace(strings.Join(row[:3], " ")))
	}
	return out
}

func (b *bundle) equal(what string, got, want any) {
	b.t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		b.t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// TestEveryLineEndsOnce: whatever a line says, it ends as sold, as returned, or as rejected with its number, its reason
// and its text.
func TestEveryLineEndsOnce(t *testing.T) {
	t.Parallel()
	each(t, "GBP", "Europe/London", func(b *bundle) {
		r := b.shop(`536365,85123A,"HEART, WHITE ""T-LIGHT""",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,71053,LANTERN,6.0,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536365,71054,FREE,1,2010-12-01 08:26:00,0.0,17850.0,United Kingdom
536365,71055,REFUND,1,2010-12-01 08:26:00,-1.0,17850.0,United Kingdom
536365,71056,LOST,-3,2010-12-01 08:26:00,1.0,17850.0,United Kingdom
536365,71057,NONE,0,2010-12-01 08:26:00,1.0,17850.0,United Kingdom
536365,71058,PADS,1,2010-12-01 08:26:00,0.001,17850.0,United Kingdom
536365,,NOTHING,1,2010-12-01 08:26:00,1.0,17850.0,United Kingdom
536365,71059,WORDS,many,2010-12-01 08:26:00,1.0,17850.0,United Kingdom
536365,71060,WORDS,1,2010-12-01 08:26:00,dear,17850.0,United Kingdom
536365,71061,OTHER,1,2010-12-01 08:26:00,1.0,17851.0,United Kingdom
A563185,B,Adjust bad debt,1,2010-12-01 08:27:00,11062.06,,United Kingdom
536366,71053,LANTERN,1,yesterday,3.39,17850.0,United Kingdom
,71053,LANTERN,1,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536367,71053,LANTERN,1,2010-12-01 08:26:00,3.39
536368,"never closed,1,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536369,POST,POSTAGE,1,2010-12-01 08:26:00,18.00,,France
C536370,71053,LANTERN,-2,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
C536370,71053,LANTERN,2,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
C536371,71053,LANTERN,-1,2010-12-01 09:00:00,3.39,,United Kingdom
C536372,D,Discount,-1,2010-12-01 09:00:00,27.50,17850.0,United Kingdom
C536373,71053,LANTERN,-5,2010-12-01 09:00:00,3.39,17850.0,United Kingdom
536374,71053,LANTERN,9000000000,2010-12-01 08:26:00,3.39,17850.0,United Kingdom`)
		b.equal("rejected", strings.Join(b.rejected(), "\n"), strings.TrimSpace(`
4 price_zero
5 price_negative
6 quantity_negative
7 quantity_zero
8 price_precision 0.001
9 goods_missing
10 number_invalid quantity: not a plain decimal number
11 number_invalid price: not a plain decimal number
12 receipt_differs another member, store or kind than the receipt's first line
13 adjustment invoice A563185
14 date_invalid yesterday
15 receipt_missing
16 columns 6 instead of 8
17 quote_open
20 return_not_negative
21 no_purchase the customer is not known
22 no_purchase
23 remainder_no_purchase quantity 1
24 number_range`))
		b.equal("counts", []int64{r.Lines, r.Sold, r.Returned, r.Rejected, r.Remainders}, []int64{23, 3, 2, 18, 1})
		b.equal("moved", []int64{r.Receipts, r.Returns, r.Members, int64(r.Gross), int64(r.Refunded)}, []int64{2, 2, 1, 5364, 2034})
		if !strings.Contains(b.rejects.String(), "536365,71054,FREE,1,2010-12-01 08:26:00,0.0,17850.0,United Kingdom") {
			b.t.Error("the text of a rejected line is not beside its reason")
		}
	})
}

// TestReturnsSplit: goods come back from the latest purchase of the same customer, goods and price first; what no earlier
// purchase is left for is rejected, and the points that were earned with them are taken back to the last one.
func TestReturnsSplit(t *testing.T) {
	t.Parallel()
	each(t, "GBP", "Europe/London", func(b *bundle) {
		r := b.shop(`1,A,Mug,5,2011-01-01 10:00:00,10.00,7,UK
2,A,Mug,3,2011-01-02 10:00:00,10.00,7,UK
3,A,Mug,9,2011-01-02 11:00:00,9.00,7,UK
4,A,Mug,9,2011-01-02 11:00:00,10.00,8,UK
C5,A,Mug,-6,2011-01-03 10:00:00,10.00,7,UK
6,A,Mug,4,2011-01-04 10:00:00,10.00,7,UK
C7,A,Mug,-2,2011-01-03 23:00:00,10.00,7,UK
C8,A,Mug,-1,2011-01-03 23:30:00,10.00,7,UK
C9,A,Mug,-7,2011-01-05 10:00:00,10.00,7,UK
C9,A,Mug,-9,2011-01-05 10:00:00,9.00,7,UK
`)
		b.equal("rejected", b.rejected(), []string{"9 no_purchase", "10 remainder_no_purchase quantity 3"})
		b.equal("counts", []int64{r.Sold, r.Returned, r.Rejected, r.Remainders}, []int64{5, 4, 1, 1})
		// Member 8 keeps its nine mugs: 5 % of £90 in whole points.
		balances, lots := b.points()
		b.equal("points", []int64{balances, lots, int64(r.Earned - r.Taken)}, []int64{4, 4, 4})
		back := map[string]string{}
		b.walk(func(x *verno.Receipt) {
			if x.Kind == verno.ReceiptReturn {
				s, err := b.store.Reader().Receipt(b.ctx, b.actor.Tenant, x.Parent)
				b.must(err)
				back[x.Number] = s.Number + "×" + x.Return.Lines[0].Quantity.String() + " " + x.OccurredAt.Format("02.01.")
			}
		})
		b.equal("returns", back, map[string]string{
			"C5": "2×3 03.01.", "C5/2": "1×3 03.01.", "C7": "1×2 03.01.", "C9": "6×4 05.01.", "C9/2": "3×9 05.01.",
		})
		again := b.shop(`C9,A,Mug,-7,2011-01-05 10:00:00,10.00,7,UK
C9,A,Mug,-9,2011-01-05 10:00:00,9.00,7,UK
C5,A,Mug,-6,2011-01-03 10:00:00,10.00,7,UK
`)
		b.equal("again", []int64{again.Returned, again.Already, again.Remainders, again.Rejected}, []int64{3, 3, 1, 0})
		after, _ := b.points()
		b.equal("points after the same returns", after, 4)
		b.sound()
	})
}

// TestOrderWithinABatch: what one member buys and returns by turns is done in that order although it is sold in groups.
func TestOrderWithinABatch(t *testing.T) {
	t.Parallel()
	each(t, "GBP", "Europe/London", func(b *bundle) {
		var rows strings.Builder
		for i := range 40 {
			day := fmt.Sprintf("2011-01-01 10:%02d:00", i)
			fmt.Fprintf(&rows, "%d,A,Mug,1,%s,10.00,7,UK\nC%d,A,Mug,-1,%s,10.00,7,UK\n", 2*i+1, day, 2*i+2, day)
			fmt.Fprintf(&rows, "%d,A,Mug,1,%s,10.00,,UK\n", 1000+i, day)
		}
		r := b.shop(rows.String())
		b.equal("counts", []int64{r.Sold, r.Returned, r.Rejected}, []int64{80, 40, 0})
		balances, _ := b.points()
		b.equal("points", balances, 0)
	})
}

// invoices are so many sales of two lines, with a return and a rejected line now and then.
func invoices(n int) string {
	var b strings.Builder
	for i := range n {
		at := fmt.Sprintf("2011-%02d-%02d 1%d:%02d:00", 1+i/600, 1+i/25%25, i%10, i%60)
		member := strconv.Itoa(i % 37)
		fmt.Fprintf(&b, "%d,A,Mug,2,%s,10.00,%s,UK\n%d,B,Cup,1,%s,%d.50,%s,UK\n", 10_000+i, at, member, 10_000+i, at, 1+i%9, member)
		switch i % 10 {
		case 3:
			fmt.Fprintf(&b, "C%d,A,Mug,-1,%s,10.00,%s,UK\n", 50_000+i, at, member)
		case 7:
			fmt.Fprintf(&b, "%d,C,Gift,1,%s,0,%s,UK\n", 10_000+i, at, member)
		}
	}
	return b.String()
}

// TestGoesOnWhereItStopped: an import that was stopped after it had sold, and before it could write down how far it had
// come, goes on in the same batch: in the end everything is as if it had never stopped.
func TestGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	rows := invoices(1200)
	each(t, "GBP", "Europe/London", func(b *bundle) {
		tried := b.shop(rows, dryRun)
		b.stopAt = "10900"
		stopped, err := b.try("online-retail", []byte(header+rows))
		if !errors.Is(err, errStopped) || stopped.Lines == 0 {
			b.t.Fatalf("stopped with %v after %d lines", err, stopped.Lines)
		}
		r := b.shop(rows)
		if !r.Resumed || r.State != "done" {
			b.t.Errorf("went on: %v, %s", r.Resumed, r.State)
		}
		got, want := tallyOf(&r), tallyOf(&tried)
		b.equal("counts", got, want)
		if n := int64(len(b.rejected())); n != r.Rejected+r.Remainders {
			b.t.Errorf("%d rows for %d rejected lines and %d remainders", n, r.Rejected, r.Remainders)
		}
		if n := b.receipts(); n != r.Receipts+r.Returns {
			b.t.Errorf("%d receipts in the books, %d sales and %d returns in the report", n, r.Receipts, r.Returns)
		}
		balances, _ := b.points()
		b.equal("points", balances, int64(r.Earned-r.Taken))
		b.sound()
	})
}

// TestCutFile: of a file that was cut in the middle of an invoice, the whole file brings the rest and no more.
func TestCutFile(t *testing.T) {
	t.Parallel()
	each(t, "GBP", "Europe/London", func(b *bundle) {
		rows := strings.SplitAfter(invoices(60), "\n")
		first := b.shop(strings.Join(rows[:27], ""))
		if first.Receipts*2 == first.Sold {
			b.t.Fatal("no invoice was cut")
		}
		r := b.shop(strings.Join(rows, ""))
		b.equal("already", r.Already, first.Sold+first.Returned)
		b.equal("sold", r.Sold, 120)
		number, sum := "", money.Amount(0)
		b.walk(func(x *verno.Receipt) {
			sum += x.Totals.Gross
			if x.Kind == verno.ReceiptReturn {
				sum -= x.Totals.Gross
			} else if strings.HasSuffix(x.Number, "/2") {
				number += x.Number
			}
		})
		if len(number) != len("10000/2") {
			b.t.Errorf("further parts: %q, want one", number)
		}
		last := b.shop(strings.Join(rows[20:40], ""))
		b.equal("a part once more", last.Already, last.Sold+last.Returned)
	})
}

// TestLongInvoice: an invoice of more lines than a receipt takes becomes several, of which no line is lost because it
// looks like another, not in another run either.
func TestLongInvoice(t *testing.T) {
	t.Parallel()
	each(t, "GBP", "Europe/London", func(b *bundle) {
		rows := strings.Repeat("7,A,Mug,1,2011-01-01 10:00:00,1.00,7,UK\n", 2*verno.MaxLines+500) + "C8,A,Mug,-4000,2011-01-02 10:00:00,1.00,7,UK\n"
		for i, opts := range [][]options{{dryRun}, nil, {again}} {
			r := b.shop(rows, opts...)
			b.equal(fmt.Sprint("run ", i), []int64{r.Sold, r.Returned, r.Rejected, r.Receipts, int64(r.Gross)}, []int64{4500, 1, 0, 3, 450000})
		}
		b.equal("receipts", b.receipts(), 3+3)
		b.sound()
	})
}

// TestScatteredInvoice: lines of an invoice that stand far apart are parts of it, and identical ones count each.
func TestScatteredInvoice(t *testing.T) {
	t.Parallel()
	each(t, "GBP", "Europe/London", func(b *bundle) {
		line := "7,A,Mug,1,2010-01-01 10:00:00,1.00,7,UK\n"
		rows := line + invoices(600) + line + line + invoices(1) + "C9,A,Mug,-3,2010-01-02 10:00:00,1.00,7,UK\n"
		r := b.shop(rows)
		b.equal("sold", []int64{r.Sold, r.Already}, []int64{1200 + 3 + 2, 0})
		if r.Returned != 60+1 {
			b.t.Errorf("%d returned: %v", r.Returned, b.rejected())
		}
		n := b.receipts()
		r = b.shop(rows, again)
		b.equal("again", []int64{r.Sold + r.Returned - r.Already, b.receipts() - n}, []int64{0, 0})
	})
}

// TestBusyTill: what the till cannot take now it is asked again.
func TestBusyTill(t *testing.T) {
	t.Parallel()
	each(t, "GBP", "Europe/London", func(b *bundle) {
		b.busySell = 1
		r := b.shop(invoices(30))
		b.equal("sold", r.Sold, 60)
	})
}

// TestDryRun says what an import would do, and writes nothing.
func TestDryRun(t *testing.T) {
	t.Parallel()
	each(t, "GBP", "Europe/London", func(b *bundle) {
		rows := invoices(700) + "C9,A,Mug,-2000,2012-01-02 10:00:00,10.00,3,UK\n"
		tried := b.shop(rows, dryRun)
		rejected := b.rejects.String()
		_, err := b.store.Reader().ImportRun(b.ctx, b.actor.Tenant, "online-retail", tried.Source)
		if !errors.Is(err, store.ErrNotFound) || b.receipts() != 0 || b.sellCalls != 0 {
			b.t.Errorf("a dry run wrote something: %v", err)
		}
		r := b.shop(rows)
		b.equal("counts", tallyOf(&tried), tallyOf(&r))
		b.equal("rejected", b.rejects.String(), rejected)
		tried = b.shop(rows, dryRun)
		b.equal("tried once more", []int64{tried.Already, tried.Sold}, []int64{r.Sold + r.Returned, r.Sold})
	})
}

// TestForms: the same rows count alike whatever they are wrapped in.
func TestForms(t *testing.T) {
	t.Parallel()
	const row = "7,A,\"Mug\nblue\",1,1/2/2011 10:00,1.00,7,UK"
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(header + row))
	_ = z.Close()
	for name, file := range map[string][]byte{
		"plain":      []byte(header + row),
		"gzip":       packed.Bytes(),
		"mark":       []byte("\uFEFF" + header + row + "\n"),
		"crlf":       []byte(strings.ReplaceAll(header, "\n", "\r\n") + row + "\r\n"),
		"semicolons": []byte(strings.ReplaceAll(header+row, ",", ";")),
		"tabs":       []byte(strings.ReplaceAll(header+row, ",", "\t")),
		"second set": []byte("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n" + row),
		"latin":      []byte(header + strings.Replace(row, "blue", "5\xa3", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, "GBP", "Europe/London", func(b *bundle) {
				r := b.load("online-retail", file)
				b.equal("sold", []int64{r.Lines, r.Sold}, []int64{1, 1})
				b.walk(func(x *verno.Receipt) {
					want := "Mug blue"
					if name == "latin" {
						want = "Mug 5£"
					}
					b.equal("line", []any{x.Facts.Basket.Lines[0].Name, x.BusinessDate, x.Number}, []any{want, 20110102, "7"})
				})
			})
		})
	}
}

// TestRefusedAtOnce: what cannot be imported at all is said before anything is read.
func TestRefusedAtOnce(t *testing.T) {
	t.Parallel()
	each(t, "RUB", "Europe/Moscow", func(b *bundle) {
		for _, c := range []struct{ preset, file, want string }{
			{"online-retail", header, "in GBP, and the programme counts in RUB"},
			{"retail", header, "there is no preset"},
			{"generic", "a,b,c\n", "the header has no column"},
			{"generic", "price;sku\n", "no column receipt_number"},
			{"generic", "receipt_number;occurred_at;sku;price;Receipt Number\n", "the column Receipt Number twice"},
			{"generic", "", "the file is empty"},
			{"generic", "\xff\xfea\x00", "UTF-16"},
			{"x5", "\x1f\x8bnonsense", "compressed"},
		} {
			if _, err := b.try(c.preset, []byte(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
				b.t.Errorf("%s %q: %v, want %q", c.preset, c.file, err, c.want)
			}
		}
	})
}
