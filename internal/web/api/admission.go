package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/store"
)

// AdmissionBody asks to let somebody in.
type AdmissionBody struct {
	Scan     string           `json:"scan" minLength:"1" maxLength:"200" example:"4276550012345675" doc:"Code or number of a pass or a ticket, as scanned or typed."`
	Again    bool             `json:"again,omitempty" doc:"Mark one more entry of a pass although one was marked less than three minutes ago, for somebody who brings a guest."`
	Terminal verno.TerminalID `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	Store    verno.StoreID    `json:"store_id,omitzero" doc:"Where the credential is bound to neither till nor store, and no till is named."`
}

// Admission is an entry that was marked.
type Admission struct {
	ID       verno.AdmissionID `json:"id"`
	Card     verno.CardID      `json:"card_id"`
	Template verno.TemplateID  `json:"template_id"`
	Member   verno.MemberID    `json:"member_id,omitzero" doc:"For whom the card was made; absent where it was for nobody."`
	Store    verno.StoreID     `json:"store_id"`
	Terminal verno.TerminalID  `json:"terminal_id,omitzero"`
	Actor    string            `json:"actor" doc:"The identifier of who marked it."`
	Left     *int64            `json:"uses_left,omitempty" doc:"After it; absent where uses are not counted."`
	Of       int64             `json:"uses,omitempty" doc:"That the card began with, or had when it was last filled."`
	At       time.Time         `json:"at"`
	UndoneAt time.Time         `json:"undone_at,omitzero"`
}

// Admitted is an entry with what to show at the door.
type Admitted struct {
	Admission
	Shown     *ShownCard `json:"card" doc:"As it is now."`
	UndoUntil time.Time  `json:"undo_until" doc:"Until when it can be undone."`
}

// FillBody sells entries onto a pass.
type FillBody struct {
	Count int64     `json:"count" minimum:"1" maximum:"10000" example:"8" doc:"Entries that were sold."`
	Until time.Time `json:"expires_at,omitzero" doc:"Until when they can be used; for as long as those of a new pass where it is left out."`
}

// Filled is what filling a pass did.
type Filled struct {
	Entry verno.EntryID `json:"entry_id"`
	Card  verno.CardID  `json:"card_id"`
	Count int64         `json:"count"`
	Left  int64         `json:"uses_left" doc:"After it."`
	Until time.Time     `json:"expires_at,omitzero" doc:"Of those that were sold; absent where they never lapse."`
	At    time.Time     `json:"at"`
}

func (a *API) admissionRoutes() {
	refusals := []string{
		"card_not_usable", "code_unreadable", "entry_wrong_card", "entry_none_left", "entry_already", "entry_just_now", "entry_too_early",
		"entry_closed", "entry_over", "entry_expired", "store_missing", "store_unknown", "idempotency_key_reused",
	}
	handle(a, operation{
		route: "POST /admissions", id: "admit", tag: "admissions", summary: "Mark an entry of a pass or a ticket", keyed: keyNeeded, status: 201, codes: refusals,
		detail: "Takes one use of a pass, or the only one of a ticket, exactly once: of two doors with one code one wins. What is refused leaves the key free.",
	}, a.admit)
	handle(a, operation{
		route: "GET /admissions", id: "list-admissions", tag: "admissions", summary: "List entries, newest first",
		detail: "A credential of one store finds that store's.", codes: []string{"malformed_cursor"},
	}, a.listAdmissions)
	handle(a, operation{
		route: "POST /admissions/{id}/undo", id: "undo-admission", tag: "admissions", summary: "Undo an entry that was marked by mistake", keyed: keyNeeded,
		detail: "Within a minute. The use goes back onto the card; what was undone before stays so.",
		codes:  []string{"not_found", "entry_undo_late", "card_not_usable", "idempotency_key_reused"},
	}, a.undoAdmission)
	handle(a, operation{
		route: "POST /cards/{id}/uses", id: "fill-card", tag: "cards", summary: "Sell entries onto a pass", keyed: keyNeeded, status: 201,
		detail: "Adds them to what is left. A pass that ends lasts as long as they do.",
		codes:  []string{"not_found", "card_not_usable", "entry_wrong_card", "entry_expired", "idempotency_key_reused"},
	}, a.fillCard)
}

type admitRequest struct{ Body AdmissionBody }

func (a *API) admit(ctx context.Context, c *call, in *admitRequest) (*Admitted, error) {
	b := &in.Body
	done, replayed, err := a.Till.Admit(ctx, c.actor, checkout.Admit{
		Key: c.key, BodyHash: c.hash, Scan: b.Scan, Again: b.Again, Terminal: b.Terminal, Store: b.Store,
	})
	c.answer.replayed = replayed
	if err != nil {
		return nil, err
	}
	return showAdmitted(done, c.lang), nil
}

type admissionRequest struct {
	ID verno.AdmissionID `path:"id"`
}

func (a *API) undoAdmission(ctx context.Context, c *call, in *admissionRequest) (*Admitted, error) {
	done, replayed, err := a.Till.UndoAdmission(ctx, c.actor, c.key, c.hash, in.ID)
	c.answer.replayed = replayed
	if err != nil {
		return nil, err
	}
	return showAdmitted(done, c.lang), nil
}

type listAdmissionsRequest struct {
	Card  verno.CardID  `query:"card_id" doc:"Of this card only."`
	Store verno.StoreID `query:"store_id" doc:"Of this store only."`
	Paging
}

const cursorAdmissions = 'A'

func (a *API) listAdmissions(ctx context.Context, c *call, in *listAdmissionsRequest) (*List[Admission], error) {
	f := store.AdmissionFilter{Card: in.Card, Store: in.Store}
	if own := c.actor.Store; !own.IsZero() {
		if !f.Store.IsZero() && f.Store != own {
			return &List[Admission]{Items: []Admission{}}, nil
		}
		f.Store = own
	}
	at := c.list(cursorAdmissions, f.Card.String(), f.Store.String())
	before, err := fromCursor[verno.AdmissionID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Reader.Admissions(ctx, c.actor.Tenant, f, before, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(r *store.Admission) verno.AdmissionID { return r.ID }, showAdmission), nil
}

type fillCardRequest struct {
	ID   verno.CardID `path:"id"`
	Body FillBody
}

func (a *API) fillCard(ctx context.Context, c *call, in *fillCardRequest) (*Filled, error) {
	done, replayed, err := a.Till.Fill(ctx, c.actor, checkout.Fill{
		Key: c.key, BodyHash: c.hash, Card: in.ID, Count: in.Body.Count, Until: in.Body.Until,
	})
	c.answer.replayed = replayed
	if err != nil {
		return nil, err
	}
	shown := Filled(*done)
	return &shown, nil
}

func showAdmission(r *store.Admission) Admission {
	shown := Admission{
		ID: r.ID, Card: r.Card, Template: r.Template, Member: r.Member, Store: r.Store, Terminal: r.Terminal, Actor: r.Actor, Of: r.Of, At: r.At,
		UndoneAt: r.UndoneAt,
	}
	if r.Of > 0 {
		shown.Left = &r.Left
	}
	return shown
}

func showAdmitted(a *checkout.Admission, lang string) *Admitted {
	return &Admitted{Admission: showAdmission(&a.Admission), Shown: showShown(a.Shown, lang), UndoUntil: a.UndoUntil}
}
