package pass_test

import (
	"slices"
	"testing"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
)

// TestWatchHasACode: a watch shows no Code 128, so that each kind of card in each of its forms carries a code that it does
// show, with the same number, behind what the design asks for; a card without a code carries none.
func TestWatchHasACode(t *testing.T) {
	t.Parallel()
	onWatch := []string{"PKBarcodeFormatQR", "PKBarcodeFormatAztec", "PKBarcodeFormatPDF417"}
	first := map[card.Format]string{
		card.QR: "PKBarcodeFormatQR", card.Aztec: "PKBarcodeFormatAztec", card.PDF417: "PKBarcodeFormatPDF417", card.Code128: "PKBarcodeFormatCode128",
	}
	s := signer(t, "rsa").Signer
	for _, k := range card.Kinds() {
		for _, format := range []card.Format{card.QR, card.Aztec, card.PDF417, card.Code128, card.NoCode} {
			template, facts := k.Template("Card"), somebody()
			template.Design.Format = format
			f, err := card.Show(&template, &facts)
			if err != nil {
				t.Fatal(err)
			}
			var g pass.Gallery
			pics, err := g.Of(&f, nil)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := pass.BuildApple(&f, pass.AppleIdentity{Serial: "x", At: signedAt}, pics, s)
			if err != nil {
				t.Fatal(err)
			}
			r, err := pass.Inspect(raw, signedAt)
			if err != nil {
				t.Fatal(err)
			}
			list, _ := r.Pass["barcodes"].([]any)
			if format == card.NoCode && f.Code.Format == card.NoCode {
				if len(list) > 0 {
					t.Errorf("%s without a code carries %v", k.Name, list)
				}
				continue
			}
			var formats, messages []string
			for _, one := range list {
				code, _ := one.(map[string]any)
				of, _ := code["format"].(string)
				message, _ := code["message"].(string)
				formats, messages = append(formats, of), append(messages, message)
			}
			shown := slices.ContainsFunc(formats, func(of string) bool { return slices.Contains(onWatch, of) })
			if !shown || len(slices.Compact(messages)) != 1 || f.Code.Format == format && formats[0] != first[format] {
				t.Errorf("%s as %s: %v of %v", k.Name, format, formats, messages)
			}
		}
	}
}
