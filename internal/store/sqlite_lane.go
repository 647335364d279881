package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// fileLane runs bulk statements on a connection of SQLite, prepared and row by row. Its statements are never
// interrupted, so they take no context: a group of sales is short, and ends as a whole.
type fileLane struct {
	conn     driver.Conn
	counts   *counters
	tx       *HotTx
	prepared map[*Bulk]*filed
	ends     map[string]driver.StmtExecContext // BEGIN, COMMIT and ROLLBACK
}

// filed is a prepared statement with the arguments that its rows take turns in.
type filed struct {
	stmt driver.Stmt
	args []driver.NamedValue
}

func newFileLane(conn driver.Conn, counts *counters) *fileLane {
	l := &fileLane{conn: conn, counts: counts, prepared: map[*Bulk]*filed{}, ends: map[string]driver.StmtExecContext{}}
	l.tx = newHotTx(SQLite, l)
	return l
}

func (l *fileLane) exec(_ context.Context, begin bool, queue []*Values, commit bool) error {
	l.counts.trips.Add(1)
	if begin {
		if err := l.end("BEGIN IMMEDIATE"); err != nil {
			return classify(err)
		}
	}
	if err := l.run(queue); err != nil {
		return classify(err)
	}
	if !commit {
		return nil
	}
	err := l.end("COMMIT")
	if err != nil && undecidedFile(err) {
		return unknown(err)
	}
	return classify(err)
}

// rollback ignores the answer: where SQLite has already rolled back by itself there is nothing to end.
func (l *fileLane) rollback() { _ = l.end("ROLLBACK") }

func (l *fileLane) end(how string) error {
	stmt := l.ends[how]
	if stmt == nil {
		made, err := l.conn.Prepare(how)
		if err != nil {
			return err
		}
		stmt = made.(driver.StmtExecContext)
		l.ends[how] = stmt
	}
	_, err := stmt.ExecContext(context.Background(), nil)
	return err
}

func (l *fileLane) run(queue []*Values) error {
	for _, v := range queue {
		p := l.prepared[v.bulk]
		if p == nil {
			stmt, err := l.conn.Prepare(v.bulk.sqlite)
			if err != nil {
				return err
			}
			p = &filed{stmt: stmt, args: make([]driver.NamedValue, len(v.bulk.order))}
			for i := range p.args {
				p.args[i].Ordinal = i + 1
			}
			l.prepared[v.bulk] = p
		}
		if err := p.run(v); err != nil {
			return err
		}
	}
	return nil
}

func (p *filed) run(v *Values) error {
	width := len(v.bulk.types)
	defer p.forget()
	for row := v.values; len(row) > 0; row = row[width:] {
		for i, column := range v.bulk.order {
			p.args[i].Value = row[column]
		}
		if v.each != nil {
			if err := p.query(v); err != nil {
				return err
			}
			continue
		}
		result, err := p.stmt.(driver.StmtExecContext).ExecContext(context.Background(), p.args)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		v.affected += n
	}
	return nil
}

func (p *filed) query(v *Values) error {
	rows, err := p.stmt.(driver.StmtQueryContext).QueryContext(context.Background(), p.args)
	if err != nil {
		return err
	}
	row := Row{values: make([]driver.Value, len(rows.Columns()))}
	for {
		if err = rows.Next(row.values); err != nil {
			break
		}
		v.affected++
		if err = v.each(row); err != nil {
			break
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, rows.Close())
}

// forget lets go of the callers' values.
func (p *filed) forget() {
	for i := range p.args {
		p.args[i].Value = nil
	}
}

func (l *fileLane) close() {
	for _, p := range l.prepared {
		_ = p.stmt.Close()
	}
	for _, stmt := range l.ends {
		_ = stmt.(driver.Stmt).Close()
	}
	clear(l.prepared)
	clear(l.ends)
}
