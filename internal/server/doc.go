// Package server puts the house together: it opens the database and the vault, starts the books, the sealer and the jobs,
// hands functions of one use case to another, and serves. It is the only reader of the clock.
package server
