package vault

import (
	"net/mail"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"github.com/verno-loyalty/verno"
)

// Phone brings a phone number to its one form, E.164: 8 (916) 123-45-67 becomes +79161234567. A number without a
// country is one of the vault's region. It returns the code phone_invalid, at /phone, for what is no phone number.
func (v *Vault) Phone(text string) (string, error) {
	invalid := verno.InvalidField("/phone", "phone_invalid")
	if len(text) > 60 || strings.ContainsFunc(text, unicode.IsLetter) {
		return "", invalid
	}
	number, err := phonenumbers.Parse(text, v.region)
	if err != nil || !phonenumbers.IsValidNumber(number) || number.GetExtension() != "" {
		return "", invalid
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

// MaskPhone shows as much of a phone number as its owner needs to know it again, and everywhere the same: +7 ••• ••• •• 67.
// Two digits leave a hundred million numbers; with four of them shown to whoever types a card's number, a number of a card
// would lead close to that of a phone.
func MaskPhone(phone string) string {
	if len(phone) < 8 {
		return ""
	}
	country := phone[:2]
	if number, err := phonenumbers.Parse(phone, ""); err == nil {
		country = phone[:len(phone)-len(phonenumbers.GetNationalSignificantNumber(number))]
	}
	return country + " ••• ••• •• " + phone[len(phone)-2:]
}

// Email brings an address to its one form, in lower case. It returns the code email_invalid, at /email, for what is no
// address.
func Email(text string) (string, error) {
	invalid := verno.InvalidField("/email", "email_invalid")
	text = strings.TrimSpace(text)
	if len(text) > 254 {
		return "", invalid
	}
	address, err := mail.ParseAddress(text)
	if err != nil || address.Address != text || address.Name != "" {
		return "", invalid
	}
	if _, domain, _ := strings.Cut(text, "@"); !strings.Contains(domain, ".") {
		return "", invalid
	}
	return strings.ToLower(text), nil
}
