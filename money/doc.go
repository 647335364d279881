// Package money holds the numbers of the trade: amounts of a currency in minor units, points, percents and
// quantities. Everything is an integer. It is the only place in Verno that divides, rounds or allocates, and it
// knows nothing of cards, rules or storage.
package money
