package handoff

import (
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"shotchain/render/timeline"
)

// xmeml writes the film as Final Cut Pro 7's XML, version 4, which Premiere and Resolve read. Beside a transition the
// edge that it touches is -1, and in and out hold the handle. Media are named by their absolute paths: relative ones are
// not found there.
func (f *Film) xmeml(w io.Writer) (left []string, err error) {
	x := &xm{film: f, files: map[*Source]string{}}
	seq := el("sequence", text("name", f.Title), number("duration", f.Frames), rate(),
		el("timecode", rate(), text("string", "01:00:00:00"), number("frame", startFrame), text("displayformat", "NDF")))
	seq.Attrs = attrs("id", "sequence-1")
	size := el("format", el("samplecharacteristics", number("width", f.Width), number("height", f.Height), rate(),
		text("pixelaspectratio", "square"), text("fielddominance", "none")))
	video := el("video", size, x.picture())
	audio := el("audio", number("numOutputChannels", 2),
		el("format", el("samplecharacteristics", number("samplerate", timeline.SampleRate), number("depth", 16))))
	audio.add(x.sound()...)
	seq.add(el("media", video, audio))
	for _, m := range f.Markers {
		seq.add(el("marker", text("name", m.Text), text("comment", m.Kind), number("in", m.At), number("out", m.At+m.Frames)))
	}
	doc := el("xmeml", seq)
	doc.Attrs = attrs("version", "4")
	if f.takes() {
		x.left = append(x.left, "other takes")
	}
	return x.left, document(w, "<!DOCTYPE xmeml>\n", doc)
}

// xm is a document that is being written.
type xm struct {
	film  *Film
	files map[*Source]string
	left  []string
}

func el(name string, nodes ...*node) *node         { return &node{Name: name, Nodes: nodes} }
func text(name, value string) *node                { return &node{Name: name, Text: value} }
func number[T int | int64](name string, n T) *node { return text(name, fmt.Sprint(n)) }

// rate is 24 frames a second: with ntsc it would be 23.976.
func rate() *node { return el("rate", number("timebase", timeline.Rate), text("ntsc", "FALSE")) }

// file is a medium: written out where it is first used, by its name after that.
func (x *xm) file(s *Source) *node {
	n := el("file")
	id, known := x.files[s]
	if !known {
		id = fmt.Sprintf("file-%d", len(x.files)+1)
		x.files[s] = id
		length := s.Frames
		if length == 0 {
			length = frame(s.Samples)
		}
		media := el("media")
		if s.Frames > 0 {
			media.add(el("video", number("duration", s.Frames), el("samplecharacteristics", rate(), number("width", s.Width),
				number("height", s.Height))))
		}
		if s.Sound {
			media.add(el("audio", number("channelcount", 2)))
		}
		n.add(text("name", base(s.File)), text("pathurl", localURL(s.Path)), rate(), number("duration", length), media)
	}
	n.Attrs = attrs("id", id)
	return n
}

// localURL is a file's URL as Premiere writes it.
func localURL(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/…
		path = "/" + path
	}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(p), ":", "%3a")
	}
	return "file://localhost" + strings.Join(parts, "/")
}

// picture is the track of the picture.
func (x *xm) picture() *node {
	f := x.film
	track := el("track")
	for i, p := range f.Picture {
		start, end, in, out := p.At, p.End(), p.In, p.Out
		if p.Enter.Type != "" {
			t := el("transitionitem", number("start", p.At-p.Enter.Before), number("end", p.At+p.Enter.After), text("alignment", "center"),
				rate(), el("effect", text("name", "Cross Dissolve"), text("effectid", "Cross Dissolve"), text("effectcategory", "Dissolve"),
					text("effecttype", "transition"), text("mediatype", "video")))
			track.add(t)
			start, in = -1, in-p.Enter.Before
			if !dissolves(p.Enter.Type) {
				x.left = append(x.left, fmt.Sprintf("%s: the %s before it is a dissolve", p.Shot, p.Enter.Type))
			}
		}
		if i+1 < len(f.Picture) && f.Picture[i+1].Enter.Type != "" {
			end, out = -1, out+f.Picture[i+1].Enter.After
		}
		c := el("clipitem", text("name", p.Shot), number("duration", p.Source.Frames), rate(), number("start", start),
			number("end", end), number("in", in), number("out", out), x.file(p.Source))
		c.Attrs = attrs("id", videoID(i))
		x.link(c, i)
		track.add(c)
	}
	return track
}

func videoID(i int) string { return fmt.Sprintf("picture-%d", i+1) }
func soundID(i int) string { return fmt.Sprintf("sound-%d", i+1) }

// link ties a picture and its own sound together: without, they part when one of them is trimmed.
func (x *xm) link(c *node, picture int) {
	sound := slices.IndexFunc(x.film.Sound, func(h Heard) bool { return h.Picture == picture && picture >= 0 })
	if sound < 0 {
		return
	}
	for _, l := range [][2]string{{videoID(picture), "video"}, {soundID(sound), "audio"}} {
		c.add(el("link", text("linkclipref", l[0]), text("mediatype", l[1])))
	}
}

// sound is the tracks of what is heard, to the nearest frame.
func (x *xm) sound() (all []*node) {
	for _, t := range x.film.tracks() {
		track := el("track")
		for _, h := range t.heard {
			i := slices.Index(x.film.Sound, h)
			length := h.Source.Frames
			if length == 0 {
				length = frame(h.Source.Samples)
			}
			in, n := frame(h.From), max(1, frame(h.End)-frame(h.At))
			c := el("clipitem", text("name", h.Name), number("duration", max(length, in+n)), rate(), number("start", frame(h.At)),
				number("end", frame(h.At)+n), number("in", in), number("out", in+n), x.file(h.Source),
				el("sourcetrack", text("mediatype", "audio"), number("trackindex", 1)))
			c.Attrs = attrs("id", soundID(i))
			if h.Gain != 0 {
				x.left = append(x.left, fmt.Sprintf("%s: its level of %+g dB", h.Name, h.Gain))
			}
			x.link(c, h.Picture)
			track.add(c)
		}
		all = append(all, track)
	}
	return all
}
