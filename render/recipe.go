package render

// This file knows how each format is encoded from the finished film.

import (
	"context"
	"fmt"
	"strings"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
)

// recipe is how a format is encoded from the finished film.
type recipe struct {
	args  func(encoder string, q string) []string
	sound []string // options of its sound
	words string   // form of soft captions: mov_text is the film's own, webvtt is written for it; "" for none
	muxer []string
}

var bt709 = []string{"-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"}

var faststart = []string{"-movflags", "+faststart", "-f", "mp4"}

var aac = []string{"-b:a", "192k"}

// pick is the value for a quality.
func pick(q, draft, standard, master string) string {
	switch q {
	case "draft":
		return draft
	case "master":
		return master
	}
	return standard
}

// recipes are the formats that are encoded from the finished film, by format and codec.
var recipes = map[string]recipe{
	"mp4/hevc": {sound: aac, words: "mov_text", muxer: faststart, args: func(_, q string) []string {
		return append([]string{"-preset", pick(q, "ultrafast", "fast", "slow"), "-crf", pick(q, "28", "22", "17"), "-tag:v",
			"hvc1",
			"-pix_fmt", "yuv420p", "-x265-params", "log-level=none:pools=1:frame-threads=1"}, bt709...)
	}},
	"mp4/av1": {sound: aac, words: "mov_text", muxer: faststart, args: func(e, q string) []string {
		a := []string{"-preset", pick(q, "12", "8", "5"), "-crf", pick(q, "45", "32", "24"), "-g", "120", "-svtav1-params",
			"lp=1"}
		if e == "libaom-av1" {
			a = []string{"-cpu-used", pick(q, "8", "6", "4"), "-crf", pick(q, "45", "30", "22"), "-b:v", "0", "-g", "120"}
		}
		return append(append(a, "-pix_fmt", "yuv420p"), bt709...)
	}},
	"mov/prores": {words: "mov_text", muxer: []string{"-f", "mov"},
		args: func(_, q string) []string {
			return append([]string{"-profile:v", pick(q, "0", "3", "3"), "-vendor", "apl0", "-pix_fmt", "yuv422p10le"}, bt709...)
		}},
	"webm/vp9": {sound: []string{"-b:a", "128k"}, words: "webvtt", muxer: []string{"-f", "webm"},
		args: func(_, q string) []string {
			speed := []string{"-deadline", "realtime", "-cpu-used", "8"}
			if q == "master" {
				speed = []string{"-deadline", "good", "-cpu-used", "2"}
			}
			return append(append(speed, "-row-mt", "1", "-crf", pick(q, "40", "32", "22"), "-b:v", "0", "-g", "120", "-pix_fmt",
				"yuv420p"), bt709...)
		}},
	"gif/gif": {muxer: []string{"-f", "gif"}, args: func(_, q string) []string {
		// A palette of its own for the film, and only what moves is drawn anew.
		chain := fmt.Sprintf(
			"fps=%s,scale='min(%s,iw)':-2:flags=lanczos,split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=bayer:bayer_scale=4:diff_mode=rectangle",
			pick(q, "8", "12", "24"), pick(q, "320", "480", "720"))
		return []string{"-filter_complex", "[0:v]" + chain, "-loop", "0"}
	}},
}

// command encodes a film with its sound and its words, "" for none, as an output at out.
func (r recipe) command(tl *timeline.Timeline, o timeline.Output, codec, film, sound, words, out string) []string {
	args := append([]string{"-threads", "1"}, ffmpeg.Input(film)...)
	captions := "0:s:0"
	if sound != "" {
		args = append(append(args, "-threads", "1"), ffmpeg.Input(sound)...)
	}
	if words != "" {
		if captions = "1:s:0"; sound != "" {
			captions = "2:s:0"
		}
		args = append(args, "-protocol_whitelist", "file", "-f", "webvtt", "-i", ffmpeg.File(words))
	}
	gif := codec == "gif"
	if !gif {
		args = append(args, "-map", "0:v:0")
	}
	if sound != "" {
		args = append(append(args, "-map", "1:a:0", "-c:a", o.SoundEncoder()), r.sound...)
		if tl.Language != "" {
			args = append(args, "-metadata:s:a:0", "language="+tl.Language)
		}
	}
	if r.words != "" && tl.Soft() { // copied: what ffmpeg decodes and writes anew, it takes for markup
		args = append(args, "-map", captions, "-c:s", "copy")
		if tl.Language != "" {
			args = append(args, "-metadata:s:s:0", "language="+tl.Language)
		}
	}
	args = append(append(args, "-c:v", codec, "-threads", "2", "-map_metadata", "0", "-map_chapters", "0"),
		r.args(codec, tl.Quality)...)
	if !gif { // no -frames:v: ffmpeg would end the sound, too, when it has seen the last frame
		args = append(args, "-fps_mode", "passthrough")
	}
	return append(append(args, labelled(r.muxer, tl)...), ffmpeg.File(out))
}

// labelled is a muxer that keeps the label of a generated film: MP4 and MOV have no place of their own for it, and drop it
// unless they are told to.
func labelled(muxer []string, tl *timeline.Timeline) []string {
	if len(tl.Generated) == 0 {
		return muxer
	}
	const keep = "+use_metadata_tags"
	switch name := muxer[len(muxer)-1]; {
	case muxer[0] == "-movflags":
		return append([]string{"-movflags", muxer[1] + keep}, muxer[2:]...)
	case name == "mov":
		return append([]string{"-movflags", keep}, muxer...)
	}
	return muxer
}

// encoder is the first of the output's encoders that this ffmpeg has.
func encoder(ctx context.Context, o timeline.Output) (string, error) {
	for _, e := range o.Encoders() {
		ok, err := ffmpeg.HasEncoder(ctx, e)
		if err != nil {
			return "", err
		}
		if ok {
			return e, nil
		}
	}
	return "", fmt.Errorf("this ffmpeg lacks the encoder %s", strings.Join(o.Encoders(), " or "))
}
