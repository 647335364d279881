package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// PersonBody is who a member is. Everything may be left out.
type PersonBody struct {
	Phone     string            `json:"phone,omitempty" maxLength:"40" example:"+79161234567" doc:"Without a country, one of the installation's own."`
	Email     string            `json:"email,omitempty" maxLength:"254" format:"email"`
	FirstName string            `json:"first_name,omitempty" maxLength:"100"`
	LastName  string            `json:"last_name,omitempty" maxLength:"100"`
	Birthday  string            `json:"birthday,omitempty" maxLength:"10" example:"1990-05-17" doc:"YYYY-MM-DD, or --MM-DD where the year is not told."`
	Gender    string            `json:"gender,omitempty" maxLength:"10" enum:"female,male,other"`
	Custom    map[string]string `json:"custom,omitempty" maxProperties:"50" maxLength:"500" doc:"Fields of the merchant's own, sealed like the others."`
}

// EnrolBody is somebody who joins.
type EnrolBody struct {
	PersonBody
	Programme  verno.ProgrammeID `json:"programme_id,omitzero" doc:"Left out for the store's, or the only one."`
	ExternalID string            `json:"external_id,omitempty" minLength:"1" maxLength:"100" doc:"The merchant's own identifier, unique among members."`
	Channel    string            `json:"channel,omitempty" maxLength:"40" example:"till" doc:"Where it happens; by the credential where it is left out."`
	Store      verno.StoreID     `json:"store_id,omitzero"`
	Tags       []string          `json:"tags,omitempty" maxItems:"50" maxLength:"40" doc:"Promotions may go by them. Needs members.read."`
	Metadata   map[string]string `json:"metadata,omitempty" maxProperties:"50" maxLength:"500" doc:"Of other systems. Not sealed: nothing personal. Needs members.read."`
	Consents   []ConsentBody     `json:"consents,omitempty" maxItems:"20" doc:"What the member agrees to, each purpose by itself."`
	IssueCard  bool              `json:"issue_card,omitempty" doc:"Issue a card in the phone."`
	CardNumber string            `json:"card_number,omitempty" maxLength:"40" doc:"Of a blank plastic card that is handed out."`
}

// MemberPatch is what is to be changed: what is left out stays, what is given empty is emptied.
type MemberPatch struct {
	Phone      *string            `json:"phone,omitempty" maxLength:"40"`
	Email      *string            `json:"email,omitempty" maxLength:"254"`
	FirstName  *string            `json:"first_name,omitempty" maxLength:"100"`
	LastName   *string            `json:"last_name,omitempty" maxLength:"100"`
	Birthday   *string            `json:"birthday,omitempty" maxLength:"10"`
	Gender     *string            `json:"gender,omitempty" maxLength:"10" enum:",female,male,other"`
	Custom     *map[string]string `json:"custom,omitempty" maxProperties:"50" maxLength:"500"`
	ExternalID *string            `json:"external_id,omitempty" maxLength:"100"`
	Tags       *[]string          `json:"tags,omitempty" maxItems:"50" maxLength:"40"`
	Metadata   *map[string]string `json:"metadata,omitempty" maxProperties:"50" maxLength:"500"`
}

// Member is one who has joined. A credential that may not read members sees no personal data.
type Member struct {
	ID         verno.MemberID    `json:"id"`
	Programme  verno.ProgrammeID `json:"programme_id"`
	ExternalID string            `json:"external_id,omitempty"`
	PersonBody
	Channel    string            `json:"channel" doc:"Where the member joined."`
	Store      verno.StoreID     `json:"store_id,omitzero"`
	Tags       []string          `json:"tags"`
	Metadata   map[string]string `json:"metadata"`
	Frozen     bool              `json:"frozen" doc:"Nothing can be spent."`
	Cooling    time.Time         `json:"no_spending_until,omitzero" doc:"After staff changed the phone; absent where they never did."`
	Aim        *Aim              `json:"aim,omitempty" doc:"What the member has chosen that points are for; absent where nothing was said."`
	MergedInto verno.MemberID    `json:"merged_into,omitzero" doc:"Whom it has become."`
	Revision   int64             `json:"revision" doc:"Its ETag."`
	EnrolledAt time.Time         `json:"enrolled_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
	ErasedAt   time.Time         `json:"erased_at,omitzero" doc:"Absent where the person is still known."`
}

// EnrolledMember is a member that has just joined, with the cards that were issued.
type EnrolledMember struct {
	Member Member `json:"member"`
	Cards  []Card `json:"cards"`
}

func (a *API) memberRoutes() {
	handle(a, operation{
		route: "POST /members", id: "enrol-member", tag: "members", summary: "Enrol a member", keyed: keyOptional, status: 201,
		detail: "Member, account, person, card, consents and the welcome bonus, all at once and once for a key.",
		codes:  []string{"phone_taken", "email_taken", "external_id_taken", "card_not_usable", "programme_ambiguous", "programme_unpublished", "idempotency_key_reused"},
	}, a.enrol)
	handle(a, operation{route: "GET /members", id: "list-members", tag: "members", summary: "List members"}, a.listMembers)
	handle(a, operation{
		route: "GET /members/{id}", id: "get-member", tag: "members", summary: "Read a member", codes: []string{"not_found"},
		detail: "Of a member that was merged, whom it has become.",
	}, a.getMember)
	handle(a, operation{
		route: "PATCH /members/{id}", id: "patch-member", tag: "members", summary: "Change a member", matched: true,
		codes: []string{"not_found", "etag_mismatch", "etag_missing", "phone_taken", "email_taken", "external_id_taken", "person_erased"},
	}, a.patchMember)
	handle(a, operation{
		route: "DELETE /members/{id}", id: "erase-member", tag: "members", summary: "Erase a person for ever", codes: []string{"not_found", "money_stored", "holds_open"},
		detail: "Destroys the key of all personal data and voids the cards. The books and the receipts stand, because they name nobody.",
	}, a.eraseMember)
	handle(a, operation{
		route: "POST /members/{id}/data_export", id: "export-member", tag: "members", summary: "Hand out all that is known of a person", codes: []string{"not_found", "person_erased"},
	}, a.exportMember)
	handle(a, operation{
		route: "POST /members/{id}/freeze", id: "freeze-member", tag: "members", summary: "Keep anybody from spending", codes: []string{"not_found", "person_erased"},
		detail: "At once: it wins against every sale that has not been committed. Earning goes on.",
	}, a.freezeMember)
	handle(a, operation{route: "POST /members/{id}/unfreeze", id: "unfreeze-member", tag: "members", summary: "End a freeze", codes: []string{"not_found", "person_erased"}}, a.unfreezeMember)
	handle(a, operation{
		route: "POST /members/{id}/merge", id: "merge-members", tag: "members", summary: "Make one member of two", keyed: keyNeeded,
		detail: "Moves all that another member has to this one; the other stays as its alias.",
		codes:  []string{"merge_self", "merge_foreign", "member_merged", "holds_open", "person_erased", "idempotency_key_reused"},
	}, a.mergeMembers)
}

type enrolRequest struct{ Body EnrolBody }

func (a *API) enrol(ctx context.Context, c *call, in *enrolRequest) (*EnrolledMember, error) {
	q, err := in.Body.enrol()
	if err != nil {
		return nil, err
	}
	q.Key, q.BodyHash = c.key, c.hash
	done, err := a.Members.Enrol(ctx, c.actor, c.now, q)
	if err != nil {
		return nil, err
	}
	c.answer.replayed, c.answer.revision = done.Replayed, done.Revision
	shown := &EnrolledMember{Member: c.member(&done.View)}
	for i := range done.Cards {
		shown.Cards = append(shown.Cards, showCard(&done.Cards[i]))
	}
	return shown, nil
}

func (b *EnrolBody) enrol() (member.Enrol, error) {
	var f faults
	q := member.Enrol{
		Programme: b.Programme, ExternalID: b.ExternalID, Channel: b.Channel, Store: b.Store, Tags: b.Tags, Metadata: b.Metadata,
		IssueCard: b.IssueCard, CardNumber: b.CardNumber,
	}
	p := &q.Person
	p.Phone, p.Email, p.FirstName, p.LastName = b.Phone, b.Email, b.FirstName, b.LastName
	p.Birthday, p.Gender, p.Custom = b.Birthday, b.Gender, b.Custom
	for i := range b.Consents {
		q.Consents = append(q.Consents, b.Consents[i].agreement(&f, elementAt("/consents", i, "text_hash")))
	}
	return q, f.Err()
}

const cursorMembers = 'm'

func (a *API) listMembers(ctx context.Context, c *call, in *listRequest) (*List[Member], error) {
	at := c.list(cursorMembers)
	after, err := fromCursor[verno.MemberID](at, in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := a.Members.List(ctx, c.actor, after, in.size()+1)
	if err != nil {
		return nil, err
	}
	return listOf(rows, in.size(), at, func(v *member.View) verno.MemberID { return v.ID }, c.member), nil
}

type memberRequest struct {
	ID verno.MemberID `path:"id"`
}

func (a *API) getMember(ctx context.Context, c *call, in *memberRequest) (*Member, error) {
	return c.view(a.Members.Read(ctx, c.actor, in.ID))
}

type patchMemberRequest struct {
	ID   verno.MemberID `path:"id"`
	Body MemberPatch
}

func (a *API) patchMember(ctx context.Context, c *call, in *patchMemberRequest) (*Member, error) {
	return c.view(a.Members.Update(ctx, c.actor, c.now, in.ID, c.revision, member.Change(in.Body)))
}

type eraseRequest struct {
	ID     verno.MemberID `path:"id"`
	Stored member.Stored  `query:"stored_money" enum:"paid_out,forfeited" doc:"What became of stored money, where there is any: it was handed over, or given up in writing."`
}

func (a *API) eraseMember(ctx context.Context, c *call, in *eraseRequest) (*none, error) {
	return nil, a.Members.Erase(ctx, c.actor, c.now, in.ID, in.Stored)
}

// DataExport is all that is known of a person.
type DataExport struct {
	Data rawDossier `json:"data" doc:"One JSON object, to be handed to the person."`
}

// rawDossier is JSON that the use case has written.
type rawDossier []byte

// Schema says no more of it than that it is an object.
func (rawDossier) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

func (a *API) exportMember(ctx context.Context, c *call, in *memberRequest) (*DataExport, error) {
	data, err := a.Members.Export(ctx, c.actor, c.now, in.ID)
	if err != nil {
		return nil, err
	}
	return &DataExport{data}, nil
}

func (a *API) freezeMember(ctx context.Context, c *call, in *memberRequest) (*Member, error) {
	return c.view(a.Members.Freeze(ctx, c.actor, in.ID))
}

func (a *API) unfreezeMember(ctx context.Context, c *call, in *memberRequest) (*Member, error) {
	return c.view(a.Members.Unfreeze(ctx, c.actor, in.ID))
}

// MergeBody names the member that becomes an alias.
type MergeBody struct {
	From verno.MemberID `json:"from_member_id" doc:"It becomes an alias of the member in the address."`
}

type mergeRequest struct {
	ID   verno.MemberID `path:"id" doc:"The member that stays."`
	Body MergeBody
}

func (a *API) mergeMembers(ctx context.Context, c *call, in *mergeRequest) (*Member, error) {
	return c.view(a.Members.Merge(ctx, c.actor, c.now, member.Merge{Key: c.key, BodyHash: c.hash, From: in.Body.From, Into: in.ID}))
}

// view shows a member with its revision as its ETag.
func (c *call) view(v member.View, err error) (*Member, error) {
	if err != nil {
		return nil, err
	}
	c.answer.revision, c.answer.replayed = v.Revision, v.Replayed
	shown := c.member(&v)
	return &shown, nil
}

// member shows a member, and who it is to those who may read members.
func (c *call) member(v *member.View) Member {
	shown := Member{
		ID: v.ID, Programme: v.Programme, Channel: v.Channel, Store: v.Store, Frozen: v.Frozen, Cooling: v.Cooling, MergedInto: v.MergedInto,
		Revision: v.Revision, EnrolledAt: v.EnrolledAt, UpdatedAt: v.UpdatedAt, ErasedAt: v.ErasedAt,
	}
	if !c.actor.May.Has(verno.MayReadMembers) {
		return shown
	}
	if v.Aim.For != "" {
		shown.Aim = &Aim{v.Aim.For, v.Aim.Gift}
	}
	p := &v.Person
	shown.ExternalID, shown.Tags, shown.Metadata = v.ExternalID, v.Tags, v.Metadata
	shown.PersonBody = PersonBody{p.Phone, p.Email, p.FirstName, p.LastName, p.Birthday, p.Gender, p.Custom}
	return shown
}
