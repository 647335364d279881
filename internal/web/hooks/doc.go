// Package hooks takes the calls of providers: what they tell of their own accord, each signed in its own way. It knows how
// much of a body to read and what to answer; whether to believe it, the provider's own package knows.
package hooks
