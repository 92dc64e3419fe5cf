package render

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
)

// Target is the form that clips are conformed to: what a film's segments have in common.
type Target struct {
	Rate          int
	Width, Height int
	Quality       string            // draft, standard, master; "" is standard
	Encoder       map[string]string // plain options over the preset's
}

// targetOf is the form of the timeline's clips.
func targetOf(tl *timeline.Timeline) Target {
	return Target{tl.Rate, tl.Width, tl.Height, tl.Quality, tl.Encoder}
}

// quality is a preset: how much time and room a segment's picture takes.
type quality struct {
	preset string
	crf    int
	more   string // of x264
	audio  string // bit rate
}

// quick leaves out what costs time and shows nothing: one reference and single B-frames take a fifth less than three and
// two, and blocks of 16×16 alone for motion a tenth less; SSIM stays within 0.0002 (measured at 720p).
const quick = ":ref=1:bframes=1:b-adapt=0:partitions=i4x4,i8x8"

// crf 17 at veryfast is visually the source (SSIM .992 to .998 measured); draft is for looking at a cut.
var qualities = map[string]quality{
	"draft":    {"superfast", 24, quick, "128k"},
	"standard": {"veryfast", 17, quick, "192k"},
	"master":   {"medium", 12, ":ref=3:bframes=2", "320k"},
}

func (t Target) quality() quality {
	if q, ok := qualities[t.Quality]; ok {
		return q
	}
	return qualities["standard"]
}

// check refuses what cannot be encoded as asked.
func (t Target) check() error {
	if t.Quality != "" && qualities[t.Quality] == (quality{}) {
		return fmt.Errorf("quality %q is not one of draft, standard, master", t.Quality)
	}
	if t.Rate <= 0 || t.Width < 2 || t.Height < 2 || t.Width%2 != 0 || t.Height%2 != 0 {
		return fmt.Errorf("a film cannot be %d×%d at %d frames per second", t.Width, t.Height, t.Rate)
	}
	for k, v := range t.Encoder {
		if !plainOption(k) || strings.ContainsAny(v, "\x00\n") || reserved[strings.TrimSuffix(k, ":v")] {
			return fmt.Errorf("encoder option %q cannot be set", k)
		}
	}
	return nil
}

// reserved are options that are the program's own: they name files, choose streams or decide what joins rest on.
var reserved = map[string]bool{"i": true, "f": true, "map": true, "c": true, "codec": true, "vcodec": true, "vf": true,
	"filter":         true,
	"filter_complex": true, "y": true, "n": true, "r": true, "s": true, "t": true, "to": true, "ss": true, "frames": true,
	"vframes": true,
	"pix_fmt": true, "fps_mode": true, "vsync": true, "force_key_frames": true, "g": true, "bf": true, "attach": true,
	"pass":        true,
	"passlogfile": true, "stats": true, "dump": true, "vstats_file": true, "progress": true, "report": true,
	"x264-params": true, "x264opts": true}

// plainOption reports whether a name is an option of an encoder and nothing else.
func plainOption(k string) bool {
	if k == "" {
		return false
	}
	for _, r := range k {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != ':' {
			return false
		}
	}
	return k[0] != '-'
}

// video are the settings that encode frames of a segment's picture, with key frames at these.
func (t Target) video(frames int, keys []int) ffmpeg.Args {
	q := t.quality()
	a := ffmpeg.Args{
		"f": "mp4", "c:v": "libx264", "preset": q.preset, "crf": q.crf, "profile:v": "high",
		"x264-params": ffmpeg.Stitchable + q.more, "threads": 1, "fps_mode": "passthrough", "frames:v": frames,
		"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709", "color_range": "tv",
		"chroma_sample_location": "left",
		// Times of a join are exact only if pieces count in multiples of a frame (the default of 1000 slips 1/3 ms).
		"video_track_timescale": 1000 * t.Rate, "movie_timescale": 1000 * t.Rate,
		"map_metadata": -1, "flags:v": "+bitexact", "fflags": "+bitexact",
	}
	if level := levelFor(t.Width, t.Height); level != "" {
		a["level:v"] = level
	}
	for _, k := range slices.Sorted(maps.Keys(t.Encoder)) {
		a[k] = t.Encoder[k]
	}
	if len(keys) > 0 {
		var b strings.Builder
		for i, k := range keys {
			if i > 0 {
				b.WriteByte('+')
			}
			fmt.Fprintf(&b, "eq(n,%d)", k)
		}
		a["force_key_frames"] = "expr:" + b.String()
	}
	return a
}

// lossless are the settings that keep frames as they are, for the next step.
func (t Target) lossless(frames int) ffmpeg.Args {
	return ffmpeg.Args{"f": "mp4", "c:v": "libx264", "preset": "ultrafast", "qp": 0, "bf": 0, "threads": 1,
		"fps_mode": "passthrough", "frames:v": frames,
		"video_track_timescale": 1000 * t.Rate, "movie_timescale": 1000 * t.Rate, "map_metadata": -1, "flags:v": "+bitexact",
		"fflags": "+bitexact"}
}

// levelFor is the H.264 level that plays a size at 24 frames per second with three reference frames. Pinned: x264
// would choose by content.
func levelFor(w, h int) string {
	blocks := (w + 15) / 16 * ((h + 15) / 16)
	switch {
	case blocks <= 8192:
		return "4.0"
	case blocks <= 22080:
		return "5.0"
	case blocks <= 36864:
		return "5.1"
	}
	return ""
}

// cuts are the frames of a clip at which cuts and transitions of usual lengths fall: it gets key frames there, so
// that these copy packets. A quarter, a half, three quarters of a second and a second from either end, the second
// frame (a seam drops the first), and each whole second.
func cuts(frames int) (keys []int) {
	seen := map[int]bool{0: true}
	for _, k := range []int{1, 6, 12, 18, 24, frames - 24, frames - 18, frames - 12, frames - 6, frames - 1} {
		if k > 0 && k < frames && !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

// keyframes are all frames of an encoded stretch at which decoding can begin: those forced and, counted from each,
// every 24th (keyint).
func keyframes(frames int) []int {
	all := []int{0}
	for _, k := range append(cuts(frames), frames) {
		for all[len(all)-1]+24 < k {
			all = append(all, all[len(all)-1]+24)
		}
		if k < frames {
			all = append(all, k)
		}
	}
	return all
}
