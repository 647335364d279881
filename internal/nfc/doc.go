// Package nfc opens what a phone says to a reader by NFC: Apple's value added services (VAS) and Google's Smart Tap 2.1,
// with the merchant's own keys. It is given bytes, keys and a moment, and gives back what the card says of itself; whether
// that was seen before, and whose card it is, others know.
//
// Sources: the traces and outlines of kormax/apple-vas and kormax/google-smart-tap, the constants of proxmark3's
// cmdhfvas.c, and Google's smart-tap-sample-app. Nothing here was read from a phone: the tests prove that this and a
// second, independent implementation agree.
package nfc
