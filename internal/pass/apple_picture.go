package pass

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strconv"
	"strings"
	"sync"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
)

// The most that a picture may have before it is decoded.
const (
	MaxPixels  = 20_000_000
	maxPicture = 20 << 20
)

// Pictures are the pictures of a pass as files, in the three sizes that phones have.
type Pictures struct{ files []file }

// slot is a picture that Apple knows, with its size in points.
type slot struct {
	name   string
	from   card.Slot
	width  int
	height int
	// whole keeps all of the picture, within the size; else the size is filled and what stands over is cut off.
	whole bool
	// ground is the colour on which all of the picture is put in the middle of the size; empty for none.
	ground string
}

// slotsOf are the pictures that a face has at Apple.
func slotsOf(f *card.Face) []slot {
	has := func(s card.Slot) bool { return f.Pictures[s] != "" }
	var list []slot
	switch {
	case has(card.SlotIcon):
		list = append(list, slot{name: "icon", from: card.SlotIcon, width: 38, height: 38})
	case has(card.SlotLogo):
		list = append(list, slot{name: "icon", from: card.SlotLogo, width: 38, height: 38, ground: f.Colours.Background})
	}
	if has(card.SlotLogo) {
		list = append(list, slot{name: "logo", from: card.SlotLogo, width: 160, height: 50, whole: true})
	}
	event := f.Style == card.StyleEventTicket
	switch {
	case has(card.SlotStrip) && event:
		list = append(list, slot{name: "strip", from: card.SlotStrip, width: 375, height: 98})
	case has(card.SlotStrip) && f.Style != card.StyleGeneric:
		list = append(list, slot{name: "strip", from: card.SlotStrip, width: 375, height: 144})
	}
	besideStrip := event && has(card.SlotStrip) // a ticket has a strip, or background and thumbnail
	if has(card.SlotThumbnail) && !besideStrip && (event || f.Style == card.StyleGeneric) {
		list = append(list, slot{name: "thumbnail", from: card.SlotThumbnail, width: 90, height: 90})
	}
	if has(card.SlotBackdrop) && event && !besideStrip {
		list = append(list, slot{name: "background", from: card.SlotBackdrop, width: 180, height: 220})
	}
	if hasPoster(f) {
		list = append(list, slot{name: "background", from: card.SlotBackdrop, width: 345, height: 505})
		if has(card.SlotLogo) {
			list = append(list, slot{name: "primaryLogo", from: card.SlotLogo, width: 126, height: 30, whole: true})
		}
	}
	return list
}

// Gallery keeps pictures as they go into passes, so that each is scaled, encoded and summed once. The zero Gallery is
// empty and ready. It may be used by many at once.
type Gallery struct {
	mu    sync.Mutex
	kept  map[string]*prepared
	order []string
	bytes int
}

// maxGallery bounds what a gallery keeps; what came first goes first.
const maxGallery = 64 << 20

type prepared struct {
	once  sync.Once
	files []file
	err   error
}

// Of gives the pictures of a face. load reads a picture by its hash, and is asked for what the gallery has not.
func (g *Gallery) Of(f *card.Face, load func(hash string) ([]byte, error)) (Pictures, error) {
	var pics Pictures
	icon := false
	for _, s := range slotsOf(f) {
		icon = icon || s.name == "icon"
		hash := f.Pictures[s.from]
		files, err := g.prepare(s.name+"/"+strconv.Itoa(s.height)+s.ground+"/"+hash, func() ([]file, error) {
			raw, err := load(hash)
			if err != nil {
				return nil, fmt.Errorf("pass: picture %s: %w", s.from, err)
			}
			return sizes(raw, &s)
		})
		if err != nil {
			return Pictures{}, err
		}
		pics.files = append(pics.files, files...)
	}
	if icon {
		return pics, nil
	}
	// A pass without an icon never opens, so that one is drawn.
	files, err := g.prepare("icon/"+f.Colours.Background+f.Colours.Foreground, func() ([]file, error) {
		return encodeSizes(&slot{name: "icon", width: 38, height: 38}, plainIcon(f.Colours))
	})
	pics.files = append(pics.files, files...)
	return pics, err
}

// prepare makes files once by their key. A failure is not kept: the picture may be there the next time.
func (g *Gallery) prepare(key string, produce func() ([]file, error)) ([]file, error) {
	g.mu.Lock()
	if g.kept == nil {
		g.kept = map[string]*prepared{}
	}
	p := g.kept[key]
	if p == nil {
		p = &prepared{}
		g.kept[key] = p
	}
	g.mu.Unlock()
	p.once.Do(func() {
		p.files, p.err = produce()
		g.mu.Lock()
		defer g.mu.Unlock()
		if p.err != nil {
			delete(g.kept, key)
			return
		}
		g.order = append(g.order, key)
		g.bytes += weight(p.files)
		for g.bytes > maxGallery && len(g.order) > 1 {
			g.bytes -= weight(g.kept[g.order[0]].files)
			delete(g.kept, g.order[0])
			g.order = g.order[1:]
		}
	})
	return p.files, p.err
}

func weight(files []file) int {
	n := 0
	for i := range files {
		n += len(files[i].raw)
	}
	return n
}

// sizes reads a picture and makes its three sizes. Its size is looked at before its pixels are.
func sizes(raw []byte, s *slot) ([]file, error) {
	head, err := png.DecodeConfig(bytes.NewReader(raw))
	if err != nil || head.Width < 1 || head.Height < 1 {
		return nil, verno.Invalid("picture_invalid").Because(err)
	}
	if len(raw) > maxPicture || head.Width > MaxPixels/head.Height {
		return nil, verno.TooLarge("picture_too_large").With("megabytes", strconv.Itoa(maxPicture>>20)).With("megapixels", strconv.Itoa(MaxPixels/1_000_000))
	}
	full, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, verno.Invalid("picture_invalid").Because(err)
	}
	return encodeSizes(s, full)
}

func encodeSizes(s *slot, full image.Image) ([]file, error) {
	from := image.NewRGBA(image.Rect(0, 0, full.Bounds().Dx(), full.Bounds().Dy()))
	draw.Draw(from, from.Bounds(), full, full.Bounds().Min, draw.Src)
	w, h := s.width, s.height
	switch {
	case s.whole:
		w, h = within(from.Rect, w, h)
	case s.ground != "":
		from = ontoGround(from, s)
	default:
		from = crop(from, w, h)
	}
	files := make([]file, 0, 3)
	for scale := range 3 {
		var b bytes.Buffer
		if err := png.Encode(&b, resize(from, w*(scale+1), h*(scale+1))); err != nil {
			return nil, fmt.Errorf("pass: encode a picture: %w", err)
		}
		name := s.name + ".png"
		if scale > 0 {
			name = s.name + "@" + strconv.Itoa(scale+1) + "x.png"
		}
		files = append(files, newFile(name, b.Bytes()))
	}
	return files, nil
}

// ontoGround puts a picture on a ground of one colour, with a rim around it.
func ontoGround(m *image.RGBA, s *slot) *image.RGBA {
	ground := image.NewRGBA(image.Rect(0, 0, 3*s.width, 3*s.height))
	draw.Draw(ground, ground.Rect, image.NewUniform(colourOf(s.ground, color.RGBA{0xff, 0xff, 0xff, 0xff})), image.Point{}, draw.Src)
	w, h := within(m.Rect, s.width*5/2, s.height*5/2)
	left, top := (3*s.width-w)/2, (3*s.height-h)/2
	draw.Draw(ground, image.Rect(left, top, left+w, top+h), resize(m, w, h), image.Point{}, draw.Over)
	return ground
}

// plainIcon is a disc of the card's foreground on its background.
func plainIcon(c card.Colours) image.Image {
	const side = 114
	back, fore := colourOf(c.Background, color.RGBA{0x33, 0x33, 0x33, 0xff}), colourOf(c.Foreground, color.RGBA{0xff, 0xff, 0xff, 0xff})
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			dx, dy := 2*x-side+1, 2*y-side+1
			if dx*dx+dy*dy < side*side/4 {
				m.SetRGBA(x, y, fore)
				continue
			}
			m.SetRGBA(x, y, back)
		}
	}
	return m
}

func colourOf(hash string, otherwise color.RGBA) color.RGBA {
	n, err := strconv.ParseUint(strings.TrimPrefix(hash, "#"), 16, 24)
	if err != nil || len(hash) != len("#rrggbb") {
		return otherwise
	}
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 0xff}
}
