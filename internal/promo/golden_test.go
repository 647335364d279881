package promo_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

var update = flag.Bool("update", false, "rewrite the wanted results in testdata")

// scenario is what a txtar file tells: promotions.json, sale.json and, where it matters, programme.json, which is laid
// over the programme of the tests.
type scenario struct {
	programme  verno.Programme
	promotions []verno.Promotion
	sale       saleFile
}

type saleFile struct {
	At      time.Time     `json:"at"`
	Store   verno.StoreID `json:"store"`
	Channel string        `json:"channel"`
	Spend   money.Points  `json:"spend"`

	Cashback money.Amount   `json:"cashback"` // that can pay
	Lines    []lineFile     `json:"lines"`
	Coupons  []string       `json:"coupons"`
	Member   *memberFile    `json:"member"`
	Left     map[string]int `json:"left"` // of uses and budget, by name of promotion
	Joining  bool           `json:"joining"`
	Moving   bool           `json:"moving"` // a plastic card into the phone
}

type lineFile struct {
	SKU      string           `json:"sku"`
	Category string           `json:"category"`
	Class    verno.GoodsClass `json:"class"`
	Quantity money.Quantity   `json:"quantity"`
	Price    money.Amount     `json:"price"`
	MinPrice money.Amount     `json:"min_price"`
	Fixed    bool             `json:"fixed"`
}

type memberFile struct {
	Level     string                 `json:"level"`
	Tags      []string               `json:"tags"`
	Purchases int64                  `json:"purchases"`
	Birthday  []string               `json:"birthday"`
	Stamps    map[string]int64       `json:"stamps"`
	Usage     map[string]verno.Usage `json:"usage"`
	Balance   money.Points           `json:"balance"`
	SpendCap  *money.Points          `json:"spend_cap"`
	Points    money.Points           `json:"points"`
	Card      *struct {
		Kind    string        `json:"kind"`
		Percent money.Percent `json:"percent"`
	} `json:"card"`
}

// TestGolden tells the story of each type of promotion in testdata and compares what comes of it.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := tell(t, read(t, archive))
			last := len(archive.Files) - 1
			if last >= 0 && archive.Files[last].Name == "want" {
				if string(archive.Files[last].Data) == got {
					return
				}
				archive.Files = archive.Files[:last]
			}
			if !*update {
				t.Fatalf("got\n%s", got)
			}
			archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
			if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func read(t *testing.T, archive *txtar.Archive) scenario {
	t.Helper()
	s := scenario{programme: programme(), sale: saleFile{At: monday, Channel: "till"}}
	strict := func(data []byte, into any) {
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range archive.Files {
		switch f.Name {
		case "programme.json":
			strict(f.Data, &s.programme)
		case "sale.json":
			strict(f.Data, &s.sale)
		case "promotions.json":
			var raw []json.RawMessage
			strict(f.Data, &raw)
			for i, r := range raw {
				p := verno.Promotion{ID: id(i + 1), Active: true}
				strict(r, &p)
				s.promotions = append(s.promotions, p)
			}
		}
	}
	return s
}

func (s *scenario) id(name string) verno.PromotionID {
	for _, p := range s.promotions {
		if p.Name == name {
			return p.ID
		}
	}
	return verno.PromotionID{}
}

func (s *scenario) name(id verno.PromotionID) string {
	for _, p := range s.promotions {
		if p.ID == id {
			return p.Name
		}
	}
	return "points"
}

func (s *scenario) input() promo.Input {
	f := s.sale
	in := promo.Input{
		Basket: &verno.Basket{Currency: s.programme.Currency, Coupons: f.Coupons},
		Moment: verno.Moment{At: f.At, Store: f.Store, Channel: f.Channel},
		Spend:  f.Spend, StoredMoney: f.Cashback, Cashback: f.Cashback,
	}
	for i, l := range f.Lines {
		in.Basket.Lines = append(in.Basket.Lines, verno.Line{
			ID: strconv.Itoa(i + 1), SKU: l.SKU, Category: l.Category, Class: l.Class, Quantity: l.Quantity, Price: l.Price,
			Sum: l.Quantity.Times(l.Price), MinPrice: l.MinPrice, Fixed: l.Fixed,
		})
	}
	if f.Left != nil {
		in.Left = func(p verno.PromotionID) promo.Left {
			n := int64(f.Left[s.name(p)])
			return promo.Left{Count: n, Budget: n}
		}
	}
	if f.Member == nil {
		return in
	}
	m := verno.MemberFacts{
		Level: f.Member.Level, Tags: f.Member.Tags, Purchases: f.Member.Purchases, Balance: f.Member.Balance, Points: f.Member.Points,
		SpendCap: f.Member.Balance, Stamps: map[verno.PromotionID]int64{}, Usage: map[verno.PromotionID]verno.Usage{},
	}
	if f.Member.SpendCap != nil {
		m.SpendCap = *f.Member.SpendCap
	}
	if c := f.Member.Card; c != nil {
		m.CardKind, m.CardPercent = c.Kind, c.Percent
	}
	for _, name := range f.Member.Birthday {
		m.Birthday = append(m.Birthday, s.id(name))
	}
	for name, n := range f.Member.Stamps {
		m.Stamps[s.id(name)] = n
	}
	for name, u := range f.Member.Usage {
		m.Usage[s.id(name)] = u
	}
	in.Member = &m
	return in
}

// tell evaluates a scenario and writes what came of it for people to review.
func tell(t *testing.T, s scenario) string {
	t.Helper()
	v := verno.Version{Number: 1, Programme: s.programme, Promotions: s.promotions}
	rules, problems := promo.Compile(&v)
	for i := range s.promotions {
		problems = append(problems, promo.Unmeant(&s.promotions[i])...)
	}
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "problem %s %s: %s\n", s.name(p.Promotion), p.Pointer, sentence(promo.ProblemTexts(), p.Code, p.Params))
	}
	if rules == nil {
		return b.String()
	}
	in := s.input()
	var o verno.Outcome
	switch {
	case s.sale.Joining:
		rules.Enrol(&in, true, &o)
	case s.sale.Moving:
		rules.Move(&in, true, &o)
	default:
		rules.Evaluate(&in, true, &o)
	}
	s.tellLines(&b, in.Basket.Lines, &o)
	s.tellRest(&b, &o)
	return b.String()
}

func (s *scenario) tellLines(b *strings.Builder, lines []verno.Line, o *verno.Outcome) {
	sum, points := s.programme.Currency.Format, func(p money.Points) string { return p.Format(s.programme.Points.Scale) }
	for i, l := range o.Lines {
		fmt.Fprintf(b, "line %s × %s: %s", lines[i].SKU, lines[i].Quantity, sum(lines[i].Sum))
		for _, d := range l.Discounts {
			fmt.Fprintf(b, " − %s (%s)", sum(d.Amount), s.name(d.Promotion))
		}
		fmt.Fprintf(b, " = %s; points may pay %s", sum(l.Net), sum(l.MaxPoints))
		if l.Redeemed > 0 {
			fmt.Fprintf(b, " and pay %s", sum(l.Redeemed))
		}
		if l.Earn > 0 {
			fmt.Fprintf(b, "; earns %s", points(l.Earn))
		}
		if l.Excluded != "" {
			fmt.Fprintf(b, "; barred as %s", l.Excluded)
		}
		b.WriteString("\n")
	}
	t := o.Totals
	fmt.Fprintf(b, "total %s − %s − %s (%s points) = %s; earn %s; at most %s points\n", sum(t.Gross), sum(t.Discount),
		sum(t.Redeemed), points(t.Points), sum(t.Payable), points(t.Earn), points(o.MaxPoints))
	if t.Cashback+o.CashbackUsed > 0 {
		fmt.Fprintf(b, "cashback %s; %s is paid with cashback\n", sum(t.Cashback), sum(o.CashbackUsed))
	}
}

func (s *scenario) tellRest(b *strings.Builder, o *verno.Outcome) {
	for _, a := range o.Awards {
		fmt.Fprintf(b, "award %s: %d %s by line %v", s.name(a.Promotion), a.Points, a.Unit, a.ByLine)
		if a.AvailableIn > 0 {
			fmt.Fprintf(b, ", waits %d s", a.AvailableIn)
		}
		if a.ExpiresIn > 0 {
			fmt.Fprintf(b, ", lives %d days", a.ExpiresIn)
		}
		if a.UntilFirst {
			b.WriteString(", until the first purchase")
		}
		b.WriteString("\n")
	}
	for _, p := range s.promotions {
		if n, ok := o.StampsUsed[p.ID]; ok {
			fmt.Fprintf(b, "stamps used %s: %d\n", p.Name, n)
		}
	}
	for _, u := range o.Uses {
		fmt.Fprintf(b, "use %s: %d, cost %d\n", s.name(u.Promotion), u.Count, u.Cost)
	}
	for _, e := range o.Explained {
		verdict := "no"
		if e.Applied {
			verdict = "yes"
		}
		fmt.Fprintf(b, "%s %s: %s\n", verdict, s.name(e.Promotion), sentence(promo.Texts(), e.Code, e.Params))
	}
}

// sentence is the English text of a code. A parameter that is missing shows as braces.
func sentence(catalogue []promo.Text, code string, params map[string]string) string {
	i := slices.IndexFunc(catalogue, func(t promo.Text) bool { return t.Code == code })
	if i < 0 {
		return "no text for " + code
	}
	text := catalogue[i].En
	for name, value := range params {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}
