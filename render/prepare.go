package render

import (
	"context"
	"fmt"
	"runtime"

	"shotchain/render/ffmpeg"
	"shotchain/render/sound"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// Preparer conforms clips ahead of their films, as many at once as there are cores, by all its callers together.
type Preparer struct {
	slots chan struct{} // one for each clip that may be worked on
}

// NewPreparer is one for all films that are made together.
func NewPreparer() *Preparer { return &Preparer{slots: make(chan struct{}, max(1, runtime.NumCPU()))} }

// Prepare conforms a clip ahead of its film – when it arrives, while others are still generated – so that Deliver
// finds its picture and its sound in the work folder: with plain cuts it then only copies. reframe is how the clip is
// put into a picture of another shape, as Edit takes it. It may be called for many clips at once, and for the same
// clip again; what is there is not made again. Of clips longer than a minute only the sound is prepared: which part
// of their picture is used, only the cut knows.
func (p *Preparer) Prepare(ctx context.Context, c timeline.Clip, t Target, reframe string, o work.Options) error {
	return p.ahead(ctx, c, t, reframe, o, conform)
}

// Measurable makes of a clip what its seams are measured by, and its sound, but not its picture: for one that is
// corrected when all clips are there, which would be conformed twice. Otherwise it is as Prepare.
func (p *Preparer) Measurable(ctx context.Context, c timeline.Clip, t Target, reframe string, o work.Options) error {
	return p.ahead(ctx, c, t, reframe, o, measurable)
}

// Copied is for a clip of a film that may show its clips' own packets: one whose packets do is not conformed, and where
// it is linked to another, made measurable. Others are conformed. Otherwise it is as Prepare.
func (p *Preparer) Copied(ctx context.Context, c timeline.Clip, t Target, reframe string, linked bool, o work.Options) error {
	return p.ahead(ctx, c, t, reframe, o, func(ctx context.Context, sh *work.Shop, it timeline.Item, t Target) error {
		tl := &timeline.Timeline{Rate: t.Rate, Width: t.Width, Height: t.Height, Quality: t.Quality, Encoder: t.Encoder,
			Items: []timeline.Item{it}}
		switch {
		case asTheyAre(tl) == nil:
			return conform(ctx, sh, it, t)
		case linked:
			return measurable(ctx, sh, it, t)
		}
		return nil
	})
}

// ahead makes something of a clip's picture, and its sound.
func (p *Preparer) ahead(ctx context.Context, c timeline.Clip, t Target, reframe string, o work.Options,
	picture func(context.Context, *work.Shop, timeline.Item, Target) error) error {
	if err := t.check(); err != nil {
		return err
	}
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	o.Workers = 1
	sh, done, err := work.Open(o)
	if err != nil {
		return err
	}
	defer done()
	ctx = ffmpeg.For(ctx, c.Shot)
	f, err := ffmpeg.Probe(ctx, c.Path)
	it := timeline.Item{Clip: c, Source: f, Length: timeline.Conformed(f), Out: timeline.Conformed(f),
		Place: timeline.Placed(f, t.Width, t.Height, reframe)}
	if err == nil && f.HasAudio() {
		err = sound.Prepare(ctx, sh, it)
	}
	if err == nil && it.Length >= 1 && it.Length <= longClip {
		err = picture(ctx, sh, it, t)
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("shot %s: %w", c.Shot, err)
	}
	return err
}

// measurable makes what a clip's seams are measured by.
func measurable(ctx context.Context, sh *work.Shop, it timeline.Item, t Target) error {
	l := whole(it, 0)
	e, err := edgesOf(sh, t, l)
	if err != nil || e.there(sh) {
		return err
	}
	return e.make(ctx, sh, t, l)
}

// conform makes the picture of a clip as it is.
func conform(ctx context.Context, sh *work.Shop, it timeline.Item, t Target) error {
	m, _ := mezzanine(t, it)
	name, err := m.name(sh)
	if err != nil {
		return err
	}
	_, err = m.make(ctx, sh, name, nil)
	return err
}

// Ahead makes the segments of a timeline without joining them: those of two neighbours, say, as soon as both are
// there. Deliver finds them.
func Ahead(ctx context.Context, tl *timeline.Timeline, o work.Options) error {
	sh, done, err := work.Open(o)
	if err != nil {
		return err
	}
	defer done()
	cells, err := cells(tl)
	if err == nil {
		_, err = picture(ctx, sh, cells, &File{})
	}
	return err
}
