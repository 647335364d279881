// Package report says how a chain is doing: what was sold with a card and without, how many members came, what is owed
// to them, and what waits for somebody. It reads and never writes; its figures come from the receipts themselves, so
// that one which an offline till hands in late counts on its own day.
package report
