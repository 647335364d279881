package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// fileLane runs bulk statements on a connection of SQLite, prepared and row by row. Its statements are never
// interrupted: the context is looked at before them, as a group of sales is short and ends as a whole.
type fileLane struct {
	conn     driver.Conn
	counts   *counters
	tx       *HotTx
	prepared map[*Bulk]*filed
	ends     map[string]*filed // BEGIN, COMMIT and ROLLBACK
}

// filed is a prepared statement with the arguments that its rows take turns in.
type filed struct {
	stmt  driver.Stmt
	exec  driver.StmtExecContext
	query driver.StmtQueryContext
	args  []driver.NamedValue
}

func newFileLane(raw any, counts *counters) (*fileLane, error) {
	conn, err := as[driver.Conn](raw)
	if err != nil {
		return nil, err
	}
	l := &fileLane{conn: conn, counts: counts, prepared: map[*Bulk]*filed{}, ends: map[string]*filed{}}
	l.tx = newHotTx(SQLite, l)
	return l, nil
}

func (l *fileLane) exec(ctx context.Context, begin bool, queue []*Values, commit bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
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
	p := l.ends[how]
	if p == nil {
		var err error
		if p, err = l.prepare(how, 0); err != nil {
			return err
		}
		l.ends[how] = p
	}
	_, err := p.exec.ExecContext(context.Background(), nil)
	return err
}

func (l *fileLane) run(queue []*Values) error {
	for _, v := range queue {
		p := l.prepared[v.bulk]
		if p == nil {
			var err error
			if p, err = l.prepare(v.bulk.sqlite, len(v.bulk.order)); err != nil {
				return err
			}
			l.prepared[v.bulk] = p
		}
		if err := p.run(v); err != nil {
			return err
		}
	}
	return nil
}

func (l *fileLane) prepare(statement string, args int) (*filed, error) {
	stmt, err := l.conn.Prepare(statement)
	if err != nil {
		return nil, err
	}
	exec, errExec := as[driver.StmtExecContext](stmt)
	query, errQuery := as[driver.StmtQueryContext](stmt)
	if err := errors.Join(errExec, errQuery); err != nil {
		return nil, errors.Join(err, stmt.Close())
	}
	p := &filed{stmt: stmt, exec: exec, query: query, args: make([]driver.NamedValue, args)}
	for i := range p.args {
		p.args[i].Ordinal = i + 1
	}
	return p, nil
}

func (p *filed) run(v *Values) error {
	width := len(v.bulk.types)
	defer p.forget()
	for row := v.values; len(row) > 0; row = row[width:] {
		for i, column := range v.bulk.order {
			p.args[i].Value = row[column]
		}
		if v.each != nil && v.bulk.answers == nil {
			if err := p.ask(v); err != nil {
				return err
			}
			continue
		}
		result, err := p.exec.ExecContext(context.Background(), p.args)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		v.affected += n
		if n > 0 && v.each != nil {
			if err := v.each(v.bulk.answer(row)); err != nil {
				return err
			}
		}
	}
	return nil
}

// answer is what a row of values that went in is answered with.
func (b *Bulk) answer(row []driver.Value) Row {
	a := Row{values: make([]driver.Value, len(b.answers))}
	for i, column := range b.answers {
		a.values[i] = row[column]
	}
	return a
}

// ask runs the statement for one row of values and hands on the rows of its answer.
func (p *filed) ask(v *Values) error {
	rows, err := p.query.QueryContext(context.Background(), p.args)
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
	for _, p := range l.ends {
		_ = p.stmt.Close()
	}
	clear(l.prepared)
	clear(l.ends)
}
