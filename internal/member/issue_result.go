package member

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"

	"github.com/verno-loyalty/verno"
)

// WriteIssue writes what came of each line of a list as a table, with the reasons in a language.
func (r *Roll) WriteIssue(ctx context.Context, a verno.Actor, id verno.IssueID, language string, to io.Writer) error {
	table := csv.NewWriter(to)
	if err := table.Write([]string{"line", "outcome", "code", "reason", "member_id", "card_id", "link"}); err != nil {
		return err
	}
	for after := int64(0); ; {
		const some = 1000
		list, err := r.IssueOutcomes(ctx, a, id, after, some)
		if err != nil {
			return err
		}
		for _, l := range list {
			after = l.Line
			reason := ""
			if l.Code != "" {
				reason = verno.TextOf(l.Code, language, nil)
			}
			row := []string{strconv.FormatInt(l.Line, 10), l.Outcome, l.Code, reason, l.Member.String(), l.Card.String(), l.Link}
			if err := table.Write(row); err != nil {
				return err
			}
		}
		if len(list) < some {
			break
		}
	}
	table.Flush()
	return table.Error()
}
