package money

import "strings"

// Currency is an ISO 4217 alphabetic code, such as RUB.
type Currency string

// tenders are the currencies in use (ISO 4217, list one), without the funds, metals and units of account that nobody pays with.
const tenders = `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD
JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN
NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG`

// exponents lists the currencies whose minor unit is not a hundredth (ISO 4217, list one).
var exponents = map[Currency]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
	"VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// known are the currencies that somebody pays with.
var known = func() map[Currency]bool {
	all := map[Currency]bool{}
	for code := range strings.FieldsSeq(tenders) {
		all[Currency(code)] = true
	}
	return all
}()

// Valid reports whether the code is that of a currency that somebody pays with.
func (c Currency) Valid() bool { return known[c] }

// Exponent is the number of decimal places of the currency's minor unit; 2 where the currency is not listed.
func (c Currency) Exponent() int {
	if n, ok := exponents[c]; ok {
		return n
	}
	return 2
}
