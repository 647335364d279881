package pass_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"testing"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
)

// BenchmarkBuildApple builds and signs whole passes with pictures in all slots, beside the bare signature that they cost.
func BenchmarkBuildApple(b *testing.B) {
	s, _, err := pass.SelfSign(pass.SelfMade{PassType: "pass.org.example.card", Team: "TEAM123456"}, signedAt)
	if err != nil {
		b.Fatal(err)
	}
	k, _ := card.Find("points")
	template, facts := k.Template("Points"), somebody()
	f, err := card.Show(&template, &facts)
	if err != nil {
		b.Fatal(err)
	}
	f.Pictures = map[card.Slot]string{card.SlotIcon: "icon", card.SlotLogo: "logo", card.SlotStrip: "strip"}
	var g pass.Gallery
	raw := picture(b, 1200, 600)
	id := identity()
	id.NFCKey = nil
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			pics, err := g.Of(&f, func(string) ([]byte, error) { return raw, nil })
			if err != nil {
				b.Fatal(err)
			}
			if _, err := pass.BuildApple(&f, id, pics, s); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("signature", func(b *testing.B) {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			b.Fatal(err)
		}
		digest := sha256.Sum256(raw)
		for b.Loop() {
			if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
