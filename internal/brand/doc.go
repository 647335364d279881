// Package brand is what a merchant looks like: a logo that is safe to show to anybody, the colours that a logo speaks
// of, and the shades of a colour that can be read on paper and in the dark. It computes from bytes and colours alone and
// knows neither where they are kept nor which page shows them.
package brand
