package seam

import "math"

// Thumbnails are area averages of the ends: blur and shifts of a few pixels do not move them.
const (
	thumb       = 8 // of the light
	chromaThumb = 4 // of the colours, which have half the size
)

// pair is an echo pair with its thumbnails.
type pair struct {
	a, b                   Picture
	ya, yb, ua, ub, va, vb plane
}

func newPair(a, b Picture) *pair {
	p := &pair{a: a, b: b, ya: shrink(a.Y, a.W, a.H, thumb), yb: shrink(b.Y, b.W, b.H, thumb)}
	p.ua, p.ub = shrink(a.U, a.W/2, a.H/2, chromaThumb), shrink(b.U, b.W/2, b.H/2, chromaThumb)
	p.va, p.vb = shrink(a.V, a.W/2, a.H/2, chromaThumb), shrink(b.V, b.W/2, b.H/2, chromaThumb)
	return p
}

// What a picture must have for a measure to mean something.
const (
	leastSpread = 0.5  // codes: below, a picture has one colour
	leastColour = 16.0 // mean of squared chroma: below, there is hardly any colour to change
	leastDetail = 0.5  // variance of the Laplacian: below, nothing can be softer
	leastShare  = 0.05 // of the thumbnail's pixels that are neither black nor white
	noDetail    = 0.01 // what a flat picture counts as
)

// tone measures light, colour and detail.
func (p *pair) tone(l *Link) {
	l.Luma = mean(p.b.Y) - mean(p.a.Y)
	l.Chroma = max(math.Abs(mean(p.b.U)-mean(p.a.U)), math.Abs(mean(p.b.V)-mean(p.a.V)))
	for _, c := range p.b.Y {
		if c >= 250 || c <= 5 {
			l.Clipped++
		}
	}
	l.Clipped /= float64(max(1, len(p.b.Y)))

	if a, b, ok := within(p.ya, p.yb, 20, 230); !ok {
		l.miss("contrast", "the pictures are black or white nearly everywhere")
	} else if a.spread() < leastSpread {
		l.miss("contrast", "the picture has one brightness")
	} else {
		l.Contrast = 100 * (b.spread()/a.spread() - 1)
	}
	p.saturation(l)
	if va, vb := detail(p.a.Y, p.a.W, p.a.H), detail(p.b.Y, p.b.W, p.b.H); max(va, vb) < leastDetail {
		l.miss("sharpness", "the pictures have no detail")
	} else {
		l.Sharpness = math.Log2(max(vb, noDetail) / max(va, noDetail))
	}
	l.Same = p.same(l)
}

// saturation compares the strength of the colours that both pictures have.
func (p *pair) saturation(l *Link) {
	both, own := 0.0, 0.0
	for i := range p.ua.v {
		u, v := p.ua.v[i]-128, p.va.v[i]-128
		both += u*(p.ub.v[i]-128) + v*(p.vb.v[i]-128)
		own += u*u + v*v
	}
	if own <= leastColour*float64(len(p.ua.v)) {
		l.miss("saturation", "the picture has hardly any colour")
		return
	}
	l.Saturation = 100 * (both/own - 1)
}

// same is r² of the thumbnails: gains and offsets do not move it.
func (p *pair) same(l *Link) float64 {
	var a, b, ab moments
	for i, x := range p.ya.v {
		a.add(x)
		b.add(p.yb.v[i])
		ab.add(x * p.yb.v[i])
	}
	switch flatA, flatB := a.spread() < leastSpread, b.spread() < leastSpread; {
	case flatA && flatB:
		l.miss("same", "both pictures have one colour")
		return 0
	case flatA || flatB:
		return 0
	}
	r := (ab.mean() - a.mean()*b.mean()) / (a.spread() * b.spread())
	return min(1, r*r)
}

// moments are the sums that mean and spread come from.
type moments struct{ n, sum, squares float64 }

func (m *moments) add(x float64) {
	m.n++
	m.sum += x
	m.squares += x * x
}

func (m *moments) mean() float64 { return m.sum / max(1, m.n) }

func (m *moments) spread() float64 {
	return math.Sqrt(max(0, m.squares/max(1, m.n)-m.mean()*m.mean()))
}

// within are the moments of the pixels that lie in a range of codes in both pictures, and whether there are enough.
func within(x, y plane, least, most float64) (a, b moments, ok bool) {
	for i, v := range x.v {
		if w := y.v[i]; v >= least && v <= most && w >= least && w <= most {
			a.add(v)
			b.add(w)
		}
	}
	return a, b, a.n >= max(1, leastShare*float64(len(x.v)))
}
