package card

// kinds are the kinds of card: one line a kind, in the order in which a merchant is shown them.
var kinds = []*Kind{
	points,
	discount,
	levelDiscount,
	accumulation,
	stamp,
	coupon,
	giftCertificate,
	storedValue,
	clubPass,
	eventTicket,
	businessCard,
	privilege,
	miles,
}
