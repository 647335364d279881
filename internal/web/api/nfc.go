package api

import (
	"context"
	"encoding/base64"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/nfc"
)

// NFCRead is what a reader took from a phone.
type NFCRead struct {
	Protocol nfc.Protocol `json:"protocol" enum:"apple_vas,smart_tap"`
	Payload  string       `json:"payload" format:"byte" minLength:"1" maxLength:"11300" doc:"base64. Of apple_vas the value of tag 9F27 as the phone gave it. Of smart_tap, one after the other: reader's nonce (32 bytes), phone's nonce (32), collector id (4, the highest byte first), reader's ephemeral private key (32), phone's ephemeral public key (33, compressed), length of the signature (1), signature, record bundle."`
}

// read is what the body says, zero where it says nothing.
func (b *NFCRead) read(at string) (nfc.Read, error) {
	if b == nil {
		return nfc.Read{}, nil
	}
	payload, err := base64.StdEncoding.Strict().DecodeString(b.Payload)
	if err != nil {
		return nfc.Read{}, verno.InvalidField(at+"/nfc/payload", "text_invalid")
	}
	return nfc.Read{Protocol: b.Protocol, Payload: string(payload)}, nil
}

// TapToSign is what a reader needs signed to open a channel of Smart Tap.
type TapToSign struct {
	ReaderNonce  string           `json:"reader_nonce" format:"byte" minLength:"44" maxLength:"44" doc:"32 bytes in base64, drawn by the reader for this tap." example:"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="`
	PhoneNonce   string           `json:"phone_nonce" format:"byte" minLength:"44" maxLength:"44" doc:"32 bytes in base64: of the phone's answer to the selection, without the byte of its format." example:"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="`
	Collector    int64            `json:"collector_id" minimum:"1" maximum:"4294967295" example:"20180608"`
	ReaderPublic string           `json:"reader_public_key" format:"byte" minLength:"44" maxLength:"44" doc:"The reader's ephemeral key for this tap: a compressed point of P-256, 33 bytes in base64." example:"AmsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW"`
	Version      int64            `json:"key_version,omitempty" minimum:"0" maximum:"1000000" doc:"Of the key; the newest where it is left out."`
	Terminal     verno.TerminalID `json:"terminal_id,omitzero" doc:"Where the credential is bound to no till."`
	Store        verno.StoreID    `json:"store_id,omitzero" doc:"Where the credential is bound to neither till nor store, and no till is named."`
}

// SignedTap is a signature for one tap.
type SignedTap struct {
	Signature string `json:"signature" format:"byte" doc:"ECDSA with SHA-256 over reader's nonce, phone's nonce, collector id and reader's public key, DER in base64."`
	Version   int64  `json:"key_version"`
	Public    string `json:"public_key" format:"byte" doc:"Of the merchant's key: a compressed point of P-256, base64."`
}

func (a *API) nfcRoutes() {
	handle(a, operation{
		route: "POST /nfc/signatures", id: "sign-tap", tag: "checkouts", summary: "Sign a tap for a reader that does not hold the merchant's key", status: 201,
		detail: "For readers of Google's Smart Tap. The merchant's private key never leaves the server: the reader sends both nonces and its own key, and opens the channel with the signature. What the phone then says goes to POST /identifications.",
		codes:  []string{"code_unreadable", "not_found", "store_missing", "store_unknown"},
	}, a.signTap)
}

type signTapRequest struct{ Body TapToSign }

func (a *API) signTap(ctx context.Context, c *call, in *signTapRequest) (*SignedTap, error) {
	b := &in.Body
	q := checkout.SignTap{Collector: uint32(b.Collector), Version: b.Version, Terminal: b.Terminal, Store: b.Store}
	for _, part := range []struct {
		at, text string
		into     *[]byte
	}{
		{"/reader_nonce", b.ReaderNonce, &q.ReaderNonce},
		{"/phone_nonce", b.PhoneNonce, &q.PhoneNonce},
		{"/reader_public_key", b.ReaderPublic, &q.ReaderPublic},
	} {
		var err error
		if *part.into, err = base64.StdEncoding.Strict().DecodeString(part.text); err != nil {
			return nil, verno.InvalidField(part.at, "text_invalid")
		}
	}
	signed, err := a.Till.SignTap(ctx, c.actor, q)
	if err != nil {
		return nil, err
	}
	return &SignedTap{
		base64.StdEncoding.EncodeToString(signed.Signature), signed.Version, base64.StdEncoding.EncodeToString(signed.Public),
	}, nil
}
