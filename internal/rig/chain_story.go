package rig

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/money"
)

// Telling says which story is told: three months of a made-up chain that end now.
type Telling struct {
	Kind     *Kind
	Language string // ru or en
	Login    string // of the owner
	Password string
	Days     int
	Members  int // 0 for as many as the kind has
	Receipts int // on an ordinary day; 0 for as many as the kind has
	Seed     uint64
	Say      func(what string, done, of int)
}

// Told is what came of it.
type Told struct {
	Tenant                    verno.TenantID
	Programme                 verno.ProgrammeID
	Owner                     verno.StaffID
	Terminal                  verno.TerminalID // a till of the first shop
	Best                      verno.MemberID   // who has bought most often
	PIN                       string           // of every cashier
	Joined                    int
	Sales, Anonymous, Returns int
	Gross, Discount, Payable  money.Amount
	Earned, Spent             money.Points
}

// pin is that of every cashier of a made-up chain: whoever tries the demo should not have to look for it.
const pin = "2580"

// playClock is a clock that the story sets. It never goes back.
type playClock struct{ at atomic.Int64 }

func (c *playClock) now() time.Time { return time.UnixMicro(c.at.Load()) }

func (c *playClock) set(t time.Time) {
	for us := t.UnixMicro(); ; {
		at := c.at.Load()
		if us <= at || c.at.CompareAndSwap(at, us) {
			return
		}
	}
}

// place is a shop as it stands in the database.
type place struct {
	shop     *Shop
	id       verno.StoreID
	tills    []verno.TerminalID
	cashiers []verno.StaffID
	next     []int // receipt numbers, by till
}

// story is one that is being told.
type story struct {
	Telling
	Told
	server *server.Server
	clock  *playClock
	draw   *mathrand.Rand
	boss   verno.Actor
	places []*place
	zone   *time.Location
	began  time.Time
	agreed map[string][]byte // hashes of the texts that members agree to
	guests []*regular
	inside sync.Mutex // guards Told
}

// Tell makes a chain in an empty database and plays its three months through the use cases of a server whose clock is
// the story's. The server is closed again: whoever serves the chain opens the database with the real clock.
func Tell(ctx context.Context, c server.Config, t Telling) (Told, error) {
	if t.Members == 0 {
		t.Members = t.Kind.Crowd.Members
	}
	if t.Receipts == 0 {
		t.Receipts = t.Kind.Crowd.Receipts
	}
	zone, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		return Told{}, err
	}
	now := c.Clock().In(zone)
	y, m, d := now.AddDate(0, 0, -t.Days).Date()
	s := &story{Telling: t, clock: &playClock{}, draw: mathrand.New(mathrand.NewPCG(t.Seed, 2026)), zone: zone, agreed: map[string][]byte{}, began: time.Date(y, m, d, 6, 0, 0, 0, zone)}
	s.clock.set(s.began)
	s.PIN = pin
	c.Clock, c.Fleeting, c.Till.PresenceLife, c.Till.LookupsPerHour, c.Till.MissesPerHour = s.clock.now, true, 12*time.Hour, 1<<40, 1<<40
	if s.server, err = server.Open(ctx, c); err != nil {
		return Told{}, err
	}
	err = s.tell(ctx, now)
	if closed := s.server.Close(); err == nil {
		err = closed
	}
	return s.Told, err
}

func (s *story) tell(ctx context.Context, until time.Time) error {
	if err := s.found(ctx); err != nil {
		return fmt.Errorf("found the chain: %w", err)
	}
	if err := s.open(ctx); err != nil {
		return fmt.Errorf("open the shops: %w", err)
	}
	return s.live(ctx, until)
}

// found makes the tenant, its look, its rules and its texts.
func (s *story) found(ctx context.Context) error {
	name := s.Kind.Name.in(s.Language)
	made, err := s.server.Found(ctx, server.Founding{
		Name: name, Language: s.Language, Issuer: both{"ООО «Пример»", "Example Ltd"}.in(s.Language), TaxID: "7800000000", Currency: "RUB",
		TimeZone: s.zone.String(), Store: s.Kind.Shops[0].Name.in(s.Language), Login: s.Login, Password: s.Password,
	})
	if err != nil {
		return err
	}
	s.Tenant, s.Programme, s.Owner = made.Tenant, made.Live.Programme, made.Owner
	s.boss = auth.Operator(made.Tenant)
	s.boss.Staff = made.Owner
	s.places = []*place{{shop: &s.Kind.Shops[0], id: made.Live.Store, tills: []verno.TerminalID{made.Live.Terminal}, next: []int{0}}}
	s.Terminal = made.Live.Terminal
	logo, err := s.Kind.logo()
	if err != nil {
		return err
	}
	_, err = s.server.Office.ChangeLook(ctx, s.boss, s.clock.now(), 0, campaign.LookChange{
		Name: name, Business: s.Kind.Business, Accent: s.Kind.Accent, Logo: logo,
	})
	if err != nil {
		return err
	}
	for _, text := range campaign.LegalDrafts(campaign.LegalFacts{
		Business: name, Operator: both{"ООО «Пример»", "Example Ltd"}.in(s.Language), TaxID: "7800000000", Contact: "hello@example.org",
		Address: s.Kind.Shops[0].Address.in(s.Language),
	}) {
		published, err := s.server.Office.PublishLegal(ctx, s.boss, s.clock.now(), text)
		if err != nil {
			return err
		}
		if text.Language == s.Language {
			s.agreed[text.Purpose] = published.Hash
		}
	}
	return s.promise(ctx)
}

// promise drafts the programme's terms and promotions and puts them into force.
func (s *story) promise(ctx context.Context) error {
	o, now := s.server.Office, s.clock.now()
	p, err := o.Programme(ctx, s.boss, s.Programme)
	if err != nil {
		return err
	}
	p.Draft.Points.Expiry, p.Draft.Points.MaxShare, p.Draft.Levels.WindowMonths = s.Kind.Expiry, s.Kind.Share, 2
	for _, t := range s.Kind.Levels {
		p.Draft.Levels.Levels = append(p.Draft.Levels.Levels, verno.Level{ID: t.id, Name: t.name.in(s.Language), From: t.from})
	}
	if _, err := o.ChangeProgramme(ctx, s.boss, now, p.Revision, p.Draft); err != nil {
		return err
	}
	for _, one := range s.Kind.Offers {
		draft := one.offer
		draft.Name, draft.Active = one.name.in(s.Language), true
		draft.Goods.Categories = inAisles(draft.Goods.Categories, s.Language)
		if _, err := o.CreatePromotion(ctx, s.boss, now, s.Programme, draft); err != nil {
			return fmt.Errorf("%s: %w", draft.Name, err)
		}
	}
	_, err = o.Publish(ctx, s.boss, now, s.Programme, 0, both{"Открытие", "Opening"}.in(s.Language))
	s.server.Till.Forget(s.Tenant)
	if err != nil {
		return err
	}
	return s.paint(ctx)
}

// paint gives the card the colour of the chain.
func (s *story) paint(ctx context.Context) error {
	o, now := s.server.Office, s.clock.now()
	t, err := o.Standardise(ctx, s.boss, now, s.Programme)
	if err != nil {
		return err
	}
	read, err := o.Template(ctx, s.boss, t.ID)
	if err != nil {
		return err
	}
	draft := read.Drafted
	draft.Design.Colours = card.Colours{Background: s.Kind.Accent, Foreground: "#ffffff", Label: "#f4ece6"}
	changed, err := o.ChangeTemplate(ctx, s.boss, now, t.ID, read.Revision, draft)
	if err != nil {
		return err
	}
	_, err = o.PublishTemplate(ctx, s.boss, now, t.ID, changed.Revision, both{"В нашем цвете", "In our colour"}.in(s.Language))
	return err
}

// open opens the shops with their tills and hires those who work there.
func (s *story) open(ctx context.Context) error {
	for i := range s.Kind.Shops {
		shop := &s.Kind.Shops[i]
		at := campaign.Place{
			Programme: s.Programme, Name: shop.Name.in(s.Language), Address: shop.Address.in(s.Language), TimeZone: s.zone.String(),
			Latitude: &shop.Latitude, Longitude: &shop.Longitude, ExternalID: "shop-" + strconv.Itoa(i+1),
		}
		if i == 0 {
			first, err := s.server.Office.Place(ctx, s.boss, s.places[0].id)
			if err != nil {
				return err
			}
			if _, err := s.server.Office.ChangeStore(ctx, s.boss, s.clock.now(), first.ID, first.Revision, at); err != nil {
				return err
			}
		} else {
			made, err := s.server.Office.CreateStore(ctx, s.boss, s.clock.now(), at)
			if err != nil {
				return err
			}
			s.places = append(s.places, &place{shop: shop, id: made.ID})
		}
		if err := s.equip(ctx, s.places[i]); err != nil {
			return err
		}
		s.Say("shops", i+1, len(s.Kind.Shops))
	}
	if err := s.openSite(ctx); err != nil {
		return err
	}
	return s.hire(ctx)
}

// openSite opens the shop on the web, which sells day and night.
func (s *story) openSite(ctx context.Context) error {
	site := &s.Kind.Site
	made, err := s.server.Office.CreateStore(ctx, s.boss, s.clock.now(), campaign.Place{
		Programme: s.Programme, Name: site.Name.in(s.Language), TimeZone: s.zone.String(), Online: true, WebAddress: site.Address, ExternalID: "site",
	})
	s.places = append(s.places, &place{shop: &Shop{Name: site.Name, Shut: 24, Weight: site.Weight}, id: made.ID, next: []int{0}})
	return err
}

// equip gives a shop its tills and cashiers.
func (s *story) equip(ctx context.Context, p *place) error {
	now := s.clock.now()
	for len(p.tills) < p.shop.Tills {
		till, err := s.server.Gate.CreateTerminal(ctx, s.boss, auth.NewTerminal{Store: p.id, Name: strconv.Itoa(len(p.tills) + 1)}, now)
		if err != nil {
			return err
		}
		code, err := s.server.Gate.NewPairing(ctx, s.boss, till.ID, now)
		if err != nil {
			return err
		}
		if _, err := s.server.Gate.Pair(ctx, code.Code, "story", now); err != nil {
			return err
		}
		p.tills, p.next = append(p.tills, till.ID), append(p.next, 0)
	}
	for range p.shop.Tills + 1 {
		who, err := s.server.Gate.CreateStaff(ctx, s.boss, auth.NewStaff{
			Name: staffName(s.draw, s.Language), Role: verno.RoleCashier, Store: p.id, PIN: pin,
		}, now)
		if err != nil {
			return err
		}
		p.cashiers = append(p.cashiers, who.ID)
	}
	return nil
}

// hire adds those who work at the desk.
func (s *story) hire(ctx context.Context) error {
	for _, role := range []verno.Role{verno.RoleAdmin, verno.RoleMarketer, verno.RoleSupport} {
		_, err := s.server.Gate.CreateStaff(ctx, s.boss, auth.NewStaff{
			Name: staffName(s.draw, s.Language), Role: role, Login: "demo-" + string(role), Password: s.Password,
		}, s.clock.now())
		if err != nil {
			return err
		}
	}
	return nil
}

// seller is whoever sells what happens: a cashier at a till, or the site.
func (s *story) seller(p *place, h *happening) verno.Actor {
	if len(p.tills) == 0 {
		return verno.Actor{Tenant: s.Tenant, Store: p.id, May: verno.MayIdentify | verno.MaySell | verno.MayReturn, Live: true}
	}
	return s.till(p, h.till, p.cashiers[(h.till+h.at.YearDay())%len(p.cashiers)])
}

// till is the actor at a till: the terminal's permissions, the cashier's name.
func (s *story) till(p *place, at int, cashier verno.StaffID) verno.Actor {
	return verno.Actor{
		Tenant: s.Tenant, Staff: cashier, Role: verno.RoleCashier, Terminal: p.tills[at], Store: p.id,
		May: verno.TerminalPermissions, Live: true,
	}
}

// enrol takes a guest in at a till, or by a poster.
func (s *story) enrol(ctx context.Context, g *regular) error {
	actor := s.till(s.places[g.home], 0, s.places[g.home].cashiers[0])
	var said []member.Agreement
	for _, text := range campaign.Purposes {
		if text != "advertising" || g.adverts {
			said = append(said, member.Agreement{Purpose: text, Granted: true, TextVersion: "1", TextHash: s.agreed[text]})
		}
	}
	channel := "till"
	if g.poster {
		channel = "poster"
	}
	made, err := s.server.Roll.Enrol(ctx, actor, s.clock.now(), member.Enrol{
		Key: "story-guest-" + strconv.Itoa(g.number), Person: g.person, Channel: channel, IssueCard: true, Consents: said,
	})
	if err != nil {
		return fmt.Errorf("enrol: %w", err)
	}
	g.id = made.ID
	_, secret, err := s.server.Roll.Secret(ctx, s.Tenant, made.Cards[0].ID)
	g.code = secret.Machine
	return err
}
