package render

import (
	"fmt"
	"strconv"

	"shotchain/render/ffmpeg"
)

// picture lays the filters that make an item's frames the film's. What already is as it must be gets no filter.
func (tl *Timeline) picture(g *ffmpeg.Graph, s *ffmpeg.Stream, it Item) *ffmpeg.Stream {
	f, p := it.Source, it.Place
	if !steady(f) {
		// Rounding to the film's rate may ask for a frame more than there is: clone the last. A few are enough, and
		// padding without an end beside a second output never ends.
		s = g.Filter(s, "setpts", []string{"PTS-STARTPTS"}, nil)
		s = g.Filter(s, "fps", nil, ffmpeg.Args{"fps": tl.Rate, "start_time": 0})
		s = g.Filter(s, "tpad", nil, ffmpeg.Args{"stop": 4, "stop_mode": "clone"})
	}
	if it.In > 0 {
		s = g.Filter(s, "trim", nil, ffmpeg.Args{"start_frame": it.In})
	}
	if recolor := colors(f); p.Width != f.Width || p.Height != f.Height || len(recolor) > 0 {
		recolor["w"], recolor["h"], recolor["flags"] = p.Width, p.Height, "bicubic"
		s = g.Filter(s, "scale", nil, recolor)
	}
	if f.PixFmt != "yuv420p" {
		s = g.Filter(s, "format", []string{"yuv420p"}, nil)
	}
	if p.Width != tl.Width || p.Height != tl.Height {
		s = g.Filter(s, "pad", nil, ffmpeg.Args{"w": tl.Width, "h": tl.Height, "x": p.X, "y": p.Y})
	}
	if !f.SAR.Is(1, 1) || p.Width != f.Width || p.Height != f.Height {
		s = g.Filter(s, "setsar", []string{"1"}, nil)
	}
	s = g.Filter(s, "settb", []string{"1/" + strconv.Itoa(tl.Rate)}, nil)
	return g.Filter(s, "setpts", []string{"N"}, nil)
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

// sound lays the filters that make a clip's sound exactly as long as its whole picture, in the film's format.
// It counts from the first frame: that is not where every container's clock starts.
func sound(g *ffmpeg.Graph, s *ffmpeg.Stream, it Item) *ffmpeg.Stream {
	if start := it.Source.Start; start.Num != 0 && start.Den != 0 {
		s = g.Filter(s, "asetpts", []string{fmt.Sprintf("PTS-(%d/%d)/TB", start.Num, start.Den)}, nil)
	}
	s = g.Filter(s, "aresample", []string{strconv.Itoa(sampleRate)}, ffmpeg.Args{"async": 1, "first_pts": 0})
	if it.Source.Channels == 1 { // ffmpeg's own way from mono to stereo loses 3 dB
		s = g.Filter(s, "pan", []string{"stereo|c0=c0|c1=c0"}, nil)
	}
	s = g.Filter(s, "aformat", nil, ffmpeg.Args{"sample_fmts": "flt", "channel_layouts": "stereo"})
	s = g.Filter(s, "apad", nil, ffmpeg.Args{"whole_len": it.Length * perFrame})
	return g.Filter(s, "atrim", nil, ffmpeg.Args{"end_sample": it.Length * perFrame})
}

// stitchable has x264 write the same parameter sets for every clip, whatever its content, so that packets of
// different segments make one stream. Pinned, because presets differ in them.
const stitchable = "keyint=48:min-keyint=1:scenecut=0:open-gop=0:stitchable=1:ref=3:weightp=1:8x8dct=1:bframes=2:b-pyramid=1:chroma-qp-offset=0"

// videoSettings encode a segment's picture. crf 17 at veryfast is visually the source (SSIM .992 to .998 measured).
func (tl *Timeline) videoSettings(frames int) ffmpeg.Args {
	return ffmpeg.Args{
		"f": "mp4", "c:v": "libx264", "preset": "veryfast", "crf": 17, "profile:v": "high",
		"x264-params": stitchable, "threads": 1, "fps_mode": "passthrough", "frames:v": frames,
		"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709", "color_range": "tv",
		// Times of a join are exact only if pieces count in multiples of a frame (the default of 1000 slips 1/3 ms).
		"video_track_timescale": 1000 * tl.Rate, "movie_timescale": 1000 * tl.Rate,
		"map_metadata": -1, "flags:v": "+bitexact", "fflags": "+bitexact",
	}
}

// soundSettings write raw samples: nothing to parse, and their number is the file's size.
var soundSettings = ffmpeg.Args{"f": "f32le", "c:a": "pcm_f32le", "map_metadata": -1}

// sampleBytes is the size of one sample of all channels in such a file.
const sampleBytes = 4 * channels
