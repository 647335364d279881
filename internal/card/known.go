package card

// The fields that several kinds show.
var (
	knownBalance = told(Known{
		Name: "balance", Label: Both("Points", "Баллы"), Change: Both("Points on your card: %@", "Баллов на карте: %@"),
	}, func(x *Facts) Value { return pointsValue(x.Points.Available, x.Scale) })
	knownWorth = told(Known{Name: "worth", Label: Both("Worth", "На скидку")}, func(x *Facts) Value {
		return some(x.Points.Worth > 0, moneyValue(x.Points.Worth, x.Currency))
	})
	knownPending = told(Known{Name: "pending", Label: Both("On the way", "Начислятся")}, func(x *Facts) Value {
		return some(x.Points.Pending > 0, pointsValue(x.Points.Pending, x.Scale))
	})
	knownExpiring = told(Known{Name: "expiring", Label: Both("Expiring", "Сгорят")}, func(x *Facts) Value {
		if x.Points.Expiring <= 0 || x.Points.ExpireAt.IsZero() {
			return Value{}
		}
		return textValue(by(x.Points.Expiring.Format(x.Scale), x.Points.ExpireAt.In(x.At.Location())))
	})
	// What a sale does to the balance is told by the balance, so this field is silent.
	knownAim = told(Known{Name: "aim", Label: Both("Saving for", "Коплю на")}, func(x *Facts) Value {
		return textValue(x.SavesFor.awaits(x.Points.Available, x.Scale))
	})
	knownDebt = told(Known{Name: "debt", Label: Both("To be earned back", "Долг по баллам")}, func(x *Facts) Value {
		return some(x.Points.Debt > 0, pointsValue(x.Points.Debt, x.Scale))
	})
	knownLevel = told(Known{Name: "level", Label: Both("Level", "Уровень"), Change: Both("Your level is %@ now", "Ваш уровень теперь %@")},
		func(x *Facts) Value { return textValue(Same(x.Level)) })
	knownNext = told(Known{Name: "next_level", Label: Both("Next level", "Следующий уровень")},
		func(x *Facts) Value { return textValue(Same(x.Next)) })
	knownMissing = told(Known{Name: "missing", Label: Both("To the next level", "До следующего")}, func(x *Facts) Value {
		return some(x.Missing > 0, moneyValue(x.Missing, x.Currency))
	})
	knownSpent  = told(Known{Name: "spent", Label: Both("Purchases", "Покупки")}, func(x *Facts) Value { return moneyValue(x.Spent, x.Currency) })
	knownStored = told(Known{
		Name: "stored", Label: Both("Money", "Деньги"), Change: Both("Money on your card: %@", "Денег на карте: %@"),
	}, func(x *Facts) Value { return moneyValue(x.Stored, x.Currency) })
	knownCashback = told(Known{Name: "cashback", Label: Both("Incl. cashback", "Из них кешбэк")}, func(x *Facts) Value {
		return some(x.Cashback > 0, moneyValue(x.Cashback, x.Currency))
	})
	knownNumber = told(Known{Name: "number", Label: Both("Card number", "Номер карты")},
		func(x *Facts) Value { return textValue(Same(spaced(x.Number))) })
	knownHolder = told(Known{Name: "holder", Label: Both("Holder", "Владелец")}, func(x *Facts) Value { return textValue(Same(x.Holder)) })
	knownStarts = told(Known{Name: "starts", Label: Both("From", "Действует с")}, func(x *Facts) Value { return dateValue(x.Starts) })
	knownEnds   = told(Known{
		Name: "ends", Label: Both("Valid until", "Действует до"), Change: Both("Valid until %@ now", "Теперь действует до %@"),
	}, func(x *Facts) Value { return dateValue(x.Ends) })
	knownMerchant = told(Known{Name: "merchant", Label: Both("Store", "Магазин")}, func(x *Facts) Value { return textValue(Same(x.Merchant)) })
	// The news stands on every card from the first day on: a phone tells of a change of what it has, and of nothing new.
	knownNews = told(Known{Name: "news", Label: Both("News", "Новости"), Change: Both("%@", "%@"), Kept: true, Long: true},
		func(x *Facts) Value { return textValue(x.News) })
)

// termsField is the field of a kind's terms.
var termsField = Known{Name: "terms", Label: Both("Terms", "Условия"), Long: true}

// back is where fields stand on the back, in their order.
func back(fields ...string) []Placed {
	placed := make([]Placed, len(fields))
	for i, f := range fields {
		placed[i] = Placed{Field: f, Area: AreaBack}
	}
	return placed
}

// at places fields in an area of the front.
func at(area Area, fields ...string) []Placed {
	placed := make([]Placed, len(fields))
	for i, f := range fields {
		placed[i] = Placed{Field: f, Area: area}
	}
	return placed
}
