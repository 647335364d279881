package store

import (
	"context"
	"database/sql"
)

// planByShape tells SQLite how selective the indexes are, in the place of statistics of what the tables hold. Without
// any, SQLite takes the first column of an index for one that leaves ten rows, but here that is the tenant, which leaves
// nearly all: it would find a member's card by looking through everybody's. As nothing is measured, a statement runs in
// the same way on the first day and with a million members. The figures are those that SQLite assumes of an index that
// it knows nothing of (https://www.sqlite.org/fileformat2.html#stat1tab), one column further on; a partial index has few rows.
const planByShape = `
ANALYZE sqlite_schema; -- makes the table
DELETE FROM sqlite_stat1;
WITH indexed (tbl, idx, whole, only, place, name) AS (
	SELECT t.name, CASE WHEN l.wr = 1 AND i.origin = 'pk' THEN t.name ELSE i.name END,
		CASE i.partial WHEN 1 THEN 1000 ELSE 1000000 END, i."unique", c.seqno, c.name
	FROM sqlite_schema t JOIN pragma_table_list(t.name) l JOIN pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c
	WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'
), ranked AS (
	SELECT tbl, idx, whole, only, place, MAX(place) OVER (PARTITION BY idx) AS last,
		MAX(CASE WHEN place = 0 AND name = 'tenant' THEN 1 ELSE 0 END) OVER (PARTITION BY idx) AS shift
	FROM indexed
)
INSERT INTO sqlite_stat1 (tbl, idx, stat)
SELECT tbl, idx, whole || ' ' || group_concat(CASE
	WHEN only = 1 AND place = last THEN 1
	WHEN place < shift THEN whole / 20
	ELSE MAX(5, 10 - place + shift) END, ' ' ORDER BY place)
FROM ranked GROUP BY tbl, idx, whole;
ANALYZE sqlite_schema; -- reads it
`

// plan has SQLite know the shapes of a schema that has just been changed, in the same transaction.
func (e Engine) plan(ctx context.Context, tx *sql.Tx) error {
	if e != SQLite {
		return nil
	}
	_, err := tx.ExecContext(ctx, planByShape)
	return err
}
