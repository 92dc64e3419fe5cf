package seam

import (
	"fmt"
	"math"
)

// Line is a map of one channel's codes: v to Gain·v + Offset. Those of colours run through 128, not 0.
type Line struct{ Gain, Offset float64 }

// Map is a map of a picture's codes. The zero Map is black.
type Map struct{ Y, U, V Line }

// Maps that change nothing.
var (
	same     = Line{Gain: 1}
	identity = Map{same, same, same}
)

// Grey is the code of luma that the size of a map is told by.
const Grey = 118

// What a map is rounded to, once, before it is applied.
const (
	gainSteps   = 1024
	offsetSteps = 16
)

// at is where the line leads a code.
func (l Line) at(v float64) float64 { return l.Gain*v + l.Offset }

// after is the line that does what first does, and then l: exact.
func (l Line) after(first Line) Line {
	return Line{l.Gain * first.Gain, l.Gain*first.Offset + l.Offset}
}

// inverse is the line that undoes it. Its gain must not be 0.
func (l Line) inverse() Line { return Line{1 / l.Gain, -l.Offset / l.Gain} }

// part is the line at a share of its strength: 0 changes nothing, 1 is all of it.
func (l Line) part(share float64) Line { return Line{1 + share*(l.Gain-1), share * l.Offset} }

func (l Line) rounded() Line {
	return Line{math.Round(l.Gain*gainSteps) / gainSteps, math.Round(l.Offset*offsetSteps) / offsetSteps}
}

// After is the map that does what first does, and then m: exact.
func (m Map) After(first Map) Map {
	return Map{m.Y.after(first.Y), m.U.after(first.U), m.V.after(first.V)}
}

// Inverse undoes the map. Maps that were measured have one.
func (m Map) Inverse() Map { return Map{m.Y.inverse(), m.U.inverse(), m.V.inverse()} }

// Part is the map at a share of its strength, 0 … 1.
func (m Map) Part(share float64) Map { return Map{m.Y.part(share), m.U.part(share), m.V.part(share)} }

// Rounded is the map as it is applied: gains to 1/1024, offsets to 1/16 of a code. To be done once, at the end.
func (m Map) Rounded() Map { return Map{m.Y.rounded(), m.U.rounded(), m.V.rounded()} }

// Step is what the map does to middle grey, in codes.
func (m Map) Step() float64 { return m.Y.at(Grey) - Grey }

// String tells what the map does: "−2.9 codes at middle grey, contrast ×0.994".
func (m Map) String() string {
	if m == identity {
		return "nothing"
	}
	s := fmt.Sprintf("%+.1f codes at middle grey, contrast ×%.3f", m.Step(), m.Y.Gain)
	if m.U != same || m.V != same {
		s += fmt.Sprintf(", U %+.1f, V %+.1f, colour ×%.3f", m.U.Offset, m.V.Offset, (m.U.Gain+m.V.Gain)/2)
	}
	return s
}

// Codes between which a map is fitted, and the spread of a colour below which its strength cannot be told.
const (
	fitLeast   = 18
	fitMost    = 232
	fitColours = 4
)

// fit finds the map that turns the second picture into the first.
func (p *pair) fit(l *Link) {
	a, b, ok := within(p.ya, p.yb, fitLeast, fitMost)
	if !ok {
		l.miss("map", "the pictures are black or white nearly everywhere")
		return
	}
	l.Map = Map{Y: between(a, b, leastSpread, 0), U: colour(p.ua, p.ub), V: colour(p.va, p.vb)}
}

func colour(a, b plane) Line {
	var x, y moments
	for i, v := range a.v {
		x.add(v)
		y.add(b.v[i])
	}
	return between(x, y, fitColours, 128)
}

// between is the line that gives b the mean and the spread of a, about a middle.
func between(a, b moments, least, middle float64) Line {
	g := 1.0
	if a.spread() >= least && b.spread() >= least {
		g = a.spread() / b.spread()
	}
	return Line{g, (a.mean() - middle) - g*(b.mean()-middle)}
}

// apply puts a picture through the map, as the filter does.
func (m Map) apply(p Picture) Picture {
	if m == identity {
		return p
	}
	return Picture{p.W, p.H, m.Y.table(0).put(p.Y), m.U.table(128).put(p.U), m.V.table(128).put(p.V)}
}

type table [256]byte

func (l Line) table(middle float64) *table {
	var t table
	for v := range t {
		t[v] = byte(max(0, min(255, math.Floor(l.at(float64(v)-middle)+middle+0.5))))
	}
	return &t
}

func (t *table) put(b []byte) []byte {
	out := make([]byte, len(b))
	for i, v := range b {
		out[i] = t[v]
	}
	return out
}
