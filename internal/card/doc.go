// Package card is what the kinds of card are: what each needs to know, what it shows, and what scanning it at a till does.
// A merchant makes a Template of a kind; template and Facts of one card make a Face, which knows nothing of Apple or Google
// and from which each wallet, the web card and a printed voucher are drawn. One kind, one file.
package card
