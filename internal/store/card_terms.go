package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// TillTemplate is a template of cards in force, as tills need it.
type TillTemplate struct {
	ID        verno.TemplateID
	Programme verno.ProgrammeID
	Name      string // for those who work with it
	Standard  bool
	Archived  bool
	Document  string // JSON
}

// TillTemplates lists the templates of a tenant that are in force, the archived too, whose cards are still shown.
func (r *Reader) TillTemplates(ctx context.Context, tenant verno.TenantID) ([]TillTemplate, error) {
	return queryAll(ctx, r, func(row Scanner) (t TillTemplate, err error) {
		var standard, archived int64
		err = row.Scan(&t.ID, &t.Programme, &t.Name, &standard, &archived, &t.Document)
		t.Standard, t.Archived = standard == 1, archived != 0
		return t, err
	}, `SELECT t.id, t.programme_id, t.name, t.standard, COALESCE(t.archived_at, 0), v.document FROM card_template t JOIN card_template_version v
		ON v.tenant = t.tenant AND v.template_id = t.id AND v.number = t.published WHERE t.tenant = $1 ORDER BY t.id`, tenant)
}
