package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/exchange"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web"
)

// IssueList says which list of people is to have cards.
type IssueList struct {
	Whose
	Path     string
	Template verno.TemplateID // zero for the standard card
	Link     string           // sms, email, any; empty for none
	Channel  string
	Result   string // file for what came of each line
	Language string // of the reasons in it
	Progress func(done, total int64)
}

// IssueReport says what came of a list.
type IssueReport struct {
	ID       verno.IssueID `json:"id"`
	State    string        `json:"state"`
	Lines    int64         `json:"lines"`
	Issued   int64         `json:"issued"`
	Had      int64         `json:"had"`
	Rejected int64         `json:"rejected"`
	Before   bool          `json:"done_before,omitempty"` // by an earlier run; nothing was done
}

// IssueCards issues cards to the people of a list. It can be called again after it was interrupted, and again at any
// time: what is done is not done twice.
func (s *Server) IssueCards(ctx context.Context, q IssueList) (r IssueReport, err error) {
	tenant, err := q.tenant(ctx, s.Store.Reader())
	if err != nil {
		return r, err
	}
	actor := auth.Operator(tenant.ID)
	actor.Live = tenant.Live
	file, err := os.Open(q.Path)
	if err != nil {
		return r, err
	}
	defer file.Close()
	set := member.IssueSettings{Programme: q.Programme, Template: q.Template, Channel: q.Channel, Link: q.Link}
	lines, source, err := readList(file, set)
	if err != nil {
		return r, err
	}
	issue, err := s.Roll.OpenIssue(ctx, actor, s.Now(), filepath.Base(q.Path), source, set)
	if err != nil {
		return r, err
	}
	if r.Before = issue.State == member.IssueDone; !r.Before {
		if err := s.Roll.LoadIssue(ctx, actor, issue, lines); err != nil {
			return r, err
		}
		if issue, err = s.Roll.StartIssue(ctx, actor, s.Now(), issue.ID); err != nil {
			return r, err
		}
		err = s.Roll.RunIssue(ctx, issue.CardIssue, s.Config.Clock, func(i member.Issue) {
			if q.Progress != nil {
				q.Progress(i.Issued+i.Had+i.Rejected, i.Total)
			}
		})
		if err != nil {
			return r, err
		}
		if issue, err = s.Roll.Issue(ctx, actor, issue.ID); err != nil {
			return r, err
		}
	}
	r.ID, r.State, r.Lines, r.Issued, r.Had, r.Rejected = issue.ID, issue.State, issue.Total, issue.Issued, issue.Had, issue.Rejected
	if err := s.seal(ctx); err != nil || q.Result == "" {
		return r, err
	}
	return r, s.writeIssue(ctx, actor, issue.ID, q.Language, q.Result)
}

func (s *Server) writeIssue(ctx context.Context, a verno.Actor, id verno.IssueID, language, path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	table, err := web.NewTable(file, member.IssueColumns)
	if err == nil {
		err = s.Roll.EachOutcome(ctx, a, id, func(o *member.IssueOutcome) error { return table.Write(o.Row(language)) })
	}
	if err == nil {
		err = table.Close()
	}
	return errors.Join(err, file.Close())
}

// readList reads a list, and names it by what it says and what is to be done with it.
func readList(in io.Reader, set member.IssueSettings) (lines []member.IssueLine, source string, err error) {
	sum := sha256.New()
	err = exchange.ReadCards(io.TeeReader(in, sum), member.MaxIssue, func(l exchange.CardLine) error {
		lines = append(lines, member.IssueLine(l))
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	text, err := json.Marshal(set)
	if err != nil {
		return nil, "", err
	}
	_, _ = sum.Write(text)
	return lines, hex.EncodeToString(sum.Sum(nil)), nil
}

// issueCards goes on with the lists that wait.
func (s *Server) issueCards(ctx context.Context) error { return s.Roll.RunIssues(ctx, s.Config.Clock) }
