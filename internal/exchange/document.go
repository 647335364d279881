package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// document is a receipt as a file tells of it.
type document struct {
	kind     verno.ReceiptKind
	place    Place
	identity string    // what names it in its system, whatever file it stands in
	number   string    // of the receipt; empty where it has none
	member   string    // external id; empty where nobody showed a card
	joined   time.Time // of the member; zero where the file does not say
	about    map[string]string
	at       time.Time
	parent   parent // of a return
	spend    money.Points
	lines    []verno.Line // quantities above zero
	units    []unit
	given    *given           // the points that were really given, where the file says it
	part     int              // a document of more lines than a receipt takes is sold as several
	before   map[uint64]int64 // lines of the document's earlier parts, by what makes them the same
}

// parent says of which receipt something is returned, where the file does.
type parent struct {
	number   string
	identity string
}

// unit is what is counted as one line of the file: it ends as sold, returned or rejected.
type unit struct {
	line int64 // where it begins
	text string
}

// refusal says why a unit is rejected: a code for programs, and what of it.
type refusal struct{ code, detail string }

// key is the idempotency key of a document's part.
func (d *document) key(preset string, part int) string {
	return "import:" + preset + ":" + d.identity + ":" + strconv.Itoa(part)
}

// identify makes an identity of what names a document. Long and unusual names are hashed, so that it fits a key.
func identify(names ...string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteByte(':')
		}
		if len(name) > 40 || strings.ContainsFunc(name, unusual) {
			sum := sha256.Sum256([]byte(name))
			name = "~" + hex.EncodeToString(sum[:16])
		}
		b.WriteString(name)
	}
	return b.String()
}

func unusual(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_'
}

// hash covers all that a document says of a sale, so that the same key with other contents is noticed.
func (d *document) hash() [32]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%q %q\n%q\n%q\n%d\n%d\n", d.kind, d.place.Store, d.place.Terminal, d.number, d.member, verno.Micros(d.at), d.spend)
	for i := range d.lines {
		l := &d.lines[i]
		fmt.Fprintf(h, "%q %q %q %q %d %d %d\n", l.SKU, l.Name, l.Category, l.Class, l.Quantity, l.Price, l.Sum)
	}
	var sum [32]byte
	h.Sum(sum[:0])
	return sum
}

// memberSince is when its member joined, as far as the file knows.
func (d *document) memberSince() time.Time {
	if d.joined.IsZero() {
		return d.at
	}
	return d.joined
}

// numbered is the receipt number of a part: the first has the document's own.
func (d *document) numbered(part int) string {
	if d.number == "" || part == 1 {
		return d.number
	}
	return d.number + "/" + strconv.Itoa(part)
}

// date is the document's day as YYYYMMDD, in the zone that its time was read in.
func (d *document) date() int32 { return verno.Moment{At: d.at}.Day() }

// gross is the sum of its lines.
func (d *document) gross() money.Amount {
	b := verno.Basket{Lines: d.lines}
	return b.Gross()
}

// clip cuts a text to what a receipt keeps of it, with spaces for what cannot be shown.
func clip(s string) string {
	if strings.ContainsFunc(s, unicode.IsControl) {
		s = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, s)
	}
	if len(s) <= verno.MaxTextLength || utf8.RuneCountInString(s) <= verno.MaxTextLength {
		return s
	}
	return string([]rune(s)[:verno.MaxTextLength])
}

// nameable says whether members, stores and terminals can have a name in another system.
func nameable(s string) bool {
	return utf8.RuneCountInString(s) <= 100 && !strings.ContainsFunc(s, unicode.IsControl)
}
