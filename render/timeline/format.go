package timeline

// This file knows the formats of outputs and what encodes each.

import (
	"path/filepath"
	"strings"
)

// format is what makes a form that outputs can have.
type format struct {
	picture []string // encoders, of which any will do; nil for a file without picture
	sound   string   // encoder of the sound where that is encoded anew; "" where it is not
}

// formats are all forms that outputs can have, by format and codec.
var formats = map[string]format{
	"mp4/h264":   {picture: []string{"libx264"}},
	"mp4/hevc":   {[]string{"libx265"}, "aac"},
	"mp4/av1":    {[]string{"libsvtav1", "libaom-av1"}, "aac"},
	"mov/prores": {[]string{"prores_ks"}, "pcm_s24le"},
	"webm/vp9":   {[]string{"libvpx-vp9"}, "libopus"},
	"gif/gif":    {picture: []string{"gif"}},
	"png/":       {picture: []string{"png"}},
	"jpg/":       {picture: []string{"mjpeg"}},
	"wav/":       {},
	"srt/":       {},
	"vtt/":       {},
	"otio/":      {},
	"fcpxml/":    {},
	"xml/":       {},
	"edl/":       {},
}

// firstCodec is the codec of a format that names none.
var firstCodec = map[string]string{"mp4": "h264", "mov": "prores", "webm": "vp9", "gif": "gif"}

// Ext is the output's format as file names end in it, from its own file name where it does not say.
func (o Output) Ext() string {
	f := strings.ToLower(o.Format)
	if f == "" {
		f = strings.TrimPrefix(strings.ToLower(filepath.Ext(o.Path)), ".")
	}
	if f == "jpeg" {
		f = "jpg"
	}
	return f
}

// Kind is format and codec: mp4/h264, png/.
func (o Output) Kind() string {
	c := strings.ToLower(o.Codec)
	if c == "" {
		c = firstCodec[o.Ext()]
	}
	return o.Ext() + "/" + c
}

// Known reports whether there is such a format.
func (o Output) Known() bool {
	_, ok := formats[o.Kind()]
	return ok
}

// Encoders are what makes the picture: any of them will do. nil for a file without one.
func (o Output) Encoders() []string { return formats[o.Kind()].picture }

// SoundEncoder is what makes the sound where the output does not take the film's own; "" for none.
func (o Output) SoundEncoder() string { return formats[o.Kind()].sound }
