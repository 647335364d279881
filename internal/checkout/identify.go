package checkout

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// found is who was named, before anything is consumed.
type found struct {
	member verno.Member
	card   store.Card // zero where no card was shown
	method verno.Method
	step   int64

	once      [32]byte  // of what was read by NFC: the same for the same tap
	onceUntil time.Time // until when it would be taken again; zero for what was not read

	payment verno.PaymentCardID // the bank card by which the member was known; zero for none
}

// Identify turns what was scanned or typed into a presence: bound to the terminal, the method and five minutes. A live
// code is consumed here; every look-up is audited and counted. Of a card that says not who buys, such as a coupon or a pass,
// it only tells what it is. The answer is the same card_not_usable for a card that
// nobody has and for one that is blocked. Errors: code_unreadable, card_not_usable, code_expired, code_used,
// rate_limited.
func (t *Till) Identify(ctx context.Context, a verno.Actor, q Identify) (*Identified, error) {
	if err := a.Require(verno.MayIdentify); err != nil {
		return nil, err
	}
	pl, err := t.at(ctx, a, q.Terminal, q.Store)
	if err != nil {
		return nil, err
	}
	now := t.clock()
	if err := t.mayLookUp(ctx, a, pl, &q, now); err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		found, err := t.identify(ctx, a, pl, &q, now)
		if err == nil || !errors.Is(err, verno.Conflict("owner_moved")) || try == maxMoves {
			if q.unguessable() {
				return found, err // Most bank cards that pay are nobody's here, and none of them is a guess.
			}
			return found, t.missed(ctx, a, pl, now, err)
		}
	}
}

// maxMoves bounds how often a member is looked for again whose account was moved to another owner meanwhile.
const maxMoves = 3

func (t *Till) identify(ctx context.Context, a verno.Actor, pl *place, q *Identify, now time.Time) (*Identified, error) {
	f, err := t.find(ctx, a, *q, now)
	if err != nil {
		return nil, err
	}
	if f.bearer() {
		return t.identifyBearer(ctx, a, pl, f, now)
	}
	p := &verno.Presence{
		Tenant: a.Tenant, Terminal: pl.terminal, APIKey: a.APIKey, Member: f.member.ID, Owner: f.member.Owner,
		Card: f.card.ID, Template: f.card.Template, Method: f.method, Step: f.step, Until: now.Add(t.limits.PresenceLife).UTC(),
	}
	return t.admit(ctx, a, pl, p, f)
}

// lookups is the window in which identifications are counted.
const lookups = time.Hour

func lookupsOf(a verno.Actor, pl *place) store.Counted {
	return store.Counted{Tenant: a.Tenant, Subject: "lookup/" + a.Name() + "/" + pl.terminal.String()}
}

func missesOf(a verno.Actor, pl *place) store.Counted {
	return store.Counted{Tenant: a.Tenant, Subject: "miss/" + a.Name() + "/" + pl.terminal.String()}
}

// mayLookUp refuses a cashier or terminal that has looked up too many, and one that has guessed too often unless what it
// scans cannot be guessed. Integrations are bounded by their rate.
func (t *Till) mayLookUp(ctx context.Context, a verno.Actor, pl *place, q *Identify, now time.Time) error {
	if pl.terminal.IsZero() {
		return nil
	}
	n, err := t.reader.Taken(ctx, lookupsOf(a, pl), now, store.Limit{Most: t.limits.LookupsPerHour, Window: lookups})
	if err != nil {
		return err
	}
	if n >= t.limits.LookupsPerHour {
		t.alarm(ctx, a, pl, now, lookupsOf(a, pl), "look-ups")
		return limited(now)
	}
	if scan, err := code.Parse(q.Scan); err == nil && scan.Kind == code.KindMachine || q.unguessable() {
		return nil
	}
	n, err = t.reader.Taken(ctx, missesOf(a, pl), now, store.Limit{Most: t.limits.MissesPerHour, Window: lookups})
	if err != nil {
		return err
	}
	if n >= t.limits.MissesPerHour {
		t.alarm(ctx, a, pl, now, missesOf(a, pl), "misses")
		return limited(now)
	}
	return nil
}

func limited(now time.Time) error {
	const window = int64(lookups / time.Second)
	seconds := int(window - now.Unix()%window)
	return verno.Limited("rate_limited", seconds).With("seconds", strconv.Itoa(seconds))
}

// missed counts a code or number that leads nowhere, live digits that are wrong among them, and refuses a terminal that
// has tried too many. Other errors, and none, it returns as they are.
func (t *Till) missed(ctx context.Context, a verno.Actor, pl *place, now time.Time, cause error) error {
	if e := verno.AsError(cause); e == nil || pl.terminal.IsZero() || e.Code != "card_not_usable" && e.Code != "code_expired" {
		return cause
	}
	limit := store.Limit{Most: t.limits.MissesPerHour, Window: lookups}
	var wait time.Duration
	err := t.store.Write(ctx, func(tx *store.Tx) (err error) {
		wait, err = tx.Take(ctx, missesOf(a, pl), now, limit)
		return err
	})
	if err != nil {
		return err
	}
	if wait > 0 {
		return limited(now)
	}
	return cause
}

// find tells who is meant. It changes nothing. At the zero time, of a sale that is past, it asks neither whether the card
// is still in use nor which live code it showed then.
func (t *Till) find(ctx context.Context, a verno.Actor, q Identify, now time.Time) (*found, error) {
	switch {
	case !q.Member.IsZero():
		if !a.Terminal.IsZero() {
			return nil, verno.Forbidden("permission_missing").With("needed", "members.read")
		}
		if err := a.Require(verno.MayReadMembers); err != nil {
			return nil, err
		}
		m, err := t.reader.Member(ctx, a.Tenant, q.Member)
		return t.foundMember(ctx, a.Tenant, m, verno.MethodMemberID, err)
	case q.ExternalID != "":
		m, err := t.reader.MemberByExternalID(ctx, a.Tenant, q.ExternalID)
		return t.foundMember(ctx, a.Tenant, m, verno.MethodExternalID, err)
	}
	switch token, is, err := q.payment(); {
	case err != nil:
		return nil, err
	case is:
		return t.findPayment(ctx, a.Tenant, token)
	}
	switch read, ok, err := readOf(&q); {
	case err != nil:
		return nil, err
	case ok:
		return t.findRead(ctx, a, read, now)
	}
	scan, err := code.Parse(q.Scan)
	if err != nil {
		return nil, err
	}
	return t.findScan(ctx, a.Tenant, scan, now)
}

func (t *Till) findScan(ctx context.Context, tenant verno.TenantID, scan code.Scan, now time.Time) (*found, error) {
	switch scan.Kind {
	case code.KindLive, code.KindMachine, code.KindNFC, code.KindNumber:
		return t.findCard(ctx, tenant, scan.Card(), scan, now)
	case code.KindPhone:
		return t.findPhone(ctx, tenant, scan)
	case code.KindExternal:
		if utf8.RuneCountInString(scan.Value) > verno.MaxTextLength {
			return nil, verno.Invalid("code_unreadable")
		}
		m, err := t.reader.MemberByExternalID(ctx, tenant, scan.Value)
		return t.foundMember(ctx, tenant, m, verno.MethodExternalID, err)
	default:
		return nil, verno.Invalid("code_unreadable")
	}
}

func (t *Till) findPhone(ctx context.Context, tenant verno.TenantID, scan code.Scan) (*found, error) {
	phone, err := t.vault.Phone(scan.Value)
	if err != nil {
		return nil, verno.Invalid("code_unreadable").Because(err)
	}
	l, err := t.vault.Find(ctx, t.reader, tenant, store.LookupPhone, phone)
	if errors.Is(err, store.ErrNotFound) {
		m, err := t.reader.MemberByExternalID(ctx, tenant, scan.Text)
		return t.foundMember(ctx, tenant, m, verno.MethodExternalID, err)
	}
	if err != nil {
		return nil, err
	}
	m, err := t.reader.Member(ctx, tenant, l.Member)
	return t.foundMember(ctx, tenant, m, verno.MethodPhone, err)
}

// foundMember follows merges and refuses those who are no more.
func (t *Till) foundMember(ctx context.Context, tenant verno.TenantID, m verno.Member, how verno.Method, err error) (*found, error) {
	if err == nil && !m.MergedInto.IsZero() {
		m, err = t.reader.Member(ctx, tenant, m.MergedInto)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, verno.NotFound("card_not_usable")
	case err != nil:
		return nil, err
	case !m.ErasedAt.IsZero():
		return nil, verno.NotFound("card_not_usable")
	}
	return &found{member: m, method: how}, nil
}

// findCard leads from a card's number or machine code to its member and checks a live code's digits.
func (t *Till) findCard(ctx context.Context, tenant verno.TenantID, value string, scan code.Scan, now time.Time) (*found, error) {
	l, err := t.vault.Find(ctx, t.reader, tenant, store.LookupCard, value)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && l.Member.IsZero() && now.IsZero():
		return nil, verno.NotFound("card_not_usable")
	case err != nil:
		return nil, err
	case l.Member.IsZero():
		return t.findBearer(ctx, tenant, l.Card, scan)
	}
	card, err := t.reader.Card(ctx, tenant, l.Card)
	if err != nil {
		return nil, err
	}
	if card.State != verno.CardActive && !now.IsZero() {
		return nil, verno.NotFound("card_not_usable")
	}
	m, err := t.reader.Member(ctx, tenant, card.Member)
	f, err := t.foundMember(ctx, tenant, m, verno.MethodCardNumber, err)
	if err != nil {
		return nil, err
	}
	f.card = card
	switch {
	case now.IsZero():
	case scan.Kind == code.KindMachine:
		f.method = verno.MethodStaticCode
	case scan.Kind == code.KindLive:
		secret, err := t.secretOf(ctx, tenant, card)
		if err != nil {
			return nil, err
		}
		step, ok := code.Check(secret.Live, scan.Value, now)
		if !ok {
			return nil, verno.Invalid("code_expired")
		}
		f.method, f.step = verno.MethodLiveCode, step
	case scan.Kind == code.KindNFC:
		secret, err := t.secretOf(ctx, tenant, card)
		if err != nil {
			return nil, err
		}
		if !code.CheckNFC(secret.Live, scan) {
			return nil, verno.NotFound("card_not_usable")
		}
		// A reader that holds the key itself types this. It is the same each time, so it is no more than a static code.
		f.method = verno.MethodStaticCode
	}
	return f, nil
}

func (t *Till) secretOf(ctx context.Context, tenant verno.TenantID, card store.Card) (secret verno.CardSecret, err error) {
	plain, err := t.vault.Open(ctx, tenant, vault.At("card", card.ID.String(), "sealed"), card.Sealed)
	if err != nil {
		return secret, err
	}
	return secret, json.Unmarshal(plain, &secret)
}

// admit consumes a live code, audits the look-up, and makes the presence from the owner as locked.
func (t *Till) admit(ctx context.Context, a verno.Actor, pl *place, p *verno.Presence, f *found) (*Identified, error) {
	person, err := t.vault.Person(ctx, t.reader, a.Tenant, f.member.ID)
	if errors.Is(err, vault.ErrErased) {
		err = verno.NotFound("card_not_usable")
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	p.BirthMonth, p.BirthDay = birthday(person.Birthday)
	var seen *store.Owner
	var first verno.Sighting
	_, err = t.books.Do(ctx, &books.Work{
		Tenant: a.Tenant,
		Owners: []books.Want{{Owner: p.Owner}},
		Also:   f.noted(ctx, a.Tenant, t.clock()),
		Decide: func(page *books.Page) (books.Result, error) {
			o := page.Owner(p.Owner)
			if o == nil {
				return books.Result{}, verno.NotFound("card_not_usable")
			}
			if p.Method == verno.MethodLiveCode {
				if p.Step <= o.State.LiveSeen[p.Card] {
					first = o.State.Sighted[p.Card]
					return books.Result{}, verno.Forbidden("code_used")
				}
				changed := page.Change(p.Owner)
				if changed.State.LiveSeen == nil {
					changed.State.LiveSeen = map[verno.CardID]int64{}
				}
				changed.State.LiveSeen[p.Card] = p.Step
			}
			remembered, wrong := t.sight(page, a, pl, p)
			if wrong != nil {
				return books.Result{}, wrong
			}
			seen = remembered
			if !pl.terminal.IsZero() {
				page.Count(lookupsOf(a, pl), store.Limit{Most: t.limits.LookupsPerHour, Window: lookups})
			}
			page.Emit(verno.Event{
				Kind: verno.EventIdentified, Owner: p.Owner, Subject: p.Member.String(), Actor: a.Name(),
				Detail: map[string]string{"method": string(p.Method), "terminal": pl.terminal.String()},
			})
			return books.Result{Owner: p.Owner}, nil
		},
	})
	if err != nil {
		if errors.Is(err, verno.Forbidden("code_used")) {
			t.sighted(ctx, a, pl, p, first)
		}
		return nil, err
	}
	p.Epoch = seen.Epoch
	if err := t.inUse(ctx, p); err != nil {
		return nil, err
	}
	return t.identified(ctx, pl, p, f, person)
}

// inUse refuses a card that was blocked after it was found and before its owner was locked: whoever blocks it later ends
// this presence with all others, but of what was given out after the block nobody would know.
func (t *Till) inUse(ctx context.Context, p *verno.Presence) error {
	if p.Card.IsZero() {
		return nil
	}
	c, err := t.reader.Card(ctx, p.Tenant, p.Card)
	if err == nil && c.State != verno.CardActive {
		err = verno.NotFound("card_not_usable")
	}
	return err
}

func (t *Till) identified(ctx context.Context, pl *place, p *verno.Presence, f *found, person vault.Person) (*Identified, error) {
	seen, err := t.look(ctx, pl, p)
	if err != nil {
		return nil, err
	}
	r := seen.config.rules[pl.store.Programme]
	if r != nil {
		p.Tags = r.asked(f.member.Tags)
	}
	token, err := t.seal(ctx, p)
	if err != nil {
		return nil, err
	}
	out := &Identified{Presence: token, Method: p.Method, Strong: p.Method.Strong(), Card: p.Card, Until: p.Until}
	if out.Shown, err = t.shown(ctx, f, t.clock()); err != nil {
		return nil, err
	}
	out.View.Member = p.Member
	if r != nil {
		m := verno.Moment{At: t.clock().In(pl.zone), Store: pl.store.ID, Terminal: pl.terminal, Channel: pl.channel("")}
		seen.hold(verno.Micros(m.At))
		facts, err := factsOf(r, seen.owner, seen.has, p, m, -1)
		if err != nil {
			return nil, err
		}
		seen.config.tell(r, p, facts)
		out.View = *viewOf(pl, r, seen, p, m, facts)
	}
	// A number or phone that anybody can type gets a first name only together with proof of presence.
	if p.Method.Strong() || p.Method == verno.MethodStaticCode || p.Method == verno.MethodPaymentCard {
		out.View.FirstName = person.FirstName
		out.View.Birthday = nearBirthday(p.BirthMonth, p.BirthDay, t.clock().In(pl.zone))
	}
	out.View.Phone = vault.MaskPhone(person.Phone)
	return out, nil
}
