package pass

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// googleOutcome is what became of telling Google.
type googleOutcome uint8

const (
	googleUnderWay googleOutcome = iota
	googleDone                   // it knows
	googleLater                  // it would not listen now
	googleRefused                // it will never take this
)

// googleWork is telling Google of one card, or of one template, call by call. Its steps are pure: answer says from what was
// answered what comes next.
type googleWork struct {
	pass    store.Pass
	had     store.GoogleObject
	before  store.GoogleObject // of another class or issuer, which had takes the place of; zero for none
	leaves  string             // of before, what is still to be ended at Google; empty for nothing
	view    *GoogleView
	class   *googleWork // of a card: what has to be done first; nil where Google knows the class
	at      string      // loyaltyObject, loyaltyClass …
	id      string
	body    googleBody
	digest  []byte
	loud    []byte    // hash of the fields whose changes are spoken of
	news    card.Text // that has to be told, or a reminder; nil for none
	told    []byte    // hash of that; of the news of the face where there is nothing to tell
	heard   []byte    // what Google was told last, once that is told
	owed    bool      // it is a reminder
	step    googleStep
	speaks  bool         // the change is spoken of
	rings   bool         // the message is spoken of
	rung    []store.Ring // what it may say aloud for the first time, and has not said yet
	outcome googleOutcome
	wait    time.Duration
	held    bool   // Google would not listen, to nobody perhaps
	access  bool   // the issuer is not let in
	fault   string // of what was refused
	why     string // of the last call that was not taken, in a word or two
}

// googleStep is a call.
type googleStep uint8

const (
	googlePatch googleStep = iota
	googleInsert
	googleLook    // whether the message is there already
	googleMessage // tell the news
	googlePrune   // of the oldest message, to leave room for the next
	googleLeave   // what the card was before its class changed, which Google can end and not delete
)

// Google takes so many messages a card, and speaks of so many changes, and as many messages, in so long.
const (
	mostMessages  = 10
	mostSpoken    = 3
	spokenIn      = 24 * time.Hour
	longestHeader = 60
)

// googleWork looks at what there is to tell of a pass.
func (p *Passes) googleWork(ctx context.Context, g *googleIssuer, pass store.Pass, now time.Time) (*googleWork, error) {
	template, facts, err := p.Facts(ctx, pass.Tenant, pass.Card, now)
	if err != nil {
		return nil, err
	}
	face, err := card.Show(&template, &facts)
	if err != nil {
		return nil, err
	}
	reader := p.Store.Reader()
	had, err := reader.GoogleObject(ctx, pass.Tenant, pass.Card)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	class := googleClassOf(face.Kind)
	view := &GoogleView{
		Face: &face, Front: template.Front(), State: facts.State, News: facts.News, Class: class, Account: g.account.GoogleAccount,
		Pass: pass, Base: p.Base, Now: now,
		ID:      g.id + "." + pass.Serial + "." + string(class),
		ClassID: g.id + "." + pass.Template.String() + "." + string(class),
	}
	if strings.HasPrefix(p.Base, "https://") {
		view.Callback = p.Base + "/hooks/google/" + pass.Tenant.String()
	}
	if view.Logo, err = p.tenantLogo(ctx, pass.Tenant); err != nil {
		return nil, err
	}
	if face.Code.Live && p.Google.Secret != nil && !face.Voided {
		if view.Live, view.Machine, err = p.Google.Secret(ctx, pass.Tenant, pass.Card); err != nil {
			return nil, err
		}
	}
	w := newGoogleWork(view, had, now)
	w.class, err = p.googleClassWork(ctx, view, &template)
	return w, err
}

// tenantLogo is the address of the logo that a merchant's pages have; empty where it has none.
func (p *Passes) tenantLogo(ctx context.Context, tenant verno.TenantID) (string, error) {
	brand, err := p.Store.Reader().Brand(ctx, tenant)
	if errors.Is(err, store.ErrNotFound) || err == nil && brand.LogoHash == "" {
		return "", nil
	}
	return p.Base + "/brand/" + tenant.String() + "-" + brand.LogoHash + ".png", err
}

// newGoogleWork compares a card with what Google was told of it.
func newGoogleWork(v *GoogleView, had store.GoogleObject, now time.Time) *googleWork {
	w := &googleWork{pass: v.Pass, had: had, view: v, at: string(v.Class) + "Object", id: v.ID, body: GoogleObject(v)}
	if had.ID != v.ID {
		w.had = store.GoogleObject{Tenant: v.Pass.Tenant, Card: v.Pass.Card, ID: v.ID, Changes: "[]", Notices: "[]"}
		w.step = googleInsert
		if w.before = had; strings.HasPrefix(had.ID, v.issuer()+".") {
			w.leaves = had.ID
		}
	}
	w.pass.GoogleID = v.ID
	w.digest = hashOf(w.body)
	w.loud = hashOf(loudFields(v.Face))
	w.choose()
	w.speaks = w.step == googlePatch && v.Class != card.ClassGeneric && string(w.loud) != string(w.had.Loud) && mayRing(w.had.Changes, now)
	w.rings = mayRing(w.had.Notices, now)
	if w.step == googlePatch && string(w.digest) == string(w.had.Sent) {
		w.tell()
	}
	return w
}

// choose finds out what has to be told beside the card itself: what it reminds of before its news.
func (w *googleWork) choose() {
	hadNews, hadReminder := heardOf(w.had.News)
	news, reminder := newsOf(w.view.Face, w.view.News), saidIn(w.view.Face, card.ReminderField)
	w.news, w.told, w.heard, w.owed = nil, nil, w.had.News, false
	if !news.Empty() {
		w.told = hashOf(news)
		if !bytes.Equal(w.told, hadNews) {
			w.news, w.heard = news, heard(w.told, hadReminder)
		}
	}
	if reminder != nil && !bytes.Equal(hashOf(reminder), hadReminder) {
		w.news, w.told, w.owed = reminder, hashOf(reminder), true
		w.heard = heard(hadNews, w.told)
	}
}

// heard is the hash of the news that Google was told last, and that of the reminder after it; either may be nothing.
func heard(news, reminder []byte) []byte {
	if len(reminder) == 0 {
		return news
	}
	if len(news) == 0 {
		news = make([]byte, sha256.Size)
	}
	return slices.Concat(news, reminder)
}

func heardOf(both []byte) (news, reminder []byte) {
	n := min(len(both), sha256.Size)
	if bytes.Equal(both[:n], make([]byte, sha256.Size)) {
		return nil, both[n:]
	}
	return both[:n], both[n:]
}

// said names what there is to tell as all cards know it.
func (w *googleWork) said() []byte {
	if w.owed {
		return reminderSaid(&w.pass, w.view.Face)
	}
	return newsSaid(w.told)
}

// done goes on once something was told: what there is beside it is told as well, and without a sound.
func (w *googleWork) done() {
	w.had.News, w.had.Asked, w.outcome = w.heard, nil, googleDone
	if w.choose(); w.news != nil {
		w.step, w.rings, w.outcome = googleMessage, false, googleUnderWay
	}
}

// tell goes on to the news after the card itself.
func (w *googleWork) tell() {
	switch {
	case w.news == nil:
		w.outcome = googleDone
	case w.had.Asked != nil && string(w.had.Asked) == string(w.told):
		w.step = googleLook // It was asked for before, and nobody knows what became of it.
	default:
		w.step = googleMessage
	}
}

// googleClassWork is what there is to tell of a template; nil where Google knows it. What counts is what the class was made
// of, and not how it looks on one card.
func (p *Passes) googleClassWork(ctx context.Context, v *GoogleView, t *card.Template) (*googleWork, error) {
	digest := hashOf([]any{t, v.Face.Merchant, v.Account.SmartTap, v.Callback, v.Logo})
	sent, err := p.Store.Reader().GoogleClassSent(ctx, v.Pass.Tenant, v.Pass.Template, v.ClassID)
	w := &googleWork{pass: v.Pass, view: v, at: string(v.Class) + "Class", id: v.ClassID, body: GoogleClass(v), digest: digest}
	switch {
	case errors.Is(err, store.ErrNotFound):
		w.step = googleInsert
		return w, nil
	case err != nil:
		return nil, err
	case string(sent) == string(digest):
		return nil, nil
	}
	return w, nil
}

// call is the next call.
func (w *googleWork) call() googleCall {
	at := w.at + "/" + w.id
	switch w.step {
	case googleInsert:
		body := w.body.whole()
		if w.news != nil {
			body = body.with("messages", []any{w.message("TEXT")})
		}
		return googleCall{http.MethodPost, w.at, body}
	case googleLook:
		return googleCall{http.MethodGet, at, nil}
	case googleMessage:
		kind := "TEXT"
		if w.rings {
			kind = "TEXT_AND_NOTIFY"
		}
		return googleCall{http.MethodPost, at + "/addMessage", googleBody{"message": w.message(kind)}}
	case googlePrune:
		return googleCall{http.MethodPatch, at, w.body}
	case googleLeave:
		kind := w.leaves[strings.LastIndexByte(w.leaves, '.')+1:]
		return googleCall{http.MethodPatch, kind + "Object/" + w.leaves, googleBody{"state": "INACTIVE"}}
	}
	if w.speaks {
		return googleCall{http.MethodPatch, at, w.body.patch().with("notifyPreference", "NOTIFY_ON_UPDATE")}
	}
	return googleCall{http.MethodPatch, at, w.body.patch()}
}

// message is the news as Google takes it. Its name is made of what it says, so that it can be found again.
func (w *googleWork) message(kind string) map[string]any {
	header, body := localize(card.Same(w.view.Face.Merchant), longestHeader), localize(w.news, longestModule)
	m := map[string]any{
		"id": hex.EncodeToString(w.told[:8]), "messageType": kind, "header": header.plain(), "body": body.plain(),
	}
	if len(body.Translations) > 0 {
		m["localizedBody"] = body
	}
	return m
}

// hashOf is the hash of what something is as JSON, in which names stand in their order.
func hashOf(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("pass: what Google is told cannot be written: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// newsOf is what campaigns say on a card whose design has a place for it. The field itself says something in any case.
func newsOf(f *card.Face, news card.Text) card.Text {
	is := func(field card.Field) bool { return field.Key == newsField }
	if !slices.ContainsFunc(slices.Concat(f.Header, f.Secondary, f.Auxiliary, f.Back), is) {
		return nil
	}
	return news
}

// loudFields are the fields whose changes are spoken of, but for the news and the reminder.
func loudFields(f *card.Face) map[string]card.Text {
	out := map[string]card.Text{}
	for _, area := range [][]card.Field{f.Header, f.Primary, f.Secondary, f.Auxiliary, f.Back} {
		for i := range area {
			if !area[i].Change.Empty() && area[i].Key != newsField && area[i].Key != card.ReminderField {
				out[area[i].Key] = valueText(&area[i].Value)
			}
		}
	}
	return out
}

// mayRing says whether Google lets us speak up once more, by when we did.
func mayRing(times string, now time.Time) bool { return len(recent(times, now)) < mostSpoken }

// recent are the moments within the time that Google counts over.
func recent(times string, now time.Time) []int64 {
	var all, out []int64
	_ = json.Unmarshal([]byte(times), &all) // What we wrote ourselves; if it cannot be read, none.
	for _, us := range all {
		if verno.FromMicros(us).After(now.Add(-spokenIn)) {
			out = append(out, us)
		}
	}
	return out
}

// rang is the moments with one more.
func rang(times string, now time.Time) string {
	text, _ := json.Marshal(append(recent(times, now), verno.Micros(now))) //nolint:errchkjson // Numbers can be written.
	return string(text)
}
