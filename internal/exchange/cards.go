package exchange

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"
)

// CardLine is one line of a list of people who are to have a card, as it is written. Bad says why a line cannot be read.
type CardLine struct {
	Line       int64
	Phone      string
	Email      string
	FirstName  string
	LastName   string
	Birthday   string // YYYY-MM-DD where it could be read
	Number     string // of a blank plastic card
	ExternalID string
	Template   string // of the card
	Consents   string // purposes, apart by spaces or commas
	Bad        string
}

// columns are the names under which each thing may stand in the header.
var columns = struct{ phone, email, first, last, birthday, number, external, template, consents []string }{
	phone:    []string{"phone", "mobile", "телефон"},
	email:    []string{"email", "mail", "e-mail", "почта"},
	first:    []string{"firstname", "name", "имя", "фио"},
	last:     []string{"lastname", "surname", "фамилия"},
	birthday: []string{"birthday", "birthdate", "деньрождения", "датарождения"},
	number:   []string{"number", "cardnumber", "card", "номер", "номеркарты", "карта"},
	external: []string{"externalid", "id", "внешнийid"},
	template: []string{"template", "templateid", "шаблон"},
	consents: []string{"consents", "consent", "согласия", "согласие"},
}

// longestCardLine is how many bytes of a line are read.
const longestCardLine = 1 << 13

// mostOfCards is how many bytes a list has once it is unpacked: a small file may hold gigabytes of nothing.
const mostOfCards = 64 << 20

// mostEmpty is how many empty lines a list has.
const mostEmpty = 100_000

// ErrTooMany says that a list has more people than it may, or more bytes than so many could fill.
var ErrTooMany = errors.New("exchange: the list is too long")

// ReadCards reads a list of at most so many people who are to have a card: a table parted by commas, semicolons or tabs, in
// UTF-8 or Windows-1251, with a header that has at least one column by which somebody is found again. Error: ErrTooMany.
func ReadCards(in io.Reader, most int, each func(CardLine) error) error {
	lines, err := openLines(in, longestCardLine, charmap.Windows1251)
	if err != nil {
		return err
	}
	lines.in = bufio.NewReaderSize(&bounded{lines.in, mostOfCards}, 1<<16)
	c := &columns
	var found []string
	for _, names := range [][]string{c.phone, c.email, c.number, c.external} {
		found = append(found, names...)
	}
	t, err := openTable(lines, strings.Join(found, "|"))
	if err != nil {
		return err
	}
	for empty := 0; ; {
		r, err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		l := CardLine{Line: r.unit.line}
		switch {
		case r.why.code != "":
			l.Bad = strings.TrimSpace(r.why.code + " " + r.why.detail)
		case strings.Trim(strings.Join(r.cells, ""), " \t\u00a0") == "":
			if empty++; empty > mostEmpty {
				return ErrTooMany
			}
			continue // An empty line is nobody.
		default:
			l.Phone, l.Email, l.FirstName, l.LastName = r.cell(c.phone...), r.cell(c.email...), r.cell(c.first...), r.cell(c.last...)
			l.Birthday, l.Number, l.ExternalID = dayOf(r.cell(c.birthday...)), r.cell(c.number...), r.cell(c.external...)
			l.Template, l.Consents = r.cell(c.template...), r.cell(c.consents...)
		}
		if most--; most < 0 {
			return ErrTooMany
		}
		if err := each(l); err != nil {
			return err
		}
	}
}

// bounded reads at most so many bytes; one more is ErrTooMany.
type bounded struct {
	in   io.Reader
	left int64
}

func (b *bounded) Read(into []byte) (int, error) {
	n, err := b.in.Read(into)
	if b.left -= int64(n); b.left < 0 {
		return 0, ErrTooMany
	}
	return n, err
}

// dayOf brings a day to its one form where it is written as people do; else it is left as it is.
func dayOf(text string) string {
	for _, form := range []string{time.DateOnly, "02.01.2006", "2.1.2006", "02/01/2006"} {
		if at, err := time.Parse(form, text); err == nil {
			return at.Format(time.DateOnly)
		}
	}
	return text
}
