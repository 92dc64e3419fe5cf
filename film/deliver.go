package film

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/film/seams"
	"shotchain/render"
	"shotchain/render/ffmpeg"
	"shotchain/render/font"
	"shotchain/render/seam"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// clips are the clips there are of the film's shots.
func (f *Film) clips(r *chain.Reel) []timeline.Clip {
	var all []timeline.Clip
	for _, s := range f.Shots() {
		c := timeline.Clip{Shot: s.Name(), Title: s.Name(), Caption: s.Caption, Notes: s.Notes}
		if s.Clip != nil {
			c.Path = s.Clip.Path
		} else if o := f.Of(r, s); o.Ok() {
			c.Path, c.Digest, c.Takes = o.Dir.Path(o.Clip.Video.Name), o.Clip.Video.Digest, f.otherTakes(r, s)
		} else {
			continue
		}
		all = append(all, c)
	}
	return all
}

// otherTakes are the clips that there are of a shot's takes, but for the one that the film shows.
func (f *Film) otherTakes(r *chain.Reel, s *storyboard.Shot) (all []timeline.Take) {
	for i, t := range f.Takes(s) {
		if o := r.Outcomes[t.Index]; o.Ok() && t != f.Take(s) {
			all = append(all, timeline.Take{Name: fmt.Sprintf("take %d", i+1), Path: o.Dir.Path(o.Clip.Video.Name)})
		}
	}
	return all
}

// missing are the shots of some cuts that have no clip, or none that anybody has approved where the storyboard asks for
// that, in the film's order.
func (f *Film) missing(r *chain.Reel, cuts []*storyboard.Cut) (names []string) {
	used := map[*storyboard.Shot]bool{}
	for _, c := range cuts {
		for _, s := range c.Shots {
			used[s.Shot] = true
		}
	}
	for _, s := range f.Shots() {
		if used[s] && s.Clip == nil && (!f.Of(r, s).Ok() || s.Unpicked()) {
			names = append(names, s.Name())
		}
	}
	return names
}

// Edition is a finished file of a cut.
type Edition struct {
	Variant, Cut string // "" for the only one
	render.File
}

// assemble makes all files of some cuts, each with its provenance, and measures the film's seams. version is the program's,
// "" for unknown.
func (f *Film) assemble(ctx context.Context, cuts []*storyboard.Cut, r *chain.Reel, o work.Options,
	version string) ([]Edition, *seams.Report, error) {
	tls, err := f.timelines(ctx, cuts, r, nil)
	if err != nil {
		return nil, nil, err
	}
	var told *seams.Report
	if seams.Declared(f.Storyboard) {
		if told, err = f.corrected(ctx, cuts, r, tls, o); err != nil {
			return nil, nil, err
		}
	}
	before, whole, moved := 0, 0, o.Progress
	for _, tl := range tls {
		whole += tl.Frames
	}
	var all []Edition
	for i, tl := range tls {
		if moved != nil {
			o.Progress = func(done, total int) { moved(before+done*tl.Frames/max(total, 1), whole) }
		}
		films, err := render.Deliver(ctx, tl, outputsOf(cuts[i], tl), o)
		if err != nil {
			return nil, told, err
		}
		first := len(all)
		for _, made := range films {
			all = append(all, Edition{f.Variant, cuts[i].ID, made})
		}
		if !o.DryRun {
			if err := f.declare(cuts[i], tl, r, all[first:], version); err != nil {
				return all, told, fmt.Errorf("provenance: %w", err)
			}
		}
		before += tl.Frames
	}
	if told == nil && !o.DryRun {
		if told, err = f.measured(ctx, cuts[0], r, tls[0], o); err != nil && ctx.Err() != nil {
			return all, nil, err
		}
	}
	return all, told, nil
}

func outputsOf(c *storyboard.Cut, tl *timeline.Timeline) []timeline.Output {
	var all []timeline.Output
	for _, o := range c.Outputs {
		all = append(all, timeline.Output{Path: o.Path, Format: o.Format, Codec: o.Codec.Value, Frame: tl.Poster})
	}
	return all
}

// deliver makes the cuts that lack no clip, one film after the other. within is the context for a variant, nil for
// the same for all.
func (p *Plan) deliver(ctx context.Context, r *chain.Reel, o work.Options, version string,
	within func(context.Context, string) context.Context) (made []Edition, told []*seams.Report, err error) {
	for _, d := range p.Films {
		var cuts []*storyboard.Cut
		for _, c := range d.Cuts {
			if len(d.missing(r, []*storyboard.Cut{c})) == 0 {
				cuts = append(cuts, c)
			}
		}
		if len(cuts) == 0 {
			continue
		}
		its := ctx
		if within != nil {
			its = within(ctx, d.Variant)
		}
		films, joins, err := d.assemble(its, cuts, r, o, version)
		if made = append(made, films...); joins != nil {
			told = append(told, joins)
		}
		if err != nil {
			return made, told, err
		}
	}
	return made, told, nil
}

// Of is the outcome that the film shows for a shot: its pick, or the draft of it that may stand in.
func (f *Film) Of(r *chain.Reel, s *storyboard.Shot) chain.Outcome {
	made, ok := f.filmed.Shot(s.Name())
	if !ok {
		return chain.Outcome{} // own footage
	}
	o := r.Of(made)
	if o.Ok() || f.fallback == nil {
		return o
	}
	if d := f.fallback.Of(made); d.Ok() {
		return d
	}
	return o
}

// here is this machine, for edits.
var here = timeline.Machine{Letters: font.Check}

// feasible finds what of the cuts cannot be done whatever the clips will be.
func (f *Film) feasible(ctx context.Context, cuts []*storyboard.Cut) error {
	return gather(cuts, func(c *storyboard.Cut) error { return here.Check(ctx, f.Storyboard, c) })
}

// foreseen finds what of the cuts the clips cannot do that have so many frames.
func (f *Film) foreseen(ctx context.Context, cuts []*storyboard.Cut, frames func(*graph.Take) int) error {
	longest := map[string]int{}
	for _, s := range f.Shots() {
		if t := f.Take(s); t != nil {
			longest[s.Name()] = frames(t)
		}
	}
	return gather(cuts, func(c *storyboard.Cut) error { return here.Foresee(ctx, f.Storyboard, c, longest) })
}

// timelines are those of the cuts, with the corrections of shots, if any.
func (f *Film) timelines(ctx context.Context, cuts []*storyboard.Cut, r *chain.Reel,
	of map[string]seam.Correction) ([]*timeline.Timeline, error) {
	have := f.clips(r)
	for i := range have {
		have[i].Correction = of[have[i].Shot]
	}
	var all []*timeline.Timeline
	err := gather(cuts, func(c *storyboard.Cut) error {
		tl, err := f.edit(ctx, c, have)
		if err == nil {
			tl.Generated = f.generatedBy(tl, r)
		}
		all = append(all, tl)
		return err
	})
	return all, err
}

// generatedBy are the models that made clips of a cut. What the simulator drew is no model's.
func (f *Film) generatedBy(tl *timeline.Timeline, r *chain.Reel) (models []string) {
	for _, it := range tl.Items {
		s, ok := f.Shot(it.Shot)
		if !ok || s.Clip != nil {
			continue
		}
		if c := f.Of(r, s).Clip; c != nil && !Free(c.Provider) && !slices.Contains(models, c.Model) {
			models = append(models, c.Model)
		}
	}
	return models
}

// forCut is ctx for work on the shots of a cut.
func forCut(ctx context.Context, c *storyboard.Cut) context.Context {
	var names []string
	for _, s := range c.Shots {
		names = append(names, s.Shot.Name())
	}
	return ffmpeg.For(ctx, names...)
}

// gather puts the problems of all cuts together. Any other error ends it.
func gather(cuts []*storyboard.Cut, try func(*storyboard.Cut) error) error {
	var all storyboard.Problems
	seen := map[storyboard.Problem]bool{}
	for _, c := range cuts {
		var ps storyboard.Problems
		err := try(c)
		if err != nil && !errors.As(err, &ps) {
			return err
		}
		for _, p := range ps { // cuts share shots, and so what is wrong with them
			if !seen[p] {
				seen[p] = true
				all = append(all, p)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	all.Sort()
	return all
}

// stored is the reel of what the store holds; a failure where the plan's films lack clips.
func (p *Plan) stored() (*chain.Reel, error) {
	if err := p.PutBack(p.Film.Store); err != nil {
		return nil, err
	}
	reel := chain.Stored(p.Plan, p.Film.Store)
	_ = p.Film.Store.Remember() // what was read is read again without it
	if gone := missingOf(p.Films, reel); len(gone) > 0 {
		if n := slices.IndexFunc(p.Takes,
			func(pt chain.Planned) bool { return pt.Damaged && pt.Take.Name() == gone[0] }); n >= 0 {
			return nil, &Failure{Kind: Incomplete, Shot: gone[0],
				Hint:    "`shotchain store verify` looks at every clip, `shotchain plan` says what a run does about it",
				Message: fmt.Sprintf("the clip of %s cannot be used: %s", gone[0], p.Takes[n].Reason)}
		}
		if left := p.unmade(reel); !slices.ContainsFunc(left, func(u Unmade) bool {
			return slices.ContainsFunc(u.Lacks, func(l Lack) bool { return l.Pick == "" })
		}) {
			return nil, p.Film.waiting(left)
		}
		return nil, &Failure{Kind: Incomplete, Shot: gone[0], Hint: "`shotchain run` makes what is missing",
			Message: fmt.Sprintf("the store has no clip of %s", strings.Join(gone, ", "))}
	}
	return reel, nil
}

// missingOf are the shots of some films without a clip, by the names of their takes.
func missingOf(films []Delivery, r *chain.Reel) (names []string) {
	for _, d := range films {
		for _, name := range d.missing(r, d.Cuts) {
			if len(r.Graph.Films) > 1 {
				name = d.Variant + ":" + name
			}
			names = append(names, name)
		}
	}
	return names
}

// Timeline is a cut resolved to whole frames.
type (
	Timeline = timeline.Timeline
	Text     = timeline.Text // a line on the picture
)

// Explained is a cut of one variant, resolved.
type Explained struct {
	Variant string // "" for the only one
	Cut     *storyboard.Cut
	*Timeline
}

// Explain resolves the plan's cuts with the clips that the store holds, and makes nothing.
func (f *Film) Explain(ctx context.Context, p *Plan) ([]Explained, error) {
	reel, err := p.stored()
	if err != nil {
		return nil, err
	}
	var all []Explained
	for _, d := range p.Films {
		tls, err := d.timelines(ctx, d.Cuts, reel, nil)
		if err == nil && seams.Declared(d.Storyboard) {
			_, err = d.corrected(ctx, d.Cuts, reel, tls, f.assembly(MakeOptions{}))
		}
		if err != nil {
			return nil, err
		}
		for i, tl := range tls {
			all = append(all, Explained{d.Variant, d.Cuts[i], tl})
		}
	}
	return all, nil
}
