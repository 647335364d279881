package web_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/money"
)

type slip struct {
	ID       verno.ReceiptID   `json:"id"`
	Member   verno.MemberID    `json:"member_id,omitzero"`
	At       time.Time         `json:"at"`
	Quantity money.Quantity    `json:"quantity"`
	Percent  *money.Percent    `json:"percent,omitempty"`
	Note     string            `json:"note"`
	Lines    []item            `json:"lines,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
	Raw      json.RawMessage   `json:"raw,omitempty"`
	Debt     int64             `json:"debt"`
	Paid     bool              `json:"paid"`
}

// TestAppendIsWhatEncodingJSONWrites compares the two on texts of every kind, but for the escapes that only HTML needs.
func TestAppendIsWhatEncodingJSONWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		vat := money.Percent(rapid.Int64Range(0, 10_000).Draw(t, "vat"))
		s := slip{
			ID:       verno.ReceiptID(memberID),
			At:       time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "at")).UTC(),
			Quantity: money.Quantity(rapid.Int64Range(1, 1e9).Draw(t, "quantity")),
			Note:     rapid.OneOf(rapid.String(), rapid.Just("a\u2028b\x00\x1f\"\\\n\r\t\xff")).Draw(t, "note"),
			Metadata: rapid.MapOfN(rapid.StringN(1, 5, -1), rapid.String(), 0, 3).Draw(t, "metadata"),
			Debt:     rapid.Int64().Draw(t, "debt"),
			Paid:     rapid.Bool().Draw(t, "paid"),
		}
		if rapid.Bool().Draw(t, "more") {
			s.Member, s.Percent, s.Raw = memberID, &vat, json.RawMessage(`{"a":[1]}`)
			s.Lines = []item{{ID: "1", Tags: []string{"a"}}, {Fixed: true, VAT: &vat}}
		}
		var want strings.Builder
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(s); err != nil {
			t.Fatal(err)
		}
		got := string(web.Append(nil, &s))
		if d := cmp.Diff(plain(t, want.String()), plain(t, got)); d != "" {
			t.Error(d)
		}
		if len(got) > want.Len()+20 {
			t.Errorf("%d bytes are written, encoding/json needs %d", len(got), want.Len())
		}
	})
}

func plain(t *rapid.T, text string) any {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// TestCanonical shows that requests which ask for the same have one canonical form, and others another.
func TestCanonical(t *testing.T) {
	t.Parallel()
	canonical := func(body string) string {
		var s sale
		if err := web.Decode([]byte(body), &s); err != nil {
			t.Fatal(err)
		}
		return string(web.Canonical(nil, &s))
	}
	base := canonical(`{"lines":[` + line + `],"spend":0}`)
	for name, body := range map[string]string{
		"order":       `{"spend":0,"lines":[{"price":{"currency":"RUB","amount":100},"quantity":"1.5","id":"1"}]}`,
		"white space": "{ \"lines\":[ " + line + " ],\n\"spend\" : 0}",
		"escapes":     `{"lines":[{"id":"\u0031","quantity":"1.5","price":{"amount":100,"currency":"RUB"}}],"spend":0}`,
		"spelling":    `{"lines":[{"id":"1","quantity":"1.500","price":{"amount":100,"currency":"RUB"}}],"spend":0}`,
		"zero":        `{"lines":[{"id":"1","quantity":"1.5","price":{"amount":100,"currency":"RUB"},"fixed":false}],"spend":0}`,
	} {
		if got := canonical(body); got != base {
			t.Errorf("%s: got %s, want %s", name, got, base)
		}
	}
	for name, body := range map[string]string{
		"absent is not zero where it may be": `{"lines":[` + line + `]}`,
		"amount":                             `{"lines":[{"id":"1","quantity":"1.5","price":{"amount":101,"currency":"RUB"}}],"spend":0}`,
		"one line more":                      `{"lines":[` + line + `,` + line + `],"spend":0}`,
	} {
		if got := canonical(body); got == base {
			t.Errorf("%s: the same form %s", name, got)
		}
	}
}
