// Package lint warns of what a service takes and a viewer will see: deep chains, cuts of one picture to itself, words
// that make a joint show. It reads a compiled graph, spends nothing and changes nothing.
package lint

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/storyboard"
)

// Warning is something in a storyboard that a service takes and a viewer will see: not a problem, but hardly meant.
type Warning struct {
	storyboard.Problem
	Rule string // its name, that a line may allow: deep, again, cut, fade, ending, ratio, style, model, length, speech, mute
	Shot string
}

// Of looks at what grows from what, and says where a chain is likely to be seen. The warnings of all films are in
// file order, each once. A comment on the line that a warning points at, or on that of its shot's id, allows it:
//
//	# shotchain: allow deep
func Of(g *graph.Graph) []Warning {
	l := linter{g: g, seen: map[string]bool{}}
	for _, sb := range g.Films {
		l.film(sb)
	}
	slices.SortStableFunc(l.found, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return l.found
}

type linter struct {
	g     *graph.Graph
	found []Warning
	seen  map[string]bool // warnings that another variant has had

	// Of the film that is being looked at.
	sb    *storyboard.Storyboard
	grows map[string][]*storyboard.Shot // the shots that continue the end of a shot, by its name
}

func (l *linter) film(sb *storyboard.Storyboard) {
	l.sb = sb
	l.grows = map[string][]*storyboard.Shot{}
	shots := sb.Shots()
	for _, s := range shots {
		if s.From != "" && !s.At.Set {
			l.grows[s.From] = append(l.grows[s.From], s)
		}
	}
	for _, s := range shots {
		l.words(s)
		l.length(s)
		l.mute(s)
		if s.From == "" {
			continue
		}
		from, _ := sb.Shot(s.From)
		l.deep(s)
		l.seam(from, s)
	}
}

// warn adds a warning at a place, or at the shot where there is none, unless it is allowed there.
func (l *linter) warn(rule string, at storyboard.Pos, s *storyboard.Shot, hint, format string, args ...any) {
	if at.Line == 0 {
		at = s.Pos
	}
	w := Warning{l.sb.Problem(at, hint, "shot %q: "+format, append([]any{s.Name()}, args...)...), rule, s.Name()}
	if allows(w.Source, rule) || allows(l.sb.Problem(s.Pos, "", "").Source, rule) || l.seen[w.Error()] {
		return
	}
	l.seen[w.Error()] = true
	l.found = append(l.found, w)
}

var allowance = regexp.MustCompile(`(?:^|\s)#\s*shotchain:\s*allow\s+([a-z]+(?:\s*,\s*[a-z]+)*)`)

// allows reports whether a comment on a line allows a rule.
func allows(line, rule string) bool {
	m := allowance.FindStringSubmatch(line)
	return m != nil && slices.Contains(strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == ' ' }), rule)
}

// mostLinks is how many links pictures last: they degrade after 3 to 4 (H3-Motion-Context#20 "by the 3rd or 4th";
// VACE#44: at most 6, 8 unusable).
const mostLinks = 4

// deep warns once for each stretch of a chain without a keyframe, where it becomes too long.
func (l *linter) deep(s *storyboard.Shot) {
	t := l.g.Pick(s)
	if t == nil || t.Depth != mostLinks+1 {
		return
	}
	from, hint := t.Fresh().Shot.Name(), "open a shot anew, or give it a first_frame"
	if t.Fresh().Led() {
		from = "the picture that " + from + " ends on"
	}
	if t.Model.LastFrame {
		hint += ", or lead the chain back to a keyframe: `anchor`"
	}
	l.warn("deep", s.Pos, s, hint, "the %dth shot grown from %s; pictures degrade after 3 to 4", t.Depth, from)
}

// seam compares two shots that one picture joins.
func (l *linter) seam(from, s *storyboard.Shot) {
	a, b := l.g.Pick(from), l.g.Pick(s)
	if from == nil || a == nil || b == nil {
		return
	}
	l.shape(a, b, s)
	if x, y := from.Look.Style.Value, s.Look.Style.Value; x != y {
		l.warn("style", s.Look.Style.Pos, s, "",
			"its style is not that of %s; the picture cannot change style in one frame", s.From)
	}
	if a.Model != b.Model {
		l.warn("model", s.Look.Model.Pos, s, "", "%s follows %s of %s; colours change with the model",
			b.Model.Alias, a.Model.Alias, s.From)
	}
	if speaks(a) && speaks(b) {
		l.warn("speech", s.PromptPos, s, "keep each line in one shot",
			"it speaks, as %s does; a sentence across a join changes voice", s.From)
	}
}

// shape warns where a clip has another size than the frame that it starts from.
func (l *linter) shape(a, b *graph.Take, s *storyboard.Shot) {
	if a.Size == b.Size || a.Size == (models.Size{}) || b.Size == (models.Size{}) {
		return
	}
	what := "cropped or stretched"
	if math.Abs(float64(a.Size.Width*b.Size.Height)/float64(a.Size.Height*b.Size.Width)-1) < oneRatio {
		what = "scaled"
	}
	l.warn("ratio", s.Look.Resolution.Pos, s, "",
		"%d×%d pixels follow %d×%d of %s; its first frame will be %s: a jump at the join",
		b.Size.Width, b.Size.Height, a.Size.Width, a.Size.Height, s.From, what)
}

// oneRatio is the difference of two ratios that are one to the eye.
const oneRatio = 0.01

// length warns where a chain has no certain length.
func (l *linter) length(s *storyboard.Shot) {
	if s.Look.Duration.Value.Seconds == storyboard.Auto && (s.From != "" || len(l.grows[s.Name()]) > 0) {
		l.warn("length", s.Look.Duration.Pos, s, "write its seconds",
			"its length is left to the model; length and price of the chain are unknown until it is made")
	}
}

// mute warns where words are to be spoken, or something is to be heard, in a clip that is made without sound.
func (l *linter) mute(s *storyboard.Shot) {
	t := l.g.Pick(s)
	if s.HeardPos.Line > 0 && t != nil && (t.Request.Audio != nil && !*t.Request.Audio || !t.Model.Audio) {
		hint := "write `audio: true`"
		if !t.Model.Audio {
			hint = t.Model.Alias + " makes clips without sound: choose another model"
		}
		l.warn("mute", s.HeardPos, s, hint, "it says what is to be heard, but its clip is made without sound")
	}
}

// Strict makes problems of warnings.
func Strict(ws []Warning) storyboard.Problems {
	var ps storyboard.Problems
	for _, w := range ws {
		p := w.Problem
		p.Message = fmt.Sprintf("%s (%s)", p.Message, w.Rule)
		ps = append(ps, p)
	}
	return ps
}
