package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web"
)

// MemberQuery says what to look for: one field.
type MemberQuery struct {
	Phone      string `json:"phone,omitempty" maxLength:"40" doc:"As typed."`
	Email      string `json:"email,omitempty" maxLength:"254"`
	CardNumber string `json:"card_number,omitempty" maxLength:"40"`
	ExternalID string `json:"external_id,omitempty" maxLength:"100"`
	Name       string `json:"name,omitempty" maxLength:"200" doc:"Words, of each at least the first three letters."`
	Limit      int    `json:"limit,omitempty" minimum:"1" maximum:"200" doc:"Members of a page; 50 where it is left out."`
	Cursor     string `json:"cursor,omitempty" maxLength:"100" doc:"Where to read on: next_cursor of the page before."`
}

// LookedUp is what a till learns of somebody before a sale.
type LookedUp struct {
	Found  bool        `json:"found"`
	Member *MemberView `json:"member,omitempty" doc:"Masked, and without balances unless the code proves that the member is there."`
}

// BulkBody are members as another system knows them.
type BulkBody struct {
	Members []BulkMember `json:"members" minItems:"1" maxItems:"1000" doc:"external_id is needed. What is left out says nothing and changes nothing."`
}

// BulkMember is one of them.
type BulkMember struct {
	EnrolBody
	EnrolledAt time.Time `json:"enrolled_at,omitzero" doc:"When somebody new joined in the other system, not in the future; now where it is left out."`
}

// BulkResult says of each row, in the order of the request, what became of it.
type BulkResult struct {
	Items []BulkRow `json:"items"`
}

// BulkRow is what became of one row.
type BulkRow struct {
	ExternalID string         `json:"external_id,omitempty"`
	Member     verno.MemberID `json:"member_id,omitzero"`
	State      string         `json:"state" enum:"created,updated,unchanged,rejected"`
	Error      *web.Problem   `json:"error,omitempty"`
}

func (a *API) memberSearchRoutes() {
	handle(a, operation{
		route: "POST /members/search", id: "search-members", tag: "members", summary: "Find members", codes: []string{"search_empty", "malformed_cursor"},
		detail: "By phone, e-mail, card number or external id exactly; by name all whose words begin so. What nobody has finds nobody.",
	}, a.searchMembers)
	handle(a, operation{
		route: "POST /members/lookup", id: "look-up-member", tag: "members", summary: "Look somebody up at the till",
		detail: "Like an identification, with its audit and its budget, but without a presence: nothing can be spent by it. A live code is used up.",
		codes:  []string{"code_unreadable", "rate_limited", "store_missing"},
	}, a.lookUp)
	handle(a, operation{
		route: "POST /members:bulk_upsert", id: "upsert-members", tag: "members", summary: "Write many members", limit: maxReplayBody,
		detail: "Up to 1000, each by itself: who is not there yet joins, who is there is changed. A repeated request changes nothing, and nobody gets a welcome bonus.",
	}, a.upsertMembers)
}

type searchMembersRequest struct{ Body MemberQuery }

func (a *API) searchMembers(ctx context.Context, c *call, in *searchMembersRequest) (*List[Member], error) {
	q := &in.Body
	only := *q
	only.Limit, only.Cursor = 0, ""
	at := c.list(cursorMembers, narrowed(&only))
	after, err := fromCursor[verno.MemberID](at, q.Cursor)
	if err != nil {
		return nil, err
	}
	page := Paging{Limit: q.Limit}
	rows, err := a.Members.Search(ctx, c.actor, member.Search{
		Phone: q.Phone, Email: q.Email, CardNumber: q.CardNumber, ExternalID: q.ExternalID, Name: q.Name, After: after, Limit: page.size() + 1,
	})
	if err != nil {
		return nil, err
	}
	return listOf(rows, page.size(), at, func(v *member.View) verno.MemberID { return v.ID }, c.member), nil
}

func (a *API) lookUp(ctx context.Context, c *call, in *identifyRequest) (*LookedUp, error) {
	who, err := in.Body.who("")
	if err != nil {
		return nil, err
	}
	found, err := a.Till.Identify(ctx, c.actor, who)
	if e := verno.AsError(err); e != nil && e.Code == "card_not_usable" {
		return &LookedUp{}, nil
	}
	if err != nil {
		return nil, err
	}
	return &LookedUp{Found: true, Member: showMemberView(&found.View, c.lang)}, nil
}

type bulkRequest struct{ Body BulkBody }

func (a *API) upsertMembers(ctx context.Context, c *call, in *bulkRequest) (*BulkResult, error) {
	result := &BulkResult{Items: make([]BulkRow, len(in.Body.Members))}
	var rows []member.Row
	var places []int // in the result, of each row
	for i := range in.Body.Members {
		b := &in.Body.Members[i]
		result.Items[i].ExternalID = b.ExternalID
		q, err := b.enrol()
		if err != nil {
			result.Items[i].State, result.Items[i].Error = "rejected", problem(ctx, err, c.lang)
			continue
		}
		rows, places = append(rows, member.Row{Enrol: q, EnrolledAt: b.EnrolledAt}), append(places, i)
	}
	if len(rows) == 0 {
		return result, nil
	}
	outcomes, err := a.Members.BulkUpsert(ctx, c.actor, c.now, rows)
	if err != nil {
		return nil, err
	}
	for i, o := range outcomes {
		item := &result.Items[places[i]]
		item.Member, item.State = o.Member, o.State
		if o.Err != nil {
			item.Error = problem(ctx, o.Err, c.lang)
		}
	}
	return result, nil
}
