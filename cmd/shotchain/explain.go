package main

import (
	"fmt"
	"strings"

	"shotchain/internal/say"
	"shotchain/render/timeline"
	"shotchain/storyboard"
)

// jsonTimeline is a cut resolved to frames, in JSON.
type jsonTimeline struct {
	Variant  string      `json:"variant,omitempty"`
	Cut      string      `json:"cut,omitempty"`
	Width    int         `json:"width"`
	Height   int         `json:"height"`
	Rate     int         `json:"rate"`   // frames per second
	Frames   int         `json:"frames"` // of the film
	Timecode string      `json:"timecode"`
	Items    []jsonItem  `json:"items"`
	Sounds   []jsonSound `json:"sounds"`
	Titles   []jsonText  `json:"titles"`
	Captions []jsonText  `json:"captions"`
	Outputs  []string    `json:"outputs"`
}

// jsonItem is a range of a clip in the film; all its numbers are frames.
type jsonItem struct {
	Shot       string `json:"shot"`
	Start      int    `json:"start"`
	End        int    `json:"end"` // not included
	Timecode   string `json:"timecode"`
	In         int    `json:"in"`
	Out        int    `json:"out"`
	Length     int    `json:"length"`
	Speed      string `json:"speed"` // a ratio
	Hold       int    `json:"hold,omitempty"`
	Continues  bool   `json:"continues"`
	Transition string `json:"transition,omitempty"`
	Overlap    int    `json:"overlap,omitempty"`
}

// jsonSound is a stretch of sound; its numbers are samples at 48 kHz.
type jsonSound struct {
	Kind    string  `json:"kind"`
	Name    string  `json:"name"`
	Start   int64   `json:"start"`
	End     int64   `json:"end"`
	From    int64   `json:"from"`
	Gain    float64 `json:"gain,omitempty"`
	FadeIn  int64   `json:"fade_in,omitempty"`
	FadeOut int64   `json:"fade_out,omitempty"`
	Loop    bool    `json:"loop,omitempty"`
	Ducked  bool    `json:"ducked,omitempty"`
}

type jsonText struct {
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

func timelineJSON(c *storyboard.Cut, tl *timeline.Timeline) jsonTimeline {
	j := jsonTimeline{Cut: c.ID, Width: tl.Width, Height: tl.Height, Rate: tl.Rate, Frames: tl.Frames, Timecode: tl.Timecode(tl.Frames),
		Items: []jsonItem{}, Sounds: []jsonSound{}, Titles: textsJSON(tl.Titles), Captions: textsJSON(tl.Captions), Outputs: []string{}}
	for _, it := range tl.Items {
		j.Items = append(j.Items, jsonItem{it.Shot, it.At, it.End(), tl.Timecode(it.At), it.In, it.Out, it.Length, it.Speed.String(), it.Hold,
			it.Continues, it.Transition.Type, it.Transition.Overlap()})
	}
	for _, s := range tl.Sounds {
		j.Sounds = append(j.Sounds, jsonSound{s.Kind, s.Name, s.Start, s.End, s.From, s.Gain, s.FadeIn, s.FadeOut, s.Loop, s.Ducked})
	}
	for _, o := range c.Outputs {
		j.Outputs = append(j.Outputs, o.Path)
	}
	return j
}

func textsJSON(texts []timeline.Text) []jsonText {
	all := []jsonText{}
	for _, t := range texts {
		all = append(all, jsonText{t.Text, t.Start, t.End})
	}
	return all
}

// explained is a timeline, and what it is of.
type explained struct {
	variant string
	cut     *storyboard.Cut
	tl      *timeline.Timeline
}

// explain prints timelines.
func (p *program) explain(tls []explained) {
	if p.json {
		all := []jsonTimeline{}
		for _, t := range tls {
			j := timelineJSON(t.cut, t.tl)
			j.Variant = t.variant
			all = append(all, j)
		}
		p.printJSON(map[string]any{"cuts": all})
		return
	}
	for i, t := range tls {
		if i > 0 {
			fmt.Fprintln(p.out)
		}
		if name := strings.TrimSpace(t.variant + " " + t.cut.ID); name != "" {
			fmt.Fprintf(p.out, "%s: ", name)
		}
		for _, line := range strings.SplitAfter(t.tl.Explain(), "\n") {
			fmt.Fprintln(p.out, say.Clean(strings.TrimSuffix(line, "\n")))
		}
		fmt.Fprintln(p.out, "outputs")
		for _, o := range t.cut.Outputs {
			fmt.Fprintf(p.out, "  %s\n", say.Clean(say.Path(o.Path)))
		}
	}
}
