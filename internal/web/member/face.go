package member

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// design is how the merchant's template has the card: what it is called, its colour, and what it says beside the account,
// which the page tells in its own way.
type design struct {
	card.Face
}

// design reads what the template makes of the card.
func (f *Face) design(s *seat) (design, error) {
	t, facts, err := f.Members.CardFacts(s.r.Context(), s.session.Tenant, s.session.Card, s.now)
	if err != nil {
		return design{}, err
	}
	face, err := card.Show(&t, &facts)
	return design{face}, err
}

// itself marks what a card has for itself, such as the lessons that are left: that changes without a step of its member's
// account. It is empty for a card that only says who buys.
func (f *Face) itself(s *seat) (string, error) {
	c, err := f.Reader.Card(s.r.Context(), s.session.Tenant, s.session.Card)
	if err != nil {
		return "", err
	}
	if k, ok := card.Find(c.Kind); !ok || k.Member {
		return "", nil
	}
	d, err := f.design(s)
	if err != nil {
		return "", err
	}
	shown, err := json.Marshal(&d.Face)
	sum := sha256.Sum256(shown)
	return "-" + hex.EncodeToString(sum[:8]), err
}

// elsewhere are the fields that the page has places of its own for.
var elsewhere = []string{
	"balance", "level", "next_level", "missing", "stored", "stamps", "expiring", "pending", "debt", "holder", "number", "merchant", "banner",
}

// dark says that what stands on the card's colour has to be white.
func (d *design) dark() bool { return view.ReadableOn(d.Colours.Background) == "#ffffff" }

// format is how the code of the card is drawn in a browser: as bars where the template wants them, else as a square.
func (d *design) format() card.Format {
	if d.Code.Format == card.Code128 {
		return card.Code128
	}
	return card.QR
}

// corner is what stands at the right of the card's head, as it does in a wallet.
func (d *design) corner() []card.Field { return d.Header[:min(len(d.Header), 1)] }

// strip is the address of the card's wide picture; empty for none.
func (d *design) strip(s *seat) string {
	for _, slot := range []card.Slot{card.SlotStrip, card.SlotHero} {
		if hash := d.Pictures[slot]; hash != "" {
			return pass.PictureURL("", s.session.Tenant, hash, "")
		}
	}
	return ""
}

// large is what wallets have large on the card, such as money or a percent; nil where that is points as every page of a card
// shows them, or stamps, which are drawn.
func (d *design) large(s *seat) *card.Field {
	if len(d.Primary) == 0 || d.stamped() {
		return nil
	}
	f := &d.Primary[0]
	if points, _ := card.Find("points"); f.Key == "balance" {
		if known, _ := points.Field(f.Key); f.Label.In(s.Code) == known.Label.In(s.Code) {
			return nil
		}
	}
	if view.ValueText(s.Lang, &f.Value) == card.Nothing {
		return nil
	}
	return f
}

// stamped says that wallets have stamps large.
func (d *design) stamped() bool { return len(d.Primary) > 0 && d.Primary[0].Key == "stamps" }

// scored says whether points belong to the card: wallets show them, or there are some.
func (d *design) scored(p *member.Points) bool {
	if p.Available != 0 || p.Pending != 0 || p.Held != 0 || p.Debt != 0 || p.UntilPurchase != 0 {
		return true
	}
	return slices.ContainsFunc(slices.Concat(d.Header, d.Primary, d.Secondary, d.Auxiliary, d.Back), func(f card.Field) bool { return f.Key == "balance" })
}

// offer is what the merchant offers on these days; nil for nothing.
func (d *design) offer() *card.Field {
	if i := slices.IndexFunc(d.Back, func(f card.Field) bool { return f.Key == "banner" }); i >= 0 {
		return &d.Back[i]
	}
	return nil
}

// rest are the fields that the page does not show elsewhere, short ones or long ones.
func (d *design) rest(s *seat, long bool) []card.Field {
	const line = 60
	var list []card.Field
	shown := elsewhere
	if f := d.large(s); f != nil {
		shown = append(slices.Clone(elsewhere), f.Key)
	}
	for _, f := range slices.Concat(d.Header[len(d.corner()):], d.Primary, d.Secondary, d.Auxiliary, d.Back) {
		text := view.ValueText(s.Lang, &f.Value)
		if slices.Contains(shown, f.Key) || text == card.Nothing || (utf8.RuneCountInString(text) > line) != long {
			continue
		}
		list = append(list, f)
	}
	return list
}
