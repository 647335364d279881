// Package progress counts how far members have come: the spend by month that their owner's state remembers, and the level
// that it reaches. It is pure: the month is given in, and what it returns follows from that alone. Stamps are counted by
// package promo, as they depend on goods.
package progress
