// Package books is the only writer of value. It gathers the operations that wait into groups and writes each group in
// one transaction: claim the keys, lock the owners, decide each operation on the state that the one before left, write
// one bulk statement a table, commit, answer. It knows keys, locks, lots and events; what is decided, and why, comes
// from the use case as a function. Beside it runs the sealer, which numbers what was committed and signs for it.
package books
