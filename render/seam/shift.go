package seam

import "math"

// Move is where the second clip's picture lies against the first's: what the first shows at x stands at
// x + (DX, DY) + Zoom·(x − centre) in the second.
type Move struct {
	DX, DY float64 // pixels
	Zoom   float64 // 0.01: one per cent larger
}

// Units of the fit, which sees pictures 320 wide.
const (
	fitShrink = 2                       // of the ends
	perPixel  = 1280 / (endWidth / 2.0) // pixels of a picture 1280 wide in one of the fit's
	halfWidth = 640                     // from the centre to the edge, in pixels
	rounds    = 4                       // of the fit
	lost      = 24.0                    // fit pixels: beyond, the fit has found something else
	lostZoom  = 0.15                    //
	softness  = 8.0                     // codes of residual that count half
	unknowns  = 5                       // dx, dy, zoom, gain, offset
)

// move fits the second picture to the first by Lucas and Kanade's method: one least-squares problem in displacement,
// zoom, gain and offset, so that a step of light is not taken for motion.
func (p *pair) move(l *Link) {
	a, b := soften(shrink(p.a.Y, p.a.W, p.a.H, fitShrink)), soften(shrink(p.b.Y, p.b.W, p.b.H, fitShrink))
	f := fit{a: a, b: b, gain: 1, at: plane{a.w, a.h, make([]float64, len(a.v))}}
	for range rounds {
		if !f.round() {
			l.miss("shift", "the pictures cannot be laid over each other")
			return
		}
	}
	l.Move = Move{perPixel * f.dx, perPixel * f.dy, f.zoom}
	l.Shift = l.Move.size()
}

// size is the largest displacement in the frame.
func (m Move) size() float64 { return math.Hypot(m.DX, m.DY) + halfWidth*abs(m.Zoom) }

// fit is the state of the search.
type fit struct {
	a, b         plane
	dx, dy, zoom float64 // fit pixels
	gain, offset float64
	at           plane // b as it is seen now
}

// round improves the fit once; false where there is no answer.
func (f *fit) round() bool {
	f.warp()
	var m [unknowns][unknowns + 1]float64
	w, h := f.a.w, f.a.h
	cx, cy := float64(w-1)/2, float64(h-1)/2
	for y := 2; y < h-2; y++ {
		for x := 2; x < w-2; x++ {
			i := y*w + x
			gx := 0.25 * (f.a.v[i+1] - f.a.v[i-1] + f.gain*(f.at.v[i+1]-f.at.v[i-1]))
			gy := 0.25 * (f.a.v[i+w] - f.a.v[i-w] + f.gain*(f.at.v[i+w]-f.at.v[i-w]))
			r := f.a.v[i] - f.gain*f.at.v[i] - f.offset
			weight := 1 / (1 + abs(r)/softness)
			j := [unknowns]float64{gx, gy, gx*(float64(x)-cx) + gy*(float64(y)-cy), f.at.v[i], 1}
			for k := range unknowns {
				wk := weight * j[k]
				for n := k; n < unknowns; n++ {
					m[k][n] += wk * j[n]
				}
				m[k][unknowns] += wk * r
			}
		}
	}
	for k := range unknowns {
		for n := range k {
			m[k][n] = m[n][k]
		}
	}
	d, ok := solve(m)
	if !ok {
		return false
	}
	f.dx, f.dy, f.zoom = f.dx+d[0], f.dy+d[1], f.zoom+d[2]
	f.gain, f.offset = f.gain+d[3], f.offset+d[4]
	return math.Hypot(f.dx, f.dy) <= lost && abs(f.zoom) <= lostZoom && f.gain > 0.05 && f.gain < 20
}

// warp looks at b through the present displacement and zoom, bilinear, edges repeated.
func (f *fit) warp() {
	w, h := f.b.w, f.b.h
	cx, cy := float64(w-1)/2, float64(h-1)/2
	for y := range h {
		sy := min(max(float64(y)+f.dy+f.zoom*(float64(y)-cy), 0), float64(h-1))
		y0 := min(int(sy), max(0, h-2))
		fy := sy - float64(y0)
		top, low := f.b.v[y0*w:(y0+1)*w], f.b.v[min(y0+1, h-1)*w:]
		for x := range w {
			sx := min(max(float64(x)+f.dx+f.zoom*(float64(x)-cx), 0), float64(w-1))
			x0 := min(int(sx), max(0, w-2))
			x1 := min(x0+1, w-1)
			fx := sx - float64(x0)
			upper := top[x0] + fx*(top[x1]-top[x0])
			lower := low[x0] + fx*(low[x1]-low[x0])
			f.at.v[y*w+x] = upper + fy*(lower-upper)
		}
	}
}

// solve is Gauss's elimination with pivots; false where the pictures leave an unknown open.
func solve(m [unknowns][unknowns + 1]float64) (x [unknowns]float64, ok bool) {
	var scale [unknowns]float64
	for k := range unknowns {
		scale[k] = m[k][k]
	}
	for k := range unknowns {
		best := k
		for n := k + 1; n < unknowns; n++ {
			if abs(m[n][k]) > abs(m[best][k]) {
				best = n
			}
		}
		m[k], m[best] = m[best], m[k]
		if !(abs(m[k][k]) > 1e-9*max(scale[k], 1)) {
			return x, false
		}
		for n := k + 1; n < unknowns; n++ {
			by := m[n][k] / m[k][k]
			for c := k; c <= unknowns; c++ {
				m[n][c] -= by * m[k][c]
			}
		}
	}
	for k := unknowns - 1; k >= 0; k-- {
		x[k] = m[k][unknowns]
		for n := k + 1; n < unknowns; n++ {
			x[k] -= m[k][n] * x[n]
		}
		if x[k] /= m[k][k]; finite(x[k], math.MaxFloat64) != x[k] {
			return x, false
		}
	}
	return x, true
}

// soften is 1-2-1 both ways: grain is no gradient.
func soften(p plane) plane {
	out := plane{p.w, p.h, make([]float64, len(p.v))}
	for y := range p.h {
		row := p.v[y*p.w : (y+1)*p.w]
		for x, v := range row {
			out.v[y*p.w+x] = 0.25 * (row[max(0, x-1)] + 2*v + row[min(p.w-1, x+1)])
		}
	}
	above := make([]float64, p.w)
	copy(above, out.v[:p.w])
	for y := range p.h {
		below := out.v[min(p.h-1, y+1)*p.w:]
		row := out.v[y*p.w : (y+1)*p.w]
		for x, v := range row {
			row[x], above[x] = 0.25*(above[x]+2*v+below[x]), v
		}
	}
	return out
}
