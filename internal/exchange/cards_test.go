package exchange_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
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
	err = exchange.ReadCards(strings.NewReader(text), 3, func(l exchange.CardLine) error {
		got = append(got, l)
		return nil
	})
	if err != nil || len(got) != 3 {
		t.Fatalf("%v, %+v", err, got)
	}
	if got[0] != (exchange.CardLine{Line: 2, Phone: "89161234567", FirstName: "Анна", Birthday: "1990-01-02"}) || got[1].Bad == "" || got[2].Number != "9000" || got[2].Birthday != "завтра" {
		t.Errorf("%+v", got)
	}
	if err := exchange.ReadCards(strings.NewReader("a,b\n1,2\n"), 1, nil); err == nil {
		t.Error("a table without a column that names anybody is taken")
	}
}

// TestCardsAreBounded: a list ends at as many people as it may have, and a small file that unpacks to a list without end
// is not read to it.
func TestCardsAreBounded(t *testing.T) {
	t.Parallel()
	read := func(in io.Reader, most int) (n int, err error) {
		err = exchange.ReadCards(in, most, func(exchange.CardLine) error { n++; return nil })
		return n, err
	}
	if n, err := read(strings.NewReader("phone\n1\n2\n3\n"), 2); n != 2 || !errors.Is(err, exchange.ErrTooMany) {
		t.Errorf("%d of two people, %v", n, err)
	}
	for what, times := range map[string]int{"\n": 1 << 20, "x": 65 << 20} {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		if _, err := z.Write(append([]byte("phone\n"), bytes.Repeat([]byte(what), times)...)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		size := packed.Len()
		if n, err := read(&packed, 2); n != 0 || !errors.Is(err, exchange.ErrTooMany) {
			t.Errorf("%d people in %d bytes of %q, %v", n, size, what, err)
		}
	}
}
