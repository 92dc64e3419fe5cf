package film

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/storyboard"
)

// Unmade is a cut that a run left unmade: some of its shots are not there.
type Unmade struct {
	Variant, Cut string // "" for the only one
	Lacks        []Lack // in the film's order, at least one
}

// Lack is a shot that a cut would show.
type Lack struct {
	Shot string // full name
	Why  string // in words
	Pick string // full name of the shot that waits for a pick, where that is why; "" where it is not
}

// String says which cut was left, and why.
func (u Unmade) String() string {
	var lacks []string
	for _, l := range u.Lacks {
		lacks = append(lacks, l.Shot+" "+l.Why)
	}
	what := "the film"
	if u.Cut != "" {
		what = "cut " + u.Cut
	}
	if u.Variant != "" {
		what = u.Variant + ": " + what
	}
	return what + " was not made: " + strings.Join(lacks, "; ")
}

// unmade are the cuts of the plan that cannot be made of what a run got.
func (p *Plan) unmade(r *chain.Reel) (all []Unmade) {
	for _, d := range p.Films {
		for _, c := range d.Cuts {
			u := Unmade{Variant: d.Variant, Cut: c.ID}
			for _, name := range d.missing(r, []*storyboard.Cut{c}) {
				s, _ := d.Shot(name)
				u.Lacks = append(u.Lacks, d.lack(r, s))
			}
			if len(u.Lacks) > 0 {
				all = append(all, u)
			}
		}
	}
	return all
}

// lack says why a shot is not there.
func (f *Film) lack(r *chain.Reel, s *storyboard.Shot) Lack {
	l := Lack{Shot: s.Name()}
	switch o := f.Of(r, s); {
	case o.Ok(): // nobody has approved it
		l.Pick, l.Why = s.Name(), "waits for a pick"
	case o.Standing == chain.Unpicked:
		l.Pick = waitsFor(r, o.Take)
		l.Why = "waits for a pick of " + l.Pick
	case o.Standing == chain.Skipped && o.Behind != nil:
		l.Why = "was skipped: " + o.Behind.Name() + " is not there"
	default:
		l.Why = "has no clip: " + string(o.Standing)
	}
	return l
}

// waitsFor is the shot whose pick a take waits for: the last one above it that has its clip.
func waitsFor(r *chain.Reel, t *graph.Take) string {
	for up := t.From; up != nil; up = up.From {
		if r.Outcomes[up.Index].Standing != chain.Unpicked {
			return up.Shot.Name()
		}
	}
	return t.Shot.Name()
}

// waiting is the failure of a run that got everything it may, and left cuts unmade until somebody picks; nil where it
// left none.
func (f *Film) waiting(unmade []Unmade) *Failure {
	var picks []string
	for _, u := range unmade {
		for _, l := range u.Lacks {
			if l.Pick != "" && !slices.Contains(picks, l.Pick) {
				picks = append(picks, l.Pick)
			}
		}
	}
	if len(unmade) == 0 {
		return nil
	}
	first := cmp.Or(append(picks, unmade[0].Lacks[0].Shot)...)
	return &Failure{Kind: Waiting, Shot: first,
		Message: fmt.Sprintf("not every cut was made: waits for a pick of %s", strings.Join(picks, ", ")),
		Hint:    fmt.Sprintf("look at its takes, then `shotchain pick %s %s N`, and run again", f.Path, first)}
}
