package api

import (
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// ShownCard is what a till may show of a card that was scanned.
type ShownCard struct {
	ID       verno.CardID     `json:"id"`
	Kind     string           `json:"kind" example:"club_pass" doc:"One of GET /card_kinds."`
	Scan     card.Scan        `json:"scan" enum:"identify,redeem,tender,enter,show" doc:"What scanning it does: identify says who buys; redeem, a coupon, goes into coupons of the quote; tender, a certificate, pays; enter lets in by POST /admissions; show moves nothing."`
	Template verno.TemplateID `json:"template_id,omitzero" doc:"Absent of a card that shows its programme's standard template."`
	Name     string           `json:"name,omitempty" doc:"Of the template, for those who work with it."`
	Holder   string           `json:"holder,omitempty" doc:"First name of whom a card was made for that identifies nobody."`
	Left     *int64           `json:"uses_left,omitempty" doc:"Entries of a pass; absent where none are counted."`
	Of       int64            `json:"uses,omitempty" doc:"Entries that it began with, or had when it was last filled."`
	Worth    *Money           `json:"worth,omitempty" doc:"Of a certificate."`
	Unfilled bool             `json:"unfilled,omitempty" doc:"A certificate that nobody has bought yet: POST /certificates with its code as scan sells it."`
	Offered  *Money           `json:"offered,omitempty" doc:"Of one that nobody has bought yet: what it is sold for where no amount is given."`
	Points   bool             `json:"for_points,omitempty" doc:"It can be bought with points."`
	Percent  money.Percent    `json:"percent,omitempty" doc:"That the card says it takes off."`
	Starts   time.Time        `json:"starts_at,omitzero" doc:"Of its validity."`
	Ends     time.Time        `json:"ends_at,omitzero" doc:"Of its validity."`
	Used     bool             `json:"used,omitempty" doc:"It is used up."`
	Event    *ShownEvent      `json:"event,omitempty" doc:"Of a ticket."`
	Contact  *ShownContact    `json:"contact,omitempty" doc:"Of a business card."`
}

// ShownEvent is what a ticket is for, and its holder's place in it.
type ShownEvent struct {
	Name    string    `json:"name"`
	Venue   string    `json:"venue,omitempty"`
	Doors   time.Time `json:"doors_at,omitzero"`
	Starts  time.Time `json:"starts_at,omitzero"`
	Ends    time.Time `json:"ends_at,omitzero"`
	Section string    `json:"section,omitempty"`
	Row     string    `json:"row,omitempty"`
	Seat    string    `json:"seat,omitempty"`
}

// ShownContact is whom a business card introduces.
type ShownContact struct {
	Name       string `json:"name"`
	Post       string `json:"post,omitempty"`
	Department string `json:"department,omitempty"`
	Company    string `json:"company,omitempty"`
	Phone      string `json:"phone,omitempty"`
	Email      string `json:"email,omitempty"`
	Site       string `json:"site,omitempty"`
}

func showShown(s *checkout.Shown, lang string) *ShownCard {
	if s == nil {
		return nil
	}
	shown := &ShownCard{
		ID: s.Card, Kind: s.Kind, Scan: s.Scan, Template: s.Template, Name: s.Name, Holder: s.Holder, Of: s.Of, Percent: s.Percent,
		Starts: s.Starts, Ends: s.Ends, Used: s.Used,
	}
	if s.Of > 0 {
		shown.Left = &s.Left
	}
	if s.Scan == card.ScanTender {
		shown.Worth = &Money{s.Worth, s.Currency}
		if shown.Unfilled, shown.Points = s.Unfilled, s.Points; s.Unfilled {
			shown.Offered = &Money{s.Offered, s.Currency}
		}
	}
	if e := s.Event; e != nil {
		shown.Event = &ShownEvent{
			Name: e.Name.In(lang), Venue: e.Venue.In(lang), Doors: e.Doors, Starts: e.Starts, Ends: e.Ends, Section: e.Section, Row: e.Row, Seat: e.Seat,
		}
	}
	if p := s.Contact; p != nil {
		shown.Contact = &ShownContact{
			Name: p.Name, Post: p.Post, Department: p.Department, Company: p.Company, Phone: p.Phone, Email: p.Email, Site: p.Site,
		}
	}
	return shown
}
