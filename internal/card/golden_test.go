package card_test

import (
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

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/money"
)

var update = flag.Bool("update", false, "rewrite the wanted faces in testdata")

var (
	moscow  = time.FixedZone("MSK", 3*60*60)
	morning = time.Date(2026, time.November, 22, 10, 0, 0, 0, moscow)
)

// state is a card in a situation that a merchant looks at before a template is published.
type state struct {
	name string
	make func(x *card.Facts)
}

// anybody is a member of the middle, with everything that a kind may ask for.
func anybody() card.Facts {
	return card.Facts{
		At: morning, Merchant: "Café Verno", Currency: "RUB", Number: "4000123412341238", Machine: strings.Repeat("1234567", 6), Reader: strings.Repeat("1234567", 6), State: "active",
		Holder: "Анна", Points: card.Points{Available: 120, Worth: 12_000}, Spent: 850_000, Level: "Silver", Next: "Gold", Missing: 150_000,
		Percent: 500, Stored: 45_000, Cashback: 5_000, Stamps: []card.Stamps{{Name: "Coffee", Count: 4, Needed: 6}}, Left: 5, Of: 8, Worth: 70_000,
		Values: map[string]string{
			"section": "A", "row": "3", "seat": "14", "name": "Anna Petrova", "post": "Barista; senior", "phone": "+7 (900) 123-45-67",
			"email": "anna@example.com", "from": "Olga", "to": "Anna",
		},
	}
}

var states = []state{
	{"new", func(x *card.Facts) {
		x.Points, x.Spent, x.Level, x.Stored, x.Cashback, x.Percent = card.Points{Pending: 200}, 0, "", 0, 0, 0
		x.Stamps[0].Count, x.Left, x.Worth = 0, x.Of, 100_000
	}},
	{"gold", func(x *card.Facts) {
		x.Level, x.Next, x.Missing, x.Percent = "Gold", "", 0, 1_000
		x.SavesFor = card.Gift{Offer: card.Both("Coffee", "Кофе"), Price: 240}
	}},
	{"expiring", func(x *card.Facts) {
		x.Points.Expiring, x.Points.ExpireAt = 50, morning.AddDate(0, 0, 9)
		x.Ends = morning.AddDate(0, 0, 9)
	}},
	{"debt", func(x *card.Facts) {
		x.Points, x.News = card.Points{Debt: 30}, card.Both("Pies are back", "Пироги вернулись")
	}},
	{"used up", func(x *card.Facts) { x.State, x.Left, x.Worth = card.StateUsed, 0, 0 }},
	{"blocked", func(x *card.Facts) { x.State = "blocked" }},
	{"lapsed", func(x *card.Facts) { x.Ends = morning.Add(-time.Hour) }},
}

// TestGoldenFaces draws each kind as it begins, in each state and both languages, and compares with what was reviewed.
func TestGoldenFaces(t *testing.T) {
	t.Parallel()
	for _, k := range card.Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			template := k.Template(k.Title.In("en"))
			template.Design.ShowName = true
			archive := &txtar.Archive{Comment: []byte(k.About.In("en") + "\n")}
			for _, s := range states {
				facts := anybody()
				s.make(&facts)
				face, err := card.Show(&template, &facts)
				if err != nil {
					t.Fatal(err)
				}
				for _, lang := range []string{"en", "ru"} {
					archive.Files = append(archive.Files, txtar.File{Name: s.name + " " + lang, Data: []byte(draw(&face, lang))})
				}
			}
			got, path := txtar.Format(archive), filepath.Join("testdata", k.Name+".txtar")
			if *update {
				if err := os.WriteFile(path, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(path); err != nil || string(want) != string(got) {
				t.Fatalf("%v; got\n%s", err, got)
			}
		})
	}
}

// draw writes a face for people to review.
func draw(f *card.Face, lang string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (%s)\n", f.Merchant, f.Title.In(lang), f.Description.In(lang))
	for _, area := range []struct {
		name   string
		fields []card.Field
	}{{"header", f.Header}, {"primary", f.Primary}, {"secondary", f.Secondary}, {"auxiliary", f.Auxiliary}, {"back", f.Back}} {
		for _, field := range area.fields {
			fmt.Fprintf(&b, "%-9s %s | %s | %s", area.name, field.Key, field.Label.In(lang), value(field.Value, lang))
			if !field.Change.Empty() {
				fmt.Fprintf(&b, " | %s", field.Change.In(lang))
			}
			b.WriteString("\n")
		}
	}
	fmt.Fprintf(&b, "code      %s %q %q live=%t\n", f.Code.Format, f.Code.Message, f.Code.Alt, f.Code.Live)
	fmt.Fprintf(&b, "balance   %s; level %q; holder %q\n", value(f.Balance, lang), f.Level.In(lang), f.Holder)
	if e := f.Event; e != nil {
		fmt.Fprintf(&b, "event     %s, %s, %s %s %s\n", e.Name.In(lang), e.Venue.In(lang), e.Section, e.Row, e.Seat)
	}
	if f.Voided {
		b.WriteString("voided\n")
	}
	return b.String()
}

func value(v card.Value, lang string) string {
	switch {
	case !v.Text.Empty() && v.Link != "":
		return v.Text.In(lang) + " → " + v.Link
	case !v.Text.Empty():
		return v.Text.In(lang)
	case v.Points != nil:
		return v.Points.Format(v.Scale) + " points"
	case v.Money != nil:
		return v.Currency.Format(*v.Money) + " " + string(v.Currency)
	case v.Number != nil:
		return strconv.FormatInt(*v.Number, 10)
	case v.Percent != nil:
		return money.Percent(*v.Percent).String() + " %"
	case v.WithTime:
		return v.Date.Format("2006-01-02 15:04")
	case !v.Date.IsZero():
		return v.Date.Format(time.DateOnly)
	default:
		return "—"
	}
}

// TestKeysAreUniqueAndFit walks all faces: a key stands once, and no area has more than wallets draw.
func TestKeysAreUniqueAndFit(t *testing.T) {
	t.Parallel()
	for _, k := range card.Kinds() {
		for _, s := range states {
			facts, template := anybody(), k.Template("x")
			s.make(&facts)
			f, err := card.Show(&template, &facts)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for _, field := range slices.Concat(f.Header, f.Primary, f.Secondary, f.Auxiliary, f.Back) {
				if seen[field.Key] || field.Value.Empty() || field.Label.Empty() {
					t.Errorf("%s %s: %q is twice or empty", k.Name, s.name, field.Key)
				}
				seen[field.Key] = true
			}
			lower := len(f.Secondary) + len(f.Auxiliary)
			if k.Style == card.StyleEventTicket {
				lower = max(len(f.Secondary), len(f.Auxiliary))
			}
			if len(f.Header) > 3 || len(f.Primary) > 1 || lower > 4 {
				t.Errorf("%s %s: too much on the front", k.Name, s.name)
			}
		}
	}
}
