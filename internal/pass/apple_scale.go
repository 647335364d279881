package pass

import (
	"image"
	"image/color"
)

// within is the size of a picture that keeps its shape inside width and height.
func within(r image.Rectangle, width, height int) (w, h int) {
	w, h = width, r.Dy()*width/r.Dx()
	if h > height {
		w, h = r.Dx()*height/r.Dy(), height
	}
	return max(w, 1), max(h, 1)
}

// crop takes the largest part from the middle of a picture that has the shape of width to height.
func crop(m *image.RGBA, width, height int) *image.RGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	if w*height > h*width {
		part := max(h*width/height, 1)
		left := (w - part) / 2
		return window(m, image.Rect(left, 0, left+part, h))
	}
	part := max(w*height/width, 1)
	top := (h - part) / 2
	return window(m, image.Rect(0, top, w, top+part))
}

func window(m *image.RGBA, r image.Rectangle) *image.RGBA {
	sub, _ := m.SubImage(r).(*image.RGBA)
	sub.Rect = sub.Rect.Sub(sub.Rect.Min)
	return sub
}

// resize brings a picture to a size: each pixel is the mean of those that it stands for, or, where it becomes larger, lies
// between its neighbours. Colours carry their opacity, so that what cannot be seen colours nothing.
func resize(m *image.RGBA, width, height int) *image.RGBA {
	if width <= m.Rect.Dx() && height <= m.Rect.Dy() {
		return shrink(m, width, height)
	}
	return stretch(m, width, height)
}

func shrink(m *image.RGBA, width, height int) *image.RGBA {
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	w, h := m.Rect.Dx(), m.Rect.Dy()
	for y := range height {
		top, bottom := y*h/height, max((y+1)*h/height, y*h/height+1)
		for x := range width {
			left, right := x*w/width, max((x+1)*w/width, x*w/width+1)
			var sum [4]int
			for v := top; v < bottom; v++ {
				row := m.Pix[v*m.Stride+4*left : v*m.Stride+4*right]
				for i, c := range row {
					sum[i&3] += int(c)
				}
			}
			n := (bottom - top) * (right - left)
			to.SetRGBA(x, y, color.RGBA{uint8((sum[0] + n/2) / n), uint8((sum[1] + n/2) / n), uint8((sum[2] + n/2) / n), uint8((sum[3] + n/2) / n)})
		}
	}
	return to
}

// stretch reckons in 256ths of a pixel of the source.
func stretch(m *image.RGBA, width, height int) *image.RGBA {
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	w, h := m.Rect.Dx(), m.Rect.Dy()
	at := func(i, from, to int) (first, second, share int) {
		p := min(max(((2*i+1)*from*128)/to-128, 0), (from-1)*256)
		first = p / 256
		return first, min(first+1, from-1), p % 256
	}
	for y := range height {
		top, bottom, down := at(y, h, height)
		for x := range width {
			left, right, along := at(x, w, width)
			var c [4]uint8
			for i := range c {
				upper := int(m.Pix[top*m.Stride+4*left+i])*(256-along) + int(m.Pix[top*m.Stride+4*right+i])*along
				lower := int(m.Pix[bottom*m.Stride+4*left+i])*(256-along) + int(m.Pix[bottom*m.Stride+4*right+i])*along
				c[i] = uint8((upper*(256-down) + lower*down + 1<<15) >> 16)
			}
			to.SetRGBA(x, y, color.RGBA{c[0], c[1], c[2], c[3]})
		}
	}
	return to
}
