package film

import (
	"context"
	"errors"
	"slices"

	"shotchain/chain"
	"shotchain/film/seams"
	"shotchain/render"
	"shotchain/render/sheet"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// corrects reports whether any of the plan's films wants anything done about its seams.
func (p *Plan) corrects() bool {
	return slices.ContainsFunc(p.Films, func(d Delivery) bool { return seams.Declared(d.Storyboard) })
}

// Try has the plan's films made with another setting of their seams, in the storyboard's words –
// "colour=level,align=true,still=skip" – for every shot. The storyboard's file is not touched. To be called behind
// Into.
func (p *Plan) Try(setting string) error {
	for _, d := range p.Films {
		for _, s := range d.Shots() {
			now, err := s.Look.Seam.With(setting)
			if wrong := (*storyboard.Problem)(nil); errors.As(err, &wrong) {
				return misused(wrong.Hint, "--seams: %s", wrong.Message)
			}
			if err != nil {
				return err
			}
			s.Look.Seam = now
		}
	}
	return nil
}

// chained are the clips there are of the film's shots, with how they were made.
func (f *Film) chained(r *chain.Reel) (all []seams.Clip) {
	for _, c := range f.clips(r) {
		one := seams.Clip{Clip: c}
		if s, ok := f.Shot(c.Shot); ok {
			if t := f.Take(s); t != nil {
				one.Anew, one.Led = t.Anew(), t.Led()
			}
		}
		all = append(all, one)
	}
	return all
}

// formOf is the form of a film that is made of a cut.
func formOf(tl *timeline.Timeline, c *storyboard.Cut) seams.Form {
	to := render.Target{Rate: tl.Rate, Width: tl.Width, Height: tl.Height}
	return seams.Form{Target: to, Reframe: c.Reframe.Value}
}

// corrected has the timelines of some cuts made with their clips corrected as the storyboard declares. What is told
// of is the first one's.
func (f *Film) corrected(ctx context.Context, cuts []*storyboard.Cut, r *chain.Reel, tls []*timeline.Timeline,
	o work.Options) (*seams.Report, error) {
	var told *seams.Report
	for i, c := range cuts {
		j, err := seams.Measure(ctx, f.Storyboard, f.chained(r), formOf(tls[i], c), o)
		if err != nil {
			return nil, err
		}
		done, err := j.Correct()
		if err != nil {
			return nil, err
		}
		again, err := f.timelines(ctx, cuts[i:i+1], r, j.ByShot(done))
		if err != nil {
			return nil, err
		}
		tls[i] = again[0]
		if told != nil {
			continue
		}
		if told, err = j.Report(ctx, done); err != nil {
			return nil, err
		}
		told.Variant = f.Variant
	}
	return told, nil
}

// measured are the seams of a film whose clips stay as they are.
func (f *Film) measured(ctx context.Context, c *storyboard.Cut, r *chain.Reel, tl *timeline.Timeline,
	o work.Options) (*seams.Report, error) {
	j, err := seams.Measure(ctx, f.Storyboard, f.chained(r), formOf(tl, c), o)
	if err != nil {
		return nil, err
	}
	told, err := j.Report(ctx, nil)
	if err == nil {
		told.Variant = f.Variant
	}
	return told, err
}

// seamsOf is what the contact sheet shows of a film's seams; nothing where they were not measured.
func (f page) seamsOf(ctx context.Context, variant string) (all []sheet.Seam, chains []sheet.Chain) {
	for _, s := range f.seams {
		if s.Variant != variant {
			continue
		}
		for _, l := range s.Links {
			all = append(all, l.Shown(ctx, f.Store.WorkDir()))
		}
		for _, c := range s.Chains {
			chains = append(chains, c.Shown())
		}
	}
	return all, chains
}

// keptSeams are those of a film as an earlier one has left them in the work folder: all of them, or none.
func (f page) keptSeams(ctx context.Context, d Delivery) []*seams.Report {
	reel := f.reel
	if reel == nil {
		reel = chain.Stored(f.plan.Plan, f.Store)
	}
	if len(d.Cuts) == 0 || len(d.missing(reel, d.Cuts)) > 0 {
		return nil
	}
	tls, err := d.timelines(ctx, d.Cuts[:1], reel, nil)
	if err != nil {
		return nil
	}
	how := work.Options{Dir: f.Store.WorkDir()}
	j, err := seams.Kept(ctx, d.Storyboard, d.chained(reel), formOf(tls[0], d.Cuts[0]), how)
	if err != nil {
		return nil
	}
	var done seams.Corrections
	if seams.Declared(d.Storyboard) {
		if done, err = j.Correct(); err != nil {
			return nil
		}
	}
	told, err := j.Report(ctx, done)
	if err != nil {
		return nil
	}
	told.Variant = d.Variant
	return []*seams.Report{told}
}
