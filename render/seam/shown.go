package seam

import (
	"image"
	"math"
)

// Shown is a frame of the clip, by its number, as the correction leaves it.
func (c Correction) Shown(p Picture, n int) Picture {
	if p = c.at(n).apply(p); c.Move == (Move{}) || n >= alignFrames {
		return p
	}
	left := 1 - float64(n)/alignFrames
	pixel := float64(p.W) / 1280
	m := Move{c.Move.DX * pixel * left, c.Move.DY * pixel * left, c.Move.Zoom * left}
	p.Y = m.apply(p.Y, p.W, p.H)
	half := Move{m.DX / 2, m.DY / 2, m.Zoom}
	p.U, p.V = half.apply(p.U, p.W/2, p.H/2), half.apply(p.V, p.W/2, p.H/2)
	return p
}

// apply moves a plane back, bilinear, edges repeated. Displacements are its own pixels here.
func (m Move) apply(b []byte, w, h int) []byte {
	if len(b) != w*h || w < 1 || h < 1 {
		return b
	}
	cx, cy := float64(w-1)/2, float64(h-1)/2
	at := func(x, y float64) byte {
		x, y = min(max(x, 0), float64(w-1)), min(max(y, 0), float64(h-1))
		x0, y0 := int(x), int(y)
		x1, y1 := min(x0+1, w-1), min(y0+1, h-1)
		fx, fy := x-float64(x0), y-float64(y0)
		upper := float64(b[y0*w+x0])*(1-fx) + float64(b[y0*w+x1])*fx
		lower := float64(b[y1*w+x0])*(1-fx) + float64(b[y1*w+x1])*fx
		return byte(math.Round(upper*(1-fy) + lower*fy))
	}
	out := make([]byte, len(b))
	for y := range h {
		for x := range w {
			out[y*w+x] = at(float64(x)+m.DX+m.Zoom*(float64(x)-cx), float64(y)+m.DY+m.Zoom*(float64(y)-cy))
		}
	}
	return out
}

// Halves is one picture of two: the left half of the first beside the right half of the second, so that a seam between
// them is a line. nil where they differ in size.
func Halves(a, b Picture) *image.NRGBA {
	if a.W != b.W || a.H != b.H || len(a.Y) != len(b.Y) {
		return nil
	}
	left, right := a.Image(), b.Image()
	for y := range a.H {
		from, to := right.PixOffset(a.W/2, y), right.PixOffset(a.W-1, y)+4
		copy(left.Pix[from:to], right.Pix[from:to])
	}
	return left
}
