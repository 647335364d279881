package member

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// IssueLine is one line of a list of people who are to have a card. Bad says why it cannot be read.
type IssueLine struct {
	Line       int64
	Phone      string
	Email      string
	FirstName  string
	LastName   string
	Birthday   string
	Number     string
	ExternalID string
	Template   string
	Consents   string
	Bad        string
}

// IssueSettings say what is the same for all lines of a list.
type IssueSettings struct {
	Programme verno.ProgrammeID `json:"programme_id,omitzero"` // zero for the only one
	Template  verno.TemplateID  `json:"template_id,omitzero"`  // of lines that name none; zero for the standard card
	Channel   string            `json:"channel,omitempty"`     // by which they joined
	Link      string            `json:"link,omitempty"`        // sms, email, any; empty for none
	Blanks    int               `json:"blanks,omitempty"`      // how many plastic cards that nobody has yet, in place of a list
}

// Issue is cards for the people of a list, as far as it has come.
type Issue struct {
	store.CardIssue

	Set IssueSettings
}

// The ways by which a list may send links, and its states.
const (
	LinkAny      = "any" // by text message, else by mail
	IssueLoading = "loading"
	IssueRunning = "running"
	IssueStopped = "stopped"
	IssueDone    = "done"
)

// MaxIssue is how many lines a list has at most.
const MaxIssue = 200_000

const (
	issueLoad = 500 // lines that are loaded in one transaction
	issueStep = 20  // lines that are done in one, so that tills wait for none for long
)

// OpenIssue begins to issue cards to a list, or finds the issue of the same list: then it goes on where it stopped, and
// what is done is not done again. An empty name is worded by whoever shows the issue. Errors: permission_missing, invalid settings.
func (r *Roll) OpenIssue(ctx context.Context, a verno.Actor, now time.Time, name, source string, set IssueSettings) (Issue, error) {
	if err := a.Require(verno.MayImport | verno.MayWriteMembers); err != nil {
		return Issue{}, err
	}
	var f verno.Faults
	f.Text("/name", name, 0, verno.MaxTextLength)
	if set.Link != "" {
		f.OneOf("/link", set.Link, BySMS, ByMail, LinkAny)
	}
	if set.Channel != "" {
		slug(&f, "/channel", set.Channel)
	}
	if err := f.Err(); err != nil {
		return Issue{}, err
	}
	if !set.Template.IsZero() {
		k, _, _, err := r.issuable(ctx, a.Tenant, set.Template)
		if err == nil && set.Blanks == 0 && !identifies(k.Name) {
			err = verno.Conflict("template_not_members")
		}
		if err != nil {
			return Issue{}, err
		}
	}
	text, err := json.Marshal(set)
	if err != nil {
		return Issue{}, err
	}
	row := store.CardIssue{
		Tenant: a.Tenant, ID: verno.NewID[verno.IssueID](now, r.Entropy), Name: name, Source: source, Settings: string(text), State: IssueLoading,
		CreatedBy: a.Name(), CreatedAt: now, UpdatedAt: now,
	}
	err = r.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.InsertCardIssue(ctx, row)
		return err
	})
	if err != nil {
		return Issue{}, err
	}
	had, err := r.Store.Reader().CardIssueOf(ctx, a.Tenant, source)
	return shownIssue(had, err)
}

// LoadIssue keeps the lines of a list, sealed, until they are done with; those that were kept before are passed over. It
// is called with all lines of the list in their order, in any portions, and ends with StartIssue.
func (r *Roll) LoadIssue(ctx context.Context, a verno.Actor, i Issue, lines []IssueLine) error {
	if err := a.Require(verno.MayImport | verno.MayWriteMembers); err != nil {
		return err
	}
	last, err := r.Store.Reader().LastCardIssueLine(ctx, a.Tenant, i.ID)
	if err != nil {
		return err
	}
	for len(lines) > 0 {
		some := lines[:min(issueLoad, len(lines))]
		lines = lines[len(some):]
		rows := make([]store.CardIssueLine, 0, len(some))
		for n := range some {
			if some[n].Line <= last {
				continue
			}
			plain, err := json.Marshal(some[n])
			if err != nil {
				return err
			}
			row := store.CardIssueLine{Line: some[n].Line}
			if row.Sealed, err = r.Vault.Seal(ctx, a.Tenant, issuePlace(i.ID, row.Line), plain); err != nil {
				return err
			}
			rows = append(rows, row)
		}
		err := r.Store.WriteLow(ctx, func(tx *store.Tx) error {
			row, err := tx.LockCardIssue(ctx, a.Tenant, i.ID)
			if err != nil || row.State != IssueLoading {
				return err
			}
			last, err := tx.LastCardIssueLine(ctx, a.Tenant, i.ID)
			if err != nil {
				return err
			}
			// The same list may be loaded by somebody else at the same time.
			rows = slices.DeleteFunc(rows, func(l store.CardIssueLine) bool { return l.Line <= last })
			if row.Total += int64(len(rows)); row.Total > MaxIssue {
				return verno.InvalidField("/csv", "too_many", "max", strconv.Itoa(MaxIssue))
			}
			if err := tx.ChangeCardIssue(ctx, row); err != nil {
				return err
			}
			return tx.InsertCardIssueLines(ctx, a.Tenant, i.ID, rows)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func issuePlace(id verno.IssueID, line int64) string {
	return vault.At("card_issue_line", id.String()+"/"+strconv.FormatInt(line, 10), "sealed")
}

// SetIssue stops or resumes an issue. One that is done stays done, and one that is loaded is not stopped before it runs.
func (r *Roll) SetIssue(ctx context.Context, a verno.Actor, now time.Time, id verno.IssueID, state string) (Issue, error) {
	return r.setIssue(ctx, a, now, id, state, false)
}

// StartIssue starts an issue whose list is loaded.
func (r *Roll) StartIssue(ctx context.Context, a verno.Actor, now time.Time, id verno.IssueID) (Issue, error) {
	return r.setIssue(ctx, a, now, id, IssueRunning, true)
}

func (r *Roll) setIssue(ctx context.Context, a verno.Actor, now time.Time, id verno.IssueID, state string, loaded bool) (Issue, error) {
	if err := a.Require(verno.MayImport | verno.MayWriteMembers); err != nil {
		return Issue{}, err
	}
	var row store.CardIssue
	err := r.Store.Write(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.LockCardIssue(ctx, a.Tenant, id)
		if err != nil || row.State == IssueDone || row.State == state || row.State == IssueLoading && !loaded {
			return err
		}
		row.State, row.UpdatedAt = state, now
		return tx.ChangeCardIssue(ctx, row)
	})
	return shownIssue(row, missing(err, "issue"))
}

// Issue reads how far an issue has come.
func (r *Roll) Issue(ctx context.Context, a verno.Actor, id verno.IssueID) (Issue, error) {
	if err := a.Require(verno.MayImport); err != nil {
		return Issue{}, err
	}
	row, err := r.Store.Reader().CardIssue(ctx, a.Tenant, id)
	return shownIssue(row, missing(err, "issue"))
}

// Issues lists issues, the latest first, older than before.
func (r *Roll) Issues(ctx context.Context, a verno.Actor, before verno.IssueID, limit int) ([]Issue, error) {
	if err := a.Require(verno.MayImport); err != nil {
		return nil, err
	}
	rows, err := r.Store.Reader().CardIssues(ctx, a.Tenant, before, page(limit))
	if err != nil {
		return nil, err
	}
	list := make([]Issue, len(rows))
	for i, row := range rows {
		if list[i], err = shownIssue(row, nil); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func shownIssue(row store.CardIssue, err error) (Issue, error) {
	i := Issue{CardIssue: row}
	if err == nil {
		err = json.Unmarshal([]byte(row.Settings), &i.Set)
	}
	return i, err
}

// RunIssues goes on with all lists that wait, until none does.
func (r *Roll) RunIssues(ctx context.Context, clock func() time.Time) error {
	tenants, err := r.Store.Reader().Tenants(ctx)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		const most = 20
		list, err := r.Store.Reader().RunningCardIssues(ctx, t.ID, most)
		if err != nil {
			return err
		}
		for _, row := range list {
			if err := r.RunIssue(ctx, row, clock, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// RunIssue goes on with a list until it is done or stopped. It may be called by several at once and after any crash: each
// line is done in one transaction with what came of it, under the lock of its list.
func (r *Roll) RunIssue(ctx context.Context, row store.CardIssue, clock func() time.Time, progress func(Issue)) error {
	t, err := r.Store.Reader().Tenant(ctx, row.Tenant)
	if err != nil {
		return err
	}
	i, err := shownIssue(row, nil)
	if err != nil {
		return err
	}
	w := r.issuer(&i, &t)
	for {
		more, err := w.step(ctx, row.ID, clock())
		if err != nil {
			return err
		}
		if progress != nil {
			now, err := r.Store.Reader().CardIssue(ctx, row.Tenant, row.ID)
			if err != nil {
				return err
			}
			progress(Issue{CardIssue: now, Set: i.Set})
		}
		if !more {
			return nil
		}
	}
}

// issuer goes through the list of a tenant.
func (r *Roll) issuer(i *Issue, t *store.Tenant) *issuer {
	return &issuer{Roll: r, set: i.Set, actor: verno.Actor{Tenant: t.ID, May: writes | verno.MayImport, Live: t.Live}, language: t.Language}
}

// finished tells of a list that is done.
func finished(a verno.Actor, row *store.CardIssue) verno.Event {
	return verno.Event{
		Tenant: a.Tenant, Kind: verno.EventImportFinished, Subject: row.ID.String(), Actor: row.CreatedBy,
		Detail: map[string]string{
			"preset": "cards", "issued": strconv.FormatInt(row.Issued, 10), "had": strconv.FormatInt(row.Had, 10), "rejected": strconv.FormatInt(row.Rejected, 10),
		},
	}
}

// purposesOf are the purposes that a line names, with the newest texts of the business.
func (w *issuer) purposesOf(ctx context.Context, text string) ([]Agreement, error) {
	var list []Agreement
	for _, purpose := range strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ',' || c == ';' || c == '|' }) {
		g, known := w.texts[purpose]
		if !known {
			all, err := w.Store.Reader().LegalTexts(ctx, w.actor.Tenant)
			if err != nil {
				return nil, err
			}
			for i := range all {
				if t := &all[i]; t.Purpose == purpose && (g.Purpose == "" || t.Language == w.language) {
					g = Agreement{Purpose: purpose, Granted: true, TextHash: t.Hash, TextVersion: t.Language + "-" + strconv.FormatInt(t.Version, 10)}
				}
			}
			if w.texts == nil {
				w.texts = map[string]Agreement{}
			}
			w.texts[purpose] = g
		}
		if g.Purpose == "" {
			return nil, verno.Conflict("texts_missing")
		}
		list = append(list, g)
	}
	return list, nil
}
