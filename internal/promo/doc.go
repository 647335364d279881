// Package promo decides what a programme's promotions make of a basket: which discounts each line gets, how much of it
// points may pay, what is earned, and, when asked, why each promotion did or did not apply.
//
// A published version is compiled once into Rules; Rules answer any number of sales at once and never change. The answer
// follows from what is given in alone: the package reads no clock, no database and no chance, so that a stored receipt
// can be computed again bit for bit. It knows nothing of accounts, cards or the law beyond classes of goods.
//
// A sale runs in turns: promotions that lower prices, the spending of points, promotions that earn points, those that
// multiply what was earned, stamps, and bonuses of a fixed size. Within a turn a higher priority goes first and equal
// priorities go by identifier. A promotion is one file: its settings, what is wrong with them, and what they do; types.go
// lists them.
//
// A return takes back of an award the shares of the returned lines; an award that no line earned, such as a welcome
// bonus, is taken back with the whole receipt only. Clawback counts it.
package promo
