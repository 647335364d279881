package api_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/verno-loyalty/verno/internal/member"
)

// lists set the scene for each route that gives a list by cursor: fill makes n elements more, at is where to read it.
// Some lists have elements before.
var lists = map[string]struct {
	fill func(b *bundle, n int)
	at   func(b *bundle) string
}{
	"GET /admissions": {(*bundle).fillAdmissions, at("/admissions")},
	"GET /members":    {(*bundle).fillMembers, at("/members")},
	"GET /programmes": {(*bundle).fillProgrammes, at("/programmes")},
	"GET /programmes/{id}/promotions": {(*bundle).fillPromotions, func(b *bundle) string {
		return "/programmes/" + b.made.Programme.String() + "/promotions"
	}},
	"GET /programmes/{id}/versions": {(*bundle).fillVersions, func(b *bundle) string {
		return "/programmes/" + b.made.Programme.String() + "/versions"
	}},
	"GET /programmes/{id}/card_templates": {func(b *bundle, n int) {
		fill("POST /programmes/"+b.made.Programme.String()+"/card_templates", m{"kind": "points"})(b, n)
	}, func(b *bundle) string { return "/programmes/" + b.made.Programme.String() + "/card_templates" }},
	"GET /card_templates/{id}/versions": {(*bundle).fillTemplateVersions, func(b *bundle) string {
		return "/card_templates/" + b.standard() + "/versions"
	}},
	"GET /news": {func(b *bundle, n int) {
		for range n {
			b.ask(request{do: "POST /news", body: m{"text": m{"ru": b.unique("Пироги")}, "until": "2027-01-31"}}).want(201)
		}
	}, at("/news")},
	"GET /channels": {fill("POST /channels", m{"proof": "none"}), at("/channels")},
	"GET /stores":   {(*bundle).fillStores, at("/stores")},
	"GET /issuers":  {fill("POST /issuers", m{}), at("/issuers")},
	"GET /partners": {fill("POST /partners", m{}), at("/partners")},
	"GET /terminals": {func(b *bundle, n int) {
		fill("POST /terminals", m{"store_id": b.made.Store.String()})(b, n)
	}, at("/terminals")},
	"GET /staff":    {(*bundle).fillStaff, at("/staff")},
	"GET /api_keys": {fill("POST /api_keys", m{"permissions": []string{"sell"}}), at("/api_keys")},
	"GET /tasks":    {(*bundle).fillTasks, at("/tasks")},
	"GET /members/{id}/timeline": {(*bundle).fillTimeline, func(b *bundle) string {
		return "/members/" + b.regular() + "/timeline"
	}},
}

func at(path string) func(*bundle) string { return func(*bundle) string { return path } }

// fill makes elements that have nothing of their own but a name.
func fill(do string, body m) func(*bundle, int) {
	return func(b *bundle, n int) {
		for range n {
			b.ask(request{do: do, body: with(body, "name", b.unique("name"))}).want(201)
		}
	}
}

func (b *bundle) fillMembers(n int) {
	rows := make([]m, n)
	for i := range rows {
		rows[i] = m{"external_id": b.unique("x")}
	}
	for some := range slices.Chunk(rows, 50) { // on a busy machine many more take longer than a request may
		b.ask(request{do: "POST /members:bulk_upsert", body: m{"members": some}}).want(200)
	}
}

func (b *bundle) fillStores(n int) {
	for range n {
		b.ask(request{do: "POST /stores", body: m{
			"name": b.unique("name"), "programme_id": b.made.Programme.String(), "issuer_id": b.made.Issuer.String(), "time_zone": "Europe/Moscow",
		}}).want(201)
	}
}

func (b *bundle) fillProgrammes(n int) {
	one := b.ask(request{do: "GET /programmes/" + b.made.Programme.String()}).want(200).at("draft").(m)
	fill("POST /programmes", one)(b, n)
}

func (b *bundle) fillPromotions(n int) {
	one := b.ask(request{do: "GET /programmes/" + b.made.Programme.String() + "/promotions?limit=1"}).want(200)
	body := one.at("items", 0, "draft").(m)
	for range n {
		b.ask(request{do: "POST /programmes/" + b.made.Programme.String() + "/promotions", body: with(body, "name", b.unique("name"))}).want(201)
	}
}

func (b *bundle) fillVersions(n int) {
	for range n {
		b.fillPromotions(1) // What has not changed is not published again.
		_, err := b.office.Publish(b.ctx, b.boss, b.clock(), b.made.Programme, 0, "more")
		b.must(err)
	}
}

// standard is the template of cards that the programme has from its beginning.
func (b *bundle) standard() string {
	return b.ask(request{do: "GET /programmes/" + b.made.Programme.String() + "/card_templates?limit=1"}).want(200).str("items", 0, "id")
}

func (b *bundle) fillTemplateVersions(n int) {
	at := "/card_templates/" + b.standard()
	for range n { // What has not changed is not published again.
		now := b.ask(request{do: "GET " + at}).want(200)
		body := with(now.at("draft").(m), "name", b.unique("name"))
		changed := b.ask(request{do: "PUT " + at, body: body, match: now.header.Get("ETag")}).want(200)
		b.ask(request{do: "POST " + at + "/publish", body: m{"note": ""}, match: changed.header.Get("ETag")}).want(200)
	}
}

func (b *bundle) fillStaff(n int) {
	for range n {
		b.ask(request{do: "POST /staff", body: m{
			"name": "Пётр", "login": b.unique("petr") + "@example.com", "password": password, "role": "support",
		}}).want(201)
	}
}

func (b *bundle) fillTasks(n int) {
	for range n {
		r := b.ask(request{do: "POST /receipts:batch", token: b.token, body: m{"receipts": []m{offline(b.unique("off"), "charged", rub(9_999))}}}).want(200)
		if r.str("items", 0, "state") != "applied" {
			b.t.Fatalf("no task came of %s", r.raw)
		}
	}
}

// regular is the member whose timeline is read.
func (b *bundle) regular() string {
	r := b.ask(request{do: "POST /members:bulk_upsert", body: m{"members": []m{{"external_id": "regular"}}}}).want(200)
	return r.str("items", 0, "member_id")
}

func (b *bundle) fillTimeline(n int) {
	id := b.regular()
	presence := b.ask(request{do: "POST /identifications", body: m{"member_id": id, "terminal_id": b.till.String()}}).want(201).str("presence")
	sale := with(basket(1), "presence", presence, "terminal_id", b.till.String())
	quote := b.ask(request{do: "POST /checkouts/quote", body: sale}).want(200)
	for range n {
		key := b.unique("t")
		b.ask(request{do: "POST /checkouts/" + key + "/commit", key: key, body: b.commit(quote, sale)}).want(201)
	}
}

// TestEveryList reads every list of the document that goes on by cursor in pages of one, of exactly all, and of one less.
func TestEveryList(t *testing.T) {
	t.Parallel()
	for _, op := range operations(t) {
		if !strings.HasPrefix(op.route, "GET ") || op.op.Parameters.GetByInAndName("query", "cursor") == nil {
			continue
		}
		t.Run(op.op.OperationID, func(t *testing.T) {
			t.Parallel()
			list, known := lists[op.route]
			if !known {
				t.Fatalf("%s gives a list, and nothing fills it", op.route)
			}
			each(t, func(b *bundle) {
				list.fill(b, 4)
				b.pages(list.at(b))
			})
		})
	}
}

// pages reads a list in pages of several sizes, which give the same elements, and refuses cursors that are not its own.
func (b *bundle) pages(path string) {
	b.t.Helper()
	all, _ := b.walk(path, 200)
	for _, limit := range []int{1, 2, len(all) - 1, len(all), len(all) + 1} {
		got, requests := b.walk(path, limit)
		if want := (len(all) + limit - 1) / limit; !slices.Equal(got, all) || requests != want {
			b.t.Errorf("%s by %d: %d elements in %d pages, want %d in %d", path, limit, len(got), requests, len(all), want)
		}
	}
	cursor := b.ask(request{do: "GET " + path + "?limit=1"}).want(200).str("next_cursor")
	changed := []byte(cursor)
	changed[10] ^= 1
	for _, bad := range []string{string(changed), cursor[1:], cursor + "AAAA", "AAAA", "~", strings.Repeat("A", len(cursor))} {
		b.ask(request{do: "GET " + path + "?cursor=" + bad}).want(422, "malformed_cursor")
	}
	for _, bad := range []string{"0", "-1", "201", "x"} {
		b.ask(request{do: "GET " + path + "?limit=" + bad}).want(422, "invalid_request")
	}
	for other := range lists {
		if other = strings.TrimPrefix(other, "GET "); !strings.Contains(other, "{") && other != path {
			b.ask(request{do: "GET " + other + "?cursor=" + cursor}).want(422, "malformed_cursor")
		}
	}
}

// walk reads a list to its end and counts the requests.
func (b *bundle) walk(path string, limit int) (items []string, requests int) {
	b.t.Helper()
	for cursor := ""; ; requests++ {
		q := path + "?limit=" + strconv.Itoa(limit)
		if cursor != "" {
			q += "&cursor=" + cursor
		}
		r := b.ask(request{do: "GET " + q}).want(200)
		page := r.at("items").([]any)
		for _, item := range page {
			items = append(items, fmt.Sprint(item))
		}
		more, next := r.at("has_more").(bool), r.str("next_cursor")
		if more != (next != "") || len(page) > limit || more && len(page) != limit {
			b.t.Fatalf("%s: %d elements, has_more %v, next %q", q, len(page), more, next)
		}
		if !more {
			return items, requests + 1
		}
		cursor = next
	}
}

// TestLargestPages: a list of exactly two pages of the largest size has two pages.
func TestLargestPages(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.fillMembers(400)
		for limit, want := range map[int]int{200: 2, 199: 3} {
			if items, requests := b.walk("/members", limit); len(items) != 400 || requests != want {
				t.Errorf("by %d: %d members in %d pages", limit, len(items), requests)
			}
		}
	})
}

// TestCursorKeepsItsFilters: a cursor goes on in the list that it came from, not in one that is narrowed otherwise.
func TestCursorKeepsItsFilters(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for range 3 {
			b.sell(b.unique("sale"), basket(1)).want(201)
		}
		q := m{"store_id": b.made.Store.String(), "limit": 1}
		cursor := b.ask(request{do: "POST /receipts/search", body: q}).want(200).str("next_cursor")
		b.ask(request{do: "POST /receipts/search", body: with(q, "cursor", cursor, "limit", 2)}).want(200)
		b.ask(request{do: "POST /receipts/search", body: with(q, "cursor", cursor, "kind", "sale")}).want(422, "malformed_cursor")
		b.ask(request{do: "POST /receipts/search", body: m{"cursor": cursor}}).want(422, "malformed_cursor")
	})
}

// TestPagesWhileOthersWrite: what is there at the beginning is given once and in order, however much comes meanwhile.
func TestPagesWhileOthersWrite(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.fillMembers(20)
		before, _ := b.walk("/members", 200)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for range 10 {
					_, err := b.roll.BulkUpsert(b.ctx, b.boss, b.clock(), newRows(b, 3))
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		during, _ := b.walk("/members", 3)
		wg.Wait()
		after, _ := b.walk("/members", 200)
		if !slices.Equal(during[:len(before)], before) || !slices.Equal(after[:len(during)], during) && !subset(during, after) {
			t.Errorf("%d before, %d during, %d after", len(before), len(during), len(after))
		}
	})
}

func subset(part, whole []string) bool {
	for _, item := range part {
		if !slices.Contains(whole, item) {
			return false
		}
	}
	return true
}

func newRows(b *bundle, n int) []member.Row {
	rows := make([]member.Row, n)
	for i := range rows {
		rows[i].ExternalID = b.unique("new")
	}
	return rows
}
