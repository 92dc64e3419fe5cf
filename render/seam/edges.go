package seam

import (
	"fmt"
	"image"
	"math"

	"shotchain/render/ffmpeg"
)

// Sizes of what is kept of a clip, in pixels of width; heights go by the clip's ratio and are even. Blur below a
// standard deviation of 0.8 pixels cannot be seen in ends of this size.
const (
	edgeWidth = 160 // of frames that motion is measured on
	endWidth  = 640 // of the two frames that meet other clips' frames
)

// Span is how many frames at each end of a clip are looked at: what lies further from a seam is not the seam's.
const Span = 24

// Edges are a clip's ends: its first and last frames in two sizes. Of clips of fewer than twice Span frames the two
// ends overlap. Read only.
type Edges struct {
	Size        image.Point // of First and Last
	Frames      int         // of the whole clip
	Head, Tail  []Picture   // 160 wide: the first and last min(Span, Frames) frames, in order
	First, Last Picture     // 640 wide: the same picture twice where the clip has one frame
}

// small is the size of a clip's frame at that width.
func small(w, h, width int) image.Point {
	return image.Pt(width, max(2, 2*int(math.Round(float64(h)*float64(width)/float64(w)/2))))
}

func frameSize(p image.Point) int { return p.X * p.Y * 3 / 2 }

// Taps are the files that Tap writes: raw frames without a header.
type Taps struct {
	Edges string
	Ends  string
	Tail  string // the last frames in grey, for Judge; "" for none
}

// Tap lets the run that conforms a clip write its edges beside what it makes anyway. v is the whole clip as it is
// conformed, w×h pixels and that many frames, before the film's first frame is cut off. What is returned takes v's
// place.
func Tap(g *ffmpeg.Graph, v *ffmpeg.Stream, w, h, frames int, to Taps) *ffmpeg.Stream {
	ends := fmt.Sprintf("lt(n,%d)+gte(n,%d)", min(Span, frames), frames-min(Span, frames))
	v = tap(g, v, ends, small(w, h, edgeWidth), "yuv420p", to.Edges)
	v = tap(g, v, fmt.Sprintf("eq(n,0)+eq(n,%d)", frames-1), small(w, h, endWidth), "yuv420p", to.Ends)
	if to.Tail != "" {
		v = tap(g, v, fmt.Sprintf("gte(n,%d)", frames-min(Span, frames)), small(w, h, endWidth), "gray", to.Tail)
	}
	return v
}

func tap(g *ffmpeg.Graph, v *ffmpeg.Stream, which string, size image.Point, format, path string) *ffmpeg.Stream {
	v, s := g.Split(v)
	s = g.Filter(s, "select", nil, ffmpeg.Args{"expr": ffmpeg.Escape(which)})
	s = g.Filter(s, "scale", nil, ffmpeg.Args{"w": size.X, "h": size.Y, "flags": "area"})
	s = g.Filter(s, "format", nil, ffmpeg.Args{"pix_fmts": format})
	g.Output(path, ffmpeg.Args{"fps_mode": "passthrough", "f": "rawvideo", "c:v": "rawvideo"}, s)
	return v
}

// ReadEdges makes edges of what Tap wrote about a clip of w×h pixels and that many frames.
func ReadEdges(edges, ends []byte, w, h, frames int) (*Edges, error) {
	if w < 2 || h < 2 || frames < 1 {
		return nil, fmt.Errorf("no clip has %d×%d pixels and %d frames", w, h, frames)
	}
	few, many := cut(edges, small(w, h, edgeWidth)), cut(ends, small(w, h, endWidth))
	n := min(Span, frames)
	if len(few) != min(2*Span, frames) || len(many) != min(2, frames) {
		return nil, fmt.Errorf("the edges of a clip of %d frames have %d and %d frames", frames, len(few), len(many))
	}
	return &Edges{Size: small(w, h, endWidth), Frames: frames,
		Head: few[:n], Tail: few[len(few)-n:], First: many[0], Last: many[len(many)-1]}, nil
}

// ReadTail makes pictures of the grey frames that Tap wrote.
func ReadTail(tail []byte, w, h int) []Picture {
	size := small(w, h, endWidth)
	n := size.X * size.Y
	var all []Picture
	for ; len(tail) >= n; tail = tail[n:] {
		all = append(all, Picture{W: size.X, H: size.Y, Y: tail[:n]})
	}
	return all
}

// cut makes frames of raw bytes; a rest that is no frame is one too many, and counts.
func cut(b []byte, size image.Point) []Picture {
	luma, chroma, n := size.X*size.Y, size.X/2*(size.Y/2), frameSize(size)
	var all []Picture
	for ; len(b) >= n; b = b[n:] {
		all = append(all, Picture{size.X, size.Y, b[:luma], b[luma : luma+chroma], b[luma+chroma : n]})
	}
	if len(b) > 0 {
		return nil
	}
	return all
}
