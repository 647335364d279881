package desk

import (
	"strings"

	"github.com/verno-loyalty/verno"
)

// link is one entry of the menu.
type link struct {
	path string // below Base
	name string // message
	may  verno.Permission
}

// section is a group of entries under a heading; the first has none.
type section struct {
	name  string // message
	links []link
}

// menu is what stands at the side, from what is looked at every day down to what is set up once.
var menu = []section{
	{"", []link{
		{"/", "desk.overview", 0},
		{"/tasks", "desk.tasks", verno.MayReadMembers},
	}},
	{"desk.section.customers", []link{
		{"/members", "desk.members", verno.MayFindMembers},
		{"/receipts", "desk.receipts", verno.MayReadReceipts},
		{"/certificates", "desk.certificate.title", finding},
	}},
	{"desk.section.offers", []link{
		{"/promotions", "desk.promotions", verno.MayReadConfig},
		{"/programmes", "desk.programme.title", verno.MayReadConfig},
		{"/news", "desk.news.title", verno.MayReadConfig},
	}},
	{"desk.section.cards", []link{
		{"/cards", "desk.template.title", verno.MayReadConfig},
		{"/wallets", "desk.wallet.title", verno.MayReadConfig},
		{"/channels", "desk.channel.title", verno.MayReadConfig},
		{"/legal", "desk.legal.title", verno.MayReadConfig},
	}},
	{"desk.section.settings", []link{
		{"/stores", "desk.stores", verno.MayReadConfig},
		{"/staff", "desk.staff.title", verno.MayManageStaff},
		{"/keys", "desk.key.title", verno.MayManageStaff},
		{"/brand", "desk.brand.title", verno.MayReadConfig},
		{"/audit", "desk.audit.title", verno.MayReadAudit},
	}},
}

// menuOf is the menu of somebody: who may not read a page is not shown the way to it, nor a heading with nothing below.
func menuOf(may verno.Permission) []section {
	var all []section
	for _, whole := range menu {
		mine := section{name: whole.name}
		for _, l := range whole.links {
			if may.Has(l.may) {
				mine.links = append(mine.links, l)
			}
		}
		if len(mine.links) > 0 {
			all = append(all, mine)
		}
	}
	return all
}

// belongs says which entry leads to the pages that have none of their own.
var belongs = map[string]string{"/companies": "/stores", "/issues": "/cards", "/terminals": "/stores"}

// here says whether a page is the one that is shown, or the list that it belongs to.
func (l link) here(c *call) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(c.Path, Base+"/"), "/")
	path := "/" + name
	if of, ok := belongs[path]; ok {
		path = of
	}
	return l.path == path
}
