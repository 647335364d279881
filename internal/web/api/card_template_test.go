package api_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"
)

// TestCardTemplates drafts a template over the API, looks at what is said of it, publishes and rolls it back.
func TestCardTemplates(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		kinds := b.ask(request{do: "GET /card_kinds"}).want(200)
		if n := len(kinds.body["items"].([]any)); n != 13 {
			b.t.Fatal(n, "kinds")
		}
		at := "/programmes/" + b.made.Programme.String() + "/card_templates"
		made := b.ask(request{do: "POST " + at, body: m{"kind": "stamp", "name": "Кофе"}}).want(201)
		id := made.body["id"].(string)
		draft := made.body["draft"].(map[string]any)
		draft["design"].(map[string]any)["colours"] = m{"background": "#ffffff", "foreground": "#fefefe", "label": "#000000"}
		b.ask(request{do: "PUT /card_templates/" + id, body: draft, match: `"1"`}).want(422)
		draft["design"].(map[string]any)["colours"] = m{"background": "#ffffff", "foreground": "#000000", "label": "#808080"}
		put := b.ask(request{do: "PUT /card_templates/" + id, body: draft, match: `"1"`}).want(200)
		if len(put.body["warnings"].([]any)) != 1 {
			b.t.Fatal(put.body["warnings"])
		}
		b.ask(request{do: "PUT /card_templates/" + id, body: draft, match: `"1"`}).want(412)
		if v := b.ask(request{do: "POST /card_templates/" + id + "/validate"}).want(200); v.body["valid"] != true {
			b.t.Fatal(v.body)
		}
		b.ask(request{do: "POST /card_templates/" + id + "/publish", body: m{"note": "1"}, match: `"2"`}).want(200)
		b.ask(request{do: "POST /card_templates/" + id + "/make_standard"}).want(200)
		b.ask(request{do: "POST /card_templates/" + id + "/archive", match: `"2"`}).want(409)
		b.ask(request{do: "POST /card_templates/" + id + "/rollback", body: m{"version": 1}}).want(200)
		b.ask(request{do: "GET /card_templates/" + id + "/versions"}).want(200)
		b.ask(request{do: "GET /card_templates/" + id + "/versions/1"}).want(200)
		b.ask(request{do: "GET /card_templates/" + id + "/versions/2"}).want(404)
		if list := b.ask(request{do: "GET " + at}).want(200); len(list.body["items"].([]any)) != 2 {
			b.t.Fatal(list.body)
		}
	})
}

// TestPictures keeps a picture over the API and refuses what is none.
func TestPictures(t *testing.T) {
	t.Parallel()
	var raw bytes.Buffer
	if err := png.Encode(&raw, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	each(t, func(b *bundle) {
		kept := b.ask(request{do: "POST /pictures", body: m{"picture": raw.Bytes()}}).want(201)
		b.ask(request{do: "GET /pictures/" + kept.body["hash"].(string)}).want(200)
		b.ask(request{do: "POST /pictures", body: m{"picture": []byte("<svg/>")}}).want(422)
		if list := b.ask(request{do: "GET /pictures"}).want(200); len(list.body["items"].([]any)) != 1 {
			b.t.Fatal(list.body)
		}
	})
}
