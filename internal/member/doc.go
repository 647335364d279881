// Package member keeps the roll of members: who joins, changes, shows which card, agrees to what, is merged with whom and
// is forgotten. Who a member is lies in the vault and what it owns in the books; the roll joins the two in one
// transaction, so that nobody has a card without an account, or points without having joined.
//
// A member that was merged into another stays as its alias: whoever asks for the alias gets the other. An erased member
// stays as a row without a person, because the books name it.
//
// Nothing of a person is ever in an event, an error or a log: events name members, cards and purposes.
package member
