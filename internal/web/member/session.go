package member

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/site"
)

// seat is a request of a phone that has a card.
type seat struct {
	*call
	session *member.Session
	actor   verno.Actor
	zone    *time.Location // of the programme
}

// own answers a phone that has a card. One that has none, or none any more, is sent to the door.
func own(do func(*Face, *seat) error) func(*Face, *call) error {
	return func(f *Face, c *call) error {
		s, err := f.seat(c)
		if err != nil {
			return err
		}
		if s == nil {
			return nil
		}
		return do(f, s)
	}
}

// seat finds out whose card a phone has; nil where it was sent to the door.
func (f *Face) seat(c *call) (*seat, error) {
	held, err := c.r.Cookie(cookie)
	if err != nil {
		c.to(doorPath)
		return nil, nil //nolint:nilerr // The error says that there is no cookie.
	}
	session, err := f.Members.Session(c.r.Context(), held.Value, c.now)
	if errors.Is(err, verno.Unauthorised("credential_invalid")) {
		if err := f.come(c); err != nil {
			return nil, err
		}
		f.dropCard(c)
		c.to(doorPath + "?over=1")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := f.holders.Take(c.w.Header(), session.ID.String(), c.now); err != nil {
		return nil, err
	}
	s := &seat{call: c, session: session, actor: session.Actor(), zone: time.UTC}
	web.Attribute(c.r.Context(), s.actor.Name())
	c.Styles, c.Body = []string{"card.css"}, "card"
	if b, err := c.r.Cookie(bigCookie); err == nil && b.Value == "1" {
		c.Body += " big"
	}
	return s, f.brand(c, session.Tenant)
}

// doorPath leads to the page where somebody who has a card already gets it into this phone.
const doorPath = CardBase + "enter"

// door is where somebody stands who has no card in this phone: on the way to it, or after it was put away. Then the page
// takes what the phone kept with it.
func (f *Face) door(c *call) error {
	join, tenant, err := f.entrance(c)
	if err != nil {
		return err
	}
	c.Scripts = []string{"card/leave.js"}
	left := ""
	for _, why := range []string{"left", "over", "erased"} {
		if c.Query.Get(why) != "" {
			left = why
		}
	}
	if left == "" && join != "" {
		c.to(join)
		return nil
	}
	if !tenant.IsZero() {
		if err := f.brand(c, tenant); err != nil {
			return err
		}
	}
	c.Styles = append(c.Styles, "card.css")
	return c.show(c.Say("card.title"), doorPage(c, left, join))
}

// entrance is where people get their card into a phone: a way to join of the shop, where there is one shop.
func (f *Face) entrance(c *call) (path string, of verno.TenantID, err error) {
	tenants, err := f.Reader.Tenants(c.r.Context())
	if err != nil {
		return "", of, err
	}
	tenants = slices.DeleteFunc(tenants, func(t store.Tenant) bool { return !t.Live })
	if len(tenants) != 1 {
		return "", of, nil
	}
	const most = 200
	channels, err := f.Reader.Channels(c.r.Context(), tenants[0].ID, verno.ChannelID{}, most)
	for i := range channels {
		if channels[i].ClosedAt.IsZero() {
			return JoinBase + channels[i].Code + "/enter", tenants[0].ID, err
		}
	}
	return "", tenants[0].ID, err
}

// leave ends the session of this phone.
func (f *Face) leave(s *seat) error { return f.leaveAs(s, "left") }

func (f *Face) leaveAs(s *seat, why string) error {
	if err := f.Members.EndSession(s.r.Context(), s.session, s.session.ID, s.now); err != nil {
		return err
	}
	f.dropCard(s.call)
	s.to(doorPath + "?" + why + "=1")
	return nil
}

// endSession takes the card out of another phone of the member's.
func (f *Face) endSession(s *seat) error {
	var id verno.SessionID
	if err := id.UnmarshalText([]byte(s.form.Value("session"))); err != nil {
		return verno.NotFound("not_found").With("thing", "session")
	}
	if id == s.session.ID {
		return f.leave(s)
	}
	if err := f.Members.EndSession(s.r.Context(), s.session, id, s.now); err != nil {
		return err
	}
	s.to(settingsPath + "?done=device#devices")
	return nil
}

// bigCookie remembers that somebody wants large letters.
const bigCookie = "verno_big"

func (f *Face) setBig(s *seat) error {
	seconds := -1
	if s.form.On("big") {
		seconds = lasts
	}
	site.SetCookie(s.w, site.Cookie{Name: bigCookie, Value: "1", Path: strings.TrimSuffix(CardBase, "/"), Seconds: seconds, Encrypted: f.Frame.Encrypted(s.r)})
	s.to(settingsPath)
	return nil
}

// deviceOf is what a phone is called in the list of phones, by what its browser says of itself: its make, and the browser.
func deviceOf(agent string) string {
	name := first(agent, "iPhone", "iPad", "Android", "Windows", "Macintosh", "CrOS", "Linux")
	browser := first(agent, "YaBrowser", "SamsungBrowser", "OPR", "Edg", "Firefox", "FxiOS", "CriOS", "Chrome", "Safari")
	if nicer, ok := nicknames[name]; ok {
		name = nicer
	}
	if nicer, ok := nicknames[browser]; ok {
		browser = nicer
	}
	return strings.Trim(name+" · "+browser, " ·")
}

var nicknames = map[string]string{
	"Macintosh": "Mac", "CrOS": "Chromebook", "YaBrowser": "Yandex", "SamsungBrowser": "Samsung Internet", "OPR": "Opera",
	"Edg": "Edge", "FxiOS": "Firefox", "CriOS": "Chrome",
}

func first(text string, words ...string) string {
	for _, w := range words {
		if strings.Contains(text, w) {
			return w
		}
	}
	return ""
}
