package pass_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
)

var update = flag.Bool("update", false, "rewrite the wanted passes in testdata")

var moscow = time.FixedZone("MSK", 3*60*60)

// somebody is a member of whom there is something to say for every kind.
func somebody() card.Facts {
	at := signedAt.In(moscow)
	return card.Facts{
		At: at, Merchant: "Café Verno", Currency: "RUB", Number: "4000123412341238", Machine: strings.Repeat("1234567", 6), Reader: strings.Repeat("1234567", 6), State: "active",
		Holder: "Анна", Points: card.Points{Available: 120, Worth: 12_000, Expiring: 50, ExpireAt: at.AddDate(0, 0, 9)}, Spent: 850_000,
		Level: "Silver", Next: "Gold", Missing: 150_000, Percent: 750, Stored: 45_050,
		Stamps: []card.Stamps{{Name: "Coffee", Count: 4, Needed: 6}}, Left: 5, Of: 8, Worth: 70_000, Ends: at.AddDate(0, 1, 0),
		Places: []card.Place{
			{LatitudeE6: 55_755_800, LongitudeE6: 37_617_300, Name: "Red Square", Greeting: card.Both("Coffee is near", "Кофе рядом")},
			{LatitudeE6: -123_456, LongitudeE6: -1, Name: "Gulf of Guinea"},
		},
		News: card.Both("Pies are back", "Пироги вернулись"),
		Values: map[string]string{
			"section": "A", "row": "3", "seat": "14", "name": "Anna Petrova", "post": "Barista; senior", "phone": "+7 (900) 123-45-67",
			"email": "anna@example.com", "from": "Olga", "to": "Anna",
		},
	}
}

// faceOf draws a kind as it begins, with pictures in every slot and links to all that there may be.
func faceOf(t *testing.T, k *card.Kind) card.Face {
	t.Helper()
	template, facts := k.Template(k.Title.In("en")), somebody()
	template.Design.ShowName = true
	template.Design.Links = []card.Link{
		{Title: card.Both("Site", "Сайт"), URL: "https://example.org/?a=1&b=2"}, {Title: card.Both("Call", "Позвонить"), URL: "tel:+74950000000"},
	}
	f, err := card.Show(&template, &facts)
	if err != nil {
		t.Fatal(err)
	}
	f.Pictures = map[card.Slot]string{}
	for _, slot := range []card.Slot{card.SlotIcon, card.SlotLogo, card.SlotStrip, card.SlotThumbnail, card.SlotBackdrop} {
		f.Pictures[slot] = "picture of " + string(slot)
	}
	return f
}

// TestEveryKindIsSigned builds every kind of card in every style as a pass, and believes none of it: OpenSSL verifies the
// signature, the manifest is summed anew, the rules of Apple are held against it, and the code is read back.
func TestEveryKindIsSigned(t *testing.T) {
	t.Parallel()
	s := signer(t, "rsa")
	for _, k := range card.Kinds() {
		for _, style := range []card.Style{card.StyleStoreCard, card.StyleCoupon, card.StyleEventTicket, card.StyleGeneric} {
			t.Run(k.Name+"/"+string(style), func(t *testing.T) {
				t.Parallel()
				f := faceOf(t, k)
				f.Style = style
				raw := build(t, &f, s.Signer)
				files := unzip(t, raw)
				rehash(t, files)
				if style == k.Style {
					if err := openssl(t, files, s.root); err != nil {
						t.Error("OpenSSL:", err)
					}
				}
				r, err := pass.Inspect(raw, signedAt)
				if err != nil {
					t.Fatal(err)
				}
				for _, finding := range r.Findings {
					if finding.Code != "certificate_not_apple" {
						t.Errorf("%+v", finding)
					}
				}
				if len(r.Codes) == 0 || r.Codes[0].Message != f.Code.Message || r.Styles[0] != string(style) || !r.SignedAt.Equal(signedAt) {
					t.Errorf("codes %v, styles %v, signed at %v", r.Codes, r.Styles, r.SignedAt)
				}
			})
		}
	}
}

// TestGoldenPasses compares what is in the pass of each kind with what was reviewed.
func TestGoldenPasses(t *testing.T) {
	t.Parallel()
	s := signer(t, "rsa")
	for _, k := range card.Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			f := faceOf(t, k)
			files := unzip(t, build(t, &f, s.Signer))
			archive := &txtar.Archive{Comment: []byte("Files: " + strings.Join(slices.Sorted(maps.Keys(files)), " ") + "\n")}
			for _, name := range slices.Sorted(maps.Keys(files)) {
				switch {
				case name == "pass.json":
					var b bytes.Buffer
					if err := json.Indent(&b, files[name], "", "  "); err != nil {
						t.Fatal(err)
					}
					archive.Files = append(archive.Files, txtar.File{Name: name, Data: b.Bytes()})
				case strings.HasSuffix(name, ".strings"):
					archive.Files = append(archive.Files, txtar.File{Name: name, Data: files[name]})
				}
			}
			got, path := txtar.Format(archive), filepath.Join("testdata", "apple", k.Name+".txtar")
			if *update {
				if err := os.WriteFile(path, got, 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s is not what was reviewed: go test -run TestGoldenPasses -update, and look (%v)", path, err)
			}
		})
	}
}
