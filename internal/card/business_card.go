package card

import (
	"slices"
	"strings"

	"github.com/verno-loyalty/verno"
)

// businessSettings are what all cards of a firm share.
type businessSettings struct {
	Company string `json:"company,omitempty" en:"Company" ru:"Компания" max:"100"`
	Site    string `json:"site,omitempty" en:"Site" ru:"Сайт" form:"link"`
	Address Text   `json:"address,omitempty" en:"Address" ru:"Адрес" max:"200"`
}

// businessCard introduces an employee: its code is a contact that any phone can add. It changes by itself when the
// person's job or phone does.
var businessCard = define(Kind{
	Name: "business_card", Title: Both("Business card", "Визитка сотрудника"), Style: StyleGeneric, Class: ClassGeneric, Scan: ScanShow,
	About: Both("An employee’s name, job title and contacts; the code adds them to a phone.", "Имя, должность и контакты сотрудника; код добавляет их в телефон."),
	Fields: []Known{
		ownValue("name", Both("Name", "Имя")), ownValue("post", Both("Job title", "Должность")),
		told(Known{Name: "phone", Label: Both("Phone", "Телефон")}, func(x *Facts) Value { return linked(x.Values["phone"], "tel:", telephone) }),
		told(Known{Name: "email", Label: Both("Email", "Почта")}, func(x *Facts) Value { return linked(x.Values["email"], "mailto:", strings.TrimSpace) }),
		ownValue("department", Both("Department", "Отдел")),
		set(Known{Name: "company", Label: Both("Company", "Компания")}, func(s *businessSettings, x *Facts) Value { return textValue(Same(s.company(x))) }),
		set(Known{Name: "site", Label: Both("Site", "Сайт")}, func(s *businessSettings, _ *Facts) Value { return Value{Text: Same(s.Site), Link: s.Site} }),
		set(Known{Name: "address", Label: Both("Address", "Адрес"), Long: true}, func(s *businessSettings, _ *Facts) Value { return textValue(s.Address) }),
		knownMerchant, knownNews,
	},
	Own: []Own{
		{Name: "name", Title: Both("Name", "Имя"), Required: true, Max: 80, Personal: true},
		{Name: "post", Title: Both("Job title", "Должность"), Max: 80, Personal: true},
		{Name: "department", Title: Both("Department", "Отдел"), Max: 80, Personal: true},
		{Name: "phone", Title: Both("Phone", "Телефон"), Max: 30, Personal: true},
		{Name: "email", Title: Both("Email", "Почта"), Max: 120, Personal: true},
	},
	Starter: Design{
		Title: Both("Business card", "Визитка"), Format: QR, Colours: Colours{Background: "#f7f5f0", Foreground: "#1d1d1f", Label: "#6b5f4a"},
		Front: slices.Concat(at(AreaPrimary, "name"), at(AreaSecondary, "post", "department"), at(AreaAuxiliary, "phone")),
		Back:  back("email", "company", "site", "address", "news"),
	},
}, businessSettings{}, nil, func(f *Face, s *businessSettings, x *Facts) {
	f.Code.Message, f.Code.Alt, f.NFCValue, f.NotShared = s.contact(x), x.Values["name"], "", false
	f.Holder = x.Values["name"]
})

// Contact is whom a business card introduces.
type Contact struct{ Name, Post, Department, Company, Phone, Email, Site string }

// Contact is the person of a business card; false for a template of another kind.
func (t *Template) Contact(x *Facts) (Contact, bool) {
	if t.Kind != businessCard.Name {
		return Contact{}, false
	}
	var ignored verno.Faults
	s, ok := businessCard.settings(t.Settings, &ignored).(*businessSettings)
	if !ok {
		return Contact{}, false
	}
	return Contact{
		Name: x.Values["name"], Post: x.Values["post"], Department: x.Values["department"], Company: s.company(x),
		Phone: x.Values["phone"], Email: x.Values["email"], Site: s.Site,
	}, true
}

func (s *businessSettings) company(x *Facts) string {
	if s.Company != "" {
		return s.Company
	}
	return x.Merchant
}

// contact is the card as phones take it into their address book (vCard 3.0, which all of them read).
func (s *businessSettings) contact(x *Facts) string {
	var b strings.Builder
	line := func(name, value string) {
		if value = strings.TrimSpace(value); value != "" {
			b.WriteString(name + ":" + contactEscape.Replace(value) + "\r\n")
		}
	}
	b.WriteString("BEGIN:VCARD\r\nVERSION:3.0\r\n")
	name := strings.TrimSpace(x.Values["name"])
	given, family, _ := strings.Cut(name, " ")
	b.WriteString("N:" + contactEscape.Replace(family) + ";" + contactEscape.Replace(given) + ";;;\r\n")
	line("FN", name)
	line("ORG", s.company(x))
	line("TITLE", x.Values["post"])
	line("TEL;TYPE=WORK,VOICE", telephone(x.Values["phone"]))
	line("EMAIL;TYPE=INTERNET", x.Values["email"])
	line("URL", s.Site)
	b.WriteString("END:VCARD\r\n")
	return b.String()
}

// contactEscape writes what separates parts of a contact so that it separates nothing, and no line can be smuggled in.
var contactEscape = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// telephone keeps of a number what can be dialled.
func telephone(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, s)
}

// linked is a text that leads somewhere.
func linked(s, scheme string, clean func(string) string) Value {
	if s == "" {
		return Value{}
	}
	return Value{Text: Same(s), Link: scheme + clean(s)}
}
