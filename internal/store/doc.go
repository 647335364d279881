// Package store holds all SQL of Verno and the two engines that it runs on: SQLite, one file and no server, and
// PostgreSQL 15 or later. It knows tables, transactions, durability and what went wrong with them. It refuses to know
// the trade: no branch here asks what a sale, a promotion or a member is about.
//
// # Ways in
//
//	Reader     reads: a connection that cannot write, on the primary
//	Write      one ordinary transaction: configuration, members, sessions
//	WriteLow   the same for jobs, which wait for people and sales, yet never for long
//	Hot        one transaction for a whole group of sales: bulk statements, few round trips, one commit
//
// # One text for both engines
//
// A statement is written once, in full, with $1 parameters, RETURNING and ON CONFLICT. Columns are BIGINT, INTEGER,
// TEXT and BYTEA; times are microseconds UTC. FOR UPDATE and FOR NO KEY UPDATE, with SKIP LOCKED or without, are left
// out for SQLite, whose one writer needs no row locks. Statements for many rows are a [Bulk], which each engine runs in
// the way that is fastest there. A sum of BIGINT is NUMERIC to PostgreSQL: write CAST(SUM(x) AS BIGINT).
//
// # Durability
//
// What Write or Hot reported as done has reached the disk. Open sets what that needs, reads it back on every
// connection and refuses to work without it. A lost connection during COMMIT is neither done nor undone but
// [ErrUnknownCommit]: the caller reads its keys again.
package store
