package handoff

import (
	"encoding/xml"
	"fmt"
	"io"

	"shotchain/render/timeline"
)

// fcpxml writes the film for Final Cut Pro, version 1.11, which Resolve reads too. Every time is a whole number of
// frames of 1/24 s, but where a sound begins in its file.
func (f *Film) fcpxml(w io.Writer) (left []string, err error) {
	x := &fcp{film: f, ids: map[*Source]string{}}
	x.resources()
	seq := &node{Name: "sequence", Attrs: attrs("format", "r1", "duration", ticks(f.Frames), "tcStart", "3600s", "tcFormat",
		"NDF", "audioLayout", "stereo", "audioRate", "48k")}
	seq.add(x.spine())
	project := &node{Name: "project", Attrs: attrs("name", f.Title)}
	project.add(seq)
	event := &node{Name: "event", Attrs: attrs("name", f.Title)}
	event.add(project)
	for _, c := range x.others() {
		event.add(c)
	}
	library := &node{Name: "library"}
	library.add(event)
	doc := &node{Name: "fcpxml", Attrs: attrs("version", "1.11")}
	doc.add(x.res, library)
	return x.left, document(w, "<!DOCTYPE fcpxml>\n", doc)
}

// fcp is a document that is being written.
type fcp struct {
	film *Film
	res  *node
	ids  map[*Source]string
	left []string
}

const dissolveID = "r2"

func (x *fcp) resources() {
	f := x.film
	x.res = &node{Name: "resources"}
	format := attrs("id", "r1")
	if name := appleFormat(f.Width, f.Height); name != "" {
		format = append(format, attrs("name", name)...)
	}
	x.res.add(&node{Name: "format", Attrs: append(format, attrs("frameDuration", "100/2400s", "width", fmt.Sprint(f.Width), "height",
		fmt.Sprint(f.Height), "colorSpace", "1-1-1 (Rec. 709)")...)},
		&node{Name: "effect", Attrs: attrs("id", dissolveID, "name", "Cross Dissolve", "uid",
			"FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265")})
	for _, p := range f.Picture {
		x.asset(p.Source)
		for _, t := range p.Takes {
			x.asset(t)
		}
	}
	for _, h := range f.Sound {
		x.asset(h.Source)
	}
}

// appleFormat is the name of a format where Apple has one: other sizes are custom ones, which have none.
func appleFormat(w, h int) string {
	if h == 720 && w == 1280 || h == 1080 && w == 1920 {
		return fmt.Sprintf("FFVideoFormat%dp24", h)
	}
	return ""
}

func (x *fcp) asset(s *Source) {
	if x.ids[s] != "" {
		return
	}
	id := fmt.Sprintf("r%d", len(x.ids)+3)
	x.ids[s] = id
	duration := ticks(s.Frames)
	if s.Frames == 0 {
		duration = samples(s.Samples)
	}
	a := attrs("id", id, "name", s.Name, "start", "0s", "duration", duration)
	if s.Frames > 0 {
		a = append(a, attrs("hasVideo", "1", "format", "r1", "videoSources", "1")...)
	}
	if s.Sound {
		a = append(a, attrs("hasAudio", "1", "audioSources", "1", "audioChannels", "2", "audioRate", "48000")...)
	}
	n := &node{Name: "asset", Attrs: a}
	n.add(&node{Name: "media-rep", Attrs: attrs("kind", "original-media", "src", "./"+escaped(s.File))})
	x.res.add(n)
}

// ticks are frames as a time.
func ticks(frames int) string {
	if frames == 0 {
		return "0s"
	}
	return fmt.Sprintf("%d/2400s", 100*frames)
}

func samples(n int64) string {
	if n == 0 {
		return "0s"
	}
	return fmt.Sprintf("%d/%ds", n, timeline.SampleRate)
}

func (x *fcp) spine() *node {
	spine := &node{Name: "spine"}
	clips := make([]*node, len(x.film.Picture))
	for i, p := range x.film.Picture {
		if p.Enter.Type != "" {
			t := &node{Name: "transition", Attrs: attrs("name", "Cross Dissolve", "offset", ticks(startFrame+p.At-p.Enter.Before),
				"duration", ticks(p.Enter.Before+p.Enter.After))}
			t.add(&node{Name: "filter-video", Attrs: attrs("ref", dissolveID, "name", "Cross Dissolve")})
			spine.add(t)
			if !dissolves(p.Enter.Type) {
				x.left = append(x.left, fmt.Sprintf("%s: the %s before it is a dissolve", p.Shot, p.Enter.Type))
			}
		}
		clips[i] = &node{Name: "asset-clip", Attrs: attrs("ref", x.ids[p.Source], "offset", ticks(startFrame+p.At), "name", p.Shot,
			"start", ticks(p.In), "duration", ticks(p.Out-p.In), "tcFormat", "NDF")}
		spine.add(clips[i])
	}
	x.sounds(clips)
	x.markers(clips)
	return spine
}

// sounds lay what is heard: a clip's own sound stays with its picture, other sounds hang below the clip that they begin
// in. The order of an asset-clip's children is fixed: levels, what hangs there, markers.
func (x *fcp) sounds(clips []*node) {
	f := x.film
	own := map[int]Heard{}
	for _, h := range f.Sound {
		if h.Picture >= 0 && h.Source == f.Picture[h.Picture].Source {
			own[h.Picture] = h
		}
	}
	for i, p := range f.Picture {
		h, heard := own[i]
		switch {
		case !heard && p.Source.Sound:
			clips[i].Attrs = append(clips[i].Attrs, attrs("srcEnable", "video")...)
		case heard:
			// Where the sound goes on under other pictures it is told beside the picture's range.
			if from, n := frame(h.From), frame(h.End-h.At); from != p.In || n != p.Out-p.In {
				clips[i].Attrs = append(clips[i].Attrs, attrs("audioStart", samples(h.From), "audioDuration", samples(h.End-h.At))...)
			}
			if h.Gain != 0 {
				clips[i].add(volume(h.Gain))
			}
		}
	}
	for lane, t := range f.tracks() {
		for _, h := range t.heard {
			if h.Picture >= 0 && own[h.Picture] == h {
				continue
			}
			i := f.under(frame(h.At))
			p := f.Picture[i]
			c := &node{Name: "asset-clip", Attrs: attrs("ref", x.ids[h.Source], "lane", fmt.Sprint(-1-lane), "offset",
				ticks(p.In+frame(h.At)-p.At), "name", h.Name, "start", samples(h.From), "duration", ticks(max(1, frame(h.End)-frame(h.At))))}
			if h.Source.Frames > 0 {
				c.Attrs = append(c.Attrs, attrs("srcEnable", "audio")...)
			}
			if h.Gain != 0 {
				c.add(volume(h.Gain))
			}
			clips[i].add(c)
		}
	}
}

// under is the clip of the picture that is seen at a frame.
func (f *Film) under(at int) int {
	for i := len(f.Picture) - 1; i > 0; i-- {
		if f.Picture[i].At <= at {
			return i
		}
	}
	return 0
}

func volume(db float64) *node {
	return &node{Name: "adjust-volume", Attrs: attrs("amount", fmt.Sprintf("%gdB", db))}
}

func (x *fcp) markers(clips []*node) {
	for _, m := range x.film.Markers {
		i := x.film.under(m.At)
		p := x.film.Picture[i]
		clips[i].add(&node{Name: "marker", Attrs: attrs("start", ticks(p.In+m.At-p.At), "duration",
			ticks(min(m.Frames, p.End()-m.At)), "value", m.Text, "note", m.Kind)})
	}
}

// others are the takes that are not in the film: they lie beside it.
func (x *fcp) others() (all []*node) {
	seen := map[*Source]bool{}
	for _, p := range x.film.Picture {
		for _, t := range p.Takes {
			if seen[t] {
				continue
			}
			seen[t] = true
			all = append(all, &node{Name: "asset-clip", Attrs: attrs("ref", x.ids[t], "name", t.Name, "start", "0s", "duration",
				ticks(t.Frames), "tcFormat", "NDF")})
		}
	}
	return all
}

// node is an element of a document that is being written.
type node struct {
	Name  string
	Attrs []xml.Attr
	Text  string
	Nodes []*node
}

func (n *node) add(more ...*node) { n.Nodes = append(n.Nodes, more...) }

// attrs are names and values in turn.
func attrs(pairs ...string) (all []xml.Attr) {
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, xml.Attr{Name: xml.Name{Local: pairs[i]}, Value: pairs[i+1]})
	}
	return all
}

// document writes an XML file.
func document(w io.Writer, doctype string, root *node) error {
	if _, err := io.WriteString(w, xml.Header+doctype); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := root.write(e); err != nil {
		return err
	}
	if err := e.Close(); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (n *node) write(e *xml.Encoder) error {
	start := xml.StartElement{Name: xml.Name{Local: n.Name}, Attr: n.Attrs}
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	if n.Text != "" {
		if err := e.EncodeToken(xml.CharData(n.Text)); err != nil {
			return err
		}
	}
	for _, c := range n.Nodes {
		if err := c.write(e); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}
