package api

import (
	"context"

	"github.com/verno-loyalty/verno/internal/promo"
)

// PromotionType describes a type of promotion for whoever makes forms of it.
type PromotionType struct {
	Name         string         `json:"name"`
	MembersOnly  bool           `json:"members_only" doc:"It gives what only a member can hold."`
	LowersPrices bool           `json:"lowers_prices" doc:"It does nothing but lower prices, so it may be exclusive and for those without a card."`
	Settings     []SettingField `json:"settings"`
}

// SettingField is one field of the settings of a type.
type SettingField struct {
	Name     string        `json:"name"`
	Type     string        `json:"type" example:"percent" doc:"money, points, percent, integer, text, yes_or_no or list."`
	Doc      string        `json:"doc,omitempty"`
	Required bool          `json:"required"`
	Min      string        `json:"min,omitempty"`
	Max      string        `json:"max,omitempty"`
	Enum     []string      `json:"enum,omitempty"`
	Default  string        `json:"default,omitempty"`
	Items    int           `json:"max_items,omitempty" doc:"Of a list."`
	Fields   []SettingItem `json:"fields,omitempty" doc:"Of a list, those of an item."`
}

// SettingItem is one field of an item of a list.
type SettingItem struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Doc      string   `json:"doc,omitempty"`
	Required bool     `json:"required"`
	Min      string   `json:"min,omitempty"`
	Max      string   `json:"max,omitempty"`
	Enum     []string `json:"enum,omitempty"`
	Default  string   `json:"default,omitempty"`
}

// PromotionTypes lists the types.
type PromotionTypes struct {
	Items []PromotionType `json:"items"`
}

func (a *API) promotionTypeRoutes() {
	handle(a, operation{
		route: "GET /promotion_types", id: "list-promotion-types", tag: "promotions", summary: "List the types of promotion",
		detail: "With the fields of their settings, from which forms can be made.",
	}, a.listPromotionTypes)
}

func (a *API) listPromotionTypes(context.Context, *call, *noRequest) (*PromotionTypes, error) {
	list := &PromotionTypes{}
	for _, k := range promo.Kinds() {
		t := PromotionType{Name: k.Name, MembersOnly: k.MembersOnly, LowersPrices: k.LowersPrices}
		for _, f := range k.Fields {
			s := SettingField{
				Name: f.Name, Type: f.Type, Doc: f.Doc, Required: f.Required, Min: f.Min, Max: f.Max, Enum: f.Enum, Default: f.Default,
				Items: f.Items,
			}
			for _, i := range f.Fields {
				s.Fields = append(s.Fields, SettingItem{i.Name, i.Type, i.Doc, i.Required, i.Min, i.Max, i.Enum, i.Default})
			}
			t.Settings = append(t.Settings, s)
		}
		list.Items = append(list.Items, t)
	}
	return list, nil
}
