package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// CardIssue is how far cards were issued to the people of a list.
type CardIssue struct {
	Tenant    verno.TenantID
	ID        verno.IssueID
	Name      string
	Source    string // SHA-256 of the list and the settings
	Settings  string // JSON
	State     string // loading, running, stopped, done
	Total     int64  // lines
	Done      int64  // the last line that was looked at
	Issued    int64
	Had       int64
	Rejected  int64
	CreatedBy string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// CardIssueLine is one line of the list.
type CardIssueLine struct {
	Line    int64
	Sealed  []byte // what it tells; nil once it is done with
	Outcome string // issued, had, rejected; empty before that
	Code    string
	Params  string // JSON: what the sentence for Code, or for Link, names
	Link    string
	Member  verno.MemberID
	Card    verno.CardID
}

const cardIssueColumns = `tenant, id, name, source, settings, state, total, done, issued, had, rejected, created_by, created_at, updated_at`

func scanCardIssue(row Scanner) (i CardIssue, err error) {
	err = row.Scan(&i.Tenant, &i.ID, &i.Name, &i.Source, &i.Settings, &i.State, &i.Total, &i.Done, &i.Issued, &i.Had, &i.Rejected,
		&i.CreatedBy, when{&i.CreatedAt}, when{&i.UpdatedAt})
	return i, err
}

// CardIssue finds an issue. It returns ErrNotFound where there is none.
func (r *Reader) CardIssue(ctx context.Context, tenant verno.TenantID, id verno.IssueID) (CardIssue, error) {
	return queryOne(ctx, r, scanCardIssue, `SELECT `+cardIssueColumns+` FROM card_issue WHERE tenant = $1 AND id = $2`, tenant, id)
}

// CardIssueOf finds the issue of a list. It returns ErrNotFound where there is none.
func (r *Reader) CardIssueOf(ctx context.Context, tenant verno.TenantID, source string) (CardIssue, error) {
	return queryOne(ctx, r, scanCardIssue, `SELECT `+cardIssueColumns+` FROM card_issue WHERE tenant = $1 AND source = $2`, tenant, source)
}

// CardIssues lists issues, the latest first, older than before (zero for the latest).
func (r *Reader) CardIssues(ctx context.Context, tenant verno.TenantID, before verno.IssueID, limit int) ([]CardIssue, error) {
	return queryAll(ctx, r, scanCardIssue, `SELECT `+cardIssueColumns+` FROM card_issue
		WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, tenant, latest(before.Bytes()), limit)
}

// RunningCardIssues lists the issues of a tenant that go on.
func (r *Reader) RunningCardIssues(ctx context.Context, tenant verno.TenantID, limit int) ([]CardIssue, error) {
	return queryAll(ctx, r, scanCardIssue, `SELECT `+cardIssueColumns+` FROM card_issue
		WHERE tenant = $1 AND state = 'running' ORDER BY id LIMIT $2`, tenant, limit)
}

// LockCardIssue is CardIssue, and keeps others from changing the row until the transaction ends.
func (tx *Tx) LockCardIssue(ctx context.Context, tenant verno.TenantID, id verno.IssueID) (CardIssue, error) {
	return queryOne(ctx, tx.Reader, scanCardIssue,
		`SELECT `+cardIssueColumns+` FROM card_issue WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE`, tenant, id)
}

// InsertCardIssue begins an issue and reports false where the list has one already.
func (tx *Tx) InsertCardIssue(ctx context.Context, i CardIssue) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO card_issue (`+cardIssueColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING`,
		i.Tenant, i.ID, i.Name, i.Source, i.Settings, i.State, i.Total, i.Done, i.Issued, i.Had, i.Rejected, i.CreatedBy,
		verno.Micros(i.CreatedAt), verno.Micros(i.UpdatedAt))
	return n == 1, err
}

// ChangeCardIssue writes how far a locked issue has come.
func (tx *Tx) ChangeCardIssue(ctx context.Context, i CardIssue) error {
	_, err := tx.Exec(ctx, `UPDATE card_issue SET state = $1, total = $2, done = $3, issued = $4, had = $5, rejected = $6, updated_at = $7
		WHERE tenant = $8 AND id = $9`, i.State, i.Total, i.Done, i.Issued, i.Had, i.Rejected, verno.Micros(i.UpdatedAt), i.Tenant, i.ID)
	return err
}

// LastCardIssueLine is the last line that was loaded; 0 before the first.
func (r *Reader) LastCardIssueLine(ctx context.Context, tenant verno.TenantID, id verno.IssueID) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT COALESCE(MAX(line), 0) FROM card_issue_line WHERE tenant = $1 AND issue_id = $2`, tenant, id)
}

// CardIssueLines are lines after one, in their order.
func (r *Reader) CardIssueLines(ctx context.Context, tenant verno.TenantID, id verno.IssueID, after int64, limit int) ([]CardIssueLine, error) {
	return queryAll(ctx, r, scanCardIssueLine, `SELECT line, sealed, outcome, code, params, link, member_id, card_id FROM card_issue_line
		WHERE tenant = $1 AND issue_id = $2 AND line > $3 ORDER BY line LIMIT $4`, tenant, id, after, limit)
}

func scanCardIssueLine(row Scanner) (l CardIssueLine, err error) {
	err = row.Scan(&l.Line, &l.Sealed, &l.Outcome, &l.Code, &l.Params, &l.Link, &l.Member, &l.Card)
	return l, err
}

// RejectedCardIssueLines are the first lines that were rejected.
func (r *Reader) RejectedCardIssueLines(ctx context.Context, tenant verno.TenantID, id verno.IssueID, limit int) ([]CardIssueLine, error) {
	return queryAll(ctx, r, scanCardIssueLine, `SELECT line, sealed, outcome, code, params, link, member_id, card_id FROM card_issue_line
		WHERE tenant = $1 AND issue_id = $2 AND outcome = 'rejected' ORDER BY line LIMIT $3`, tenant, id, limit)
}

// CardsOfIssue are the cards that lines after one and up to another came to.
func (r *Reader) CardsOfIssue(ctx context.Context, tenant verno.TenantID, id verno.IssueID, after, last int64) ([]Card, error) {
	return queryAll(ctx, r, scanCard, `SELECT `+cardColumns+` FROM card WHERE tenant = $1 AND id IN (SELECT card_id FROM card_issue_line
		WHERE tenant = $1 AND issue_id = $2 AND line > $3 AND line <= $4)`, tenant, id, after, last)
}

var insertCardIssueLine = Insert("card_issue_line",
	"tenant bytea, issue_id bytea, line bigint, sealed bytea, outcome text, code text, params text, link text", "ON CONFLICT DO NOTHING")

// InsertCardIssueLines adds lines of a list.
func (tx *Tx) InsertCardIssueLines(ctx context.Context, tenant verno.TenantID, id verno.IssueID, lines []CardIssueLine) error {
	v := tx.Bulk().Values(insertCardIssueLine)
	for _, l := range lines {
		v.Bytes(tenant[:]).Bytes(id[:]).Int(l.Line).Bytes(l.Sealed).Text("").Text("").Text("").Text("")
	}
	return tx.Bulk().Flush(ctx)
}

// DeleteCardIssueLines forgets the lines of an issue up to one.
func (tx *Tx) DeleteCardIssueLines(ctx context.Context, tenant verno.TenantID, id verno.IssueID, last int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM card_issue_line WHERE tenant = $1 AND issue_id = $2 AND line <= $3`, tenant, id, last)
	return err
}

// DeleteCardIssue forgets an issue whose lines are forgotten.
func (tx *Tx) DeleteCardIssue(ctx context.Context, tenant verno.TenantID, id verno.IssueID) error {
	_, err := tx.Exec(ctx, `DELETE FROM card_issue WHERE tenant = $1 AND id = $2`, tenant, id)
	return err
}

// SettleCardIssueLine writes what came of a line and forgets what it told.
func (tx *Tx) SettleCardIssueLine(ctx context.Context, tenant verno.TenantID, id verno.IssueID, l CardIssueLine) error {
	_, err := tx.Exec(ctx, `UPDATE card_issue_line SET sealed = NULL, outcome = $1, code = $2, params = $3, link = $4, member_id = $5,
		card_id = $6 WHERE tenant = $7 AND issue_id = $8 AND line = $9`, l.Outcome, l.Code, l.Params, l.Link, l.Member, l.Card, tenant, id, l.Line)
	return err
}
