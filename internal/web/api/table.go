package api

import (
	"context"
	"mime"
	"net/http"
	"time"

	"github.com/verno-loyalty/verno/internal/web"
)

// table is an answer as CSV, written while it is read.
type table struct {
	name    string // of the file
	columns []string
	rows    func(ctx context.Context, each func(row []string) error) error
}

// tableLasts is how long a table may take, in place of the time that an answer has.
const tableLasts = 10 * time.Minute

// showTable answers a table. Once it has begun no error can be told: then the connection is cut, so that nobody takes a
// part for the whole.
func (a *API) showTable(w http.ResponseWriter, r *http.Request, t *table) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), tableLasts)
	defer cancel()
	wire := http.NewResponseController(w)
	_ = wire.SetWriteDeadline(time.Time{})
	// Whoever stops reading holds nothing for longer than a table may take.
	defer context.AfterFunc(ctx, func() { _ = wire.SetWriteDeadline(time.Unix(1, 0)) })()
	h := w.Header()
	h.Set("Content-Type", web.TableMedia+"; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": t.name}))
	out, err := web.NewTable(w, t.columns)
	if err == nil {
		err = t.rows(ctx, out.Write)
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		web.Report(r.Context(), web.Explain(r, err))
		panic(http.ErrAbortHandler)
	}
}
