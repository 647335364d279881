package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
)

// Change is something that has happened. Its number never changes, and no number is left out.
type Change struct {
	Seq     int64             `json:"seq" doc:"Its number in the log, from 0 on."`
	Type    verno.EventKind   `json:"type" example:"checkout.committed"`
	At      time.Time         `json:"at"`
	Owner   verno.OwnerID     `json:"owner_id,omitzero" doc:"Whose value or data it concerns."`
	Subject string            `json:"subject,omitempty" doc:"The identifier of what it is about."`
	Actor   string            `json:"actor,omitempty" doc:"The identifier of who did it; verno where nobody did."`
	Entry   verno.EntryID     `json:"entry_id,omitzero" doc:"Of the value that moved."`
	Detail  map[string]string `json:"detail,omitempty"`
}

// Changes is a part of the log, in its order.
type Changes struct {
	Items   []Change `json:"items"`
	Next    int64    `json:"next" doc:"Give it as since to read on. It moves on even where types left everything out."`
	HasMore bool     `json:"has_more" doc:"Whether more is there already."`
}

// Checkpoint is a signed statement about the log: so many events, this root.
type Checkpoint struct {
	Size int64     `json:"size" doc:"Events that it signs for."`
	Root string    `json:"root" format:"byte" doc:"Root of the Merkle tree over them (RFC 6962), base64."`
	Note string    `json:"note" doc:"The signed note, as C2SP tlog-checkpoint has it."`
	At   time.Time `json:"at"`
}

// Checkpoints is a page of checkpoints, by rising size.
type Checkpoints struct {
	Items   []Checkpoint `json:"items"`
	HasMore bool         `json:"has_more" doc:"Ask again with since set to the last size."`
}

// Proof shows that an event is in the log that a checkpoint signs for.
type Proof struct {
	Seq        int64      `json:"seq"`
	Event      string     `json:"event,omitempty" doc:"The event's canonical bytes: the leaf is SHA-256 over a zero byte and them."`
	Leaf       string     `json:"leaf" format:"byte" doc:"base64."`
	Path       []string   `json:"path" doc:"Hashes from the leaf's sibling upwards (RFC 6962, 2.1.1), base64."`
	Checkpoint Checkpoint `json:"checkpoint"`
}

func (a *API) feedRoutes() {
	handle(a, operation{
		route: "GET /changes", id: "list-changes", tag: "feed", summary: "Read what has happened",
		detail: "Events in the order of the log, numbered without gaps, about two seconds after they happened. Read on with since; nothing is ever missed or given twice.",
	}, a.changes)
	handle(a, operation{
		route: "GET /audit", id: "list-audit", tag: "feed", summary: "Read who did what",
		detail: "The events of the log that somebody caused at the desk: access, configuration, members, cards, adjustments.",
	}, a.audit)
	handle(a, operation{route: "GET /checkpoints", id: "list-checkpoints", tag: "feed", summary: "List the log's checkpoints"}, a.checkpoints)
	handle(a, operation{
		route: "GET /changes/{seq}/proof", id: "prove-change", tag: "feed", summary: "Prove that an event is in the log", codes: []string{"not_found"},
	}, a.prove)
}

type changesRequest struct {
	Since int64    `query:"since" minimum:"0" maximum:"9007199254740991" doc:"next of the page before; 0 or left out for the beginning."`
	Types []string `query:"types" maxItems:"50" maxLength:"50" doc:"Only these types, parted by commas; a type that ends in .* means all of its kind."`
	Limit int      `query:"limit" minimum:"1" maximum:"200" doc:"Events of a page; 50 where it is left out."`
}

func (a *API) changes(ctx context.Context, c *call, in *changesRequest) (*Changes, error) {
	return a.log(ctx, c, in, func(e *Change) bool { return len(in.Types) == 0 || wanted(in.Types, e.Type) })
}

// bureaucratic are the kinds of event that the audit shows.
var bureaucratic = []string{
	"access.*", "config.*", "member.*", "card.*", "consent.*", "points.adjusted", "wallet.topped_up", "code.reused", "import.*",
}

func (a *API) audit(ctx context.Context, c *call, in *changesRequest) (*Changes, error) {
	return a.log(ctx, c, in, func(e *Change) bool {
		return wanted(bureaucratic, e.Type) && (len(in.Types) == 0 || wanted(in.Types, e.Type))
	})
}

// wanted reports whether a kind is one of those named.
func wanted(types []string, kind verno.EventKind) bool {
	return slices.ContainsFunc(types, func(t string) bool {
		if n := len(t) - 1; n > 0 && t[n] == '*' && t[n-1] == '.' {
			return len(kind) > n && string(kind[:n]) == t[:n]
		}
		return string(kind) == t
	})
}

// log reads a page of the log. What is left out counts towards the page, so that no request reads without end.
func (a *API) log(ctx context.Context, c *call, in *changesRequest, keep func(*Change) bool) (*Changes, error) {
	page := Paging{Limit: in.Limit}
	rows, err := a.Reader.Events(ctx, c.actor.Tenant, in.Since-1, page.size()+1)
	if err != nil {
		return nil, err
	}
	list := &Changes{Next: in.Since}
	rows, list.HasMore = web.Cut(rows, page.size())
	for i := range rows {
		e, err := showChange(&rows[i])
		if err != nil {
			return nil, err
		}
		list.Next = e.Seq + 1
		if keep(&e) {
			list.Items = append(list.Items, e)
		}
	}
	return list, nil
}

// showChange reads an event's canonical form.
func showChange(row *store.EventRow) (Change, error) {
	var e struct {
		Kind    verno.EventKind   `json:"kind"`
		At      int64             `json:"at"`
		Owner   verno.OwnerID     `json:"owner"`
		Subject string            `json:"subject"`
		Actor   string            `json:"actor"`
		Entry   verno.EntryID     `json:"entry"`
		Detail  map[string]string `json:"detail"`
	}
	if err := json.Unmarshal([]byte(row.Body), &e); err != nil {
		return Change{}, fmt.Errorf("read event %d: %w", row.Seq, err)
	}
	return Change{row.Seq, e.Kind, verno.FromMicros(e.At), e.Owner, e.Subject, e.Actor, e.Entry, e.Detail}, nil
}

type checkpointsRequest struct {
	Since int64 `query:"since" minimum:"0" maximum:"9007199254740991" doc:"Only those of more events."`
	Limit int   `query:"limit" minimum:"1" maximum:"200" doc:"Checkpoints of a page; 50 where it is left out."`
}

func (a *API) checkpoints(ctx context.Context, c *call, in *checkpointsRequest) (*Checkpoints, error) {
	page := Paging{Limit: in.Limit}
	rows, err := a.Reader.Checkpoints(ctx, c.actor.Tenant, in.Since, page.size()+1)
	if err != nil {
		return nil, err
	}
	list := &Checkpoints{}
	rows, list.HasMore = web.Cut(rows, page.size())
	for i := range rows {
		list.Items = append(list.Items, showCheckpoint(&rows[i]))
	}
	return list, nil
}

type proveRequest struct {
	Seq int64 `path:"seq" minimum:"0" maximum:"9007199254740991"`
}

func (a *API) prove(ctx context.Context, c *call, in *proveRequest) (*Proof, error) {
	leaf, path, under, err := a.Prove(ctx, c.actor.Tenant, in.Seq)
	if err != nil {
		return nil, err
	}
	rows, err := a.Reader.Events(ctx, c.actor.Tenant, in.Seq-1, 1)
	if err != nil {
		return nil, err
	}
	proof := &Proof{Seq: in.Seq, Leaf: base64.StdEncoding.EncodeToString(leaf), Checkpoint: showCheckpoint(&under)}
	if len(rows) == 1 && rows[0].Seq == in.Seq {
		proof.Event = rows[0].Body
	}
	for _, hash := range path {
		proof.Path = append(proof.Path, base64.StdEncoding.EncodeToString(hash))
	}
	return proof, nil
}

func showCheckpoint(p *store.Checkpoint) Checkpoint {
	return Checkpoint{p.Size, base64.StdEncoding.EncodeToString(p.Root), p.Note, verno.FromMicros(p.At)}
}
