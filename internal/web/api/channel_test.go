package api_test

import (
	"bytes"
	"image"
	"image/png"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// channel opens a way to join, as a poster would have it.
func (b *bundle) channel(more ...any) *reply {
	b.t.Helper()
	return b.ask(request{do: "POST /channels", body: with(m{"name": b.unique("Плакат"), "proof": "none"}, more...)}).want(201)
}

// TestChannel opens a way to join, changes it, closes it and opens it again. Its address and programme stay.
func TestChannel(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		made := b.channel("store_id", b.made.Store.String(), "fields", m{"name": "required", "email": "asked"})
		at := "/channels/" + made.str("id")
		if made.str("programme_id") != b.made.Programme.String() || made.at("wallet_form") != nil || made.header.Get("ETag") != `"1"` {
			t.Errorf("made: %s", made.raw)
		}
		body := m{"name": "Касса", "proof": "none", "wallet_form": true, "fields": m{"name": "asked", "birthday": "asked"}}
		b.ask(request{do: "PUT " + at, body: body}).want(428, "etag_missing")
		put := b.ask(request{do: "PUT " + at, match: made.header.Get("ETag"), body: body}).want(200)
		b.ask(request{do: "PUT " + at, match: made.header.Get("ETag"), body: body}).want(412, "etag_mismatch")
		read := b.ask(request{do: "GET " + at}).want(200)
		if read.raw != put.raw || read.at("wallet_form") != true || read.str("fields", "birthday") != "asked" || read.at("fields", "email") != nil ||
			read.at("store_id") != nil || read.str("path") != made.str("path") || read.header.Get("ETag") != `"2"` {
			t.Errorf("changed to %s, read %s", put.raw, read.raw)
		}
		closed := b.ask(request{do: "POST " + at + "/close"}).want(200)
		again := b.ask(request{do: "POST " + at + "/close"}).want(200)
		opened := b.ask(request{do: "POST " + at + "/open"}).want(200)
		if closed.str("closed_at") == "" || again.raw != closed.raw || opened.at("closed_at") != nil || opened.header.Get("ETag") != `"4"` {
			t.Errorf("closed %s, again %s, opened %s", closed.raw, again.raw, opened.raw)
		}
		for pointer, wrong := range map[string]m{
			"/name":         {"name": "", "proof": "none"},
			"/proof":        {"name": "x", "proof": "hope"},
			"/fields/name":  {"name": "x", "proof": "none", "fields": m{"name": "maybe"}},
			"/fields/shoe":  {"name": "x", "proof": "none", "fields": m{"shoe": "asked"}},
			"/wallet_form":  {"name": "x", "proof": "code", "wallet_form": true},
			"/store_id":     {"name": "x", "proof": "none", "store_id": verno.StoreID{1}.String()},
			"/programme_id": {"name": "x", "proof": "none", "programme_id": verno.ProgrammeID{1}.String()},
		} {
			if r := b.ask(request{do: "POST /channels", body: wrong}).want(422, "invalid_request"); r.str("errors", 0, "pointer") != pointer {
				t.Errorf("%s: %s", pointer, r.raw)
			}
		}
		b.ask(request{do: "PUT " + at, match: `"4"`, body: with(body, "fields", m{"birthday": "required"})}).want(422, "invalid_request")
	})
}

// TestChannelLook gives a form words, a picture and a colour of its own: a change that says nothing of them leaves them, an
// empty one takes them away, and what could not be shown is refused with nothing lost.
func TestChannelLook(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		picture := b.ask(request{do: "POST /pictures", body: m{"picture": pictureOf(t, 30, 20)}}).want(201).str("hash")
		look := m{
			"title": m{"ru": "  Карта кофейни ", "en": ""}, "lead": m{"ru": "Каждая шестая чашка\r\nв подарок"}, "button": m{"en": "Join"},
			"picture": picture, "accent": "#FFD400",
		}
		made := b.channel("look", look)
		at, plain := "/channels/"+made.str("id"), m{"name": "Афиша", "proof": "none"}
		if made.str("look", "title", "ru") != "Карта кофейни" || made.at("look", "title", "en") != nil || made.str("look", "lead", "ru") != "Каждая шестая чашка\nв подарок" ||
			made.str("look", "picture") != picture || made.str("look", "accent") != "#ffd400" || made.at("look", "button", "ru") != nil {
			t.Errorf("made: %s", made.raw)
		}
		kept := b.ask(request{do: "PUT " + at, match: `"1"`, body: plain}).want(200)
		if kept.str("name") != "Афиша" || kept.str("look", "button", "en") != "Join" || kept.str("look", "picture") != picture {
			t.Errorf("a change of the name: %s", kept.raw)
		}
		for pointer, wrong := range map[string]m{
			"/look/title/ru":  {"title": m{"ru": strings.Repeat("Щ", 61)}},
			"/look/lead/en":   {"lead": m{"en": strings.Repeat("x", 301)}},
			"/look/button/ru": {"button": m{"ru": "a\u202eb"}},
			"/look/title":     {"title": m{"de": "Karte"}},
			"/look/accent":    {"accent": "red"},
			"/look/picture":   {"picture": strings.Repeat("0", 64)},
		} {
			if r := b.ask(request{do: "PUT " + at, match: `"2"`, body: with(plain, "look", wrong)}).want(422, "invalid_request"); r.str("errors", 0, "pointer") != pointer {
				t.Errorf("%s: %s", pointer, r.raw)
			}
		}
		if read := b.ask(request{do: "GET " + at}).want(200); read.raw != kept.raw {
			t.Errorf("after refusals: %s", read.raw)
		}
		if gone := b.ask(request{do: "PUT " + at, match: `"2"`, body: with(plain, "look", m{})}).want(200); gone.at("look") != nil {
			t.Errorf("taken away: %s", gone.raw)
		}
	})
}

// pictureOf is a picture of so many pixels.
func pictureOf(t *testing.T, wide, high int) []byte {
	t.Helper()
	var raw bytes.Buffer
	if err := png.Encode(&raw, image.NewGray(image.Rect(0, 0, wide, high))); err != nil {
		t.Fatal(err)
	}
	return raw.Bytes()
}

// TestPicturesThatAreNone: what unpacks to more than a picture has, what is no picture and what draws itself is refused with
// the reason, before its pixels are looked at; a photo of twenty megapixels is taken.
func TestPicturesThatAreNone(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for code, raw := range map[string][]byte{
			"picture_invalid":   []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
			"picture_too_large": pictureOf(t, 6_000, 4_000),
		} {
			r := b.ask(request{do: "POST /pictures", body: m{"picture": raw}}).want(422, "invalid_request")
			if r.str("errors", 0, "code") != code || r.str("errors", 0, "pointer") != "/picture" {
				t.Errorf("%s: %s", code, r.raw)
			}
		}
		photo := b.ask(request{do: "POST /pictures", body: m{"picture": pictureOf(t, 5_000, 4_000)}}).want(201)
		if photo.num("width") != 1536 {
			t.Errorf("a photo of 20 megapixels is kept as %s", photo.raw)
		}
	})
}

// TestChannelFigures: who came by which address in a time, and how far they went.
func TestChannelFigures(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		poster, site := b.channel(), b.channel()
		long := b.clock()
		b.come(poster, "old", "")
		b.wait(40 * 24 * time.Hour)
		from := b.clock().Add(time.Second)
		b.wait(time.Minute)
		id, scan := b.enrol("+79161234567")
		b.come(poster, "vk", id)
		b.come(poster, "vk", "")
		b.come(site, "", "")
		presence := b.ask(request{do: "POST /identifications", token: b.token, body: m{"scan": scan}}).want(201).str("presence")
		b.sell(b.unique("sale"), with(basket(1), "presence", presence)).want(201)

		all := b.ask(request{do: "GET /channels/figures"}).want(200)
		want := m{"visits": 2.0, "joined": 1.0, "installed": 0.0, "removed": 0.0, "bought": 1.0, "bought_again": 0.0}
		for name, n := range want {
			if all.at("items", 0, name) != n {
				t.Errorf("%s of the poster: %s", name, all.raw)
			}
		}
		if all.str("items", 1, "channel_id") != site.str("id") || all.num("items", 1, "visits") != 1 || all.num("total", "visits") != 3 {
			t.Errorf("compared: %s", all.raw)
		}
		at := "GET /channels/" + poster.str("id") + "/figures"
		one := b.ask(request{do: at}).want(200)
		if one.str("by") != "utm_source" || len(one.at("items").([]any)) != 1 || one.str("items", 0, "source") != "vk" || one.num("total", "visits") != 2 {
			t.Errorf("by source: %s", one.raw)
		}
		earlier := b.ask(request{do: at + "?from=" + long.Format(time.RFC3339) + "&until=" + from.Format(time.RFC3339)}).want(200)
		if earlier.num("total", "visits") != 1 || earlier.str("items", 0, "source") != "old" {
			t.Errorf("earlier: %s", earlier.raw)
		}
		if by := b.ask(request{do: at + "?by=utm_campaign"}).want(200); by.str("items", 0, "source") != "" || by.num("items", 0, "visits") != 2 {
			t.Errorf("by campaign: %s", by.raw)
		}
		for _, bad := range []string{"?by=shoe", "?from=yesterday", "?until=1"} {
			b.ask(request{do: at + bad}).want(422, "invalid_request")
		}
		b.ask(request{do: "GET /channels/" + verno.ChannelID{1}.String() + "/figures"}).want(404, "not_found")
	})
}

// TestManySources: so many sources are told apart, and whoever thinks of more counts among the rest.
func TestManySources(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		poster := b.channel()
		for i := range 203 {
			b.come(poster, "s"+strconv.Itoa(i), "")
		}
		b.come(poster, "s202", "")
		one := b.ask(request{do: "GET /channels/" + poster.str("id") + "/figures"}).want(200)
		if len(one.at("items").([]any)) != 200 || one.str("items", 0, "source") != "s202" || one.num("rest", "visits") != 3 || one.num("total", "visits") != 204 {
			t.Errorf("many sources: %s", one.raw)
		}
	})
}

// come has somebody open the page of a channel from a source, and join as a member where one is named.
func (b *bundle) come(channel *reply, source, joined string) {
	b.t.Helper()
	var id verno.ChannelID
	b.must(id.UnmarshalText([]byte(channel.str("id"))))
	ch, err := b.store.Reader().Channel(b.ctx, b.tenant, id)
	b.must(err)
	visit, err := b.roll.Visit(b.ctx, ch, map[string]string{"utm_source": source}, b.clock())
	b.must(err)
	if joined == "" {
		return
	}
	var member verno.MemberID
	b.must(member.UnmarshalText([]byte(joined)))
	b.must(b.store.Write(b.ctx, func(tx *store.Tx) error { return tx.JoinVisit(b.ctx, b.tenant, visit, member, b.clock()) }))
}
