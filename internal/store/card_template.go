package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

// CardTemplate is the draft of a template of cards, as a document, and which version is in force.
type CardTemplate struct {
	Tenant     verno.TenantID
	ID         verno.TemplateID
	Programme  verno.ProgrammeID
	Kind       string
	Name       string
	Draft      string // JSON
	Standard   bool   // the one that whoever joins is given
	Revision   int64  // of the draft
	Published  int64  // 0 where nothing was published yet
	ArchivedAt time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// CardTemplateVersion is a published version of a template. It never changes.
type CardTemplateVersion struct {
	VersionHead
	Document string // JSON
}

const templateColumns = `tenant, id, programme_id, kind, name, draft, standard, revision, published, COALESCE(archived_at, 0), created_at, updated_at`

func scanTemplate(row Scanner) (t CardTemplate, err error) {
	var standard, archived, created, updated int64
	err = row.Scan(&t.Tenant, &t.ID, &t.Programme, &t.Kind, &t.Name, &t.Draft, &standard, &t.Revision, &t.Published,
		&archived, &created, &updated)
	t.Standard, t.ArchivedAt = standard == 1, timeOrNone(archived)
	t.CreatedAt, t.UpdatedAt = verno.FromMicros(created), verno.FromMicros(updated)
	return t, err
}

// CardTemplate finds a template. It returns ErrNotFound where there is none.
func (r *Reader) CardTemplate(ctx context.Context, tenant verno.TenantID, id verno.TemplateID) (CardTemplate, error) {
	return queryOne(ctx, r, scanTemplate, `SELECT `+templateColumns+` FROM card_template WHERE tenant = $1 AND id = $2`, tenant, id)
}

// LockCardTemplate is CardTemplate, and keeps others from changing or publishing it until the transaction ends.
func (tx *Tx) LockCardTemplate(ctx context.Context, tenant verno.TenantID, id verno.TemplateID) (CardTemplate, error) {
	return queryOne(ctx, tx.Reader, scanTemplate,
		`SELECT `+templateColumns+` FROM card_template WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE`, tenant, id)
}

// CardTemplates lists the templates of a programme by ID, of all programmes where it is zero; the archived ones only
// where asked for.
func (r *Reader) CardTemplates(ctx context.Context, tenant verno.TenantID, programme verno.ProgrammeID, archived bool,
	after verno.TemplateID, limit int,
) ([]CardTemplate, error) {
	return queryAll(ctx, r, scanTemplate, `SELECT `+templateColumns+` FROM card_template
		WHERE tenant = $1 AND ($2 = 1 OR programme_id = $3) AND id > $4 AND ($5 = 1 OR archived_at IS NULL) ORDER BY id LIMIT $6`,
		tenant, programme.IsZero(), programme[:], after[:], archived, limit)
}

// StandardTemplate finds the standard template of a programme. It returns ErrNotFound where there is none.
func (r *Reader) StandardTemplate(ctx context.Context, tenant verno.TenantID, programme verno.ProgrammeID) (CardTemplate, error) {
	return queryOne(ctx, r, scanTemplate, `SELECT `+templateColumns+` FROM card_template
		WHERE tenant = $1 AND programme_id = $2 AND standard = 1 ORDER BY id LIMIT 1`, tenant, programme)
}

// PublishedOfKind lists by ID the templates of a kind that are in force in any version, those included that were put away: cards
// of them are still in phones.
func (r *Reader) PublishedOfKind(ctx context.Context, tenant verno.TenantID, kind string, after verno.TemplateID, limit int) ([]CardTemplate, error) {
	return queryAll(ctx, r, scanTemplate, `SELECT `+templateColumns+` FROM card_template
		WHERE tenant = $1 AND kind = $2 AND published > 0 AND id > $3 ORDER BY id LIMIT $4`, tenant, kind, after[:], limit)
}

// InsertCardTemplate adds a template.
func (tx *Tx) InsertCardTemplate(ctx context.Context, t CardTemplate) error {
	_, err := tx.Exec(ctx, `INSERT INTO card_template (tenant, id, programme_id, kind, name, draft, standard, revision, published,
		archived_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		t.Tenant, t.ID, t.Programme, t.Kind, t.Name, t.Draft, t.Standard, t.Revision, t.Published, microsOrNull(t.ArchivedAt),
		verno.Micros(t.CreatedAt), verno.Micros(t.UpdatedAt))
	return err
}

// ChangeCardTemplate writes a draft, archived or not, over that of a revision, which grows by one; false where the draft
// is no longer that.
func (tx *Tx) ChangeCardTemplate(ctx context.Context, t CardTemplate) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE card_template SET name = $1, draft = $2, archived_at = $3, updated_at = $4, revision = revision + 1
		WHERE tenant = $5 AND id = $6 AND revision = $7`,
		t.Name, t.Draft, microsOrNull(t.ArchivedAt), verno.Micros(t.UpdatedAt), t.Tenant, t.ID, t.Revision)
	return n == 1, err
}

// SetStandardTemplate makes one template of a programme the standard one, and no other.
func (tx *Tx) SetStandardTemplate(ctx context.Context, tenant verno.TenantID, programme verno.ProgrammeID, id verno.TemplateID) error {
	_, err := tx.Exec(ctx, `UPDATE card_template SET standard = CASE WHEN id = $1 THEN 1 ELSE 0 END
		WHERE tenant = $2 AND programme_id = $3 AND (standard = 1 OR id = $1)`, id, tenant, programme)
	return err
}

// PublishCardTemplate adds a version of a template and puts it into force.
func (tx *Tx) PublishCardTemplate(ctx context.Context, tenant verno.TenantID, id verno.TemplateID, v CardTemplateVersion) error {
	_, err := tx.Exec(ctx, `INSERT INTO card_template_version (tenant, template_id, number, document, note, published_by, published_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, tenant, id, v.Number, v.Document, v.Note, v.PublishedBy, verno.Micros(v.PublishedAt))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE card_template SET published = $1 WHERE tenant = $2 AND id = $3`, v.Number, tenant, id)
	return err
}

const templateVersionColumns = `v.number, v.note, v.published_by, v.published_at, v.document`

func scanTemplateVersion(row Scanner) (v CardTemplateVersion, err error) {
	var published int64
	err = row.Scan(&v.Number, &v.Note, &v.PublishedBy, &published, &v.Document)
	v.PublishedAt = verno.FromMicros(published)
	return v, err
}

// CardTemplateVersion finds a published version. It returns ErrNotFound where there is none.
func (r *Reader) CardTemplateVersion(ctx context.Context, tenant verno.TenantID, id verno.TemplateID, number int64) (CardTemplateVersion, error) {
	return queryOne(ctx, r, scanTemplateVersion, `SELECT `+templateVersionColumns+` FROM card_template_version v
		WHERE v.tenant = $1 AND v.template_id = $2 AND v.number = $3`, tenant, id, number)
}

// PublishedTemplate finds the version of a template that is in force. It returns ErrNotFound where nothing was published.
func (r *Reader) PublishedTemplate(ctx context.Context, tenant verno.TenantID, id verno.TemplateID) (CardTemplateVersion, error) {
	return queryOne(ctx, r, scanTemplateVersion, `SELECT `+templateVersionColumns+` FROM card_template t JOIN card_template_version v
		ON v.tenant = t.tenant AND v.template_id = t.id AND v.number = t.published WHERE t.tenant = $1 AND t.id = $2`, tenant, id)
}

// CardTemplateVersions lists the published versions of a template without their documents, newest first, below a number
// (0 for all).
func (r *Reader) CardTemplateVersions(ctx context.Context, tenant verno.TenantID, id verno.TemplateID, below int64, limit int) ([]VersionHead, error) {
	if below == 0 {
		below = 1<<63 - 1
	}
	return queryAll(ctx, r, func(row Scanner) (h VersionHead, err error) {
		var at int64
		err = row.Scan(&h.Number, &h.Note, &h.PublishedBy, &at)
		h.PublishedAt = verno.FromMicros(at)
		return h, err
	}, `SELECT number, note, published_by, published_at FROM card_template_version
		WHERE tenant = $1 AND template_id = $2 AND number < $3 ORDER BY number DESC LIMIT $4`, tenant, id, below, limit)
}
