package exchange

import (
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

// ReadCards reads a list of people who are to have a card: a table parted by commas, semicolons or tabs, in UTF-8 or
// Windows-1251, with a header that has at least one column by which somebody is found again.
func ReadCards(in io.Reader, each func(CardLine) error) error {
	lines, err := openLines(in, longestCardLine, charmap.Windows1251)
	if err != nil {
		return err
	}
	c := &columns
	var found []string
	for _, names := range [][]string{c.phone, c.email, c.number, c.external} {
		found = append(found, names...)
	}
	t, err := openTable(lines, strings.Join(found, "|"))
	if err != nil {
		return err
	}
	for {
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
			continue // An empty line is nobody.
		default:
			l.Phone, l.Email, l.FirstName, l.LastName = r.cell(c.phone...), r.cell(c.email...), r.cell(c.first...), r.cell(c.last...)
			l.Birthday, l.Number, l.ExternalID = dayOf(r.cell(c.birthday...)), r.cell(c.number...), r.cell(c.external...)
			l.Template, l.Consents = r.cell(c.template...), r.cell(c.consents...)
		}
		if err := each(l); err != nil {
			return err
		}
	}
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
