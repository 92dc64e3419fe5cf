package film

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shotchain/chain"
	"shotchain/render/seam"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// corrects reports whether the storyboard wants anything done about seams.
func corrects(sb *storyboard.Storyboard) bool {
	return slices.ContainsFunc(sb.Shots(),
		func(s *storyboard.Shot) bool { return wishOf(s) != seam.Wish{Colour: seam.None} })
}

// corrects reports whether any of the plan's films wants that.
func (p *Plan) corrects() bool {
	return slices.ContainsFunc(p.Films, func(d Delivery) bool { return corrects(d.Storyboard) })
}

// reshapes reports whether a shot's picture may not be its clip's: what is found of its chain decides that.
func reshapes(s *storyboard.Shot) bool {
	w := wishOf(s)
	return s.From != "" && (w.Colour != seam.None || w.Align)
}

// wishOf is what a shot wants done at its beginning.
func wishOf(s *storyboard.Shot) seam.Wish {
	m := s.Look.Seam
	return seam.Wish{Colour: m.Colour.Value, Align: m.Align.Value, Skip: m.Still.Value == "skip"}
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

// corrected has the timelines of some cuts made with their clips corrected as the storyboard declares. What is told
// of is the first one's.
func (f *Film) corrected(ctx context.Context, cuts []*storyboard.Cut, r *chain.Reel, tls []*timeline.Timeline,
	o work.Options) (*Seams, error) {
	var told *Seams
	for i, c := range cuts {
		j, err := f.joins(ctx, tls[i], c.Reframe.Value, r, o, false)
		if err != nil {
			return nil, err
		}
		done, of, err := j.corrections()
		if err != nil {
			return nil, err
		}
		again, err := f.timelines(ctx, cuts[i:i+1], r, of)
		if err != nil {
			return nil, err
		}
		tls[i] = again[0]
		if told != nil {
			continue
		}
		if told, err = j.seams(ctx, done); err != nil {
			return nil, err
		}
	}
	return told, nil
}
