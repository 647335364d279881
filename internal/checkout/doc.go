// Package checkout is the till's work: identify a member, quote a basket, commit it with its tenders exactly once,
// cancel, hold, return by line, take in what an offline till sold, and tell what became of an operation. It joins the
// rules (promo, progress, fraud, ledger) with what the books have locked; it writes nothing itself.
package checkout
