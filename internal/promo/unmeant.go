package promo

import "github.com/verno-loyalty/verno"

// Unmeant is what nobody can mean by a promotion, though rules can be made of it. It is said where a promotion is written.
// Versions that are in force stay as they are: tills go on selling.
func Unmeant(p *verno.Promotion) (list []Problem) {
	// At one price for everything the whole shop would be sold by mistake.
	if p.Type == "special_price" && len(p.Goods.Categories)+len(p.Goods.SKUs) == 0 {
		list = append(list, Problem{Promotion: p.ID, Pointer: "/goods/categories", Code: "goods_needed"})
	}
	// Points are those before a purchase, so that this would never hold.
	if p.Audience.MinPoints > 0 && withoutPurchase(p) {
		list = append(list, Problem{Promotion: p.ID, Pointer: "/audience/min_points", Code: "min_points_no_purchase"})
	}
	return list
}

// withoutPurchase says whether a promotion gives at another occasion than a purchase.
func withoutPurchase(p *verno.Promotion) bool {
	k := kindNamed(p.Type)
	if k == nil {
		return false
	}
	rule, c := k.make(), &check{}
	c.settings(p.Settings, rule)
	return len(c.problems) == 0 && rule.turn().apart()
}
