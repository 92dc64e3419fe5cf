package render

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
)

// layer is a stretch of an item's picture: its own frames From..To, counted from where the item begins in the film,
// its speed and what it holds included.
type layer struct {
	timeline.Item
	From, To int
}

// lay adds the clip and the filters that make the layer's frames, at the film's size and rate, each once.
func (t Target) lay(g *ffmpeg.Graph, l layer) *ffmpeg.Stream { return t.mend(g, t.plain(g, l), l) }

// mend adds what corrects the layer's picture at its clip's beginning, and as a whole.
func (t Target) mend(g *ffmpeg.Graph, s *ffmpeg.Stream, l layer) *ffmpeg.Stream {
	return l.Correction.Apply(g, s, t.Width, t.Height, l.In+l.From)
}

// plain is lay for the picture as the clip has it.
func (t Target) plain(g *ffmpeg.Graph, l layer) *ffmpeg.Stream {
	if l.Card != nil {
		return clock(g, l.pace(g, t.still(g, l.Item), t, 0), t.Rate)
	}
	skip := 0
	opts := ffmpeg.Args{}
	if first := l.first(); first > 0 && seekable(l) {
		// Seeking is exact in what has a frame each 1/24 s: to the middle between two frames, so that no rounding matters.
		opts["ss"] = fmt.Sprintf("%.6f", (float64(first)-0.5)/float64(t.Rate))
		skip = first
	}
	s := g.Input(l.Path, opts).Video()
	if !timeline.Steady(l.Source) {
		// Rounding to the film's rate may ask for a frame more than there is: clone the last. A few are enough, and
		// padding without an end beside a second output never ends.
		s = g.Filter(s, "setpts", []string{"PTS-STARTPTS"}, nil)
		s = g.Filter(s, "fps", nil, ffmpeg.Args{"fps": t.Rate, "start_time": 0})
		s = g.Filter(s, "tpad", nil, ffmpeg.Args{"stop": 4, "stop_mode": "clone"})
	}
	s = l.pace(g, s, t, skip)
	s = t.place(g, s, l.Item)
	return clock(g, s, t.Rate)
}

// seekable reports whether the clip's frames can be found by their times: in what has a frame each 1/24 s, counted
// from the start of a file whose clock begins with the picture.
func seekable(l layer) bool {
	switch strings.ToLower(filepath.Ext(l.Path)) {
	case ".mp4", ".m4v", ".mov":
		return timeline.Steady(l.Source) && l.Source.Start.Num == 0
	}
	return false
}

// straight reports whether the layer is a plain range of the clip.
func (l layer) straight() bool { return l.Plain() && l.To <= l.Moving() }

// first is the clip's frame from which on the layer needs it. Speed and hold count from the item's own first frame.
func (l layer) first() int {
	if l.straight() {
		return l.In + l.From
	}
	return l.In
}

// pace lays the filters for the range, the speed and the hold. skip frames of the clip were sought over.
func (l layer) pace(g *ffmpeg.Graph, s *ffmpeg.Stream, t Target, skip int) *ffmpeg.Stream {
	if l.straight() {
		trim := ffmpeg.Args{"end_frame": l.In + l.To - skip}
		if from := l.In + l.From - skip; from > 0 {
			trim["start_frame"] = from
		}
		return g.Filter(s, "trim", nil, trim)
	}
	s = g.Filter(s, "trim", nil, ffmpeg.Args{"start_frame": l.In - skip, "end_frame": l.Out - skip})
	if !l.Plain() {
		// Output frame j is the clip's frame floor(j·speed): frame n comes at n/speed, rounded up.
		s = g.Filter(s, "settb", []string{"1/" + strconv.FormatInt(int64(t.Rate)*l.Speed.Num, 10)}, nil)
		s = g.Filter(s, "setpts", []string{"N*" + strconv.FormatInt(l.Speed.Den, 10)}, nil)
		s = g.Filter(s, "fps", nil, ffmpeg.Args{"fps": t.Rate, "round": "up"})
	} else {
		s = clock(g, s, t.Rate)
	}
	s = g.Filter(s, "tpad", nil, ffmpeg.Args{"stop": l.Hold + 4, "stop_mode": "clone"})
	return g.Filter(s, "trim", nil, ffmpeg.Args{"start_frame": l.From, "end_frame": l.To})
}

// clock gives frames the times 0, 1, 2 … in frames: every filter that mixes streams needs equal ones, and some leave
// holes.
func clock(g *ffmpeg.Graph, s *ffmpeg.Stream, rate int) *ffmpeg.Stream {
	s = g.Filter(s, "settb", []string{"1/" + strconv.Itoa(rate)}, nil)
	return g.Filter(s, "setpts", []string{"N"}, nil)
}

// place lays the filters that bring a picture to the film's size and colours. What already is as it must be gets no
// filter.
func (t Target) place(g *ffmpeg.Graph, s *ffmpeg.Stream, it timeline.Item) *ffmpeg.Stream {
	f, p := it.Source, it.Place
	if p.Blur && (p.Width != t.Width || p.Height != t.Height) {
		return t.blur(g, s, it)
	}
	w, h := f.Width, f.Height
	if p.CropWidth > 0 && p.CropHeight > 0 && (p.CropWidth != w || p.CropHeight != h) {
		s = g.Filter(s, "crop", nil, ffmpeg.Args{"w": p.CropWidth, "h": p.CropHeight, "exact": 1})
		w, h = p.CropWidth, p.CropHeight
	}
	s = move(g, fit(g, s, f, w, h, p.Width, p.Height), it.Card)
	if p.Width != t.Width || p.Height != t.Height {
		s = g.Filter(s, "pad", nil, ffmpeg.Args{"w": t.Width, "h": t.Height, "x": p.X, "y": p.Y})
	}
	// Always: whether a clip says that its pixels are square would else be in the parameters of its segment.
	return g.Filter(s, "setsar", []string{"1"}, nil)
}

// fit scales a picture of w × h and brings it to the film's colours and format.
func fit(g *ffmpeg.Graph, s *ffmpeg.Stream, f ffmpeg.Facts, w, h, toW, toH int) *ffmpeg.Stream {
	if recolor := colors(f); toW != w || toH != h || len(recolor) > 0 || f.PixFmt != "yuv420p" {
		recolor["w"], recolor["h"], recolor["flags"] = toW, toH, "bicubic+accurate_rnd+full_chroma_int"
		s = g.Filter(s, "scale", nil, recolor)
	}
	// Full range is a format of its own to ffmpeg (yuvj420p), by whatever name the clip's headers go.
	if f.PixFmt != "yuv420p" || f.Color.Range == "pc" {
		s = g.Filter(s, "format", []string{"yuv420p"}, nil)
	}
	return s
}

// blur puts the picture on an enlarged and blurred one of itself. The ground is blurred small: it is as soft, and
// costs a sixty-fourth.
func (t Target) blur(g *ffmpeg.Graph, s *ffmpeg.Stream, it timeline.Item) *ffmpeg.Stream {
	f, p := it.Source, it.Place
	front, ground := g.Split(s)
	sw, sh := timeline.Shown(f)
	scale := max(float64(t.Width)/sw, float64(t.Height)/sh) / 8
	w, h := timeline.Even(max(sw*scale, float64(t.Width)/8)), timeline.Even(max(sh*scale, float64(t.Height)/8))
	ground = fit(g, ground, f, 0, 0, w, h)
	ground = g.Filter(ground, "crop", nil,
		ffmpeg.Args{"w": min(w, timeline.Even(float64(t.Width)/8)), "h": min(h, timeline.Even(float64(t.Height)/8))})
	ground = g.Filter(ground, "gblur", nil, ffmpeg.Args{"sigma": 4})
	ground = g.Filter(ground, "scale", nil, ffmpeg.Args{"w": t.Width, "h": t.Height, "flags": "bilinear"})
	ground = g.Filter(ground, "eq", nil, ffmpeg.Args{"brightness": -0.06})
	ground = g.Filter(ground, "setsar", []string{"1"}, nil)
	front = move(g, fit(g, front, f, f.Width, f.Height, p.Width, p.Height), it.Card)
	front = g.Filter(front, "setsar", []string{"1"}, nil)
	s = g.Merge([]*ffmpeg.Stream{ground, front}, "overlay", nil, ffmpeg.Args{"x": p.X, "y": p.Y, "format": "yuv420"})
	return g.Filter(s, "format", []string{"yuv420p"}, nil)
}

// colors are the options of scale that bring a picture to BT.709 in video range, empty where it is there or does
// not say: untagged clips of today's models are BT.709, and a conversion on a guess would shift every colour.
func colors(f ffmpeg.Facts) ffmpeg.Args {
	a := ffmpeg.Args{}
	if f.Color.Range == "pc" {
		a["in_range"], a["out_range"] = "pc", "tv"
	}
	switch f.Color.Space {
	case "bt470bg", "smpte170m", "smpte240m", "fcc":
		a["in_color_matrix"], a["out_color_matrix"] = f.Color.Space, "bt709"
	case "bt2020nc", "bt2020c":
		a["in_color_matrix"], a["out_color_matrix"] = "bt2020", "bt709"
	case "gbr":
		a["out_color_matrix"], a["out_range"] = "bt709", "tv"
	}
	return a
}
