package timeline

// This file lays what is read: captions and titles.

import (
	"cmp"
	"context"
	"math"
	"sort"
	"strings"

	"shotchain/storyboard"
)

// What words look like that say nothing: white with a dark edge can be read on anything.
var (
	usualCaption = Style{Color: "#ffffff", Outline: "#000000", Position: "bottom"}
	usualTitle   = Style{Color: "#ffffff", Outline: "#000000", Position: "middle"}
)

// The label of a generated film. China's GB 45438-2025 asks for two seconds from the first frame on, in letters of a
// twentieth of the picture's shorter side; the EU's AI Act (Article 50) for one that can be made out.
const (
	labelText   = "AI-generated"
	labelFrames = 3 * Rate
	labelSize   = 0.055
)

var usualLabel = Style{Color: "#ffffff", Background: "#000000a0", Position: "top", Left: true}

// looks are those of `like`, each with the height of its lines as a part of the picture's shorter side. The words of a
// lower third keep clear of captions.
var looks = map[string]struct {
	Style
	size float64
}{
	"lower-third": {Style{Color: "#ffffff", Background: "#101418c8", Position: "bottom", Left: true, Rest: 0.7, Raise: 0.1,
		Fade: 8}, 0.06},
	"headline": {Style{Color: "#ffffff", Outline: "#000000", Position: "top", Bold: true, Raise: 0.08, Fade: 8}, 0.09},
	"credits":  {Style{Color: "#ffffff", Outline: "#000000", Position: "middle", Fade: 12}, 0.055},
	"boxed":    {Style{Color: "#ffffff", Background: "#000000b0"}, 0},
}

// Heights of a line as a part of the picture's shorter side, so that words are as large upright as across.
const (
	captionSize = 0.055
	titleSize   = 0.10
)

// unsaidCaptions is how the captions of a cut are shown that does not say: for players to show or hide, in files that
// can hold them.
const unsaidCaptions = "soft"

// words lays captions and titles, and the frame that posters show.
func (e *editor) words(context.Context) error {
	e.captions()
	e.titles()
	if p := e.spec.Poster; p != nil {
		if e.tl.Poster = e.anchored(*p); e.tl.Poster >= e.tl.Frames {
			e.problem(p.Pos, "", "`poster` is after the film, which is %s long", seconds(e.tl.Frames))
		}
	}
	return nil
}

// captions stand as long as their shots do. Where two shots overlap, one caption gives way to the other in the middle.
func (e *editor) captions() {
	style := storyboard.Style{}
	e.tl.CaptionMode = unsaidCaptions
	if c := e.spec.Captions; c != nil {
		e.tl.CaptionMode, style = c.Mode, c.Style
	}
	look := e.style(style, usualCaption, captionSize)
	for i, it := range e.tl.Items {
		text := strings.TrimSpace(it.Caption)
		if text == "" {
			continue
		}
		t := Text{Text: text, Start: it.At + it.Transition.Overlap()/2, End: it.End(), Style: look, Shot: it.Shot}
		if s := e.list[i].CutShot.Shot; s != nil {
			t.Pos = s.CaptionPos
		}
		if i+1 < len(e.tl.Items) {
			o := e.tl.Items[i+1].Transition.Overlap()
			t.End -= o - o/2
		}
		if t.End > t.Start {
			e.tl.Captions = append(e.tl.Captions, t)
		}
	}
	if len(e.tl.Captions) == 0 && e.spec.Captions == nil || e.tl.CaptionMode == "none" {
		e.tl.CaptionMode = ""
	}
	if c := e.spec.Captions; c != nil && e.tl.CaptionMode != "" && len(e.tl.Captions) == 0 {
		e.problem(c.Pos, "give the shots a `caption`", "no shot of the cut has a caption")
	}
	for _, o := range e.spec.Outputs {
		if (o.Format == "srt" || o.Format == "vtt") && len(e.tl.Captions) == 0 {
			e.problem(o.Pos, "give the shots a `caption`", "no shot of the cut has a caption to write to %s", o.Name)
		}
	}
}

func (e *editor) titles() {
	for _, t := range e.spec.Titles {
		start := e.anchored(t.At)
		end := start + int(t.Duration.At(Rate))
		switch {
		case start >= e.tl.Frames:
			e.problem(t.At.Pos, "", "the title would begin after the film, which is %s long", seconds(e.tl.Frames))
		case end > e.tl.Frames:
			e.problem(t.At.Pos, "", "the title would stand for %s after the film", seconds(end-e.tl.Frames))
		}
		e.tl.Titles = append(e.tl.Titles,
			Text{Text: t.Text, Start: start, End: end, Style: e.style(t.Style, usualTitle, titleSize), Pos: t.Pos})
	}
	if e.spec.Label.Value {
		e.tl.Titles = append(e.tl.Titles, Text{Text: labelText, End: min(e.tl.Frames, labelFrames), Pos: e.spec.Label.Pos,
			Style: e.style(storyboard.Style{}, usualLabel, labelSize)})
	}
	sort.SliceStable(e.tl.Titles, func(i, j int) bool { return e.tl.Titles[i].Start < e.tl.Titles[j].Start })
}

// style is what was asked for over what is usual.
func (e *editor) style(s storyboard.Style, usual Style, size float64) Style {
	if l, ok := looks[s.Like.Value]; ok {
		position := usual.Position
		usual = l.Style
		usual.Position = cmp.Or(usual.Position, position)
		size = cmp.Or(l.size, size)
	}
	height := float64(min(e.tl.Width, e.tl.Height)) * size
	if s.Size.Set {
		height = float64(e.tl.Height) * s.Size.Value / 100
	}
	usual.Size = max(8, int(math.Round(height)))
	usual.Font = s.Font.Value
	over(&usual.Color, s.Color)
	over(&usual.Outline, s.Outline)
	over(&usual.Background, s.Background)
	over(&usual.Position, s.Position)
	over(&usual.Bold, s.Bold)
	over(&usual.Italic, s.Italic)
	if s.Background.Set && !s.Outline.Set {
		usual.Outline = ""
	}
	return usual
}

func over[T any](usual *T, said storyboard.Setting[T]) {
	if said.Set {
		*usual = said.Value
	}
}
