package api_test

import (
	"crypto/rand"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
)

// memberCauses are about members, their cards, and the tasks about them.
var memberCauses = map[string]cause{
	"phone_taken": {409, func(b *bundle) request {
		phone := b.phone()
		b.enrol(phone)
		return request{do: "POST /members", body: m{"phone": phone, "programme_id": b.made.Programme.String()}}
	}},
	"email_taken": {409, func(b *bundle) request {
		q := request{do: "POST /members", body: m{"email": b.unique("anna") + "@example.com", "programme_id": b.made.Programme.String()}}
		b.ask(q).want(201)
		return q
	}},
	"person_erased": {422, func(b *bundle) request {
		id := b.member()
		b.ask(request{do: "DELETE /members/" + id}).want(204)
		return request{do: "PATCH /members/" + id, match: `"2"`, body: m{"first_name": "Вера"}}
	}},
	"member_merged": {409, func(b *bundle) request {
		from, into := b.member(), b.member()
		b.ask(b.merging(from, into)).want(200)
		return b.merging(from, b.member())
	}},
	"merge_self": {422, func(b *bundle) request { id := b.member(); return b.merging(id, id) }},
	"merge_foreign": {422, func(b *bundle) request {
		other := b.programme()
		tag := b.ask(request{do: "GET /programmes/" + other}).want(200).header.Get("ETag")
		b.ask(request{do: "POST /programmes/" + other + "/publish", match: tag, body: m{}}).want(200)
		from := b.ask(request{do: "POST /members", body: m{"external_id": b.unique("x"), "programme_id": other}}).want(201)
		return b.merging(from.str("member", "id"), b.member())
	}},
	"holds_open": {409, func(b *bundle) request { id, _ := b.held(); return request{do: "DELETE /members/" + id} }},
	"money_stored": {422, func(b *bundle) request {
		id := b.member()
		b.ask(request{do: "POST /top_ups", token: b.token, key: b.unique("up"), body: m{"member_id": id, "amount": rub(500), "tender": "cash"}}).want(201)
		return request{do: "DELETE /members/" + id}
	}},
	"card_state": {409, func(b *bundle) request {
		card := b.cardOf(b.member())
		b.ask(request{do: "POST /cards/" + card + "/block", body: m{"reason": "lost"}}).want(200)
		return request{do: "POST /cards/" + card + "/code"}
	}},
	"card_limit": {409, func(b *bundle) request {
		q := request{do: "POST /cards", body: m{"member_id": b.member()}}
		for b.ask(q).status == 201 {
			continue
		}
		return q
	}},
	"search_empty": {422, asking(request{do: "POST /members/search", body: m{}})},
	"second_person": {403, func(b *bundle) request {
		task := b.proposed()
		return request{do: "POST /tasks/" + task + "/approve", token: b.person("admin").session} // who joined since
	}},
	"task_lapsed": {409, func(b *bundle) request {
		boss := b.person("admin")
		task := b.proposed()
		b.later(80 * time.Hour)
		session := b.ask(request{do: "POST /sessions", token: "none", body: m{"login": boss.login, "password": password}}).want(201).str("token")
		return request{do: "POST /tasks/" + task + "/approve", token: session}
	}},
	"task_undecided": {409, func(b *bundle) request {
		return request{do: "POST /tasks/" + b.task() + "/approve", token: b.person("admin").session}
	}},
	"task_done": {409, func(b *bundle) request {
		q := request{do: "POST /tasks/" + b.task() + "/done"}
		b.ask(q).want(200)
		return q
	}},
}

func (b *bundle) merging(from, into string) request {
	return request{do: "POST /members/" + into + "/merge", key: b.unique("merge"), body: m{"from_member_id": from}}
}

// proposed is a task that waits for a second person's word.
func (b *bundle) proposed() string {
	b.t.Helper()
	return b.ask(request{
		do: "POST /members/" + b.member() + "/points/adjustments", token: b.person("support").session, key: b.unique("key"),
		body: m{"points": 501, "reason": "goodwill"},
	}).want(201).str("task_id")
}

// task is a task of another kind.
func (b *bundle) task() string {
	b.t.Helper()
	b.fillTasks(1)
	for _, one := range b.ask(request{do: "GET /tasks?limit=200"}).want(200).at("items").([]any) {
		if one := one.(m); one["kind"] != "points_adjustment" {
			return one["id"].(string)
		}
	}
	b.t.Fatal("there is no task")
	return ""
}

// configCauses are about programmes and promotions.
var configCauses = map[string]cause{
	"fixed_by_accounts": {422, func(b *bundle) request {
		b.give(b.member(), 1)
		r := b.ask(request{do: "GET /programmes/" + b.made.Programme.String()}).want(200)
		draft := r.at("draft").(m)
		return request{
			do: "PUT /programmes/" + b.made.Programme.String(), match: r.header.Get("ETag"),
			body: with(draft, "points", with(draft["points"].(m), "scale", 2)),
		}
	}},
	"too_many_lines": {422, asking(request{do: "POST /channels", body: m{
		"name": "Афиша", "proof": "none", "look": m{"lead": m{"ru": strings.Repeat("ура\n", 9) + "ура"}},
	}})},
	"promotion_archived": {409, func(b *bundle) request {
		b.fillPromotions(1)
		list := b.ask(request{do: "GET /programmes/" + b.made.Programme.String() + "/promotions?limit=200"}).want(200).at("items").([]any)
		id := list[len(list)-1].(m)["draft"].(m)["id"]
		if id == nil {
			id = list[len(list)-1].(m)["id"]
		}
		tag := b.ask(request{do: "GET /promotions/" + id.(string)}).want(200).header.Get("ETag")
		r := b.ask(request{do: "POST /promotions/" + id.(string) + "/archive", match: tag}).want(200)
		return request{do: "POST /promotions/" + id.(string) + "/archive", match: r.header.Get("ETag")}
	}},
}

// programme makes one more programme, which is not published.
func (b *bundle) programme() string {
	b.t.Helper()
	one := b.ask(request{do: "GET /programmes/" + b.made.Programme.String()}).want(200).at("draft").(m)
	return b.ask(request{do: "POST /programmes", body: with(one, "name", b.unique("Чайка"))}).want(201).str("id")
}

// apart are how codes come about that would be in the way of others.
var apart = map[string]cause{
	"programme_ambiguous": {422, func(b *bundle) request {
		b.programme()
		return request{do: "POST /members", body: m{"external_id": b.unique("x")}}
	}},
	"promotions_full": {409, func(b *bundle) request {
		path := "/programmes/" + b.made.Programme.String() + "/promotions"
		one := b.ask(request{do: "GET " + path + "?limit=1"}).want(200)
		b.must(b.store.Write(b.ctx, func(tx *store.Tx) (err error) { // one by one they would take long
			for range promo.MaxPromotions {
				p := store.Promotion{Tenant: b.tenant, Programme: b.made.Programme, Revision: 1, CreatedAt: b.clock(), UpdatedAt: b.clock()}
				p.Draft.ID = verno.NewID[verno.PromotionID](b.clock(), rand.Reader)
				err = errors.Join(err, tx.InsertPromotion(b.ctx, p))
			}
			return err
		}))
		return request{do: "POST " + path, body: one.at("items", 0, "draft")}
	}},
	"channels_full": {409, func(b *bundle) request {
		body := m{"name": "Плакат", "proof": "none"}
		b.ask(request{do: "POST /channels", body: body})             // the second time there are enough already
		b.must(b.store.Write(b.ctx, func(tx *store.Tx) (err error) { // one by one they would take long
			one, err := tx.Channels(b.ctx, b.tenant, verno.ChannelID{}, 1)
			for i := range member.MaxChannels - 1 {
				c := one[0]
				c.ID, c.Code = verno.NewID[verno.ChannelID](b.clock(), rand.Reader), "full"+strconv.Itoa(i)
				_, fault := tx.InsertChannel(b.ctx, c)
				err = errors.Join(err, fault)
			}
			return err
		}))
		return request{do: "POST /channels", body: body}
	}},
	"rate_limited": {429, func(b *bundle) request {
		q := request{do: "POST /identifications", body: m{"external_id": b.unique("nobody"), "terminal_id": b.till.String()}}
		for b.ask(q).status == 404 {
			continue
		}
		return q
	}},
	"draft_invalid": {422, func(b *bundle) request {
		path := "/programmes/" + b.made.Programme.String()
		put := func(levels any) {
			r := b.ask(request{do: "GET " + path}).want(200)
			b.ask(request{do: "PUT " + path, match: r.header.Get("ETag"), body: with(r.at("draft").(m), "levels", levels)}).want(200)
		}
		put(m{"levels": []m{{"id": "gold", "name": "Золотой", "from": 1}}})
		one := b.ask(request{do: "GET " + path + "/promotions?limit=1"}).want(200).at("items", 0, "draft").(m)
		b.ask(request{do: "POST " + path + "/promotions", body: with(one, "audience", m{"levels": []string{"gold"}})}).want(201)
		put(m{})
		return request{do: "POST /checkouts/quote", body: with(basket(1), "store_id", b.made.Store.String(), "options", m{"include_drafts": true})}
	}},
}
