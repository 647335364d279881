package desk

import (
	"fmt"
	"html"
	"net/url"
	"strings"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// outlet is a place where a channel's address is put, with the address by which those are counted who come from there.
type outlet struct {
	name    string
	address string
	post    string // the network's own page for sending it on; empty where there is none
}

// networks are where an address can be sent on, and how their own pages for that are asked: {url} is the address, {text} what
// stands beside it.
var networks = []struct{ name, page string }{
	{"vk", "https://vk.com/share.php?url={url}"},
	{"telegram", "https://t.me/share/url?url={url}&text={text}"},
	{"whatsapp", "https://wa.me/?text={text}%20{url}"},
	{"ok", "https://connect.ok.ru/offer?url={url}"},
	{"facebook", "https://www.facebook.com/sharer/sharer.php?u={url}"},
	{"x", "https://x.com/intent/post?url={url}&text={text}"},
}

// places are where an address is put by hand, with the medium by which it is counted beside its source.
var places = []struct{ name, medium string }{{"site", ""}, {"order", "email"}, {"receipt", "receipt"}, {"sms", "sms"}}

// outlets are the networks, then the other places.
func (d *Desk) outlets(c *call, ch *store.Channel) (social, other []outlet) {
	address := d.joinAddress(c, ch)
	text := either(ch.Look.Title[c.Code], c.Say("join.title")) + " · " + c.Brand.Name
	for _, n := range networks {
		tagged := address + "?" + url.Values{"utm_source": {n.name}}.Encode()
		post := strings.NewReplacer("{url}", url.QueryEscape(tagged), "{text}", strings.ReplaceAll(url.QueryEscape(text), "+", "%20")).Replace(n.page)
		social = append(social, outlet{n.name, tagged, post})
	}
	for _, p := range places {
		q := url.Values{"utm_source": {p.name}}
		if p.medium != "" {
			q.Set("utm_medium", p.medium)
		}
		other = append(other, outlet{name: p.name, address: address + "?" + q.Encode()})
	}
	return social, other
}

// snippet is what is put into a page of one's own: a link with a button for a picture, which follows the look of the form.
func (d *Desk) snippet(c *call, ch *store.Channel, lang string) string {
	address := d.joinAddress(c, ch)
	text := either(ch.Look.Button[lang], words.In(lang).Say("join.get"))
	return fmt.Sprintf(`<a href="%s?utm_source=site"><img src="%s/badge/%s.svg" height="56" alt="%s"></a>`,
		html.EscapeString(address), html.EscapeString(address), lang, html.EscapeString(text))
}
