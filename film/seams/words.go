package seams

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"shotchain/internal/say"
	"shotchain/render/seam"
)

// mostLines is how many seams and other places are told one by one.
const mostLines = 12

// Words are the lines that a terminal says of a film's seams: how many a viewer does not notice, and of the others what
// can be seen or heard; then how far chains have drifted; then what was left out, and what was declared and not done.
func (s *Report) Words() (lines []string) {
	var flagged, unmeasured, skipped, notes, drifts []string
	measured, unseen, frames := 0, 0, 0
	for _, l := range s.Links {
		link := l.Link
		if l.After != nil {
			link = *l.After
		}
		words := wordsOf(link)
		switch why := link.Why(); {
		case why != "":
			unmeasured = append(unmeasured, l.Shot+": not measured: "+why)
		case words == "":
			unseen++
			fallthrough
		default:
			measured++
		}
		if words != "" {
			flagged = append(flagged, l.Shot+": "+words+l.advice(link))
		}
		for _, n := range l.Correction.Notes {
			notes = append(notes, l.Shot+": "+n)
		}
		if n := l.Correction.Skip; n > 0 {
			skipped, frames = append(skipped, l.Shot), frames+n
		}
	}
	for _, c := range s.Chains {
		if last := c.Shots[len(c.Shots)-1]; last.After.Far() {
			drifts = append(drifts, fmt.Sprintf("%s has drifted from %s in %s: %s", last.Shot, c.Opening,
				say.Count(last.After.Links, "link"), strings.Join(last.After.Words(), ", ")))
		}
	}
	if told := slices.Concat(flagged, unmeasured); measured > 0 || len(told) > 0 {
		lines = listed(fmt.Sprintf("seams: %d of %d unseen", unseen, measured), told)
	}
	lines = append(lines, drifts...)
	if frames > 0 {
		lines = append(lines, fmt.Sprintf("%s stood still and are left out, at the beginning of %s", say.Count(frames, "frame"),
			strings.Join(few(skipped), ", ")))
	}
	return append(lines, few(notes)...)
}

// listed is a heading with what it is about: one thing in its line, more beneath it.
func listed(head string, told []string) []string {
	switch len(told) {
	case 0:
		return []string{head}
	case 1:
		return []string{head + "; " + told[0]}
	}
	lines := []string{head + ":"}
	for _, t := range few(told) {
		lines = append(lines, "  "+t)
	}
	return lines
}

// few are at most mostLines of them, the last of which says how many more there are.
func few(all []string) []string {
	if len(all) <= mostLines {
		return all
	}
	return append(slices.Clone(all[:mostLines-1]), fmt.Sprintf("and %d more: --json has all", len(all)-mostLines+1))
}

// advice is the setting that would do something about what is left of a seam, "" for none.
func (s Seam) advice(left seam.Link) string {
	can := map[string]string{}
	for _, f := range left.Flags() {
		switch f.Field {
		case "luma", "chroma", "contrast", "saturation":
			if s.Correction.Words() == "" {
				can["colour"] = "colour: level"
			}
		case "shift":
			if s.Correction.Move == (seam.Move{}) {
				can["align"] = "align: true"
			}
		case "held":
			if s.Correction.Skip == 0 {
				can["still"] = "still: skip"
			}
		}
	}
	if len(can) == 0 || len(s.Correction.Notes) > 0 {
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
	return few(lines)
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
