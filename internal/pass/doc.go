// Package pass brings cards to the wallets of phones and keeps them true there. It issues passes, draws a card's Face as
// Apple and Google want it, answers what phones ask, follows the log for what changes a card, and tells phones and Google
// of it. It refuses to know what a card is worth or why: Facts, which the server hands in, says what there is to show.
//
// A change takes this way:
//
//	event sealed → Follow finds whose cards it changes, gives their passes the next tag and makes them due
//	             → Push tells the devices that have them, Google tells Google
//	             → the phone asks what is new since its tag, and fetches the pass, which is made and signed only then
//
// Nothing here decides or delays a sale: it runs beside the sales in small turns, and whatever is outside may hang.
package pass
