package pass_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"testing"

	"github.com/verno-loyalty/verno/internal/card"
)

// TestPlainApplePass: a card without a logo and without a text beside it says whose it is in the shop's own name, and has
// an icon in its colours at all three sizes, since a pass without one never opens; no logo is drawn that nobody gave.
func TestPlainApplePass(t *testing.T) {
	t.Parallel()
	kind, _ := card.Find(card.Standard)
	f := faceOf(t, kind)
	f.Pictures, f.LogoText, f.Description, f.Title = nil, nil, nil, nil
	files := unzip(t, build(t, &f, signer(t, "rsa").Signer))
	var says struct{ LogoText, Description, OrganizationName string }
	if err := json.Unmarshal(files["pass.json"], &says); err != nil {
		t.Fatal(err)
	}
	if f.Merchant == "" || says.LogoText != f.Merchant || says.Description != f.Merchant || says.OrganizationName != f.Merchant {
		t.Errorf("the pass of %q says %+v", f.Merchant, says)
	}
	for name, side := range map[string]int{"icon.png": 38, "icon@2x.png": 76, "icon@3x.png": 114} {
		icon, err := png.Decode(bytes.NewReader(files[name]))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if b := icon.Bounds(); b.Dx() != side || b.Dy() != side {
			t.Errorf("%s is %d × %d", name, b.Dx(), b.Dy())
		}
		if _, _, _, a := icon.At(side/2, side/2).RGBA(); a == 0 {
			t.Errorf("%s shows nothing", name)
		}
	}
	if files["logo.png"] != nil || files["strip.png"] != nil {
		t.Error("there are pictures that nobody gave")
	}
}
