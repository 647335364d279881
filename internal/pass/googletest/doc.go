// Package googletest is Google Wallet as far as Verno speaks to it, for tests and for trying it out without an account:
// tokens, classes, objects, messages, batches, root keys of callbacks, and the page behind a save link. It keeps what it
// is told, refuses what the schemas of Google's own discovery document or its written rules refuse, and fails on demand.
// It was never compared with the real one.
package googletest
