package member

// cardPages are the pages of the card.
var cardPages = []page{}
