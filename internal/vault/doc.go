// Package vault keeps what must not be read from a stolen database: personal data, secrets of cards and staff, and the
// keys of the tenants themselves. It knows keys, sealed values and blind indexes; it refuses to know what a value is
// used for.
//
// Keys stand in three rows. The operator holds key-encryption keys, which never reach the database. They wrap the keys
// of each tenant, one a purpose, in versions:
//
//	wrap      wraps the members' keys
//	seal      seals secrets of cards, staff and providers
//	index     makes blind indexes; it can only change together with every index row
//	sign      Ed25519, signs checkpoints and offline statements
//	presence  seals presences, which live five minutes
//
// The key "wrap" wraps one key a member, which seals the person. Whoever destroys that one key has erased the person,
// in every backup of everything else too, and the books stand.
//
// Every sealed value is bound to its place, so that a value moved to another tenant, row or column does not open.
// Keys and nonces come from the operating system. Sealing is XChaCha20-Poly1305, whose nonces are long enough to be
// drawn at random for as long as a key lives.
package vault
