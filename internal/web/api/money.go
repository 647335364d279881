package api

import (
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Money is an amount as the API writes it.
type Money struct {
	Amount   money.Amount   `json:"amount" minimum:"0" maximum:"1000000000000" example:"12345" doc:"Minor units: 12345 is 123.45 ₽."`
	Currency money.Currency `json:"currency" minLength:"3" maxLength:"3" example:"RUB" doc:"ISO 4217."`
}

// Balance is what an account of money has. It has no bounds, as amounts that come from outside have: accounts add up, and an
// offline till may have spent more than there was.
type Balance struct {
	Amount   money.Amount   `json:"amount" example:"12345" doc:"Minor units; below zero where more was spent offline than was there."`
	Currency money.Currency `json:"currency" minLength:"3" maxLength:"3" example:"RUB" doc:"ISO 4217."`
}

// Date is a day of the calendar, YYYY-MM-DD in JSON and YYYYMMDD as a number.
type Date int32

// Schema is how the document shows a Date.
func (Date) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Examples: []any{"2026-11-22"}}
}

// MarshalText writes YYYY-MM-DD.
func (d Date) MarshalText() ([]byte, error) {
	b := make([]byte, 0, 10)
	for i, c := range []byte(strconv.Itoa(100_000_000 + int(d))[1:]) {
		if i == 4 || i == 6 {
			b = append(b, '-')
		}
		b = append(b, c)
	}
	return b, nil
}

// UnmarshalText reads YYYY-MM-DD, a day that exists.
func (d *Date) UnmarshalText(b []byte) error {
	bad := verno.Invalid("date_invalid").With("form", "YYYY-MM-DD")
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return bad
	}
	digits := strings.ReplaceAll(string(b), "-", "")
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil || len(digits) != 8 || !exists(int(n)) {
		return bad
	}
	*d = Date(n)
	return nil
}

// exists reports whether a day is on the calendar, from 2000 on.
func exists(day int) bool {
	y, m, d := day/10_000, day/100%100, day%100
	if y < 2000 || m < 1 || m > 12 || d < 1 {
		return false
	}
	last := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
	if m == 2 && (y%4 == 0 && y%100 != 0 || y%400 == 0) {
		last = 29
	}
	return d <= last
}
