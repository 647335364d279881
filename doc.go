// Package verno is the dictionary: the nouns of a loyalty programme and a closed-loop wallet, the typed identifiers,
// the permissions, the errors and the events. Every other package speaks these words; this one knows no rule, no
// storage and no protocol, and imports only money.
package verno
