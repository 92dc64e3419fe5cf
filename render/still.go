package render

import (
	"fmt"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
)

// within is the part of a picture's width and height that is in the frame where the camera is nearest, or all the time
// where it goes along the picture. Slow zooms of documentaries cover some 5 to 10 % in a few seconds.
const within = 0.92

// still adds a picture as often as its frames are, in the film's place.
func (t Target) still(g *ffmpeg.Graph, it timeline.Item) *ffmpeg.Stream {
	s := g.Input(it.Path, ffmpeg.Args{"f": "png_pipe", "format_whitelist": "png_pipe",
		"framerate": t.Rate}).Video()
	s = g.Filter(s, "loop", nil, ffmpeg.Args{"loop": it.Card.Frames - 1, "size": 1})
	return t.place(g, clock(g, s, t.Rate), it)
}

// move lays the camera's move over a still. The corners of what is in the frame are sought at parts of a pixel: a crop
// in whole ones would be seen to jerk.
func move(g *ffmpeg.Graph, s *ffmpeg.Stream, c *timeline.Card) *ffmpeg.Stream {
	if c == nil || c.Move == "none" {
		return s
	}
	const out = 1 - within
	part := fmt.Sprintf("(on-1)/%d", max(1, c.Frames-1)) // `on` counts from 1
	left := fmt.Sprintf("%.3f", out/2)
	top := left
	switch c.Move {
	case "slow-zoom":
		left = fmt.Sprintf("%.3f*%s", out/2, part)
		top = left
	case "slow-zoom-out":
		left = fmt.Sprintf("%.3f*(1-%s)", out/2, part)
		top = left
	case "pan-left":
		left = fmt.Sprintf("%.3f*(1-%s)", out, part)
	case "pan-right":
		left = fmt.Sprintf("%.3f*%s", out, part)
	}
	right, bottom := left, top // what is beyond the frame on the other sides
	if c.Move == "pan-left" || c.Move == "pan-right" {
		right = fmt.Sprintf("(%.3f-%s)", out, left)
	}
	x0, x1 := "W*"+left, fmt.Sprintf("W-W*%s", right)
	y0, y1 := "H*"+top, fmt.Sprintf("H-H*%s", bottom)
	return g.Filter(s, "perspective", nil, ffmpeg.Args{"x0": x0, "y0": y0, "x1": x1, "y1": y0, "x2": x0, "y2": y1, "x3": x1,
		"y3": y1, "sense": "source", "interpolation": "cubic", "eval": "frame"})
}
