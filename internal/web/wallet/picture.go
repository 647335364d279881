package wallet

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"regexp"
	"strconv"
	"sync"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// The shapes that Google wants: a logo in a circle, and a wide picture.
const (
	logoSide = 660
	heroWide = 1032
	heroHigh = 336
	// logoRim is the part of a hundred of the logo's side that the circle may cut, on each side.
	logoRim = 15
)

var (
	pictureFile = regexp.MustCompile(`^([0-9a-f]{64})(?:-(logo|hero))?\.png$`)
	plainFile   = regexp.MustCompile(`^([0-9a-f]{6})-logo\.png$`)
)

// shaped are the pictures that were drawn last. One is drawn at a time, however many ask.
type shaped struct {
	mu   sync.Mutex
	kept map[string][]byte
}

const mostShaped = 64

// picture shows a picture of a card to whoever fetches pictures for Google Wallet. Its address is known to nobody who has
// not seen a card with it, and what stands there never changes. Shaped ones are cut to where they stand.
func (f *Face) picture(w http.ResponseWriter, r *http.Request) error {
	tenant, err := verno.ParseID[verno.TenantID](r.PathValue("tenant"))
	if err != nil {
		return store.ErrNotFound
	}
	file := r.PathValue("file")
	body, err := f.shaped.get(tenant.String()+file, func() ([]byte, error) {
		if plain := plainFile.FindStringSubmatch(file); plain != nil {
			return plainLogo(plain[1])
		}
		named := pictureFile.FindStringSubmatch(file)
		if named == nil {
			return nil, store.ErrNotFound
		}
		row, err := f.Passes.Store.Reader().Picture(r.Context(), tenant, named[1])
		if err != nil || named[2] == "" {
			return row.PNG, err
		}
		return shape(row.PNG, card.Slot(named[2]))
	})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	answer(w, "image/png", body)
	return nil
}

func (s *shaped) get(name string, draw func() ([]byte, error)) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if body := s.kept[name]; body != nil {
		return body, nil
	}
	body, err := draw()
	if err != nil {
		return nil, err
	}
	if s.kept == nil || len(s.kept) >= mostShaped {
		s.kept = map[string][]byte{}
	}
	s.kept[name] = body
	return body, nil
}

// plainLogo is a square of one colour, for a card without a logo: Google takes none without a picture.
func plainLogo(hex string) ([]byte, error) {
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		return nil, store.ErrNotFound
	}
	square := image.NewPaletted(image.Rect(0, 0, logoSide, logoSide), color.Palette{
		color.NRGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 0xff},
	})
	return encode(square)
}

// shape cuts a picture to where it stands: a logo whole, with a rim around it, a wide picture to its middle. None is made
// larger than it is.
func shape(raw []byte, slot card.Slot) ([]byte, error) {
	full, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	from := image.NewRGBA(image.Rect(0, 0, full.Bounds().Dx(), full.Bounds().Dy()))
	draw.Draw(from, from.Rect, full, full.Bounds().Min, draw.Src)
	w, h := from.Rect.Dx(), from.Rect.Dy()
	if slot == card.SlotHero {
		wide, high := w, w*heroHigh/heroWide
		if high > h {
			wide, high = h*heroWide/heroHigh, h
		}
		cut := image.Rect((w-wide)/2, (h-high)/2, (w+wide)/2, (h+high)/2)
		return encode(scale(from, cut, min(max(wide, 1), heroWide), min(max(high, 1), heroHigh)))
	}
	const room = logoSide * (100 - 2*logoRim) / 100
	long := max(w, h)
	if long > room {
		from = scale(from, from.Rect, max(w*room/long, 1), max(h*room/long, 1))
		w, h, long = from.Rect.Dx(), from.Rect.Dy(), room
	}
	side := long * 100 / (100 - 2*logoRim)
	square := image.NewRGBA(image.Rect(0, 0, side, side))
	at := image.Pt((side-w)/2, (side-h)/2)
	draw.Draw(square, from.Rect.Add(at), from, image.Point{}, draw.Src)
	return encode(square)
}

// scale makes a part of a picture smaller, each pixel the mean of those that it stands for.
func scale(from *image.RGBA, part image.Rectangle, w, h int) *image.RGBA {
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		top, bottom := part.Min.Y+y*part.Dy()/h, part.Min.Y+max((y+1)*part.Dy()/h, y*part.Dy()/h+1)
		for x := range w {
			left, right := part.Min.X+x*part.Dx()/w, part.Min.X+max((x+1)*part.Dx()/w, x*part.Dx()/w+1)
			to.SetRGBA(x, y, mean(from, image.Rect(left, top, right, bottom)))
		}
	}
	return to
}

func mean(from *image.RGBA, area image.Rectangle) color.RGBA {
	var sum [4]int
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for i, v := range from.Pix[from.PixOffset(area.Min.X, y):from.PixOffset(area.Max.X, y)] {
			sum[i%4] += int(v)
		}
	}
	n := max(area.Dx()*area.Dy(), 1)
	return color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), uint8(sum[3] / n)}
}

func encode(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img)
	return b.Bytes(), err
}
