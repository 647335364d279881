package promo

// kinds are the types of promotion, one line each. A type is one file: its settings, validate and apply.
var kinds = []*kind{
	{name: "percent_discount", lowers: true, make: func() rule { return newPercentDiscount() }},
	{name: "card_discount", lowers: true, make: func() rule { return newCardDiscount() }},
	{name: "fixed_discount", lowers: true, make: func() rule { return newFixedDiscount() }},
	{name: "special_price", lowers: true, make: func() rule { return new(specialPrice) }},
	{name: "buy_n_get_cheapest", lowers: true, make: func() rule { return newBuyNGetCheapest() }},
	{name: "points_by_amount", members: true, make: func() rule { return newPointsByAmount() }},
	{name: "points_by_quantity", members: true, make: func() rule { return newPointsByQuantity() }},
	{name: "points_multiplier", members: true, make: func() rule { return new(pointsMultiplier) }},
	{name: "cashback", members: true, cashback: true, make: func() rule { return new(cashback) }},
	{name: "stamps", members: true, stamps: true, make: func() rule { return newStamps() }},
	{name: "welcome_bonus", members: true, once: true, make: func() rule { return newWelcomeBonus() }},
	{name: "birthday_bonus", members: true, make: func() rule { return newBirthdayBonus() }},
}
