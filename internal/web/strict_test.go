package web_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/money"
)

type price struct {
	Amount   int64  `json:"amount" minimum:"0" maximum:"1000000000000"`
	Currency string `json:"currency" minLength:"3" maxLength:"3"`
}

type item struct {
	ID       string         `json:"id" minLength:"1" maxLength:"8"`
	Quantity money.Quantity `json:"quantity"`
	Price    price          `json:"price"`
	VAT      *money.Percent `json:"vat,omitempty"`
	Fixed    bool           `json:"fixed,omitempty"`
	Tags     []string       `json:"tags,omitempty" maxItems:"3" maxLength:"4" uniqueItems:"true"`
}

type sale struct {
	Member   verno.MemberID    `json:"member_id,omitempty"`
	Spend    *int64            `json:"spend,omitempty" minimum:"-1" maximum:"100"`
	Small    int8              `json:"small,omitempty"`
	Channel  string            `json:"channel,omitempty" enum:"till,online"`
	Lines    []item            `json:"lines" minItems:"1" maxItems:"4"`
	At       *time.Time        `json:"at,omitempty"`
	Closed   *string           `json:"closed,omitempty" nullable:"true"`
	Metadata map[string]string `json:"metadata,omitempty" maxProperties:"2" maxLength:"5"`
	Settings json.RawMessage   `json:"settings,omitempty"`
}

const line = `{"id":"1","quantity":"1.5","price":{"amount":100,"currency":"RUB"}}`

// TestDecodeReads reads everything that a type can hold.
func TestDecodeReads(t *testing.T) {
	t.Parallel()
	var got sale
	body := ` { "lines" : [ {"id":"\u0061\/\ud83d\ude00","quantity":"0.345","price":{"currency":"RUB","amount":0},` +
		`"vat":"12.5","fixed":true,"tags":["a","бббб"]} , ` + line + `], "spend":-1, "small":-128, "channel":"till",` +
		`"member_id":"mem_01k9w4t8zzfdc8vtr1sc8n4k5m"` +
		`,"at":"2026-11-22T10:00:00+03:00","closed":null,"metadata":{"a":"b"},"settings": {"x":[1.5e3,null,true,{}]} }` + "\n"
	body = strings.Replace(body, "mem_01k9w4t8zzfdc8vtr1sc8n4k5m", memberID.String(), 1)
	if err := web.Decode([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	spend, vat, at := int64(-1), money.Percent(1250), time.Date(2026, 11, 22, 10, 0, 0, 0, time.FixedZone("", 3*3600))
	want := sale{
		Member: memberID, Spend: &spend, Small: -128, Channel: "till", At: &at, Metadata: map[string]string{"a": "b"},
		Settings: json.RawMessage(`{"x":[1.5e3,null,true,{}]}`),
		Lines: []item{
			{ID: "a/😀", Quantity: 345, Price: price{0, "RUB"}, VAT: &vat, Fixed: true, Tags: []string{"a", "бббб"}},
			{ID: "1", Quantity: 1500, Price: price{100, "RUB"}},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

var memberID = verno.NewID[verno.MemberID](time.UnixMilli(1_700_000_000_000), strings.NewReader("0123456789"))

// hostile are bodies and what is wrong with them: "malformed" or "invalid", then the pointer and code of each field.
var hostile = []struct{ name, body, want string }{
	{"empty", ``, "malformed :malformed_json"},
	{"space", "  \n", "malformed :malformed_json"},
	{"byte order mark", "\ufeff{}", "malformed :malformed_json"},
	{"trailing data", `{"lines":[` + line + `]} x`, "malformed :malformed_json"},
	{"two documents", `{"lines":[` + line + `]}{}`, "malformed :malformed_json"},
	{"no object", `[]`, "invalid :type"},
	{"null", `null`, "invalid :type"},
	{"cut off", `{"lines":[{"id":"1"`, "malformed /lines/0/id:malformed_json"},
	{"single quotes", `{'lines':[]}`, "malformed :malformed_json"},
	{"trailing comma in object", `{"lines":[` + line + `],}`, "malformed /lines:malformed_json"},
	{"trailing comma in array", `{"lines":[` + line + `,]}`, "malformed /lines/1:malformed_json"},
	{"comment", `{/**/"lines":[]}`, "malformed :malformed_json"},
	{"invalid UTF-8", "{\"lines\":[{\"id\":\"\xff\"}]}", "malformed :malformed_json"},
	{"overlong UTF-8", "{\"channel\":\"\xc0\xaf\"}", "malformed :malformed_json"},
	{"surrogate in UTF-8", "{\"channel\":\"\xed\xa0\x80\"}", "malformed :malformed_json"},
	{"lone high surrogate", `{"channel":"\ud800"}`, "malformed /channel:malformed_json"},
	{"lone low surrogate", `{"channel":"\udc00 "}`, "malformed /channel:malformed_json"},
	{"two high surrogates", `{"channel":"\ud800\ud800"}`, "malformed /channel:malformed_json"},
	{"unknown escape", `{"channel":"\x"}`, "malformed /channel:malformed_json"},
	{"short escape", `{"channel":"\u00`, "malformed /channel:malformed_json"},
	{"backslash at the end", `{"channel":"\`, "malformed /channel:malformed_json"},
	{"bare newline", "{\"channel\":\"a\nb\"}", "malformed /channel:malformed_json"},
	{"NUL", `{"lines":[` + line + `],"channel":"\u0000"}`, "invalid /channel:text_invalid"},
	{"NUL in the raw", `{"lines":[` + line + `],"settings":{"a":["\u0000"]}}`, "invalid /settings/a/0:text_invalid"},
	{"unknown field", `{"lines":[` + line + `],"price":1}`, "invalid /price:unknown_field"},
	{"wrong case", `{"Lines":[],"lines":[` + line + `]}`, "invalid /Lines:unknown_field"},
	{"duplicate", `{"lines":[` + line + `],"lines":[]}`, "invalid /lines:duplicate"},
	{"duplicate by escape", `{"small":1,"lines":[` + line + `],"\u0073mall":2}`, "invalid /small:duplicate"},
	{"duplicate in the raw", `{"lines":[` + line + `],"settings":{"a":1,"a":2}}`, "invalid /settings/a:duplicate"},
	{"duplicate in a map", `{"lines":[` + line + `],"metadata":{"a":"1","a":"2"}}`, "invalid /metadata/a:duplicate"},
	{"pointer with slash", `{"lines":[` + line + `],"a/~b":1}`, "invalid /a~1~0b:unknown_field"},
	{"required", `{"lines":[{"quantity":"1","price":{}}]}`, "invalid /lines/0/price/amount:required /lines/0/price/currency:required /lines/0/id:required"},
	{"no elements", `{"lines":[]}`, "invalid /lines:required"},
	{"too many", `{"lines":[` + strings.Repeat(line+",", 4) + line + `]}`, "invalid /lines:too_many"},
	{"null for text", `{"lines":[` + line + `],"channel":null}`, "invalid /channel:type"},
	{"unknown value", `{"lines":[` + line + `],"channel":"Till"}`, "invalid /channel:unknown_value"},
	{"text too long", `{"lines":[` + line + `],"metadata":{"a":"абвгде"}}`, "invalid /metadata/a:text_too_long"},
	{"too many members", `{"lines":[` + line + `],"metadata":{"a":"","b":"","c":""}}`, "invalid /metadata/c:too_many"},
	{"text for an object", `{"lines":["x",` + line + `]}`, "invalid /lines/0:type"},
	{"twice in a set", `{"lines":[{"id":"1","quantity":"1","price":{"amount":1,"currency":"RUB"},"tags":["a","a"]}]}`, "invalid /lines/0/tags/1:duplicate"},
	{"empty identifier", `{"lines":[` + line + `],"member_id":""}`, "invalid /member_id:required"},
	{"other kind's identifier", `{"lines":[` + line + `],"member_id":"` + verno.CardID(memberID).String() + `"}`, "invalid /member_id:id_invalid"},
	{"capital identifier", `{"lines":[` + line + `],"member_id":"` + strings.ToUpper(memberID.String()) + `"}`, "invalid /member_id:id_invalid"},
	{"date", `{"lines":[` + line + `],"at":"2026-11-22"}`, "invalid /at:text_invalid"},
	{"deep", `{"settings":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "malformed /settings" + strings.Repeat("/0", 31) + ":malformed_json"},
	{"very deep", strings.Repeat("[", 100_000), "malformed " + strings.Repeat("/0", 32) + ":malformed_json"},
	{"deep unknown", `{"x":` + strings.Repeat(`{"a":`, 100_000), "malformed /x" + strings.Repeat("/a", 31) + ":malformed_json"},
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var into sale
			if got := verdict(web.Decode([]byte(c.body), &into)); got != c.want {
				t.Errorf("%.80s:\n got %s\nwant %s", c.body, got, c.want)
			}
		})
	}
}

// verdict writes an error of Decode as the table does.
func verdict(err error) string {
	var e *verno.Error
	if !errors.As(err, &e) {
		return "accepted"
	}
	kind := map[verno.Kind]string{verno.KindInvalid: "invalid", verno.KindMalformed: "malformed"}[e.Kind]
	var b strings.Builder
	b.WriteString(kind)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " %s:%s", f.Pointer, f.Code)
	}
	return b.String()
}

// TestDecodeNumbers gives every number that has ever surprised a till to an amount, a small integer, a quantity and a
// percent.
func TestDecodeNumbers(t *testing.T) {
	t.Parallel()
	const amount, small, quantity, vat = `{"lines":[{"id":"1","quantity":"1","price":{"amount":$,"currency":"RUB"}}]}`,
		`{"lines":[` + line + `],"small":$}`, `{"lines":[{"id":"1","quantity":$,"price":{"amount":1,"currency":"RUB"}}]}`,
		`{"lines":[{"id":"1","quantity":"1","vat":$,"price":{"amount":1,"currency":"RUB"}}]}`
	for _, c := range []struct{ body, number, want string }{
		{amount, `0`, "accepted"},
		{amount, `1000000000000`, "accepted"},
		{amount, `1000000000001`, "invalid number_range"},
		{amount, `-1`, "invalid number_range"},
		{amount, `-0`, "invalid number_invalid"},
		{amount, `1.0`, "invalid number_invalid"},
		{amount, `1e2`, "invalid number_invalid"},
		{amount, `1E+2`, "invalid number_invalid"},
		{amount, `1e308`, "invalid number_invalid"},
		{amount, `9223372036854775807`, "invalid number_range"},
		{amount, `9223372036854775808`, "invalid number_range"},
		{amount, `1234567890123456789012345678901234567890`, "invalid number_range"},
		{amount, `"1"`, "invalid type"},
		{amount, `null`, "invalid type"},
		{amount, `true`, "invalid type"},
		{amount, `[1]`, "invalid type"},
		{amount, `{}`, "invalid type"},
		{amount, `01`, "invalid number_invalid"},
		{amount, `+1`, "invalid number_invalid"},
		{amount, `-`, "invalid number_invalid"},
		{amount, `.5`, "invalid number_invalid"},
		{amount, `5.`, "invalid number_invalid"},
		{amount, `1e`, "invalid number_invalid"},
		{amount, `0x10`, "invalid number_invalid"},
		{amount, `1_000`, "invalid number_invalid"},
		{amount, `NaN`, "invalid number_invalid"},
		{amount, `Infinity`, "invalid number_invalid"},
		{amount, `-Infinity`, "invalid number_invalid"},
		{amount, `١٢٣`, "invalid number_invalid"},
		{amount, `1٢`, "invalid number_invalid"},
		{amount, `１`, "invalid number_invalid"},
		{amount, `1,0`, "malformed malformed_json"},
		{amount, `1 000`, "malformed malformed_json"},
		{small, `127`, "accepted"},
		{small, `128`, "invalid number_range"},
		{small, `-129`, "invalid number_range"},
		{quantity, `"0.001"`, "accepted"},
		{quantity, `"1000000"`, "accepted"},
		{quantity, `"1000000.001"`, "invalid quantity_invalid"},
		{quantity, `"0"`, "invalid quantity_invalid"},
		{quantity, `"-0"`, "invalid quantity_invalid"},
		{quantity, `"-1"`, "invalid quantity_invalid"},
		{quantity, `"1,0"`, "invalid quantity_invalid"},
		{quantity, `"1e3"`, "invalid quantity_invalid"},
		{quantity, `"NaN"`, "invalid quantity_invalid"},
		{quantity, `"١"`, "invalid quantity_invalid"},
		{quantity, `"0.0001"`, "invalid quantity_invalid"},
		{quantity, `"1234567890123456789"`, "invalid quantity_invalid"},
		{quantity, `" 1"`, "invalid quantity_invalid"},
		{quantity, `"1\u0000"`, "invalid text_invalid"},
		{quantity, `""`, "invalid required"},
		{quantity, `1`, "invalid type"},
		{quantity, `NaN`, "invalid type"},
		{quantity, `Infinity`, "invalid type"},
		{vat, `"20"`, "accepted"},
		{vat, `"-1"`, "invalid number_invalid"},
		{vat, `"-0"`, "invalid number_invalid"},
		{vat, `"1000.01"`, "invalid number_invalid"},
		{vat, `20`, "invalid type"},
	} {
		var into sale
		got := verdict(web.Decode([]byte(strings.Replace(c.body, "$", c.number, 1)), &into))
		kind, fields, _ := strings.Cut(got, " ")
		pointer, code, _ := strings.Cut(fields, ":")
		if code != "" {
			got = kind + " " + code
		}
		if got != c.want || c.want != "accepted" && pointer == "" {
			t.Errorf("%s in %s: got %s at %q, want %s", c.number, c.body, got, pointer, c.want)
		}
	}
}

// TestDecodeNamesEverything shows that one answer names many faults, and that there is an end to it.
func TestDecodeNamesEverything(t *testing.T) {
	t.Parallel()
	var into sale
	err := web.Decode([]byte(`{"lines":[{"id":"","quantity":"x","price":{"amount":-1,"currency":"R"},"fixed":1}],"spend":101}`), &into)
	const want = "invalid /lines/0/id:text_too_short /lines/0/quantity:quantity_invalid /lines/0/price/amount:number_range " +
		"/lines/0/price/currency:text_too_short /lines/0/fixed:type /spend:number_range"
	if got := verdict(err); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, `,"x%d":1`, i)
	}
	err = web.Decode([]byte(`{"lines":[]`+b.String()+`}`), &into)
	if n := len(verno.AsError(err).Fields); n != 32 {
		t.Errorf("%d faults are named, want 32", n)
	}
}

// FuzzDecode holds Decode against encoding/json: what Decode takes, encoding/json reads as the same, and nothing panics.
func FuzzDecode(f *testing.F) {
	for _, c := range hostile {
		if len(c.body) < 1000 {
			f.Add([]byte(c.body))
		}
	}
	f.Add([]byte(`{"lines":[` + line + `],"spend":-1,"settings":{"a":[1.5]},"metadata":{"a":"b"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var strict, lax sale
		if web.Decode(body, &strict) != nil {
			return
		}
		if err := json.Unmarshal(body, &lax); err != nil {
			t.Fatalf("encoding/json refuses what Decode takes: %v", err)
		}
		if d := cmp.Diff(lax, strict); d != "" {
			t.Error(d)
		}
	})
}
