package seams

import (
	"fmt"
	"slices"
	"strings"

	"shotchain/render/seam"
	"shotchain/storyboard"
)

// Corrections are what is done about the clips' seams, by the clips' order here.
type Corrections []seam.Correction

// Refused is what a shot's gate does not let pass: that it cannot be corrected.
type Refused struct {
	Shot, Why string
}

func (r *Refused) Error() string {
	return fmt.Sprintf("shot %s cannot be corrected: %s", r.Shot, r.Why)
}

// Correct finds what is done to each clip, as its shot declares. The error is *Refused.
func (j *Joined) Correct() (Corrections, error) {
	done := seam.Correct(j.joints)
	for i, c := range done {
		if s := j.shots[i]; len(c.Notes) > 0 && s.Look.Seam.Gate.Value == "stop" {
			return nil, &Refused{s.Name(), strings.Join(c.Notes, "; ")}
		}
	}
	return done, nil
}

// ByShot are corrections by the shots whose clips they are of.
func (j *Joined) ByShot(done Corrections) map[string]seam.Correction {
	of := map[string]seam.Correction{}
	for i, c := range done {
		of[j.shots[i].Name()] = c
	}
	return of
}

// Declared reports whether the storyboard wants anything done about seams.
func Declared(sb *storyboard.Storyboard) bool {
	return slices.ContainsFunc(sb.Shots(),
		func(s *storyboard.Shot) bool { return wishOf(s) != seam.Wish{Colour: seam.None} })
}

// Reshapes reports whether a shot's picture may not be its clip's: what is found of its chain decides that.
func Reshapes(s *storyboard.Shot) bool {
	w := wishOf(s)
	return s.From != "" && (w.Colour != seam.None || w.Align)
}

// wishOf is what a shot wants done at its beginning.
func wishOf(s *storyboard.Shot) seam.Wish {
	m := s.Look.Seam
	return seam.Wish{Colour: m.Colour.Value, Align: m.Align.Value, Skip: m.Still.Value == "skip"}
}
