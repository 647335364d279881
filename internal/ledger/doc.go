// Package ledger is double-entry bookkeeping in integers: entries that balance, lots with dates, holds, debts and
// reversals into the very lots that value came from. It is pure: it knows balances as they were read and says what is to
// be posted; it does not know where they are kept.
package ledger
