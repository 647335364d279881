// Package code knows what a member shows at the till and what a scanner or a cashier types for it: card numbers with a
// check digit, machine codes, live codes that change every 15 seconds, and signed statements for tills that are
// offline. It refuses to know whose card it is and what the card may do.
//
// Everything that is printed or shown is digits only. A keyboard-wedge scanner types what it reads, and on a till whose
// keyboard is switched to Russian only digits come through unharmed.
//
//	16 digits   9…   card number, for people: Damm check digit, useless without a presence
//	42 digits   1…   machine code, static: 129 random bits, two check digits (ISO 7064, MOD 97-10)
//	50 digits   2…   live code: the machine code and eight digits of TOTP (RFC 6238, SHA-1, 15 s)
//	≈ 270 digits 3…  statement: balance and offline limit, signed with Ed25519
package code
