package desk

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/money"
)

// list is a list of the desk that can be taken away as a file: at its own address with .csv or .xlsx behind it, narrowed
// as the page is, and by whoever may see the page and what the file holds.
type list struct {
	path string // below Base
	may  verno.Permission
	open func(*Desk, *call) (*sheet, error)
}

// lists are those that can be taken away. A new one is a line here.
var lists = []list{
	{"/members", verno.MayFindMembers | verno.MayReadMembers, (*Desk).memberSheet},
	{"/receipts", verno.MayReadReceipts, (*Desk).receiptSheet},
	{"/audit", verno.MayReadAudit, (*Desk).auditSheet},
	{"/tasks", verno.MayReadMembers, (*Desk).taskSheet},
	{"/staff", verno.MayManageStaff, (*Desk).staffSheet},
	{"/stores", verno.MayReadConfig, (*Desk).storeSheet},
	{"/promotions", verno.MayReadConfig, (*Desk).promotionSheet},
	{"/programmes", verno.MayReadConfig, (*Desk).programmeSheet},
	{"/channels", verno.MayReadConfig, (*Desk).channelSheet},
	{"/keys", verno.MayManageStaff, (*Desk).keySheet},
	issueLists,
}

// sheet is a list as a file: its columns, and its rows, a part at a time.
type sheet struct {
	title   string
	columns []column
	// more reads the next rows; none are left where it gives none.
	more func(ctx context.Context) ([][]cell, error)
}

// column is a heading, and how wide the column is in a spreadsheet, in characters.
type column struct {
	name string
	wide int
}

// cell is a value of a sheet: a text, a plain decimal number with a point in it, or a moment.
type cell struct {
	text   string
	number string
	at     time.Time
	day    bool // of a moment its date alone
}

func textCell(text string) cell { return cell{text: text} }

func sumCell(a money.Amount, of money.Currency) cell { return cell{number: of.Format(a)} }

func pointsCell(p money.Points, scale int) cell { return cell{number: p.Format(scale)} }

func wholeCell(n int64) cell { return cell{number: strconv.FormatInt(n, 10)} }

func dayCell(t time.Time) cell { return cell{at: t, day: true} }

// exportPages are the routes of the files.
func exportPages() []page {
	var routes []page
	for _, l := range lists {
		for ending, write := range writers {
			routes = append(routes, page{"GET " + l.path + ending, l.may, func(d *Desk, c *call) error { return d.export(c, l, ending, write) }})
		}
	}
	return routes
}

// writer makes files of sheets.
type writer struct {
	mediaType string
	write     func(ctx context.Context, w http.ResponseWriter, s *sheet, c *call) error
}

// writers are all of them, by the endings of their files.
var writers = map[string]writer{
	".csv":  {"text/csv; charset=utf-8", writeCSV},
	".xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", writeXLSX},
}

const (
	// exportLasts is how long a file may take, in place of the time that a page has.
	exportLasts = 10 * time.Minute
	// mostRows is what fits into a spreadsheet.
	mostRows = 1_000_000
	// exportPart is how many rows are read at once.
	exportPart = 500
)

// export writes a file while it is read. Once it has begun there is no page to say that something went wrong on: then the
// connection is cut, so that nobody takes a part for the whole.
func (d *Desk) export(c *call, l list, ending string, how writer) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.r.Context()), exportLasts)
	defer cancel()
	c.r = c.r.WithContext(ctx)
	s, err := l.open(d, c)
	if err != nil {
		return err
	}
	wire := http.NewResponseController(c.w)
	_ = wire.SetWriteDeadline(time.Time{})
	// Whoever stops reading holds nothing for longer than a file may take.
	defer context.AfterFunc(ctx, func() { _ = wire.SetWriteDeadline(time.Unix(1, 0)) })()
	name := s.title + " " + c.now.Format(time.DateOnly) + ending
	h := c.w.Header()
	h.Set("Content-Type", how.mediaType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	if err := how.write(ctx, c.w, s, c); err != nil {
		web.Report(c.r.Context(), c.explain(err))
		panic(http.ErrAbortHandler)
	}
	return nil
}

// exportPath is the address of a list as a file, narrowed as the page is.
func exportPath(c *call, ending string) string {
	q := url.Values{}
	for name, values := range c.Query {
		if name != "after" && len(values) > 0 && values[0] != "" {
			q.Set(name, values[0])
		}
	}
	if len(q) == 0 {
		return c.Path + ending
	}
	return c.Path + ending + "?" + q.Encode()
}

// mayExport says whether the list of this page can be taken away by its reader.
func mayExport(c *call) bool {
	for _, l := range lists {
		if Base+l.path == c.Path {
			return c.actor.May.Has(l.may)
		}
	}
	return false
}
