package film

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"shotchain/internal/say"
	"shotchain/render"
	"shotchain/render/seam"
)

// Seam is where a shot of a film continues another one.
type Seam struct {
	Shot, From string
	Link       seam.Link       // as the two clips are
	Correction seam.Correction // of Shot's picture
	After      *seam.Link      // with the corrections of both; nil where there are none

	render.Seam
	target render.Target
}

// Seams are those of one film: every link between its clips, whether a cut shows it or not.
type Seams struct {
	Variant string
	Links   []Seam // in film order
	Chains  []Chain
}

// Words are what a terminal says of a film's seams: how many a viewer does not notice, and of the others what can be
// seen or heard; then how far chains have drifted; then what was declared and not done.
func (s *Seams) Words() []string {
	var flagged, notes, drifts []string
	measurable := 0
	for _, l := range s.Links {
		if l.Link.Why() == "" || l.Link.Sound.Why == "" {
			measurable++
		}
		link := l.Link
		if l.After != nil {
			link = *l.After
		}
		if words := wordsOf(link); words != "" {
			flagged = append(flagged, fmt.Sprintf("%s: %s%s", l.Shot, words, s.advice(l)))
		}
		for _, n := range l.Correction.Notes {
			notes = append(notes, fmt.Sprintf("%s: %s", l.Shot, n))
		}
		if l.Correction.Skip > 0 {
			notes = append(notes,
				fmt.Sprintf("%s: its first %s stood still and are left out", l.Shot, say.Count(l.Correction.Skip, "frame")))
		}
	}
	for _, c := range s.Chains {
		last := c.Shots[len(c.Shots)-1]
		if last.After.Far() {
			drifts = append(drifts, fmt.Sprintf("%s has drifted from %s in %s: %s", last.Shot, c.Opening,
				say.Count(last.After.Links, "link"), strings.Join(last.After.Words(), ", ")))
		}
	}
	if measurable == 0 {
		return notes
	}
	head := fmt.Sprintf("seams: %d of %d unseen", measurable-len(flagged), measurable)
	if len(flagged) > 0 {
		head += "; " + strings.Join(flagged, "; ")
	}
	return slices.Concat([]string{head}, drifts, notes)
}

// advice is the setting that would do something about a link, "" for none.
func (s *Seams) advice(l Seam) string {
	can := map[string]string{}
	for _, f := range l.Link.Flags() {
		switch f.Field {
		case "luma", "chroma", "contrast", "saturation":
			if l.Correction.None() {
				can["colour"] = "colour: level"
			}
		case "shift":
			if l.Correction.Move == (seam.Move{}) {
				can["align"] = "align: true"
			}
		case "held":
			if l.Correction.Skip == 0 {
				can["still"] = "still: skip"
			}
		}
	}
	if len(can) == 0 || len(l.Correction.Notes) > 0 {
		return ""
	}
	return " (seam: { " + strings.Join(slices.Sorted(maps.Values(can)), ", ") + " })"
}

func wordsOf(l seam.Link) string {
	var words []string
	for _, f := range l.Flags() {
		words = append(words, f.Words)
	}
	return strings.Join(words, ", ")
}
