package film

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"shotchain/chain"
	"shotchain/internal/say"
	"shotchain/render"
	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
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

// Chain is a shot that opens on its own with all that grew from it.
type Chain struct {
	Opening string
	Shots   []Drifted // that grew from it, in film order
}

// Drifted is how far a shot has gone from its chain's opening.
type Drifted struct {
	Shot          string
	Before, After seam.Drift // as the clips are, and with their corrections
}

// Seams are those of one film: every link between its clips, whether a cut shows it or not.
type Seams struct {
	Variant string
	Links   []Seam // in film order
	Chains  []Chain
}

// corrects reports whether the storyboard wants anything done about seams.
func corrects(sb *storyboard.Storyboard) bool {
	return slices.ContainsFunc(sb.Shots(), func(s *storyboard.Shot) bool { return wishOf(s) != seam.Wish{Colour: seam.None} })
}

// wishOf is what a shot wants done at its beginning.
func wishOf(s *storyboard.Shot) seam.Wish {
	m := s.Look.Seam
	return seam.Wish{Colour: m.Colour.Value, Align: m.Align.Value, Skip: m.Still.Value == "skip"}
}

// joined are a film's clips with the links between them, each behind the one it grew from.
type joined struct {
	f      *Film
	shots  []*storyboard.Shot
	items  []timeline.Item
	joints []seam.Joint
	target render.Target
	how    work.Options
}

// joins measures the links between a film's clips, in the form of a timeline.
func (f *Film) joins(ctx context.Context, tl *timeline.Timeline, reframe string, r *chain.Reel, how work.Options) (*joined, error) {
	how.Progress = nil
	j := &joined{f: f, how: how, target: render.Target{Rate: tl.Rate, Width: tl.Width, Height: tl.Height}}
	clips, at := map[string]timeline.Clip{}, map[string]int{}
	for _, c := range f.clips(r) {
		clips[c.Shot] = c
	}
	for _, s := range parentsFirst(f.Storyboard) {
		c, ok := clips[s.Name()]
		if !ok {
			continue
		}
		facts, err := ffmpeg.Probe(ffmpeg.For(ctx, c.Shot), c.Path)
		if err != nil {
			return nil, fmt.Errorf("shot %s: %w", c.Shot, err)
		}
		from, known := at[s.From]
		if !known {
			from = seam.Opening
		}
		at[s.Name()] = len(j.shots)
		j.shots = append(j.shots, s)
		j.items = append(j.items, timeline.Item{Clip: c, Source: facts, Length: timeline.Conformed(facts),
			Place: timeline.Placed(facts, tl.Width, tl.Height, reframe)})
		j.joints = append(j.joints, seam.Joint{From: from, Wish: wishOf(s)})
	}
	links, err := j.measure(ctx, j.items)
	for i := range links {
		j.joints[i].Link = links[i]
	}
	return j, err
}

// parentsFirst are a film's shots, each behind the one that it continues; otherwise in film order.
func parentsFirst(sb *storyboard.Storyboard) []*storyboard.Shot {
	var all []*storyboard.Shot
	seen := map[*storyboard.Shot]bool{}
	for _, s := range sb.Shots() {
		var up []*storyboard.Shot
		for at := s; at != nil && !seen[at]; at, _ = sb.Shot(at.From) {
			seen[at] = true
			up = append(up, at)
		}
		slices.Reverse(up)
		all = append(all, up...)
	}
	return all
}

// seamAt is the seam that the i-th clip begins with.
func (j *joined) seamAt(i int, items []timeline.Item) render.Seam {
	s := render.Seam{From: items[j.joints[i].From], To: items[i]}
	if at := j.shots[i].At; at.Set {
		s.End = int(at.Value.Seconds()*timeline.Rate+0.5) + 1
	}
	return s
}

// measure measures all links, of clips as they are or with their corrections.
func (j *joined) measure(ctx context.Context, items []timeline.Item) ([]seam.Link, error) {
	links := make([]seam.Link, len(items))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i := range items {
		if j.joints[i].From == seam.Opening {
			continue
		}
		group.Go(func() (err error) {
			links[i], err = j.seamAt(i, items).Measure(ctx, j.target, j.how)
			return err
		})
	}
	return links, group.Wait()
}

// seams are the film's, with what was done about them.
func (j *joined) seams(ctx context.Context, done []seam.Correction) (*Seams, error) {
	all := &Seams{Variant: j.f.Variant}
	items := slices.Clone(j.items)
	var after []seam.Link
	if done != nil {
		for i := range items {
			items[i].Correction = done[i]
		}
		var err error
		if after, err = j.measure(ctx, items); err != nil {
			return nil, err
		}
	}
	for _, i := range j.inOrder() {
		if j.joints[i].From == seam.Opening {
			continue
		}
		s := Seam{Shot: j.shots[i].Name(), From: j.shots[i].From, Link: j.joints[i].Link, Seam: j.seamAt(i, items), target: j.target}
		if done != nil {
			s.Correction = done[i]
			if !done[i].None() || !done[j.joints[i].From].None() {
				s.After = &after[i]
			}
		}
		all.Links = append(all.Links, s)
	}
	all.Chains = j.chains(done)
	return all, nil
}

// inOrder are the clips' numbers in film order.
func (j *joined) inOrder() []int {
	place := map[*storyboard.Shot]int{}
	for i, s := range j.f.Shots() {
		place[s] = i
	}
	order := make([]int, len(j.shots))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return place[j.shots[a]] - place[j.shots[b]] })
	return order
}

// chains are the clips by what they grew from.
func (j *joined) chains(done []seam.Correction) []Chain {
	before := seam.Drifts(j.joints, nil)
	after := before
	if done != nil {
		after = seam.Drifts(j.joints, done)
	}
	var all []Chain
	at := map[int]int{}
	for _, i := range j.inOrder() {
		open := before[i].Opening
		if open == i {
			continue
		}
		n, known := at[open]
		if !known {
			n, at[open] = len(all), len(all)
			all = append(all, Chain{Opening: j.shots[open].Name()})
		}
		all[n].Shots = append(all[n].Shots, Drifted{j.shots[i].Name(), before[i], after[i]})
	}
	return all
}

// corrections are what is done to each clip, by its shot. It is a failure where a shot's gate does not let pass what
// cannot be corrected.
func (j *joined) corrections() ([]seam.Correction, map[string]seam.Correction, error) {
	done := seam.Correct(j.joints)
	of := map[string]seam.Correction{}
	for i, c := range done {
		s := j.shots[i]
		of[s.Name()] = c
		if len(c.Notes) > 0 && s.Look.Seam.Gate.Value == "stop" {
			return nil, nil, &Failure{Kind: Incomplete, Shot: s.Name(),
				Message: fmt.Sprintf("shot %s cannot be corrected: %s", s.Name(), strings.Join(c.Notes, "; ")),
				Hint:    "its `seam` has `gate: stop`: with `warn` the film is made without"}
		}
	}
	return done, of, nil
}

// Words are what a terminal says of a film's seams: how many a viewer does not see, and of the others what can be
// seen; then how far chains have drifted; then what was declared and not done.
func (s *Seams) Words() []string {
	var flagged, notes, drifts []string
	measurable := 0
	for _, l := range s.Links {
		if l.Link.Why() == "" {
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
			notes = append(notes, fmt.Sprintf("%s: its first %s stood still and are left out", l.Shot, say.Count(l.Correction.Skip, "frame")))
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
