package desk

import (
	"encoding"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/store"
)

// Stores are places that sell, each with its tills.
var placePages = []page{
	{"GET /stores", verno.MayReadConfig, (*Desk).stores},
	{"GET /stores/new", managingStores, (*Desk).placeForm},
	{"POST /stores/new", managingStores, (*Desk).newPlace},
	{"GET /stores/{id}", managingStores, (*Desk).place},
	{"POST /stores/{id}", managingStores, (*Desk).changePlace},
	{"POST /stores/{id}/closed", managingStores, (*Desk).closePlace},
	{"GET /companies", verno.MayReadConfig, (*Desk).companies},
	{"POST /companies/issuers", verno.MayWriteConfig, (*Desk).putIssuer},
	{"POST /companies/partners", verno.MayWriteConfig, (*Desk).newPartner},
}

const managingStores = verno.MayReadConfig | verno.MayManageStores

func placePath(id verno.StoreID) string { return "/stores/" + id.String() }

func (d *Desk) stores(c *call) error {
	c.Styles = append(c.Styles, "desk_people.css")
	after, err := after[verno.StoreID](c)
	if err != nil {
		return err
	}
	rows, err := d.Office.Places(c.r.Context(), c.actor, after, pageSize+1)
	if err != nil {
		return err
	}
	rows, next := cutPage(rows, func(s *verno.Store) verno.StoreID { return s.ID })
	tills := map[verno.StoreID]int64{}
	if c.actor.May.Has(verno.MayManageStores) {
		if tills, err = d.tillsByStore(c); err != nil {
			return err
		}
	}
	return c.show(c.Say("desk.stores"), placeList(c, rows, tills, next))
}

// placing is what the form of a store needs.
type placing struct {
	verno.Store // zero for a new one
	programmes  []option
	issuers     []option
	partners    []option
	zones       []option
	tills       []shownTill
	done        string
}

func (d *Desk) placing(c *call) (*placing, error) {
	c.Styles = append(c.Styles, "desk_people.css")
	ctx := c.r.Context()
	o := &placing{issuers: []option{{Label: c.Say("desk.store.own_issuer")}}, partners: []option{{Label: c.Say("desk.store.no_partner")}}}
	programmes, err := d.Office.Programmes(ctx, c.actor, verno.ProgrammeID{}, 200)
	if err != nil {
		return nil, err
	}
	for i := range programmes {
		o.programmes = append(o.programmes, option{Value: programmes[i].Draft.ID.String(), Label: programmes[i].Draft.Name})
	}
	issuers, err := d.Office.Issuers(ctx, c.actor, verno.IssuerID{}, 200)
	if err != nil {
		return nil, err
	}
	for _, i := range issuers {
		o.issuers = append(o.issuers, option{Value: i.ID.String(), Label: i.Name})
	}
	partners, err := d.Office.Partners(ctx, c.actor, verno.PartnerID{}, 200)
	for _, p := range partners {
		o.partners = append(o.partners, option{Value: p.ID.String(), Label: p.Name})
	}
	o.zones = zones(c, programmes)
	return o, err
}

// zones are time zones by the names of their cities, those of the programmes first.
func zones(c *call, programmes []store.Programme) []option {
	var list []option
	seen := map[string]bool{}
	add := func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		list = append(list, option{Value: name, Label: zoneName(c, name)})
	}
	for i := range programmes {
		add(programmes[i].Draft.TimeZone)
	}
	for _, name := range knownZones {
		add(name)
	}
	return list
}

var knownZones = []string{
	"Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Krasnoyarsk", "Asia/Irkutsk",
	"Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka", "Europe/Minsk", "Asia/Almaty", "Asia/Tashkent", "Asia/Tbilisi",
	"Asia/Yerevan", "Asia/Baku", "Asia/Bishkek", "Asia/Dubai", "Europe/Istanbul", "Europe/Belgrade", "Europe/Berlin", "Europe/London",
}

func zoneName(c *call, name string) string { return c.Zone(name, c.now) }

func (d *Desk) placeForm(c *call) error {
	o, err := d.placing(c)
	if err != nil {
		return err
	}
	c.form = filled()
	if len(o.programmes) > 0 {
		c.form = filled("programme_id", o.programmes[0].Value, "time_zone", o.zones[0].Value)
	}
	return c.show(c.Say("desk.store.new"), placeNew(c, o))
}

// placeOf reads the store that stands in the form: of an online shop its address on the web, of any other its place. What
// the form hides as the other's is not looked at.
func placeOf(c *call) (campaign.Place, error) {
	var f verno.Faults
	p := campaign.Place{
		ExternalID: strings.TrimSpace(c.form.Value("external_id")), Name: strings.TrimSpace(c.form.Value("name")),
		TimeZone: c.form.Value("time_zone"), Address: strings.TrimSpace(c.form.Value("address")),
		Online: c.form.On("online"),
	}
	read := func(name string, into encoding.TextUnmarshaler) {
		if into.UnmarshalText([]byte(c.form.Value(name))) != nil {
			f.Say("/"+name, "not_known")
		}
	}
	read("programme_id", &p.Programme)
	read("issuer_id", &p.Issuer)
	read("partner_id", &p.Partner)
	if p.Online {
		p.WebAddress = siteTyped(c.form.Value("web_address"))
		return p, f.Err()
	}
	p.Greeting = map[string]string{"ru": c.form.Value("greeting_ru"), "en": c.form.Value("greeting_en")}
	if where := strings.TrimSpace(c.form.Value("where")); where != "" {
		var ok bool
		if p.Latitude, p.Longitude, ok = position(where); !ok {
			f.Say("/where", "text_invalid")
		}
	}
	return p, f.Err()
}

// siteTyped is an address of a site, which people write without its scheme.
func siteTyped(text string) string {
	if text = strings.TrimSpace(text); text == "" || strings.Contains(text, "://") {
		return text
	}
	return "https://" + text
}

// whereSold is where customers find a store: in a street, or on the web.
func whereSold(s *verno.Store) string {
	if s.Online {
		return strings.TrimPrefix(s.WebAddress, "https://")
	}
	return s.Address
}

// position reads a point of a map as maps write it, such as "55.7558, 37.6173", in millionths of a degree.
func position(text string) (latitude, longitude *int64, ok bool) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' })
	if len(parts) != 2 {
		return nil, nil, false
	}
	var at [2]int64
	for i, part := range parts {
		if at[i], ok = millionths(part); !ok {
			return nil, nil, false
		}
	}
	return &at[0], &at[1], true
}

// millionths reads a decimal number; what is finer than a millionth is cut off.
func millionths(text string) (int64, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, places, _ := strings.Cut(digits, ".")
	places = (places + "000000")[:6]
	n, err := strconv.ParseUint(whole+places, 10, 32)
	if err != nil || len(whole) > 3 {
		return 0, false
	}
	if negative {
		return -int64(n), true
	}
	return int64(n), true
}

// whereText is position backwards.
func whereText(s *verno.Store) string {
	if s.Latitude == nil || s.Longitude == nil {
		return ""
	}
	return degrees(*s.Latitude) + ", " + degrees(*s.Longitude)
}

func degrees(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	text := fmt.Sprintf("%07d", n)
	return sign + text[:len(text)-6] + "." + text[len(text)-6:]
}

// positioned puts what is wrong with a position at the one field that it is typed in, and with a greeting at its language.
var positioned = map[string]string{
	"latitude_e6": "where", "longitude_e6": "where", "greeting/ru": "greeting_ru", "greeting/en": "greeting_en",
}

func (d *Desk) newPlace(c *call) error {
	o, err := d.placing(c)
	if err != nil {
		return err
	}
	p, err := placeOf(c)
	if err == nil {
		o.Store, err = d.Office.CreateStore(c.r.Context(), c.actor, c.now, p)
	}
	if err != nil {
		if err := c.mend(err, positioned); err != nil {
			return err
		}
		return c.again(c.Say("desk.store.new"), placeNew(c, o))
	}
	c.did(placePath(o.ID), "store")
	return nil
}

func (d *Desk) placed(c *call) (*placing, error) {
	o, err := d.placing(c)
	if err != nil {
		return nil, err
	}
	id, err := path[verno.StoreID](c, "id")
	if err != nil {
		return nil, err
	}
	if o.Store, err = d.Office.Place(c.r.Context(), c.actor, id); err != nil {
		return nil, err
	}
	o.tills, err = d.tills(c, id)
	return o, err
}

// filledPlace is a form with a store as it is.
func (o *placing) filledPlace(c *call) {
	c.form = filled("name", o.Name, "address", o.Address, "time_zone", o.TimeZone, "programme_id", o.Programme.String(),
		"issuer_id", o.Issuer.String(), "partner_id", o.Partner.String(), "external_id", o.ExternalID, "where", whereText(&o.Store), "greeting_ru", o.Greeting["ru"], "greeting_en", o.Greeting["en"],
		"online", map[bool]string{true: "on"}[o.Online], "web_address", o.WebAddress,
		"revision", strconv.FormatInt(o.Revision, 10))
}

func (d *Desk) place(c *call) error {
	o, err := d.placed(c)
	if err != nil {
		return err
	}
	o.done = c.doneText()
	o.filledPlace(c)
	return c.show(o.Name, placePage(c, o))
}

func (d *Desk) changePlace(c *call) error {
	o, err := d.placed(c)
	if err != nil {
		return err
	}
	p, err := placeOf(c)
	p.Closed = !o.ClosedAt.IsZero()
	if err == nil {
		revision, _ := strconv.ParseInt(c.form.Value("revision"), 10, 64)
		_, err = d.Office.ChangeStore(c.r.Context(), c.actor, c.now, o.ID, revision, p)
	}
	if err != nil {
		if err := c.mend(err, positioned); err != nil {
			return err
		}
		if verno.AsError(err).Code == "etag_mismatch" {
			c.stale(o.Revision)
		}
		return c.again(o.Name, placePage(c, o))
	}
	c.did(placePath(o.ID), "store_saved")
	return nil
}

// closePlace closes a store or opens it again. All else stays.
func (d *Desk) closePlace(c *call) error {
	closed, what := c.form.On("on"), "store_opened"
	if closed {
		what = "store_closed"
	}
	o, err := d.placed(c)
	if err != nil {
		return err
	}
	_, err = d.Office.ChangeStore(c.r.Context(), c.actor, c.now, o.ID, o.Revision, campaign.Place{
		Programme: o.Programme, Issuer: o.Issuer, Partner: o.Partner, ExternalID: o.ExternalID, Name: o.Name, TimeZone: o.TimeZone,
		Address: o.Address, Latitude: o.Latitude, Longitude: o.Longitude, Greeting: o.Greeting, Online: o.Online, WebAddress: o.WebAddress, Closed: closed,
	})
	if err != nil {
		return err
	}
	c.did(placePath(o.ID), what)
	return nil
}

// withOwn adds a form's own zone where it is none of those that are offered.
func withOwn(c *call, own string, list []option) []option {
	if own == "" || slices.ContainsFunc(list, func(o option) bool { return o.Value == own }) {
		return list
	}
	return append([]option{{Value: own, Label: zoneName(c, own)}}, list...)
}

// zone is the time zone in which the desk tells times: that of the programme, or of the first where there are more.
func (d *Desk) zone(c *call) (*time.Location, error) {
	list, err := d.Reader.Programmes(c.r.Context(), c.actor.Tenant, verno.ProgrammeID{}, 1)
	if err != nil || len(list) == 0 {
		return time.UTC, err
	}
	return time.LoadLocation(list[0].Draft.TimeZone)
}

// when is a moment as it is told here, and on the day that it falls on.
func (c *call) when(t time.Time) string { return c.Moment(local(c, t)) }

func (c *call) on(t time.Time) string { return c.Date(local(c, t)) }

// lastDay is the last day before a deadline.
func (c *call) lastDay(deadline time.Time) string { return c.on(deadline.Add(-time.Microsecond)) }

func local(c *call, t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(c.zone)
}
