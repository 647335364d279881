package member

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/money"
)

// cardPages are the pages of the card.
var cardPages = []page{
	{"GET " + CardBase + "{$}", own((*Face).card)},
	{"GET " + CardBase + "seen", own((*Face).seen)},
	{"POST " + CardBase + "key", own((*Face).key)},
	{"POST " + CardBase + "key/kept", own((*Face).keyKept)},
	{"POST " + CardBase + "codes", own((*Face).codes)},
	{"POST " + CardBase + "confirmation", own((*Face).confirm)},
	{"GET " + CardBase + "history", own((*Face).history)},
	{"GET " + CardBase + "receipts/{id}", own((*Face).receipt)},
	{"GET " + settingsPath, own((*Face).settings)},
	{"POST " + CardBase + "consent", own((*Face).consent)},
	{"POST " + CardBase + "language", own((*Face).setLanguage)},
	{"POST " + CardBase + "big", own((*Face).setBig)},
	{"POST " + CardBase + "freeze", own((*Face).freeze)},
	{"GET " + unfreezePath, own((*Face).unfreezing)},
	{"POST " + unfreezePath, own((*Face).unfreeze)},
	{"GET " + pinPath, own((*Face).choosePIN)},
	{"POST " + pinPath, own((*Face).setPIN)},
	{"POST " + pinPath + "/drop", own((*Face).dropPIN)},
	{"POST " + CardBase + "replace", own((*Face).replace)},
	{"POST " + CardBase + "devices", own((*Face).endSession)},
	{"POST " + CardBase + "payment", own((*Face).removePayment)},
	{"POST " + CardBase + "export", own((*Face).export)},
	{"GET " + erasePath, own((*Face).erasing)},
	{"POST " + erasePath, own((*Face).erase)},
	{"POST " + CardBase + "leave", own((*Face).leave)},
	{"GET " + doorPath, (*Face).door},
	{"GET " + CardBase + "manifest.webmanifest", own((*Face).manifest)},
	{"GET " + CardBase + "sw.js", (*Face).worker},
	{"GET " + CardBase + "icon/{name}", own((*Face).icon)},
}

// purse is all that the first page of the card shows.
type purse struct {
	view     member.View
	points   member.Points
	standing member.Standing
	stamps   []stampCard
	steps    []member.Step
	places   map[verno.StoreID]string
	aims     *aims
	wallets  *wallets
	number   code.Number
	machine  string      // for whoever has no script
	newer    []consented // to what the shop asks to agree anew
	design   design
	asked    *checkout.Question // by a till; nil for nothing
	said     string             // what was said to a till just now: yes, no, or that it was too late
	last     string             // the latest step, to see that there is a later one
	at       time.Time
}

// stampCard is how far a card of stamps is filled.
type stampCard struct {
	name          string
	count, needed int64
}

// latest is how many steps the first page shows.
const latest = 4

func (f *Face) card(s *seat) error {
	ctx := s.r.Context()
	p := purse{}
	_, secret, err := f.Members.Secret(ctx, s.session.Tenant, s.session.Card)
	if err != nil {
		return err
	}
	p.number, p.machine = code.Number(secret.Number), secret.Machine
	if p.view, err = f.Members.Read(ctx, s.actor, s.session.Member); err != nil {
		return err
	}
	if p.points, err = f.Members.Points(ctx, s.actor, s.now, s.session.Member); err != nil {
		return err
	}
	if p.aims, err = f.aimsOf(s, &p.view, &p.points); err != nil {
		return err
	}
	if p.standing, err = f.Members.Standing(ctx, s.actor, s.now, s.session.Member); err != nil {
		return err
	}
	if err := f.rules(s, &p); err != nil {
		return err
	}
	if p.steps, err = f.Members.Timeline(ctx, s.actor, s.session.Member, nil, latest); err != nil {
		return err
	}
	if p.places, err = f.places(s); err != nil {
		return err
	}
	if p.wallets, err = f.buttons(s); err != nil {
		return err
	}
	if p.design, err = f.design(s); err != nil {
		return err
	}
	if p.asked, err = f.Till.Question(ctx, s.session.Tenant, s.session.Member); err != nil {
		return err
	}
	p.said = saidOf(s)
	agreed, err := f.consents(s)
	if err != nil {
		return err
	}
	p.newer = slices.DeleteFunc(agreed, func(one consented) bool { return !one.newer })
	own, err := f.itself(s)
	if err != nil {
		return err
	}
	p.last, p.at = lastOf(p.steps)+own, s.now.In(s.zone)
	s.Title = s.Say("card.title")
	s.w.Header().Set("Content-Security-Policy", appContent)
	return view.Answer(s.w, s.r, http.StatusOK, s.Code, cardPage(s, &p))
}

// rules reads what the version in force says: where the clocks are, and how many stamps fill a card.
func (f *Face) rules(s *seat, p *purse) error {
	v, err := f.Reader.PublishedVersion(s.r.Context(), s.session.Tenant, p.view.Programme)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	s.zone = zoneOf(v.Programme.TimeZone)
	have := map[verno.PromotionID]int64{}
	for _, one := range p.points.Stamps {
		have[one.Promotion] = one.Count
	}
	for i := range v.Promotions {
		one := &v.Promotions[i]
		var settings struct {
			Needed int64 `json:"needed"`
		}
		if one.Type != "stamps" || !one.Active && have[one.ID] == 0 {
			continue
		}
		if err := json.Unmarshal(one.Settings, &settings); err != nil || settings.Needed == 0 {
			continue // What is published was checked, so that this cannot be.
		}
		p.stamps = append(p.stamps, stampCard{one.Name, max(0, have[one.ID]), settings.Needed})
	}
	return nil
}

func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// places are the names of the stores, of which a chain has hundreds at most.
func (f *Face) places(s *seat) (map[verno.StoreID]string, error) {
	const most = 2000
	list, err := f.Reader.Places(s.r.Context(), s.session.Tenant, verno.StoreID{}, most)
	names := make(map[verno.StoreID]string, len(list))
	for i := range list {
		names[list[i].ID] = list[i].Name
	}
	return names, err
}

func lastOf(steps []member.Step) string {
	if len(steps) == 0 {
		return ""
	}
	return hex.EncodeToString(steps[0].ID[:])
}

// answer is what a script of the card is told.
func (s *seat) answer(v any) error {
	h := s.w.Header()
	h.Set("Content-Type", "application/json")
	return json.NewEncoder(s.w).Encode(v)
}

// key hands this phone what it needs to show the card by itself.
func (f *Face) key(s *seat) error {
	key, err := f.Members.CardKey(s.r.Context(), s.session, s.now)
	if err != nil {
		return err
	}
	told := struct {
		Machine string `json:"machine"`
		Live    string `json:"live,omitempty"`
		Now     int64  `json:"now"` // milliseconds
	}{key.Machine, base64.StdEncoding.EncodeToString(key.Live), s.now.UnixMilli()}
	return s.answer(told)
}

func (f *Face) keyKept(s *seat) error {
	err := f.Members.KeepKey(s.r.Context(), s.session, s.now)
	if err == nil {
		s.w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// codes are for a phone that keeps nothing: what the card shows in the next minutes, and the code before, which the card
// still shows in the first half of a step.
func (f *Face) codes(s *seat) error {
	list, err := f.Members.ShowCodes(s.r.Context(), s.actor, s.now.Add(-code.Step), s.session.Card, member.MaxSteps)
	if err != nil {
		return err
	}
	type shown struct {
		Step int64  `json:"step"`
		Code string `json:"code"`
	}
	out := make([]shown, len(list))
	for i, one := range list {
		out[i] = shown{one.From.Unix() / int64(code.Step/time.Second), one.Code}
	}
	return s.answer(out)
}

// seen tells the card that a till has read it, that something has happened to the account, and that a till asks.
func (f *Face) seen(s *seat) error {
	ctx := s.r.Context()
	m, err := f.Reader.Member(ctx, s.session.Tenant, s.session.Member)
	if err != nil {
		return err
	}
	o, err := f.Reader.Owner(ctx, s.session.Tenant, m.Owner)
	if err != nil {
		return err
	}
	steps, err := f.Members.Timeline(ctx, s.actor, s.session.Member, nil, 1)
	if err != nil {
		return err
	}
	asked, err := f.Till.Question(ctx, s.session.Tenant, s.session.Member)
	if err != nil {
		return err
	}
	own, err := f.itself(s)
	if err != nil {
		return err
	}
	told := struct {
		Step  int64  `json:"step"`
		Last  string `json:"last"`
		Asked string `json:"asked,omitempty"` // the question of a till
		Now   int64  `json:"now"`
	}{Step: o.State.LiveSeen[s.session.Card], Last: lastOf(steps) + own, Now: s.now.UnixMilli()}
	if asked != nil {
		told.Asked = asked.ID.String()
	}
	return s.answer(told)
}

// points is a number of points with their name.
func (s *seat) points(n money.Points, scale int) string {
	if scale == 0 {
		return s.Count("points", int64(n))
	}
	return s.Say("card.points_part", "N", s.Points(n, scale))
}

// lastDay is the last day on which something can be used that lapses at a moment.
func (s *seat) lastDay(at time.Time) string { return s.Date(at.Add(-time.Microsecond).In(s.zone)) }

// moment is when something happened, without the year where that is this year.
func (s *seat) moment(at time.Time) string {
	at = at.In(s.zone)
	if at.Year() != s.now.In(s.zone).Year() {
		return s.Date(at)
	}
	return s.Day(at) + ", " + at.Format("15:04")
}

// soon is how near a deadline is of which the card warns.
func soon(s *seat, d *member.Deadline) bool { return d.At.Before(s.now.AddDate(0, 0, 14)) }
