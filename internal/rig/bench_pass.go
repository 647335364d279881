package rig

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/money"
)

// PassGauge is how fast passes are made beside the bare signature that each costs, both on one core and by turns in one
// run.
type PassGauge struct {
	Rounds     int     `json:"rounds"`
	Signatures int     `json:"signatures"`
	Passes     int     `json:"passes"`
	Bytes      int     `json:"bytes_per_pass"`
	RSA        float64 `json:"rsa_per_second"`
	Built      float64 `json:"passes_per_second"`
	Ratio      float64 `json:"ratio"`
}

// passTurn is how long one of the two has the core before the other has it.
const passTurn = 100 * time.Millisecond

// BenchPass measures both for a time, by a clock that is given in.
func BenchPass(ctx context.Context, clock func() time.Time, whole time.Duration, profile string, progress func(what string, done, of int)) (PassGauge, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var g PassGauge
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return g, err
	}
	digest := sha256.Sum256([]byte("manifest"))
	sign := func() error {
		_, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
		return err
	}
	build, err := passBuilder(&g)
	if err != nil {
		return g, err
	}
	if err := build(); err != nil { // Pictures are scaled once.
		return g, err
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return g, err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return g, err
		}
		defer pprof.StopCPUProfile()
	}
	g.Rounds = max(1, int(whole/(2*passTurn)))
	var signing, building time.Duration
	for round := range g.Rounds {
		if err := ctx.Err(); err != nil {
			return g, err
		}
		n, took, err := turns(clock, sign)
		if err != nil {
			return g, err
		}
		g.Signatures, signing = g.Signatures+n, signing+took
		if n, took, err = turns(clock, build); err != nil {
			return g, err
		}
		g.Passes, building = g.Passes+n, building+took
		progress("rounds", round+1, g.Rounds)
	}
	g.RSA = float64(g.Signatures) / signing.Seconds()
	g.Built = float64(g.Passes) / building.Seconds()
	g.Ratio = g.Built / g.RSA
	return g, nil
}

// turns does something again and again until its turn is over.
func turns(clock func() time.Time, do func() error) (n int, took time.Duration, err error) {
	start := clock()
	for took < passTurn {
		if err := do(); err != nil {
			return n, took, err
		}
		n++
		took = clock().Sub(start)
	}
	return n, took, nil
}

// passBuilder makes passes as a phone fetches them, from the face that a card shows to the file: each of another member
// with another balance, in two languages, with icon, logo and strip in three sizes, signed at its own second.
func passBuilder(g *PassGauge) (func() error, error) {
	at := time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)
	signer, _, err := pass.SelfSign(pass.SelfMade{PassType: "pass.not-apple.bench", Team: "NOTAPPLE00"}, at)
	if err != nil {
		return nil, err
	}
	faces, err := benchFaces(at)
	if err != nil {
		return nil, err
	}
	picture, err := benchPicture()
	if err != nil {
		return nil, err
	}
	var gallery pass.Gallery
	n := 0
	return func() error {
		n++
		face := &faces[n%len(faces)]
		pictures, err := gallery.Of(face, func(string) ([]byte, error) { return picture, nil })
		if err != nil {
			return err
		}
		id := pass.AppleIdentity{
			Serial: fmt.Sprintf("%026d", n), Token: fmt.Sprintf("%032d", n), WebService: "https://cards.example.org/wallet",
			At: at.Add(time.Duration(n) * time.Second),
		}
		built, err := pass.BuildApple(face, id, pictures, signer)
		g.Bytes = len(built)
		return err
	}, nil
}

// benchFaces are cards of many members.
func benchFaces(at time.Time) ([]card.Face, error) {
	kind, _ := card.Find("points")
	template := kind.Template("Card")
	template.Design.Pictures = map[card.Slot]string{card.SlotIcon: "icon", card.SlotLogo: "logo", card.SlotStrip: "strip"}
	faces := make([]card.Face, 1000)
	for n := range faces {
		facts := card.Facts{
			At: at, Merchant: "Café Verno", Currency: "RUB", Number: fmt.Sprintf("%016d", n), Machine: fmt.Sprintf("%042d", n), State: "active",
			Points: card.Points{Available: money.Points(n), Worth: money.Amount(n)}, Level: "Silver", Next: "Gold", Missing: 150_000,
			News:   card.Both("Pies are back", "Пироги вернулись"),
			Places: []card.Place{{LatitudeE6: 55_755_800, LongitudeE6: 37_617_300, Name: "Red Square"}},
		}
		var err error
		if faces[n], err = card.Show(&template, &facts); err != nil {
			return nil, err
		}
	}
	return faces, nil
}

// benchPicture is artwork as merchants have it: a gradient with a disc, and a grain that keeps it from compressing to
// nothing.
func benchPicture() ([]byte, error) {
	const width, height = 1200, 600
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			grain := uint8((x*7919 ^ y*104_729) >> 4 & 7)
			c := color.RGBA{uint8(x>>3) + grain, uint8(y>>2) + grain, 0x60 + grain, 0xff}
			if dx, dy := x-width/2, y-height/2; dx*dx+dy*dy < 200*200 {
				c.R, c.G = 0xf0-c.R/4, 0xe0-c.G/4
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, m)
	return b.Bytes(), err
}
