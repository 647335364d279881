// Package exchange brings data in and out: it imports receipts of other systems from files, sells and returns them in the
// order in which they happened, and exports the ledger so that others can check it. It knows files and formats, and how
// far each file has come. It knows no rules and moves no value: selling, returning, enrolling and opening stores are
// functions that it is handed.
package exchange
