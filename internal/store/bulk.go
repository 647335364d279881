package store

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
)

// Bulk is one statement for many rows of values, written once. PostgreSQL runs it once, over arrays, one a column;
// SQLite runs it row by row, prepared. Declare it as a package variable: each connection prepares it once.
type Bulk struct {
	name     string
	types    []columnType
	postgres string
	sqlite   string
	order    []int // the column that each parameter of the SQLite text takes
	answers  []int // the columns that SQLite is not asked for, as they are what came in
}

type columnType uint8

const (
	bytesColumn columnType = iota
	intColumn
	textColumn
)

var (
	bulkNumber   atomic.Int64
	fromKeys     = regexp.MustCompile(`\s+(FROM|USING) k\b`)
	keysAndMore  = regexp.MustCompile(`\b(FROM|USING) k, `)
	keyColumn    = regexp.MustCompile(`\bk\.(\w+)`)
	statementRow = regexp.MustCompile(`^\s*(SELECT|UPDATE|DELETE)\s`)
	whatCameIn   = regexp.MustCompile(`(DO NOTHING) RETURNING ([\w, ]+)$`)
)

// Insert declares an INSERT. The columns are given with their types, "tenant_id bytea, total_minor bigint, note text",
// and the rest is what follows the values, such as "ON CONFLICT DO NOTHING RETURNING id", or empty.
func Insert(table, columns, rest string) *Bulk {
	b, names := newBulk(columns)
	into := "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ")"
	b.postgres = into + " " + b.unnest(names) + " " + rest
	b.sqlite = into + " VALUES (" + strings.TrimSuffix(strings.Repeat("?, ", len(names)), ", ") + ") " + rest
	for i := range names {
		b.order = append(b.order, i)
	}
	b.answerKnown(names)
	return b
}

// answerKnown spares SQLite the answer of an INSERT that changes nothing it finds: a row that went in is as it came, and
// for RETURNING SQLite would make a table of its own for every row.
func (b *Bulk) answerKnown(names []string) {
	found := whatCameIn.FindStringSubmatch(b.sqlite)
	if found == nil {
		return
	}
	for name := range strings.SplitSeq(found[2], ",") {
		i := slices.Index(names, strings.TrimSpace(name))
		if i < 0 {
			panic("store: an INSERT that does nothing to what is there returns columns that it is given: " + b.sqlite)
		}
		b.answers = append(b.answers, i)
	}
	b.sqlite = whatCameIn.ReplaceAllString(b.sqlite, "$1")
}

// Keyed declares a SELECT, UPDATE or DELETE that runs for every row of values; the statement calls the row k. A SELECT
// answers what it would answer for each row alone; to know whose answer a row is, let it select a column of k.
//
//	Keyed("owner bytea", `SELECT id, left_minor FROM lot WHERE owner_id = k.owner ORDER BY expires_at LIMIT 8`)
//	Keyed("id bytea, delta bigint", `UPDATE account SET balance = balance + k.delta FROM k WHERE account.id = k.id`)
//	Keyed("id bytea", `DELETE FROM hold USING k WHERE hold.id = k.id`)
//	Keyed("owner bytea", `UPDATE pass SET seen = 1 FROM k, member m WHERE m.owner_id = k.owner AND pass.member_id = m.id`)
//
// An UPDATE or DELETE gets each row of the table at most once in a call: PostgreSQL would change it once, SQLite twice.
func Keyed(columns, statement string) *Bulk {
	b, names := newBulk(columns)
	verb := statementRow.FindStringSubmatch(statement)
	if verb == nil {
		panic("store: a keyed statement is a SELECT, UPDATE or DELETE: " + statement)
	}
	if keys := fromKeys.MatchString(statement); keys == (verb[1] == "SELECT") {
		panic("store: an UPDATE has FROM k, a DELETE has USING k, a SELECT has neither: " + statement)
	}
	if verb[1] == "SELECT" {
		//nolint:unqueryvet // The statement x names its columns.
		b.postgres = "SELECT x.* FROM " + b.keys(names) + " CROSS JOIN LATERAL (" + statement + ") AS x"
	} else {
		b.postgres = fromKeys.ReplaceAllString(statement, " $1 "+strings.ReplaceAll(b.keys(names), "$", "$$"))
	}
	b.sqlite = keyColumn.ReplaceAllStringFunc(withoutRowLocks(alone(statement)), func(ref string) string {
		for i, name := range names {
			if ref == "k."+name {
				b.order = append(b.order, i)
				return "?"
			}
		}
		panic("store: " + ref + " is not among the columns: " + columns)
	})
	return b
}

// alone is a statement about one row of values, which needs no table of them.
func alone(statement string) string {
	return fromKeys.ReplaceAllString(keysAndMore.ReplaceAllString(statement, "$1 "), "")
}

func newBulk(columns string) (*Bulk, []string) {
	b := &Bulk{name: fmt.Sprintf("verno_%d", bulkNumber.Add(1))}
	var names []string
	for column := range strings.SplitSeq(columns, ",") {
		name, kind, _ := strings.Cut(strings.TrimSpace(column), " ")
		names = append(names, name)
		switch strings.TrimSpace(kind) {
		case "bytea":
			b.types = append(b.types, bytesColumn)
		case "bigint":
			b.types = append(b.types, intColumn)
		case "text":
			b.types = append(b.types, textColumn)
		default:
			panic("store: a column is bytea, bigint or text: " + column)
		}
	}
	return b, names
}

// unnest is PostgreSQL's arrays as rows. In the list of a SELECT each value goes straight from its array into the row; in
// FROM the rows would be written down and read again first.
func (b *Bulk) unnest(names []string) string {
	arrays := make([]string, len(b.types))
	for i, t := range b.types {
		arrays[i] = fmt.Sprintf("unnest($%d::%s[]) AS %s", i+1, [...]string{"bytea", "bigint", "text"}[t], names[i])
	}
	return "SELECT " + strings.Join(arrays, ", ")
}

// keys is PostgreSQL's arrays as a table k.
func (b *Bulk) keys(names []string) string { return "(" + b.unnest(names) + ") AS k" }

// Values are the rows of values for one run of a Bulk, filled value by value in the order of its columns. Without a
// row nothing runs. A value of the wrong type, or rows that are not whole, are mistakes in this package and panic.
type Values struct {
	bulk     *Bulk
	at       int // how many values there are
	each     func(Scanner) error
	affected int64
	arrays   [][]byte       // PostgreSQL: one binary array a column
	values   []driver.Value // SQLite: row after row
}

// Bytes adds a BYTEA; nil is NULL.
func (v *Values) Bytes(b []byte) *Values {
	i := v.next(bytesColumn)
	switch {
	case v.arrays != nil && b == nil:
		v.arrays[i] = appendNull(v.arrays[i])
	case v.arrays != nil:
		v.arrays[i] = append(binary.BigEndian.AppendUint32(v.arrays[i], uint32(len(b))), b...)
	case b == nil:
		v.values = append(v.values, nil)
	default:
		v.values = append(v.values, b)
	}
	return v
}

// Int adds a BIGINT.
func (v *Values) Int(n int64) *Values {
	i := v.next(intColumn)
	if v.arrays != nil {
		v.arrays[i] = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(v.arrays[i], 8), uint64(n))
	} else {
		v.values = append(v.values, n)
	}
	return v
}

// Text adds a TEXT.
func (v *Values) Text(s string) *Values {
	i := v.next(textColumn)
	if v.arrays != nil {
		v.arrays[i] = append(binary.BigEndian.AppendUint32(v.arrays[i], uint32(len(s))), s...)
	} else {
		v.values = append(v.values, s)
	}
	return v
}

// Null adds a NULL of whatever type the column has.
func (v *Values) Null() *Values {
	i := v.next(v.bulk.types[v.at%len(v.bulk.types)])
	if v.arrays != nil {
		v.arrays[i] = appendNull(v.arrays[i])
	} else {
		v.values = append(v.values, nil)
	}
	return v
}

// Each sets the function that gets the rows of the answer, of a SELECT or of RETURNING, while they are flushed. Its
// error ends the transaction.
func (v *Values) Each(fn func(row Scanner) error) *Values {
	v.each = fn
	return v
}

// Len is how many rows of values there are.
func (v *Values) Len() int { return v.at / len(v.bulk.types) }

// Affected is how many rows the statement changed, or answered; known once flushed and until the pipe is used again.
func (v *Values) Affected() int64 { return v.affected }

func (v *Values) next(t columnType) int {
	i := v.at % len(v.bulk.types)
	if v.bulk.types[i] != t {
		panic(fmt.Sprintf("store: value %d of a row has the wrong type: %s", i+1, v.bulk.sqlite))
	}
	v.at++
	return i
}

func appendNull(array []byte) []byte { return binary.BigEndian.AppendUint32(array, 1<<32-1) }

// arrayTypes are PostgreSQL's numbers of the types.
var arrayTypes = [...]uint32{bytesColumn: 17, intColumn: 20, textColumn: 25}

// reset makes the values ready for another run, keeping their memory. An array in PostgreSQL's binary format begins
// with the number of its dimensions, whether it may hold NULLs, the type of its elements, their number, and the first
// index.
func (v *Values) reset(b *Bulk, e Engine) {
	v.bulk, v.at, v.each, v.affected = b, 0, nil, 0
	if e == SQLite {
		clear(v.values)
		v.values = kept(v.values)
		return
	}
	if cap(v.arrays) < len(b.types) {
		v.arrays = append(v.arrays[:cap(v.arrays)], make([][]byte, len(b.types)-cap(v.arrays))...)
	}
	v.arrays = v.arrays[:len(b.types)]
	for i, t := range b.types {
		head := binary.BigEndian.AppendUint32(kept(v.arrays[i]), 1)
		head = binary.BigEndian.AppendUint32(head, 1)
		head = binary.BigEndian.AppendUint32(head, arrayTypes[t])
		head = binary.BigEndian.AppendUint32(head, 0) // See whole.
		v.arrays[i] = binary.BigEndian.AppendUint32(head, 1)
	}
}

// kept is memory to be used again, unless a group larger than the others left more than is worth keeping.
func kept[T any](memory []T) []T {
	const enough = 1 << 20
	if cap(memory) > enough {
		return nil
	}
	return memory[:0]
}

// whole panics unless all rows are whole, and completes the arrays' heads.
func (v *Values) whole() {
	if v.at%len(v.bulk.types) != 0 {
		panic("store: a row of values is not whole: " + v.bulk.sqlite)
	}
	for _, array := range v.arrays {
		binary.BigEndian.PutUint32(array[12:], uint32(v.Len()))
	}
}

// runner runs bulk statements in their order on one connection.
type runner func(ctx context.Context, queue []*Values) error

// Pipe runs bulk statements, in the order in which they were queued, when it is flushed: on PostgreSQL in one round
// trip. The questions that tables can be asked in bulk are methods on it. It belongs to one goroutine.
type Pipe struct {
	engine Engine
	run    runner
	queue  []*Values
	free   []*Values
	done   []*Values // flushed last, so that Affected can be read
}

func newPipe(e Engine, run runner) *Pipe { return &Pipe{engine: e, run: run} }

// Values queues a bulk statement and gives the values to fill.
func (p *Pipe) Values(b *Bulk) *Values {
	var v *Values
	if n := len(p.free); n > 0 {
		v, p.free = p.free[n-1], p.free[:n-1]
	} else {
		v = &Values{}
	}
	v.reset(b, p.engine)
	p.queue = append(p.queue, v)
	return v
}

// Flush runs what is queued.
func (p *Pipe) Flush(ctx context.Context) error {
	queue := p.take()
	if len(queue) == 0 {
		return nil
	}
	return p.run(ctx, queue)
}

// forget gives up what is queued.
func (p *Pipe) forget() {
	p.free = append(p.free, p.done...)
	p.done, p.queue = p.queue, p.done[:0]
}

// take empties the queue and returns what of it has rows.
func (p *Pipe) take() []*Values {
	p.forget()
	var queue []*Values
	for _, v := range p.done {
		if v.at > 0 {
			v.whole()
			queue = append(queue, v)
		}
	}
	return queue
}
