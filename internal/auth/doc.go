// Package auth knows who is asking: people with a password and a second factor, cashiers with a PIN at a till, programs
// with a key, tills with a token. It turns a credential into a verno.Actor, whose tenant comes from the credential and
// from nowhere else, and it creates, changes and revokes credentials. It refuses to know what the permissions are for.
//
// # Credentials
//
//	sk_live_…, sk_test_…  API key: scopes, bound to a store or a till where wanted, of a tenant or of its test twin
//	tt_…                  token of a paired till: verno.TerminalPermissions at its store
//	vs_…                  session of a person: the permissions of the role
//
// Each has 160 random bits, is shown once and kept as its SHA-256. A cashier's session lives at the till where its PIN
// was typed: it counts together with that till's token only, and the two make one actor with the person's name and the
// till's permissions. A person with a greater role has no more at a till, since a PIN is short and seen by others.
//
// # Guessing
//
// Unknown name, wrong password, wrong code, disabled, locked: the answer and the work are the same. Tries are counted
// for each pair of name and address, before the password is looked at. Failures from everywhere lock a name for a time
// that grows up to a quarter of an hour, except at addresses from which it has logged in before: so whoever guesses
// cannot keep its owner out.
package auth
