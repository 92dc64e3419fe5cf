// Package seams finds the seams of a film – where a shot continues another one – measures them, has them corrected as
// the storyboard declares, and tells of them: in words, and as what the contact sheet shows. It knows a film's shots and
// their clips, and neither who made them nor what they cost.
package seams

import (
	"context"
	"slices"

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

// Report are the seams of one film: every link between its clips, whether a cut shows it or not.
type Report struct {
	Variant string
	Links   []Seam // in film order
	Chains  []Chain
}

// Report tells of the seams, and of what was done about them; nil for nothing. What was corrected is measured again.
func (j *Joined) Report(ctx context.Context, done Corrections) (*Report, error) {
	all := &Report{}
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
		s := Seam{Shot: j.shots[i].Name(), From: j.shots[i].From, Link: j.joints[i].Link, Seam: j.seamAt(i, items),
			target: j.form.Target}
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
