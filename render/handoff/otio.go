package handoff

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strings"

	"shotchain/render/timeline"
)

// The schemas are those of OpenTimelineIO 0.18; its readers take the older ones of the same name, too.

type object = map[string]any

func at(n int64, rate int) object {
	return object{"OTIO_SCHEMA": "RationalTime.1", "rate": float64(rate), "value": float64(n)}
}

func span(start, n int64, rate int) object {
	return object{"OTIO_SCHEMA": "TimeRange.1", "start_time": at(start, rate), "duration": at(n, rate)}
}

// startFrame is where editors have a film begin: at an hour.
const startFrame = 3600 * timeline.Rate

// otio writes the film as OpenTimelineIO.
func (f *Film) otio(w io.Writer) (left []string, err error) {
	video := object{"OTIO_SCHEMA": "Track.1", "name": "picture", "kind": "Video", "children": f.otioPicture(), "markers": f.otioMarkers()}
	tracks := []any{video}
	for _, t := range f.tracks() {
		tracks = append(tracks, object{"OTIO_SCHEMA": "Track.1", "name": t.name, "kind": "Audio", "children": otioSound(t.heard)})
	}
	doc := object{"OTIO_SCHEMA": "Timeline.1", "name": f.Title, "global_start_time": at(startFrame, timeline.Rate),
		"metadata": object{"shotchain": object{"width": f.Width, "height": f.Height, "left_out": f.Left}},
		"tracks":   object{"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": tracks}}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return nil, e.Encode(doc)
}

func (f *Film) otioPicture() (all []any) {
	for _, p := range f.Picture {
		if p.Enter.Type != "" {
			kind := "SMPTE_Dissolve"
			if !dissolves(p.Enter.Type) {
				kind = "Custom_Transition"
			}
			all = append(all, object{"OTIO_SCHEMA": "Transition.1", "name": p.Enter.Type, "transition_type": kind,
				"in_offset": at(int64(p.Enter.Before), timeline.Rate), "out_offset": at(int64(p.Enter.After), timeline.Rate)})
		}
		const active = "DEFAULT_MEDIA"
		refs := object{active: reference(p.Source)}
		for _, t := range p.Takes {
			refs[t.Name] = reference(t)
		}
		all = append(all, object{"OTIO_SCHEMA": "Clip.2", "name": p.Shot, "enabled": true,
			"source_range": span(int64(p.In), int64(p.Out-p.In), timeline.Rate), "media_references": refs,
			"active_media_reference_key": active, "metadata": object{"shotchain": p.Told}})
	}
	return all
}

func reference(s *Source) object {
	ref := object{"OTIO_SCHEMA": "ExternalReference.1", "name": s.File[strings.LastIndex(s.File, "/")+1:], "target_url": escaped(s.File)}
	switch {
	case s.Frames > 0:
		ref["available_range"] = span(0, int64(s.Frames), timeline.Rate)
	case s.Samples > 0:
		ref["available_range"] = span(0, s.Samples, timeline.SampleRate)
	}
	return ref
}

// escaped is a relative path as a URL.
func escaped(file string) string {
	parts := strings.Split(file, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}

func dissolves(kind string) bool { return kind == "dissolve" || kind == "smooth" }

// track is a sound track: nothing in it overlaps.
type track struct {
	name  string
	heard []Heard
}

// tracks lays sounds into as few tracks as they need, those of one kind together.
func (f *Film) tracks() (all []track) {
	for _, kind := range []string{timeline.KindClip, timeline.KindNarration, timeline.KindMusic} {
		var lanes []track
		for _, h := range f.Sound {
			if h.Kind != kind {
				continue
			}
			i := slices.IndexFunc(lanes, func(t track) bool { return t.heard[len(t.heard)-1].End <= h.At })
			if i < 0 {
				i = len(lanes)
				lanes = append(lanes, track{name: fmt.Sprintf("%s %d", kind, i+1)})
			}
			lanes[i].heard = append(lanes[i].heard, h)
		}
		all = append(all, lanes...)
	}
	return all
}

func otioSound(heard []Heard) (all []any) {
	end := int64(0)
	for _, h := range heard {
		if h.At > end {
			all = append(all, object{"OTIO_SCHEMA": "Gap.1", "source_range": span(0, h.At-end, timeline.SampleRate)})
		}
		c := object{"OTIO_SCHEMA": "Clip.2", "name": h.Name, "enabled": true,
			"source_range":               span(h.From, h.End-h.At, timeline.SampleRate),
			"media_references":           object{"DEFAULT_MEDIA": reference(h.Source)},
			"active_media_reference_key": "DEFAULT_MEDIA"}
		if h.Gain != 0 {
			c["metadata"] = object{"shotchain": object{"gain_db": math.Round(h.Gain*1000) / 1000}}
		}
		all = append(all, c)
		end = h.End
	}
	return all
}

// colours of markers, by kind.
var colours = map[string]string{"scene": "GREEN", "note": "YELLOW", "title": "CYAN", "caption": "BLUE"}

func (f *Film) otioMarkers() []any {
	all := []any{}
	for _, m := range f.Markers {
		all = append(all, object{"OTIO_SCHEMA": "Marker.2", "name": m.Text, "color": colours[m.Kind],
			"marked_range": span(int64(m.At), int64(m.Frames), timeline.Rate),
			"metadata":     object{"shotchain": object{"kind": m.Kind}}})
	}
	return all
}
