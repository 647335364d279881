package desk

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// logPage is what the page of the log shows.
type logPage struct {
	*inquiry

	rows []deed
	next string
	head store.Checkpoint // the newest signature over the log; zero before the first
}

// deed is an event in words.
type deed struct {
	at     time.Time
	actor  string
	what   string // a sentence
	about  string // what it was done to
	path   string // of its page; empty where there is none or the reader may not see it
	detail []string
	seq    int64 // below 0 until sealed
	body   string
}

// happened is an event as it is stored.
type happened struct {
	Kind    verno.EventKind   `json:"kind"`
	At      int64             `json:"at"`
	Subject string            `json:"subject"`
	Actor   string            `json:"actor"`
	Detail  map[string]string `json:"detail"`
}

// told puts events into words.
func (d *Desk) told(c *call, rows []store.EventRow) ([]deed, error) {
	events := make([]happened, len(rows))
	for i := range rows {
		if err := json.Unmarshal([]byte(rows[i].Body), &events[i]); err != nil {
			return nil, fmt.Errorf("read event %d: %w", rows[i].Seq, err)
		}
	}
	w := &witness{d: d, c: c, names: d.naming(c), guests: map[verno.MemberID]string{}, zone: c.zone}
	if err := w.readReceipts(events); err != nil {
		return nil, err
	}
	out := make([]deed, len(rows))
	for i := range events {
		var err error
		if out[i], err = w.tell(&events[i]); err != nil {
			return nil, err
		}
		out[i].seq, out[i].body = rows[i].Seq, rows[i].Body
	}
	return out, nil
}

// witness tells of events; what they are about is looked up once.
type witness struct {
	d        *Desk
	c        *call
	names    *naming
	guests   map[verno.MemberID]string
	receipts map[string]*store.ReceiptRow // that the reader may see
	zone     *time.Location
}

// readReceipts reads all that events are about.
func (w *witness) readReceipts(events []happened) error {
	w.receipts = map[string]*store.ReceiptRow{}
	if !w.c.actor.May.Has(verno.MayReadReceipts) {
		return nil
	}
	var ids []verno.ReceiptID
	for i := range events {
		if id, err := verno.ParseID[verno.ReceiptID](events[i].Subject); err == nil {
			ids = append(ids, id)
		}
	}
	return w.d.Reader.ReceiptsByID(w.c.r.Context(), w.c.actor.Tenant, ids, func(r *store.ReceiptRow) { w.receipts[r.ID.String()] = r })
}

func (w *witness) tell(e *happened) (deed, error) {
	done := deed{at: verno.FromMicros(e.At).In(w.zone), what: w.sentence(e)}
	var err error
	if done.actor, err = w.names.actor(e.Actor); err != nil {
		return done, err
	}
	if done.actor == "" {
		done.actor = w.c.Say("desk.audit.nobody")
	}
	subject := e.Subject
	if of := e.Detail["member"]; of != "" {
		subject = of // A card is known by whose it is.
	}
	if done.about, done.path, err = w.about(subject); err != nil {
		return done, err
	}
	done.detail, err = w.detail(e)
	return done, err
}

// sentence says what was done. Kinds that gather several deeds name theirs in their details.
func (w *witness) sentence(e *happened) string {
	name := strings.ReplaceAll(string(e.Kind), ".", "_")
	switch e.Kind {
	case verno.EventAccess:
		name = "access." + strings.ReplaceAll(e.Detail["what"], ".", "_")
	case verno.EventConfigChanged:
		name = "config." + e.Detail["what"] + "_" + e.Detail["how"]
	case verno.EventConfigPublished:
		if what := e.Detail["what"]; what != "" {
			name = "config." + what + "_" + cmp.Or(e.Detail["how"], "published")
		}
	case verno.EventMemberFrozen:
		name = "member_" + e.Detail["how"]
	case verno.EventAimChanged:
		if aim := e.Detail["for"]; aim != "" {
			name = "aim_" + aim
		}
	case verno.EventPointsSpent, verno.EventPointsReturned:
		if e.Detail["for"] == "gift" {
			name = map[verno.EventKind]string{verno.EventPointsSpent: "gift_taken", verno.EventPointsReturned: "gift_returned"}[e.Kind]
		}
	case verno.EventMemberExported:
		if e.Detail["list"] != "" {
			name = "list_exported"
		}
	}
	if id := "desk.event." + name; w.c.Has(id) {
		return w.c.Say(id)
	}
	return w.c.Say("desk.event.unknown")
}

// about names what an event was about, and the page of it.
func (w *witness) about(subject string) (name, path string, err error) {
	prefix, _, _ := strings.Cut(subject, "_")
	switch prefix {
	case "mem":
		return w.member(subject)
	case "stf", "key", "trm":
		return w.thing(prefix, subject)
	case "str":
		if id, wrong := verno.ParseID[verno.StoreID](subject); wrong == nil {
			name, err = w.names.store(id)
		}
	case "prm":
		if id, wrong := verno.ParseID[verno.PromotionID](subject); wrong == nil {
			p, missed := w.d.Reader.Promotion(w.c.r.Context(), w.c.actor.Tenant, id)
			name, err = p.Draft.Name, some(missed)
		}
	case "prg":
		if id, wrong := verno.ParseID[verno.ProgrammeID](subject); wrong == nil {
			p, missed := w.d.Reader.Programme(w.c.r.Context(), w.c.actor.Tenant, id)
			name, err = p.Draft.Name, some(missed)
		}
	case "rcp":
		if r := w.receipts[subject]; r != nil {
			name = w.c.Money(r.Totals.Payable, r.Currency)
			if r.Number != "" {
				name = w.c.Say("desk.event.number", "Number", r.Number) + ", " + name
			}
			return name, Base + "/receipts/" + subject, nil
		}
	}
	return name, "", err
}

func (w *witness) member(subject string) (name, path string, err error) {
	id, err := verno.ParseID[verno.MemberID](subject)
	if err != nil {
		return "", "", nil //nolint:nilerr // Nobody of ours.
	}
	name, err = w.d.guest(w.c, id, w.guests)
	if errors.Is(err, verno.NotFound("not_found")) {
		return "", "", nil
	}
	if w.c.actor.May.Has(verno.MayReadMembers) {
		path = Base + "/members/" + subject
	}
	return name, path, err
}

// thing is somebody on the staff, a key or a till.
func (w *witness) thing(prefix, subject string) (name, path string, err error) {
	ctx, tenant := w.c.r.Context(), w.c.actor.Tenant
	switch prefix {
	case "stf":
		name, err = w.names.actor(subject)
	case "key":
		if id, wrong := verno.ParseID[verno.APIKeyID](subject); wrong == nil {
			key, missed := w.d.Reader.APIKey(ctx, tenant, id)
			name, err = key.Name, some(missed)
		}
	default:
		if id, wrong := verno.ParseID[verno.TerminalID](subject); wrong == nil {
			till, missed := w.d.Reader.Terminal(ctx, tenant, id)
			if err = some(missed); err != nil {
				return "", "", err
			}
			shop, err := w.names.store(till.Store)
			return strings.Trim(shop+", "+till.Name, ", "), "", err
		}
	}
	return name, "", err
}

// detail are the particulars that people ask for; the rest stands in the record itself.
func (w *witness) detail(e *happened) (list []string, err error) {
	say := func(id, name, value string) {
		if value != "" {
			list = append(list, w.c.Say(id, name, value))
		}
	}
	if p := e.Detail["points"]; p != "" {
		sign := "+"
		if rest, below := strings.CutPrefix(p, "-"); below {
			sign, p = "−", rest
		}
		if n, wrong := strconv.ParseInt(p, 10, 64); wrong == nil {
			list = append(list, sign+w.c.Count("points", n))
		} else {
			list = append(list, sign+p)
		}
	}
	reason := e.Detail["reason"]
	if id := "desk.reason." + reason; w.c.Has(id) {
		reason = w.c.Say(id)
	}
	say("desk.event.reason", "Reason", reason)
	say("desk.event.number", "Number", e.Detail["number"])
	say("desk.event.back_to", "Number", e.Detail["rolled_back_to"])
	if role := e.Detail["role"]; role != "" && w.c.Has("desk.event.role."+role) {
		list = append(list, w.c.Say("desk.event.role."+role))
	}
	for field := range strings.FieldsSeq(e.Detail["fields"]) {
		if id := "desk.event.field." + field; w.c.Has(id) {
			list = append(list, w.c.Say(id))
		}
	}
	if how := e.Detail["method"]; how != "" && w.c.Has("desk.receipt.method."+how) {
		list = append(list, w.c.Say("desk.receipt.method."+how))
	}
	places, err := w.places(e)
	if err != nil {
		return nil, err
	}
	list = append(list, places...)
	first, err := w.firstShown(e)
	if err != nil {
		return nil, err
	}
	say("desk.event.first_shown", "Where", first)
	say("desk.event.failures", "Number", e.Detail["failures"])
	say("desk.event.sold", "Number", e.Detail["sold"])
	return list, nil
}

// places are where it was done: a till is told with its store, which is not told again.
func (w *witness) places(e *happened) (list []string, err error) {
	at := []string{e.Detail["terminal"], e.Detail["store"]}
	if r := w.receipts[e.Subject]; r != nil {
		at = append(at, r.Store.String())
	}
	for _, subject := range at {
		name, _, err := w.about(subject)
		if err != nil {
			return nil, err
		}
		told := func(one string) bool { return one == name || strings.HasPrefix(one, name+", ") }
		if name != "" && !slices.ContainsFunc(list, told) {
			list = append(list, name)
		}
	}
	return list, nil
}

// firstShown is where and when a code was shown before, of an event that tells of two times.
func (w *witness) firstShown(e *happened) (string, error) {
	at, err := time.Parse(time.RFC3339, e.Detail["first_at"])
	if err != nil {
		return "", nil //nolint:nilerr // It tells of one time only.
	}
	return w.d.shownAt(w.c, w.names, e.Detail["first_store"], at)
}

func isNone(err error) bool { return errors.Is(err, store.ErrNotFound) }

// some is an error that is more than that nothing was found.
func some(err error) error {
	if isNone(err) {
		return nil
	}
	return err
}
