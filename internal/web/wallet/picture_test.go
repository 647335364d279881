package wallet_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/wallet"
)

// TestPicture: whoever has the address of a picture gets it, for ever, in the shape of where it stands; nobody gets another
// tenant's, or anything else.
func TestPicture(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, storetest.DSN(t, store.SQLite))
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	us, other := verno.NewID[verno.TenantID](now, rand.Reader), verno.NewID[verno.TenantID](now, rand.Reader)
	drawn := image.NewNRGBA(image.Rect(0, 0, 1500, 1000))
	for x := range 1500 {
		for y := range 1000 {
			drawn.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(y), 120, 255})
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, drawn); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(file.Bytes())
	hash := hex.EncodeToString(sum[:])
	if err := s.Write(t.Context(), func(tx *store.Tx) error {
		return tx.InsertPicture(t.Context(), store.Picture{Tenant: us, Hash: hash, PNG: file.Bytes(), Width: 1500, Height: 1000, CreatedAt: now})
	}); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	frame := &web.Frame{Log: log, Clock: clock, Entropy: rand.Reader, Timeout: time.Minute, Quiet: true}
	server := httptest.NewServer(frame.Wrap(wallet.New(wallet.Deps{Passes: &pass.Passes{Store: s, Clock: clock, Log: log}, Frame: frame, Clock: clock})))
	t.Cleanup(server.Close)
	get := func(address string) (status int, header http.Header, body []byte) {
		res, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ = io.ReadAll(res.Body)
		return res.StatusCode, res.Header, body
	}
	for _, want := range []struct {
		hash string
		slot card.Slot
		w, h int
	}{
		{hash, "", 1500, 1000},
		{hash, card.SlotLogo, 660, 660},
		{hash, card.SlotHero, 1032, 336},
		{hash, card.SlotHero, 1032, 336},
		{"0b6b4f", card.SlotLogo, 660, 660},
	} {
		status, header, body := get(pass.PictureURL(server.URL, us, want.hash, want.slot))
		got, err := png.DecodeConfig(bytes.NewReader(body))
		if err != nil || got.Width != want.w || got.Height != want.h {
			t.Errorf("%s %s: %d, %d by %d, %v", want.hash, want.slot, status, got.Width, got.Height, err)
		}
		if !strings.Contains(header.Get("Cache-Control"), "immutable") || header.Get("Content-Type") != "image/png" {
			t.Errorf("%s %s: %v", want.hash, want.slot, header)
		}
	}
	for _, address := range []string{
		pass.PictureURL(server.URL, other, hash, ""), pass.PictureURL(server.URL, us, strings.Repeat("0", 64), card.SlotLogo),
		pass.PictureURL(server.URL, us, hash, card.SlotStrip), pass.PictureURL(server.URL, us, "0b6b4f", card.SlotHero),
		server.URL + pass.PicturePath + "x/" + hash + ".png",
	} {
		if status, _, _ := get(address); status != http.StatusNotFound {
			t.Errorf("%s: %d", address, status)
		}
	}
}
