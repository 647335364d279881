package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const ndjson = "application/x-ndjson"

// offline is a receipt that a till made while it could not ask.
func offline(key string, more ...any) m {
	return with(with(basket(1), "key", key, "checkout_id", key, "tenders", []m{{"kind": "cash", "amount": rub(10_000)}},
		"charged", rub(10_000), "occurred_at", "2026-11-22T09:00:00Z"), more...)
}

func text(v m) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// TestReceiptsInLines hands receipts in one a line: lines that cannot be read are rejected alone, by their number, and a
// receipt is the same receipt whether it comes in a line or in a list.
func TestReceiptsInLines(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		body := strings.Join([]string{
			text(offline("l-1")), "", `{"key":`, text(with(offline("l-2"), "spend_points", -1)) + "\r", "[]", text(offline("l-3")),
			"\xff", text(offline("l-1")), `{"key":"` + strings.Repeat("k", 1<<20) + `"}`,
		}, "\n") + "\n"
		r := b.ask(request{do: "POST /receipts:batch", token: b.token, body: body, media: ndjson + "; charset=utf-8"}).want(200)
		var got []string
		for i := range r.at("items").([]any) {
			got = append(got, fmt.Sprintf("%d %s %v", r.num("items", i, "line"), r.str("items", i, "state"), code(r, "items", i, "error")))
		}
		want := []string{
			"1 applied ", "3 rejected malformed_json", "4 rejected invalid_request", "5 rejected invalid_request", "6 applied ",
			"7 rejected malformed_json", "8 duplicate ", "9 rejected line_too_large",
		}
		if strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("the lines became\n%s, want\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if r.str("items", 2, "error", "errors", 0, "pointer") != "/spend_points" {
			t.Errorf("the pointer leads out of the line: %s", r.raw)
		}
		list := b.ask(request{do: "POST /receipts:batch", token: b.token, body: m{"receipts": []m{offline("l-1")}}}).want(200)
		if list.str("items", 0, "state") != "duplicate" || list.str("items", 0, "receipt", "id") != r.str("items", 0, "receipt", "id") {
			t.Errorf("in a list it is another receipt: %s", list.raw)
		}
	})
}

// code is the code of a problem inside of an answer, empty where there is none.
func code(r *reply, path ...any) string {
	p, _ := r.at(path...).(m)
	c, _ := p["code"].(string)
	return c
}

// TestLinesHaveLimits: no lines, too many lines, too many bytes, and lines where a list is wanted.
func TestLinesHaveLimits(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		lines := func(body string) *reply {
			return b.ask(request{do: "POST /receipts:batch", token: b.token, body: body, media: ndjson})
		}
		lines("").want(422, "invalid_request")
		lines("\n \r\n\n").want(422, "invalid_request")
		if r := lines(strings.Repeat("{}\n", 501)).want(422, "invalid_request"); r.str("errors", 0, "code") != "too_many" {
			t.Errorf("501 lines: %s", r.raw)
		}
		if r := lines(strings.Repeat("{}\n", 500)).want(200); len(r.at("items").([]any)) != 500 {
			t.Errorf("500 lines: %.300s", r.raw)
		}
		lines(strings.Repeat(" ", 8<<20+1)).want(413, "body_too_large")
		b.ask(request{do: "POST /receipts:batch", token: b.token, body: "{}", media: "text/csv"}).want(415, "media_type")
		b.ask(request{do: "POST /receipts:batch", token: b.token, body: "{}", media: ndjson + "; charset=windows-1251"}).want(415, "media_type")
		b.ask(request{do: "POST /checkouts/quote", token: b.token, body: text(basket(1)), media: ndjson}).want(415, "media_type")
	})
}

// TestWhatIsThereAlready: who runs into a receipt number or a checkout that is taken hears by which receipt, if it may
// read that one.
func TestWhatIsThereAlready(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		sold := b.sell("a", basket(1), "number", "77", "business_date", "2026-11-22").want(201)
		there := func(r *reply, path ...any) {
			t.Helper()
			at := func(name string) string { return r.str(append(path, "existing", name)...) }
			if at("receipt_id") != sold.str("id") || at("link") != "/api/v1/receipts/"+sold.str("id") || at("number") != "77" || at("checkout_id") != "a" {
				t.Errorf("what is there already: %s", r.raw)
			}
			b.ask(request{do: "GET /" + at("link"), token: b.token}).want(200)
		}
		quote := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: basket(1)}).want(200)
		again := with(b.commit(quote, basket(1)), "number", "77", "business_date", "2026-11-22")
		there(b.ask(request{do: "POST /checkouts/b/commit", token: b.token, key: "k1", body: again}).want(422, "receipt_exists"))
		there(b.ask(request{do: "POST /checkouts/a/commit", token: b.token, key: "k2", body: b.commit(quote, basket(1))}).want(422, "checkout_committed"))
		there(b.ask(request{do: "PUT /checkouts/a", token: b.token, body: basket(1)}).want(422, "checkout_committed"))
		there(b.ask(request{do: "POST /checkouts/a/cancel", token: b.token, key: "k3"}).want(422, "checkout_committed"))
		late := offline("k4", "number", "77", "business_date", "2026-11-22")
		there(b.ask(request{do: "POST /receipts:batch", token: b.token, body: m{"receipts": []m{late}}}).want(200), "items", 0)

		blind := b.newKey(sellOnly)
		r := b.ask(request{do: "PUT /checkouts/a", token: blind, body: with(basket(1), "terminal_id", b.till.String())}).want(422, "checkout_committed")
		if r.at("existing") != nil {
			t.Errorf("who may not read receipts is shown one: %s", r.raw)
		}
	})
}
