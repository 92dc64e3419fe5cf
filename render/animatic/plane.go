package animatic

// This file mixes, samples and converts frames in the encoder's own format.

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"
)

// plane is a picture in planar 4:2:0, BT.709 in video range, as the encoder takes it. data holds the whole of Y, Cb
// and Cr. Width and height are even.
//
// The loops over its pixels belong to one goroutine and are marked go:norace: the race detector would spend most of the
// tests' time on them.
type plane struct {
	w, h int
	data []byte
}

func newPlane(w, h int) *plane { return &plane{w, h, make([]byte, w*h*3/2)} }

func (p *plane) copy() *plane { return &plane{p.w, p.h, append([]byte(nil), p.data...)} }

// channel is one of the three: 0 Y, 1 Cb, 2 Cr.
func (p *plane) channel(i int) (data []byte, w, h int) {
	n := p.w * p.h
	if i == 0 {
		return p.data[:n], p.w, p.h
	}
	from := n + (i-1)*n/4
	return p.data[from : from+n/4], p.w / 2, p.h / 2
}

// cover scales a picture to w × h and crops what is over, in the middle. One of that size is not touched.
func cover(img image.Image, w, h int) *image.RGBA {
	b := img.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Rect, image.Black, image.Point{}, draw.Src)
	if b.Dx() == w && b.Dy() == h {
		draw.Draw(dst, dst.Rect, img, b.Min, draw.Over)
		return dst
	}
	k := math.Max(float64(w)/float64(b.Dx()), float64(h)/float64(b.Dy()))
	sw, sh := int(math.Ceil(float64(b.Dx())*k)), int(math.Ceil(float64(b.Dy())*k))
	x, y := (w-sw)/2, (h-sh)/2
	xdraw.CatmullRom.Scale(dst, image.Rect(x, y, x+sw, y+sh), img, b, draw.Over, nil)
	return dst
}

// fromImage converts a picture; an odd last column or row is left out. Chroma sits at the left of its two columns,
// as decoders assume of H.264.
//
//go:norace
func fromImage(img *image.RGBA) *plane {
	p := newPlane(img.Rect.Dx()&^1, img.Rect.Dy()&^1)
	yy, _, _ := p.channel(0)
	cb, cw, _ := p.channel(1)
	cr, _, _ := p.channel(2)
	for y := range p.h {
		row := img.Pix[y*img.Stride:]
		for x := range p.w {
			r, g, b := int(row[4*x]), int(row[4*x+1]), int(row[4*x+2])
			yy[y*p.w+x] = byte((11966*r + 40254*g + 4064*b + 16<<16 + 1<<15) >> 16)
		}
	}
	for y := 0; y < p.h; y += 2 {
		for x := 0; x < p.w; x += 2 {
			r, g, b := tent(img, x, y, p.w)
			at := y/2*cw + x/2
			cb[at] = byte((-6596*r - 22189*g + 28784*b + 128<<19 + 1<<18) >> 19)
			cr[at] = byte((28784*r - 26145*g - 2639*b + 128<<19 + 1<<18) >> 19)
		}
	}
	return p
}

// tent is eight times the mean colour around the left of a chroma sample.
//
//go:norace
func tent(img *image.RGBA, x, y, w int) (r, g, b int) {
	l, n := max(0, x-1), min(w-1, x+1)
	for _, row := range [2][]byte{img.Pix[y*img.Stride:], img.Pix[(y+1)*img.Stride:]} {
		r += int(row[4*l]) + 2*int(row[4*x]) + int(row[4*n])
		g += int(row[4*l+1]) + 2*int(row[4*x+1]) + int(row[4*n+1])
		b += int(row[4*l+2]) + 2*int(row[4*x+2]) + int(row[4*n+2])
	}
	return r, g, b
}

// image converts back, for what is compared or looked at.
func (p *plane) image() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, p.w, p.h))
	yy, _, _ := p.channel(0)
	cb, cw, _ := p.channel(1)
	cr, _, _ := p.channel(2)
	for y := range p.h {
		for x := range p.w {
			l := 76309 * (int(yy[y*p.w+x]) - 16)
			u, v := int(cb[y/2*cw+x/2])-128, int(cr[y/2*cw+x/2])-128
			img.SetNRGBA(x, y, color.NRGBA{clip8(l + 117489*v), clip8(l - 13975*u - 34925*v), clip8(l + 138438*u), 255})
		}
	}
	return img
}

func clip8(v int) byte { return byte(min(255, max(0, (v+1<<15)>>16))) }

// mix is a where k is 0 and b where it is 256. p may be a.
//
//go:norace
func (p *plane) mix(a, b *plane, k int) {
	d, x, y := p.data, a.data[:len(p.data)], b.data[:len(p.data)]
	for i := range d {
		u := int(x[i])
		d[i] = byte((u<<8 + (int(y[i])-u)*k + 128) >> 8)
	}
}

// inlay lays q over p with its corner at x, y, both even. Outside of it, p takes over within feather pixels, from
// q's edge on: a camera that leaves the first frame finds the world there.
func (p *plane) inlay(q *plane, x, y int) {
	const feather = 0.06
	for i := range 3 {
		dst, w, h := p.channel(i)
		src, qw, qh := q.channel(i)
		px, py := x, y
		if i > 0 {
			px, py = x/2, y/2
		}
		reach := max(2, int(feather*float64(qw)))
		for v := max(0, py-reach); v < min(h, py+qh+reach); v++ {
			sv := min(qh-1, max(0, v-py))
			for u := max(0, px-reach); u < min(w, px+qw+reach); u++ {
				su := min(qw-1, max(0, u-px))
				far := max(abs(u-px-su), abs(v-py-sv))
				if far == 0 {
					dst[v*w+u] = src[sv*qw+su]
					continue
				}
				a, b := int(src[sv*qw+su]), int(dst[v*w+u])
				dst[v*w+u] = byte(a + (b-a)*far/(reach+1))
			}
		}
	}
}

func abs(x int) int { return max(x, -x) }

// window is the part of a canvas that a frame shows: its corner and the canvas pixels per frame pixel.
type window struct{ x, y, step float64 }

// sample fills p with the window of src, bilinearly and to 1/256 of a pixel: slow moves glide.
func (p *plane) sample(src *plane, v window) {
	for i := range 3 {
		dst, w, h := p.channel(i)
		data, sw, sh := src.channel(i)
		x, y := v.x, v.y
		if i > 0 {
			x, y = x/2, y/2
		}
		cols, rows := taps(x, v.step, w, sw), taps(y, v.step, h, sh)
		for r, row := range rows {
			resample(dst[r*w:(r+1)*w], data[row.at*sw:(row.at+1)*sw], data[row.next*sw:(row.next+1)*sw], cols, row.part)
		}
	}
}

// tap is where a sample lies: part/256 of the way from at to next.
type tap struct{ at, next, part int }

func taps(from, step float64, n, size int) []tap {
	all := make([]tap, n)
	for i := range all {
		f := int(math.Round(256 * (from + (float64(i)+0.5)*step - 0.5)))
		at := f >> 8
		all[i] = tap{min(size-1, max(0, at)), min(size-1, max(0, at+1)), f & 255}
	}
	return all
}

//go:norace
func resample(dst, a, b []byte, cols []tap, part int) {
	for i := range dst {
		t := cols[i]
		l := int(a[t.at])<<8 + (int(b[t.at])-int(a[t.at]))*part
		n := int(a[t.next])<<8 + (int(b[t.next])-int(a[t.next]))*part
		dst[i] = byte((l<<8 + (n-l)*t.part + 1<<15) >> 16)
	}
}
