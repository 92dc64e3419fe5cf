// Package handoff writes a film for editors: as an OpenTimelineIO file, an edit decision list (CMX 3600), Final Cut's
// FCPXML or the XML that Premiere and Resolve read. Start with [New], which turns a timeline into a [Film]: clips that
// abut, with the cut in the middle of each transition, where every editor wants it; [Film.Write] writes it in one of
// the formats and says what the format could not. Numbers are whole frames throughout, sound is in samples. It reads
// and writes no media: which file stands for a clip is told by whoever calls it.
package handoff

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strings"

	"shotchain/render/timeline"
)

// Source is a media file that lies beside the document.
type Source struct {
	Name          string // of its clip, for people: arrival/boat, take 2
	File          string // path from the document's folder, separated by /
	Path          string // absolute
	Frames        int    // at the film's rate; 0 for sound alone
	Samples       int64  // of its sound at timeline.SampleRate, 0 where it is not known
	Width, Height int    // 0 for sound alone
	Sound         bool
}

// Transition lies over the cut before a clip.
type Transition struct {
	Type          string // dissolve, wipe-left, …
	Before, After int    // frames before the cut and behind it
}

// Picture is a clip of the picture track. Clips abut.
type Picture struct {
	Shot    string
	Source  *Source
	Takes   []*Source // that could stand in its place
	In, Out int       // frames of the source, from cut to cut
	At      int       // where it begins in the film
	Enter   Transition
	Told    map[string]any // what only OpenTimelineIO has a place for
}

// End is the frame of the film before which the clip ends.
func (p Picture) End() int { return p.At + p.Out - p.In }

// Heard is a clip of a sound track. Times are samples.
type Heard struct {
	Kind    string // as of timeline.Sound
	Picture int    // whose sound it is, -1 for none's
	Name    string
	Source  *Source
	At, End int64 // in the film
	From    int64 // in the source
	Gain    float64
}

// Marker is something to know at a place of the film.
type Marker struct {
	At, Frames int
	Kind       string // scene, note, title, caption
	Text       string
}

// Film is a film as editors have it. It does not change after New.
type Film struct {
	Title         string
	Width, Height int
	Frames        int
	Picture       []Picture
	Sound         []Heard
	Markers       []Marker
	Left          []string // what no format carries, in plain words
}

// Formats are the endings of what is written.
var Formats = []string{"otio", "fcpxml", "xml", "edl"}

// Write writes the film, and returns what of it the format cannot say, in plain words.
func (f *Film) Write(w io.Writer, format string) (left []string, err error) {
	switch format {
	case "otio":
		left, err = f.otio(w)
	case "fcpxml":
		left, err = f.fcpxml(w)
	case "xml":
		left, err = f.xmeml(w)
	case "edl":
		left, err = f.edl(w)
	default:
		err = fmt.Errorf("there is no hand-off format %q", format)
	}
	return append(append([]string{}, f.Left...), left...), err
}

// Media says which file stands for an item's picture, which of its frames the item's first is, and whether the file was
// made to look as the film has it. Others are takes that could stand there.
type Media interface {
	Picture(i int, it timeline.Item) (src *Source, first int, others []*Source, made bool)
	Sound(s timeline.Sound) *Source // nil: there is none that stands for it
}

// New lays a timeline out for editors.
func New(tl *timeline.Timeline, media Media) *Film {
	f := &Film{Title: tl.Title, Width: tl.Width, Height: tl.Height, Frames: tl.Frames}
	first := make([]int, len(tl.Items))
	for i, it := range tl.Items {
		p := Picture{Shot: it.Shot, At: it.At, Told: told(it)}
		made := false
		if p.Source, first[i], p.Takes, made = media.Picture(i, it); !made {
			f.changed(it)
		}
		if t := it.Transition; t.Overlap() > 0 {
			p.Enter = Transition{Type: t.Type, Before: t.Frames / 2, After: t.Frames - t.Frames/2}
			p.At += p.Enter.Before
		} else if t.Fades() && t.Frames > 0 {
			f.leave("%s: the %s of %d frames before it is a cut", it.Shot, t.Type, t.Frames)
		}
		f.Picture = append(f.Picture, p)
	}
	for i := range f.Picture {
		p, end := &f.Picture[i], tl.Frames
		if i+1 < len(f.Picture) {
			end = f.Picture[i+1].At
		}
		p.In = first[i] + p.At - tl.Items[i].At
		p.Out = p.In + end - p.At
	}
	for _, s := range tl.Sounds {
		f.hear(s, media)
	}
	if tl.Loudness != 0 {
		f.leave("the film's loudness of %g LUFS", tl.Loudness)
	}
	f.mark(tl)
	return f
}

func (f *Film) leave(format string, args ...any) {
	f.Left = append(f.Left, fmt.Sprintf(format, args...))
}

// told is what only a format with room for anything carries.
func told(it timeline.Item) map[string]any {
	all := map[string]any{"shot": it.Shot}
	if it.Digest != "" {
		all["sha256"] = it.Digest
	}
	if it.Continues {
		all["continues"] = true
	}
	if !it.Plain() {
		all["speed"] = it.Speed.String()
	}
	if it.Hold > 0 {
		all["hold"] = it.Hold
	}
	if c := it.Correction; !c.None() {
		all["correction"] = map[string]any{"frames": c.Fade, "luma": c.Map.Y, "u": c.Map.U, "v": c.Map.V, "move": c.Move}
	}
	return all
}

// changed lists what is done to an item's picture that its media do not show.
func (f *Film) changed(it timeline.Item) {
	if c := it.Correction; !c.None() {
		f.leave("%s: the correction of its seam (%s)", it.Shot, cmp.Or(c.Words(), "moved back"))
	}
	if it.Place.CropWidth > 0 || it.Place.Blur {
		f.leave("%s: how it is put into a picture of another shape", it.Shot)
	}
}

// hear adds a sound.
func (f *Film) hear(s timeline.Sound, media Media) {
	if s.Speed.Den != 0 && !s.Speed.Is(1, 1) {
		f.leave("%s: its sound, which plays at another speed", s.Owner())
		return
	}
	src := media.Sound(s)
	if src == nil {
		f.leave("%s: its sound", s.Owner())
		return
	}
	if s.Ducked {
		f.leave("%s steps back under other sounds", s.Name)
	}
	h := Heard{Kind: s.Kind, Picture: s.Item, Name: s.Name, Source: src, At: s.Start, End: s.End, From: s.From, Gain: s.Gain}
	if !s.Loop || src.Samples <= 0 {
		f.Sound = append(f.Sound, h)
		return
	}
	for at, from := s.Start, s.From%src.Samples; at < s.End; from = 0 {
		h.At, h.From = at, from
		h.End = min(s.End, at+src.Samples-from)
		f.Sound = append(f.Sound, h)
		at = h.End
	}
}

// mark adds what is to be known at places of the film.
func (f *Film) mark(tl *timeline.Timeline) {
	scene := ""
	for i, it := range tl.Items {
		if name, _, ok := strings.Cut(it.Shot, "/"); ok && name != scene && it.Card == nil {
			scene = name
			f.Markers = append(f.Markers, Marker{At: f.Picture[i].At, Frames: 1, Kind: "scene", Text: scene})
		}
		if it.Notes != "" {
			f.Markers = append(f.Markers, Marker{At: f.Picture[i].At, Frames: 1, Kind: "note", Text: it.Notes})
		}
	}
	words := func(kind string, texts []timeline.Text) {
		for _, t := range texts {
			start, end := max(0, t.Start), min(tl.Frames, t.End)
			if start < end {
				f.Markers = append(f.Markers, Marker{At: start, Frames: end - start, Kind: kind, Text: t.Text})
			}
		}
		if len(texts) > 0 {
			f.leave("the looks of %ss: their words are markers", kind)
		}
	}
	words("title", tl.Titles)
	words("caption", tl.Captions)
}

// frame is the whole frame nearest to a sample.
func frame(sample int64) int { return int(math.Round(float64(sample) / timeline.PerFrame)) }
