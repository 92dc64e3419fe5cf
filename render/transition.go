package render

import (
	"fmt"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
)

// xfades are ffmpeg's names of the transitions that xfade makes.
var xfades = map[string]string{
	"dissolve":  "fade",
	"wipe-left": "wipeleft", "wipe-right": "wiperight", "wipe-up": "wipeup", "wipe-down": "wipedown",
	"slide-left": "slideleft", "slide-right": "slideright", "slide-up": "slideup", "slide-down": "slidedown",
}

// cross lays the transition between two equally long streams. xfade works on 4:4:4 only: colours are repeated on the way
// in and averaged on the way out, which loses nothing (a plain conversion costs 8 dB). It also leaves a hole in its
// times, which [clock] closes.
func (s *segment) cross(g *ffmpeg.Graph, a, b *ffmpeg.Stream) *ffmpeg.Stream {
	n := s.transition.Frames
	if s.transition.Type == "smooth" {
		// A dissolve that eases in and out: 3t²-2t³ of the second picture.
		// (T, not N: blend counts from 1.)
		t := fmt.Sprintf("(T*%d/%d)", s.Rate, max(1, n-1))
		mixed := fmt.Sprintf("A+(B-A)*%s*%s*(3-2*%s)", t, t, t)
		return g.Merge([]*ffmpeg.Stream{a, b}, "blend", nil, ffmpeg.Args{"all_expr": ffmpeg.Escape(mixed)})
	}
	whole := func(v *ffmpeg.Stream) *ffmpeg.Stream {
		v = g.Filter(v, "scale", nil, ffmpeg.Args{"flags": "neighbor"})
		return g.Filter(v, "format", []string{"yuv444p"}, nil)
	}
	seconds := fmt.Sprintf("%.6f", float64(n)/float64(s.Rate))
	v := g.Merge([]*ffmpeg.Stream{whole(a), whole(b)}, "xfade", nil,
		ffmpeg.Args{"transition": xfades[s.transition.Type], "duration": seconds, "offset": 0})
	v = clock(g, v, s.Rate)
	v = g.Filter(v, "scale", nil, ffmpeg.Args{"flags": "area"})
	return g.Filter(v, "format", []string{"yuv420p"}, nil)
}

// fade lays one side of a fade through black or white: each frame is so much of the colour, and the rest of the
// picture. eq computes it by table, in the picture's own format (fade would go through RGB for white).
func (s *segment) fade(g *ffmpeg.Graph, v *ffmpeg.Stream) *ffmpeg.Stream {
	share := fmt.Sprintf("n/%d", s.frames())
	if s.in {
		share = "(1-" + share + ")"
	}
	level := 16.0 // of the colour's brightness in video range
	if s.transition.Type == "fade-to-white" {
		level = 235
	}
	return g.Filter(v, "eq", nil,
		ffmpeg.Args{"eval": "frame", "contrast": ffmpeg.Escape("1-" + share), "saturation": ffmpeg.Escape("1-" + share),
			"brightness": ffmpeg.Escape(fmt.Sprintf("%s*%.6f", share, level/255-0.5))})
}

// checkTransition refuses transitions that do not exist.
func checkTransition(it timeline.Item) error {
	if t := it.Transition; t.Frames != 0 && !t.Fades() && t.Type != "smooth" && xfades[t.Type] == "" {
		return fmt.Errorf("shot %s: there is no transition %q", it.Shot, t.Type)
	}
	return nil
}
