package desk

import (
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// What one does with a member: each act has a page that says what will come of it, and ends on the member's own page.
var memberActs = []page{
	{"GET /members/{id}/points", adjusting, (*Desk).adjustForm},
	{"POST /members/{id}/points", adjusting, (*Desk).adjust},
	{"POST /members/{id}/freeze", changing, (*Desk).freeze},
	{"GET /members/{id}/edit", changing, (*Desk).personForm},
	{"POST /members/{id}/edit", changing, (*Desk).changePerson},
	{"POST /members/{id}/aim", changing, (*Desk).setAim},
	{"POST /members/{id}/gifts/{card}/return", givingBack, (*Desk).returnGift},
	{"POST /members/{id}/consents", changing, (*Desk).consent},
	{"GET /members/{id}/cards/new", changing, (*Desk).cardForm},
	{"POST /members/{id}/cards/new", changing, (*Desk).newCard},
	{"GET /members/{id}/cards/{card}/{act}", changing, (*Desk).cardActForm},
	{"POST /members/{id}/cards/{card}/{act}", changing, (*Desk).cardAct},
	{"POST /members/{id}/payment_cards/{card}/remove", changing, (*Desk).removePaymentCard},
	{"GET /members/{id}/merge", changing | verno.MayFindMembers, (*Desk).mergeForm},
	{"POST /members/{id}/merge", changing, (*Desk).merge},
	{"POST /members/{id}/export", erasing, (*Desk).exportMember},
	{"GET /members/{id}/erase", erasing, (*Desk).eraseForm},
	{"POST /members/{id}/erase", erasing, (*Desk).erase},
}

const (
	changing   = verno.MayReadMembers | verno.MayWriteMembers
	adjusting  = verno.MayReadMembers | verno.MayAdjust
	erasing    = verno.MayReadMembers | verno.MayErase
	givingBack = verno.MayReadMembers | verno.MayReturn
)

// subject reads the member that a page is about. Who was erased has nothing left that could be changed.
func (d *Desk) subject(c *call) (member.View, error) {
	c.Styles = append(c.Styles, "desk_people.css")
	id, err := path[verno.MemberID](c, "id")
	if err != nil {
		return member.View{}, err
	}
	v, err := d.Members.Read(c.r.Context(), c.actor, id)
	if err == nil && !v.ErasedAt.IsZero() {
		err = verno.Refused("person_erased")
	}
	return v, err
}

func memberPath(id verno.MemberID) string { return "/members/" + id.String() }

// did goes on to a page below Base, which says there what was done: desk.done.WHAT.
func (c *call) did(path, what string) { c.to(Base + path + "?done=" + what) }

// doneText is what the page before has done, as did left it; empty where it did nothing. It is said once: links of this
// page do not carry it on.
func (c *call) doneText() string {
	what := c.Query.Get("done")
	c.Query.Del("done")
	if what == "" || len(what) > 40 || !c.Has("desk.done."+what) {
		return ""
	}
	return c.Say("desk.done." + what)
}

// mend puts an error into the form, where the reader can do something about it. Other errors are returned.
func (c *call) mend(err error, rename map[string]string) error {
	e := c.explain(err)
	switch e.Kind {
	case verno.Internal, verno.KindNotFound, verno.KindUnavailable, verno.KindUnauthorised:
		return err
	}
	c.form.Fail(c.r, c.Page, e, rename)
	return nil
}

const keyBytes = 16

// onceKey is the key under which a form does something at most once: the one that came with it, or a new one for a new
// form. So a second click is the same request.
func (d *Desk) onceKey(c *call) string {
	key := c.form.Value("key")
	if key == "" {
		key = c.Query.Get("key")
	}
	if raw, err := hex.DecodeString(key); err == nil && len(raw) == keyBytes {
		return key
	}
	var b [keyBytes]byte
	if _, err := io.ReadFull(d.Frame.Entropy, b[:]); err != nil {
		panic("desk: no entropy for a form: " + err.Error())
	}
	return hex.EncodeToString(b[:])
}

// filled is a form as it is shown at first.
func filled(pairs ...string) *view.Form {
	f := &view.Form{Values: map[string][]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// freeze stops what a member spends, or lets it go on.
func (d *Desk) freeze(c *call) error {
	v, err := d.subject(c)
	if err != nil {
		return err
	}
	if c.form.On("on") {
		if _, err := d.Members.Freeze(c.r.Context(), c.actor, v.ID); err != nil {
			return err
		}
		c.did(memberPath(v.ID), "frozen")
		return nil
	}
	if _, err := d.Members.Unfreeze(c.r.Context(), c.actor, v.ID); err != nil {
		return err
	}
	c.did(memberPath(v.ID), "unfrozen")
	return nil
}

// at is the address of a page about the member.
func (p *profile) at(act string) templ.SafeURL { return templ.SafeURL(Base + memberPath(p.ID) + act) }

// card is the address of a page about one of its cards.
func (p *profile) card(card *member.Card, act string) templ.SafeURL {
	return p.at("/cards/" + card.ID.String() + "/" + act)
}

// may says whether the reader is offered an act. To who was erased nothing can be done.
func (p *profile) may(c *call, want verno.Permission) bool {
	return c.actor.May.Has(want) && p.ErasedAt.IsZero()
}

// reach is the spend at which the next level begins, for a bar.
func (p *profile) reach() string {
	return strconv.FormatInt(int64(p.stands.Spent+p.stands.Missing), 10)
}

// cardNumber is a card's number as it is printed, in groups of four. The card of who was erased has none any more.
func cardNumber(card *member.Card) string { return orDash(spaced(string(card.Number), 4)) }

// spaced puts a space after every so many characters, as people read long codes.
func spaced(code string, every int) string {
	var b strings.Builder
	for i, r := range code {
		if i > 0 && i%every == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func cardKind(card *member.Card) string {
	if card.Kind == member.KindPlastic {
		return member.KindPlastic
	}
	return "in_phone"
}

// birthday is a day of birth in words, with its year where it is told.
func birthday(c *call, text string) string {
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return c.Date(t)
	}
	if t, err := time.Parse("--01-02", text); err == nil {
		return c.Day(t)
	}
	return text
}
