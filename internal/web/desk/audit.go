package desk

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// topic is what the log can be narrowed to. The first one, without a name, is all that people did.
type topic struct {
	name    string
	kinds   []verno.EventKind
	traffic bool // of tills, which is read in the order of the log
}

var topics = []topic{
	{name: ""},
	{name: "access", kinds: []verno.EventKind{verno.EventAccess}},
	{name: "rules", kinds: []verno.EventKind{verno.EventConfigChanged, verno.EventConfigPublished}},
	{name: "members", kinds: []verno.EventKind{
		verno.EventMemberCreated, verno.EventMemberUpdated, verno.EventPhoneChanged, verno.EventMemberMerged,
		verno.EventMemberErased, verno.EventMemberExported, verno.EventMemberFrozen, verno.EventConsentGranted, verno.EventConsentWithdrawn,
		verno.EventPINChanged, verno.EventAimChanged,
	}},
	{name: "cards", kinds: []verno.EventKind{
		verno.EventCardIssued, verno.EventCardBlocked, verno.EventCardUnblocked, verno.EventCardReplaced, verno.EventCardLinked, verno.EventCardRewritten,
		verno.EventCardFilled, verno.EventCardShown, verno.EventCardPrinted, verno.EventCardLinkSent, verno.EventCardLinkOpened, verno.EventCardMoved,
		verno.EventPaymentCardAdded, verno.EventPaymentCardRemoved,
	}},
	{name: "value", kinds: []verno.EventKind{
		verno.EventPointsAdjusted, verno.EventAdjustmentProposed, verno.EventAdjustmentRefused, verno.EventPointsAwarded, verno.EventPointsSpent,
		verno.EventCertificateReturned, verno.EventPointsReturned,
		verno.EventPointsExpired, verno.EventWalletToppedUp, verno.EventTaskDone,
	}},
	{name: "alarms", kinds: []verno.EventKind{verno.EventCodeReused, verno.EventCodeTwoPlaces, verno.EventPINLocked, verno.EventLookupsExceeded}},
	{name: "imports", kinds: []verno.EventKind{verno.EventImportFinished}},
	{name: "admissions", kinds: []verno.EventKind{verno.EventCardAdmitted, verno.EventCardAdmissionUndone}, traffic: true},
	{name: "lookups", kinds: []verno.EventKind{
		verno.EventIdentified, verno.EventConfirmationAsked, verno.EventConfirmationAnswered,
	}, traffic: true},
	{name: "sales", kinds: []verno.EventKind{
		verno.EventReceiptCommitted, verno.EventReceiptReturned, verno.EventCheckoutCancelled, verno.EventCardValue,
	}, traffic: true},
}

// deeds are the kinds of event of all that people did, apart from the traffic of tills.
var deeds = func() (all []verno.EventKind) {
	for _, t := range topics {
		if !t.traffic {
			all = append(all, t.kinds...)
		}
	}
	return all
}()

// inquiry is what is asked of the log.
type inquiry struct {
	form   *view.Form
	topic  topic
	actor  string // as events name it; empty for everybody
	span   store.EventSpan
	people []view.Option
	narrow bool
}

// audit shows who did what, newest first, with the number that each event has in the sealed log.
func (d *Desk) audit(c *call) error {
	q, err := d.inquire(c)
	if err != nil {
		return err
	}
	p := &logPage{inquiry: q}
	if len(q.form.Faults) == 0 {
		rows, next, err := d.found(c.r.Context(), c, q, pageSize)
		if err != nil {
			return err
		}
		p.next = next
		if p.rows, err = d.told(c, rows); err != nil {
			return err
		}
	}
	if p.head, err = d.Reader.LatestCheckpoint(c.r.Context(), c.actor.Tenant); err != nil && !isNone(err) {
		return err
	}
	c.Styles = append(c.Styles, "desk_report.css")
	return c.show(c.Say("desk.audit.title"), auditPage(c, p))
}

// inquire reads from the address what is asked.
func (d *Desk) inquire(c *call) (*inquiry, error) {
	q := &inquiry{form: &view.Form{Values: c.Query, Faults: map[string]string{}}, topic: topics[0]}
	for _, t := range topics {
		if t.name == c.Query.Get("topic") {
			q.topic = t
		}
	}
	zone := c.zone
	from, until := q.day(c, "from", zone), q.day(c, "to", zone)
	if !from.IsZero() {
		q.span.From = verno.NewID[verno.BatchID](from, strings.NewReader(strings.Repeat("\x00", 10)))
	}
	if !until.IsZero() {
		q.span.Until = verno.NewID[verno.BatchID](until.AddDate(0, 0, 1), strings.NewReader(strings.Repeat("\x00", 10)))
	}
	if !from.IsZero() && !until.IsZero() && until.Before(from) {
		q.form.Faults["to"] = c.Say("desk.receipt.wrong_span")
	}
	if q.actor = c.Query.Get("who"); len(q.actor) > 100 {
		q.actor = q.actor[:100]
	}
	q.narrow = q.topic.name != "" || q.actor != "" || !from.IsZero() || !until.IsZero()
	var err error
	if q.span.Before, err = eventBefore(c); err != nil {
		return nil, err
	}
	q.people, err = d.people(c, q.actor)
	return q, err
}

func (q *inquiry) day(c *call, name string, zone *time.Location) time.Time {
	text := strings.TrimSpace(c.Query.Get(name))
	if text == "" {
		return time.Time{}
	}
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil || day.Year() < 1970 {
		q.form.Faults[name] = c.Say("desk.receipt.wrong_date")
		return time.Time{}
	}
	return day
}

// mostLookedAt bounds how many events are looked at for one page where those of one person are wanted.
const mostLookedAt = 10_000

// found are the next events that are asked for, and where to go on. Those of one person are picked out of the others, so
// that a page may have fewer than asked for and there is more nevertheless.
func (d *Desk) found(ctx context.Context, c *call, q *inquiry, size int) (page []store.EventRow, next string, err error) {
	span, part := q.span, size+1
	if q.actor != "" {
		part = exportPart
	}
	for looked := 0; looked < mostLookedAt; {
		rows, err := d.events(ctx, c, q, span, part)
		if err != nil {
			return nil, "", err
		}
		for i := range rows {
			span.Before = store.EventPlace{Batch: rows[i].Batch, Ordinal: rows[i].Ordinal}
			if q.actor != "" && !strings.Contains(rows[i].Body, `"actor":"`+q.actor+`"`) {
				continue
			}
			if page = append(page, rows[i]); len(page) == size && (i+1 < len(rows) || len(rows) == part) {
				return page, eventCursor(span.Before), nil
			}
		}
		if len(rows) < part {
			return page, "", nil
		}
		looked += len(rows)
	}
	return page, eventCursor(span.Before), nil
}

// events are the newest of a topic, of any actor. Each rare kind is found by itself and all are merged.
func (d *Desk) events(ctx context.Context, c *call, q *inquiry, span store.EventSpan, limit int) ([]store.EventRow, error) {
	kinds := q.topic.kinds
	if q.topic.traffic {
		var three [3]verno.EventKind
		copy(three[:], kinds)
		return d.Reader.TrafficEvents(ctx, c.actor.Tenant, three, span, limit)
	}
	if kinds == nil {
		kinds = deeds
	}
	var all []store.EventRow
	for _, kind := range kinds {
		rows, err := d.Reader.EventsOfKind(ctx, c.actor.Tenant, kind, span, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	slices.SortFunc(all, func(a, b store.EventRow) int {
		return cmp.Or(bytes.Compare(b.Batch[:], a.Batch[:]), cmp.Compare(b.Ordinal, a.Ordinal))
	})
	return all[:min(len(all), limit)], nil
}

// people are those who can be asked for by name; somebody else whom the address names is among them.
func (d *Desk) people(c *call, actor string) ([]view.Option, error) {
	list := []view.Option{{Value: "", Label: c.Say("desk.audit.everybody")}}
	staff, err := d.Reader.StaffAfter(c.r.Context(), c.actor.Tenant, c.actor.Store, verno.StaffID{}, 200)
	if err != nil {
		return nil, err
	}
	names := d.naming(c)
	add := func(value string) error {
		name, err := names.actor(value)
		if name != "" {
			list = append(list, view.Option{Value: value, Label: name})
		}
		return err
	}
	listed := actor == "" || actor == "verno"
	for i := range staff {
		listed = listed || staff[i].ID.String() == actor
		if err := add(staff[i].ID.String()); err != nil {
			return nil, err
		}
	}
	list = append(list, view.Option{Value: "verno", Label: c.Say("desk.audit.nobody")})
	if !listed {
		err = add(actor)
	}
	return list, err
}

// eventCursor is where the log goes on, as the address says it.
func eventCursor(p store.EventPlace) string { return fmt.Sprintf("%x.%d", p.Batch[:], p.Ordinal) }

func eventBefore(c *call) (store.EventPlace, error) {
	text := c.Query.Get("after")
	if text == "" {
		return store.EventPlace{}, nil
	}
	return eventPlace(text)
}

func eventPlace(text string) (p store.EventPlace, err error) {
	batch, ordinal, _ := strings.Cut(text, ".")
	raw, err := hex.DecodeString(batch)
	if err == nil {
		p.Ordinal, err = strconv.ParseInt(ordinal, 10, 64)
	}
	if err != nil || len(raw) != len(p.Batch) {
		return store.EventPlace{}, verno.Malformed("malformed_cursor")
	}
	p.Batch = verno.BatchID(raw)
	return p, nil
}
