package seams

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"shotchain/internal/say"
	"shotchain/render/seam"
)

// Words are what a terminal says of a film's seams: how many a viewer does not notice, and of the others what can be
// seen or heard; then how far chains have drifted; then what was declared and not done.
func (s *Report) Words() []string {
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
func (s *Report) advice(l Seam) string {
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

// Done says of each link that something was done about what it was and what is left of it.
func (s *Report) Done() (lines []string) {
	for _, l := range s.Links {
		if l.After == nil {
			continue
		}
		parts := []string{}
		for _, n := range l.numbers() {
			if n.After != "" && (n.Seen || n.Name == "luma") {
				parts = append(parts, fmt.Sprintf("%s %s → %s", n.Name, n.Value, n.After))
			}
		}
		if done := l.done(); done != "" || len(parts) > 0 {
			lines = append(lines, fmt.Sprintf("%s: %s", l.Shot, strings.Join(append(parts, done), "; ")))
		}
	}
	return lines
}

// done says what was done about a seam.
func (s Seam) done() string {
	var parts []string
	if words := s.Correction.Words(); words != "" {
		parts = append(parts, words)
	}
	if s.Correction.Move != (seam.Move{}) {
		parts = append(parts, "moved back")
	}
	if n := s.Correction.Skip; n > 0 {
		parts = append(parts, say.Count(n, "frame")+" left out")
	}
	return strings.Join(append(parts, s.Correction.Notes...), "; ")
}
