package seam

import (
	"fmt"

	"shotchain/render/ffmpeg"
)

// Words say what is done to the codes, "" for nothing.
func (c Correction) Words() string {
	if c.plain() {
		return ""
	}
	return c.Map.String()
}

// Done is the correction without what is said of it: equal for equal pictures.
func (c Correction) Done() Correction {
	if c.Notes = nil; c.Map == (Map{}) {
		c.Map = identity
	}
	return c
}

// Whole is what of the correction holds without the seam: what is done to the whole clip.
func (c Correction) Whole() Correction {
	if !c.stays() {
		c.Map, c.Fade = identity, 0
	}
	c.Move, c.Skip = Move{}, 0
	return c
}

// Apply adds the correction to a graph. v is the clip as it is conformed, w×h pixels; first is the number of v's
// first frame in the clip. The clip's length does not change: Skip is the cut's to make.
//
// Codes go through a table. ffmpeg's eq is not used: its brightness moves in stairs of 2.5 codes.
func (c Correction) Apply(g *ffmpeg.Graph, v *ffmpeg.Stream, w, h, first int) *ffmpeg.Stream {
	switch {
	case c.plain():
	case c.Fade == 0:
		v = g.Filter(v, "lutyuv", nil, c.Map.args())
	default:
		for n := first; n < c.Fade; {
			until := n + 1
			for until < c.Fade && c.stair(until) == c.stair(n) {
				until++
			}
			args := c.at(n).args()
			args["enable"] = ffmpeg.Escape(fmt.Sprintf("between(n,%d,%d)", n-first, until-1-first))
			v = g.Filter(v, "lutyuv", nil, args)
			n = until
		}
	}
	if c.Move != (Move{}) && first < alignFrames {
		v = g.Filter(v, "perspective", nil, c.Move.args(w, h, first))
	}
	return v
}

// args are those of ffmpeg's lutyuv, whose results are cut off: half a code rounds them.
func (m Map) args() ffmpeg.Args {
	channel := func(l Line, middle string) string {
		return ffmpeg.Escape(fmt.Sprintf("clip(floor((val-%s)*%.10g+%s+%.10g+0.5),0,255)", middle, l.Gain, middle, l.Offset))
	}
	return ffmpeg.Args{"y": channel(m.Y, "0"), "u": channel(m.U, "128"), "v": channel(m.V, "128")}
}

// args are those of ffmpeg's perspective: where the corners are taken from, less with every frame. It repeats edge
// pixels and rounds to 1/256 pixel.
func (m Move) args(w, h, first int) ffmpeg.Args {
	pixel := float64(w) / 1280
	dx, dy := pixel*m.DX, pixel*m.DY
	zx, zy := m.Zoom*float64(w)/2, m.Zoom*float64(h)/2
	left := fmt.Sprintf("max(0,1-(in-1+%d)/%d)", first, alignFrames)
	at := func(side string, by float64) string {
		return ffmpeg.Escape(fmt.Sprintf("%s+(%.6f)*%s", side, by, left))
	}
	return ffmpeg.Args{"eval": "frame", "sense": "source", "interpolation": "cubic",
		"x0": at("0", dx-zx), "y0": at("0", dy-zy), "x1": at("W", dx+zx), "y1": at("0", dy-zy),
		"x2": at("0", dx-zx), "y2": at("H", dy+zy), "x3": at("W", dx+zx), "y3": at("H", dy+zy),
		"enable": ffmpeg.Escape(fmt.Sprintf("lt(n,%d)", alignFrames-first))}
}

// Edges are those of the clip as the correction leaves its codes; what moves is not moved.
func (c Correction) Edges(e *Edges) *Edges {
	if c.plain() {
		return e
	}
	out := *e
	out.First, out.Last = c.at(0).apply(e.First), c.at(e.Frames-1).apply(e.Last)
	out.Head, out.Tail = make([]Picture, len(e.Head)), make([]Picture, len(e.Tail))
	for i, p := range e.Head {
		out.Head[i] = c.at(i).apply(p)
	}
	for i, p := range e.Tail {
		out.Tail[i] = c.at(e.Frames - len(e.Tail) + i).apply(p)
	}
	return &out
}

// Left is the link as it is behind the correction of its second clip's place and beginning: one that was measured on
// Edges, which have the correction's codes only.
func (c Correction) Left(l Link) Link {
	if l.Has("shift") && c.Move != (Move{}) {
		l.Move = Move{l.Move.DX - c.Move.DX, l.Move.DY - c.Move.DY, l.Move.Zoom - c.Move.Zoom}
		l.Shift = l.Move.size()
	}
	l.Held = max(0, l.Held-c.Skip)
	return l
}

// at is the map of one frame of the clip.
func (c Correction) at(n int) Map {
	switch {
	case c.plain() || c.Fade > 0 && n >= c.Fade:
		return identity
	case c.Fade > 0:
		return c.Map.Part(1 - c.gone(n)).Rounded()
	}
	return c.Map
}

// stairs are how many steps a fade has at most: over a clip of seconds, each is less than a code.
const stairs = 24

// stair is the number of the step of the fade that a frame is on.
func (c Correction) stair(n int) int { return n * min(c.Fade, stairs) / c.Fade }

// gone is how much of the map has gone at a frame: behind a short fade all of it, and at the last step of a long one,
// which ends with its clip.
func (c Correction) gone(n int) float64 {
	if c.Fade <= stairs {
		return float64(n) / float64(c.Fade)
	}
	return float64(c.stair(n)) / (stairs - 1)
}
