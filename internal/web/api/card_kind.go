package api

import (
	"context"

	"github.com/verno-loyalty/verno/internal/card"
)

// CardKind describes a kind of card for whoever makes forms of it.
type CardKind struct {
	Name     string           `json:"name"`
	Title    Words            `json:"title"`
	About    Words            `json:"about"`
	Scan     string           `json:"scan" enum:"identify,redeem,tender,enter,show" doc:"What scanning a card of it at a till does."`
	Member   bool             `json:"member" doc:"Its cards belong to members; else to whoever holds them."`
	Fields   []CardField      `json:"fields" doc:"What a card of it can show."`
	Settings []CardSetting    `json:"settings" doc:"Of its templates."`
	Own      []CardOwn        `json:"own" doc:"What each card has for itself."`
	Starter  CardTemplateBody `json:"starter" doc:"What a new template begins with."`
}

// CardField is a field that a card of a kind can show.
type CardField struct {
	Name     string `json:"name"`
	Label    Words  `json:"label"`
	Change   Words  `json:"change,omitempty" doc:"What a phone says of a change by default."`
	BackOnly bool   `json:"back_only"`
}

// CardSetting is one field of the settings of a kind's templates.
type CardSetting struct {
	Name     string `json:"name"`
	Title    Words  `json:"title"`
	Type     string `json:"type" example:"words" doc:"words (a text by language), text, code, money, percent, integer, yes_or_no, date, moment or link."`
	Required bool   `json:"required"`
	Min      int64  `json:"min"`
	Max      int64  `json:"max" doc:"Of a number; of a text its most characters."`
}

// CardOwn is what each card of a kind has for itself.
type CardOwn struct {
	Name     string `json:"name"`
	Title    Words  `json:"title"`
	Required bool   `json:"required"`
	Max      int64  `json:"max" doc:"Characters."`
}

// CardKinds lists the kinds.
type CardKinds struct {
	Items []CardKind `json:"items"`
}

func (a *API) listCardKinds(context.Context, *call, *noRequest) (*CardKinds, error) {
	list := &CardKinds{}
	for _, k := range card.Kinds() {
		starter := k.Template(k.Title.In("en"))
		shown := CardKind{
			Name: k.Name, Title: Words(k.Title), About: Words(k.About), Scan: string(k.Scan), Member: k.Member, Settings: []CardSetting{},
			Own: []CardOwn{}, Starter: showCardTemplateBody(&starter),
		}
		for _, f := range k.Fields {
			shown.Fields = append(shown.Fields, CardField{f.Name, Words(f.Label), Words(f.Change), f.Long})
		}
		for _, s := range k.Settings {
			shown.Settings = append(shown.Settings, CardSetting{s.Name, Words(s.Title), s.Type, s.Required, s.Min, s.Max})
		}
		for _, o := range k.Own {
			shown.Own = append(shown.Own, CardOwn{o.Name, Words(o.Title), o.Required, int64(o.Max)})
		}
		list.Items = append(list.Items, shown)
	}
	return list, nil
}
