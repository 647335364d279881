package exchange_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/verno-loyalty/verno/internal/exchange"
)

// TestReadCards: a list as offices write it, with Russian names of columns in Windows-1251; a line that cannot be read is
// told of, an empty one is nobody.
func TestReadCards(t *testing.T) {
	t.Parallel()
	text, err := charmap.Windows1251.NewEncoder().String("Телефон;Имя;Дата рождения;Номер карты\r\n89161234567;Анна;2.1.1990;\r\n;;;\r\n1;2\r\n;Борис;завтра;9000\r\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []exchange.CardLine
	err = exchange.ReadCards(strings.NewReader(text), func(l exchange.CardLine) error {
		got = append(got, l)
		return nil
	})
	if err != nil || len(got) != 3 {
		t.Fatalf("%v, %+v", err, got)
	}
	if got[0] != (exchange.CardLine{Line: 2, Phone: "89161234567", FirstName: "Анна", Birthday: "1990-01-02"}) || got[1].Bad == "" || got[2].Number != "9000" || got[2].Birthday != "завтра" {
		t.Errorf("%+v", got)
	}
	if err := exchange.ReadCards(strings.NewReader("a,b\n1,2\n"), nil); err == nil {
		t.Error("a table without a column that names anybody is taken")
	}
}
