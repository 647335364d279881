package view

// PaymentName is how a bank card is told from others, wherever it is shown: by its payment system and its last digits.
func PaymentName(p *Page, scheme, lastFour string) string {
	name := p.Say("payment.some")
	if scheme != "other" {
		name = p.Say("payment." + scheme)
	}
	if lastFour != "" {
		name += " •\u00a0" + lastFour
	}
	return name
}
