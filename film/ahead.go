package film

import (
	"context"
	"sync"

	"shotchain/chain"
	"shotchain/film/seams"
	"shotchain/render"
	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// ahead works on the films while their clips are still being made: a clip is conformed as soon as it is there, and a
// transition is encoded as soon as both of its clips are. All that comes of it is found again in the store's work
// folder, so nothing here can fail a run: what went wrong is met again, and told, when the films are assembled. What may
// be corrected is not conformed here: how, is known when its whole chain is there.
type ahead struct {
	prepare *render.Preparer // shared by all films of the run

	f    *Film
	cuts []*storyboard.Cut
	how  work.Options

	sizes map[string]storyboard.Size // of own footage, by shot
	under sync.WaitGroup
	mu    sync.Mutex
	there map[string]timeline.Clip // by shot; guarded by mu

	joining sync.Mutex // one transition at a time: each takes all cores that it can use
}

// newAhead begins with the user's own footage, which is there.
func newAhead(ctx context.Context, f *Film, cuts []*storyboard.Cut, prepare *render.Preparer, how work.Options) *ahead {
	how.Progress = nil
	a := &ahead{prepare: prepare, f: f, cuts: cuts, how: how, there: map[string]timeline.Clip{},
		sizes: map[string]storyboard.Size{}}
	own := f.footage()
	for _, s := range own {
		a.there[s.Name()] = timeline.Clip{Shot: s.Name(), Path: s.Clip.Path}
		if w, h, err := timeline.Size(ffmpeg.For(ctx, s.Name()), s.Clip.Path); err == nil {
			a.sizes[s.Name()] = storyboard.Size{Width: w, Height: h}
		}
	}
	for _, s := range own {
		a.under.Go(func() { a.work(ctx, timeline.Clip{Shot: s.Name(), Path: s.Clip.Path}) })
	}
	return a
}

// take hears of a take, and goes to work where its clip is there.
func (a *ahead) take(ctx context.Context, e chain.Event) {
	if e.Standing != chain.Kept && e.Standing != chain.Cached || e.Video == "" {
		return
	}
	for _, u := range e.Take.Uses {
		s := u.Shot
		if u.Film != a.f.number || u.Number != s.Pick.Value {
			continue // another film's, or a take that is not shown
		}
		c := timeline.Clip{Shot: s.Name(), Path: e.Video, Digest: e.Digest}
		a.mu.Lock()
		a.there[c.Shot] = c
		a.mu.Unlock()
		if e.Standing == chain.Kept { // what the store had, an earlier run has most likely conformed
			a.under.Go(func() { a.work(ctx, c) })
		}
	}
}

// wait is until what was begun is done.
func (a *ahead) wait() { a.under.Wait() }

func (a *ahead) work(ctx context.Context, c timeline.Clip) {
	for _, cut := range a.cuts {
		if t, ok := a.target(cut); ok && uses(cut, c.Shot) {
			a.conform(ctx, cut, c, t)
		}
	}
	for _, cut := range a.cuts {
		for i := 1; i < len(cut.Shots) && ctx.Err() == nil; i++ {
			if cut.Shots[i-1].Shot.Name() == c.Shot || cut.Shots[i].Shot.Name() == c.Shot {
				a.join(ctx, cut, i)
			}
		}
	}
}

func (a *ahead) conform(ctx context.Context, cut *storyboard.Cut, c timeline.Clip, t render.Target) {
	s, known := a.f.Shot(c.Shot)
	switch {
	case known && seams.Reshapes(s):
		_ = a.prepare.Measurable(ctx, c, t, cut.Reframe.Value, a.how)
	case plain(cut):
		_ = a.prepare.Copied(ctx, c, t, cut.Reframe.Value, linked(cut, c.Shot), a.how)
	default:
		_ = a.prepare.Prepare(ctx, c, t, cut.Reframe.Value, a.how)
	}
}

// plain reports whether a film may show its clips' own packets, by its storyboard: it has hard cuts alone, only clips
// that are generated, nothing is written on them, and they play at their speed.
func plain(cut *storyboard.Cut) bool {
	for _, s := range cut.Shots {
		if s.Join != nil || s.Speed.Set || s.Fit.Set || s.Shot.Clip != nil || s.Shot.Card != nil || seams.Reshapes(s.Shot) {
			return false
		}
	}
	return cut.Transition == nil && len(cut.Titles) == 0 && (cut.Captions == nil || cut.Captions.Mode != "burn")
}

// linked reports whether a shot of the cut continues another one of it, or is continued, so that its ends are to be
// measured; but not where a gate looks at its last frame before more is bought: that decodes the clip, and keeps its ends.
func linked(cut *storyboard.Cut, shot string) bool {
	found := false
	for _, s := range cut.Shots {
		from := s.Shot.From
		if from == shot && s.Shot.Look.Seam.Gate.Value != "off" {
			return false
		}
		found = found || from == shot || from != "" && s.Shot.Name() == shot && uses(cut, from)
	}
	return found
}

func uses(cut *storyboard.Cut, shot string) bool {
	for _, s := range cut.Shots {
		if s.Shot.Name() == shot {
			return true
		}
	}
	return false
}

// target is what a cut's clips are conformed to; unknown where it follows from footage that cannot be read.
func (a *ahead) target(cut *storyboard.Cut) (render.Target, bool) {
	size := cut.Size.Value
	if first := sized(cut); !cut.Size.Set {
		size = a.sizes[first.Name()]
		if t := a.f.Take(first); t != nil {
			size = storyboard.Size{Width: t.Size.Width, Height: t.Size.Height}
		}
	}
	return render.Target{Rate: timeline.Rate, Width: size.Width, Height: size.Height, Quality: cut.Quality.Value,
		Encoder: timeline.EncoderOptions(cut)}, size.Width > 0
}

// sized is the shot that a cut takes its size from: the first that is no still.
func sized(cut *storyboard.Cut) *storyboard.Shot {
	for _, s := range cut.Shots {
		if s.Shot.Card == nil {
			return s.Shot
		}
	}
	return cut.Shots[0].Shot
}

// join encodes the transition before a cut's i-th shot. Only where it has a look of its own: what is written on the
// picture, or waits for narration, depends on the rest of the film.
func (a *ahead) join(ctx context.Context, cut *storyboard.Cut, i int) {
	pair := cut.Shots[i-1 : i+1]
	burned := len(cut.Titles) > 0 || cut.Captions != nil && cut.Captions.Mode == "burn"
	corrected := seams.Reshapes(pair[0].Shot) || seams.Reshapes(pair[1].Shot)
	if cut.Transition == nil && pair[1].Join == nil || burned || corrected || pair[0].Fit.Set || pair[1].Fit.Set {
		return
	}
	t, ok := a.target(cut)
	if !ok {
		return
	}
	a.mu.Lock()
	first, one := a.there[pair[0].Shot.Name()]
	second, two := a.there[pair[1].Shot.Name()]
	a.mu.Unlock()
	if !one || !two {
		return
	}
	part := &storyboard.Cut{ID: cut.ID, Pos: cut.Pos, Shots: pair, Transition: cut.Transition, Reframe: cut.Reframe,
		Quality: cut.Quality,
		Encoder: cut.Encoder,
		Size:    storyboard.Setting[storyboard.Size]{Value: storyboard.Size{Width: t.Width, Height: t.Height}, Set: true}}
	a.joining.Lock()
	defer a.joining.Unlock()
	tl, err := here.Edit(forCut(ctx, part), a.f.Storyboard, part, []timeline.Clip{first, second})
	if err == nil {
		_ = render.Ahead(ctx, tl, a.how)
	}
}
