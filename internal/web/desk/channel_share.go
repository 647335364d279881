package desk

import (
	"fmt"
	"html"
	"net/url"
	"strings"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/site"
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

// ofNetworks are the outlets of networks.
func ofNetworks(c *call, ch *store.Channel, address string) (list []outlet) {
	text := site.WordsOf(&ch.Look, c.Lang).Title + " · " + c.Brand.Name
	for _, n := range networks {
		tagged := address + "?" + url.Values{"utm_source": {n.name}}.Encode()
		post := strings.NewReplacer("{url}", url.QueryEscape(tagged), "{text}", strings.ReplaceAll(url.QueryEscape(text), "+", "%20")).Replace(n.page)
		list = append(list, outlet{n.name, tagged, post})
	}
	return list
}

// ofPlaces are the other outlets.
func ofPlaces(address string) (list []outlet) {
	for _, p := range places {
		q := url.Values{"utm_source": {p.name}}
		if p.medium != "" {
			q.Set("utm_medium", p.medium)
		}
		list = append(list, outlet{name: p.name, address: address + "?" + q.Encode()})
	}
	return list
}

// snippet is what is put into a page of one's own: a link with a button for a picture, which follows the look of the form.
func snippet(ch *store.Channel, address, lang string) string {
	return fmt.Sprintf(`<a href="%[1]s?utm_source=site"><img src="%[1]s/badge/%[2]s.svg" height="56" alt="%[3]s"></a>`,
		html.EscapeString(address), lang, html.EscapeString(site.WordsOf(&ch.Look, words.In(lang)).Button))
}
