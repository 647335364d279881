package brand

import (
	"cmp"
	"image"
	"slices"
)

// most is how many colours are offered.
const most = 5

// paletteOf finds the colours that a logo speaks of: those of many pixels, and the vivid before the grey. What is white,
// black or transparent says nothing.
func paletteOf(img *image.NRGBA) []Colour {
	type heap struct {
		n, r, g, b int
		seen       lab
		weight     float64
	}
	heaps := map[[3]uint8]*heap{}
	for i := 0; i+3 < len(img.Pix); i += 4 {
		p := img.Pix[i : i+4]
		if p[3] < 128 {
			continue
		}
		key := [3]uint8{p[0] >> 4, p[1] >> 4, p[2] >> 4}
		h := heaps[key]
		if h == nil {
			h = &heap{}
			heaps[key] = h
		}
		h.n, h.r, h.g, h.b = h.n+1, h.r+int(p[0]), h.g+int(p[1]), h.b+int(p[2])
	}
	var list []*heap
	for _, h := range heaps {
		c := Colour{uint8(h.r / h.n), uint8(h.g / h.n), uint8(h.b / h.n)}
		h.seen = c.lab()
		if h.seen.chroma() < 0.04 || h.seen.l > 0.97 || h.seen.l < 0.12 {
			continue
		}
		h.weight = float64(h.n) * (0.03 + h.seen.chroma())
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b *heap) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.seen.l, b.seen.l), cmp.Compare(a.seen.a, b.seen.a), cmp.Compare(a.seen.b, b.seen.b))
	})
	var chosen []*heap
	for _, h := range list {
		like := slices.ContainsFunc(chosen, func(c *heap) bool { return c.seen.distance(h.seen) < 0.12 })
		if !like && (len(chosen) == 0 || h.weight > chosen[0].weight/200) {
			chosen = append(chosen, h)
		}
		if len(chosen) == most {
			break
		}
	}
	out := make([]Colour, len(chosen))
	for i, h := range chosen {
		out[i] = Colour{uint8(h.r / h.n), uint8(h.g / h.n), uint8(h.b / h.n)}
	}
	return out
}
