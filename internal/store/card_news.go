package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno"
)

// CardNews is what cards tell from one day to another.
type CardNews struct {
	Tenant    verno.TenantID
	ID        verno.NewsID
	Template  verno.TemplateID  // whose cards; zero for all
	Text      map[string]string // by language
	From      string            // YYYY-MM-DD, in the zone of the card's programme
	Until     string            // the last day
	CreatedBy string
	CreatedAt time.Time
	EndedAt   time.Time // when it was taken back; zero where it was not
}

const cardNewsColumns = `tenant, id, template_id, text, from_day, until_day, created_by, created_at, ended_at`

func scanCardNews(row Scanner) (n CardNews, err error) {
	var text string
	if err = row.Scan(&n.Tenant, &n.ID, &n.Template, &text, &n.From, &n.Until, &n.CreatedBy, when{&n.CreatedAt}, when{&n.EndedAt}); err != nil {
		return n, err
	}
	if err = json.Unmarshal([]byte(text), &n.Text); err != nil {
		err = fmt.Errorf("store: read the text of news: %w", err)
	}
	return n, err
}

// CardNews finds news. It returns ErrNotFound where there is none of that name.
func (r *Reader) CardNews(ctx context.Context, tenant verno.TenantID, id verno.NewsID) (CardNews, error) {
	return queryOne(ctx, r, scanCardNews, `SELECT `+cardNewsColumns+` FROM card_news WHERE tenant = $1 AND id = $2`, tenant, id)
}

// NewsOn is what the cards of a template tell on a day: of several the one that began last. It returns ErrNotFound where
// they tell nothing.
func (r *Reader) NewsOn(ctx context.Context, tenant verno.TenantID, template verno.TemplateID, day string) (CardNews, error) {
	return queryOne(ctx, r, scanCardNews, `SELECT `+cardNewsColumns+` FROM card_news
		WHERE tenant = $1 AND ended_at IS NULL AND until_day >= $2 AND from_day <= $2 AND (template_id IS NULL OR template_id = $3)
		ORDER BY from_day DESC, id DESC LIMIT 1`, tenant, day, template)
}

// AllNews lists news by ID, the newest first, below one; from the newest for the zero one.
func (r *Reader) AllNews(ctx context.Context, tenant verno.TenantID, below verno.NewsID, limit int) ([]CardNews, error) {
	if below.IsZero() {
		return queryAll(ctx, r, scanCardNews, `SELECT `+cardNewsColumns+` FROM card_news WHERE tenant = $1 ORDER BY id DESC LIMIT $2`, tenant, limit)
	}
	return queryAll(ctx, r, scanCardNews, `SELECT `+cardNewsColumns+` FROM card_news WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
		tenant, below, limit)
}

// CountNews is how much news is not over on a day.
func (r *Reader) CountNews(ctx context.Context, tenant verno.TenantID, day string) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT COUNT(*) FROM card_news WHERE tenant = $1 AND ended_at IS NULL AND until_day >= $2`, tenant, day)
}

// InsertCardNews adds news.
func (tx *Tx) InsertCardNews(ctx context.Context, n CardNews) error {
	text, err := json.Marshal(n.Text)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO card_news (`+cardNewsColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		n.Tenant, n.ID, n.Template, string(text), n.From, n.Until, n.CreatedBy, verno.Micros(n.CreatedAt), microsOrNull(n.EndedAt))
	return err
}

// EndCardNews takes news back; false where that was done before, or there is none.
func (tx *Tx) EndCardNews(ctx context.Context, tenant verno.TenantID, id verno.NewsID, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE card_news SET ended_at = $1 WHERE tenant = $2 AND id = $3 AND ended_at IS NULL`, verno.Micros(at), tenant, id)
	return n == 1, err
}
