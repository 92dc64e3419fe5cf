package chain

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"time"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// This file makes kept takes whole again that are damaged. Only what differs is set aside. A video is only ever
// replaced by its own bytes, or fetched again. A last frame whose bytes are nowhere to be had any more is cut from the
// intact video: then it is another picture, and what grows from it is another question.

// mend makes the take whole again, as far as that goes without another clip: nil where the clip itself is to be
// fetched, or was never there.
func (v *life) mend(ctx context.Context) (*store.Clip, error) {
	r, err := v.l.Remedy()
	if r == nil || err != nil {
		return nil, err
	}
	if err := v.l.Mend(r); err != nil {
		return nil, fmt.Errorf("the kept clip is damaged (%s), and could not be mended: %w", r.Why, err)
	}
	if r.NoClip() {
		return nil, nil
	}
	did := "put right"
	if r.NoFrame() {
		if did, err = v.frame(ctx, r.Clip); err != nil {
			return nil, fmt.Errorf("the last frame of the kept clip is damaged: %w", err)
		}
	}
	clip, err := v.l.Clip()
	if err == nil {
		v.observe(Event{Take: v.t, Standing: Mended, Message: r.Why + ": " + did})
	}
	return clip, err
}

// frame gets the last frame of an intact clip again: the service's own while it has it, else one cut from the clip. did
// says which.
func (v *life) frame(ctx context.Context, clip *store.Clip) (did string, err error) {
	if own, err := v.ownFrame(ctx, clip); err != nil {
		return "", err
	} else if own {
		return "its last frame has been fetched again", nil
	}
	const name = "last_frame.png"
	temp := v.l.Temp(name)
	defer v.discard(temp)
	if err := v.how.Inspector.LastFrame(ctx, v.l.Path(clip.Video.Name), temp); err != nil {
		return "", err
	}
	if err := v.l.Adopt(temp, name); err != nil {
		return "", err
	}
	got, err := v.l.Describe(name)
	if err != nil {
		return "", err
	}
	if got == clip.LastFrame {
		return "its last frame has been cut from its clip again, and is the same", nil
	}
	now := *clip
	now.LastFrame, now.Decoded, now.FrameWas = got, true, cmp.Or(clip.FrameWas, clip.LastFrame.Digest)
	if err := v.rewrite(&now); err != nil {
		return "", err
	}
	return "its last frame has been cut from its clip again: what grows from it is made anew", nil
}

// rewrite records other facts of a kept clip, in both places.
func (v *life) rewrite(clip *store.Clip) error {
	if j, err := v.l.Journal(); err == nil {
		if a := j.Last(); a != nil && a.Kept != nil && a.Task == clip.Task {
			a.Kept = clip
			if err := v.l.PutJournal(j); err != nil {
				return err
			}
		}
	}
	return v.l.PutClip(clip)
}

// framed reports whether the service may still have the last frame of a kept clip.
func framed(clip *store.Clip, at provider.About) bool {
	return !at.Forgets && !clip.Decoded && clip.Task != "" && time.Since(clip.FinishedAt) < frameLife(at.Can)
}

// ownFrame fetches the service's own last frame again. Only the very same bytes will do.
func (v *life) ownFrame(ctx context.Context, clip *store.Clip) (bool, error) {
	if !framed(clip, v.plan.Graph.Service) {
		return false, nil
	}
	temp := v.l.Temp("last_frame")
	defer v.discard(temp)
	wait := v.pauses()
	for n := 1; ; n++ {
		task, err := v.how.Provider.Get(ctx, (&KeptClip{v.l.Take, clip}).ref())
		if err == nil && task.Status == provider.Succeeded && task.LastFrame != "" {
			err = v.download(ctx, task.LastFrame, temp, maxFrameBytes)
		}
		f := asFault(err)
		switch {
		case ctx.Err() != nil:
			return false, context.Cause(ctx)
		case err == nil:
			got, err := v.l.Describe(filepath.Base(temp))
			if err != nil || got.Digest != clip.LastFrame.Digest {
				return false, nil
			}
			return true, v.l.Adopt(temp, clip.LastFrame.Name)
		case n == maxFetches || f.Class != provider.Busy:
			return false, nil
		}
		if err := pause(ctx, max(f.RetryAfter, wait.NextBackOff())); err != nil {
			return false, err
		}
	}
}

// reread has the store read what a take could not grow from: what it remembers of those files may be wrong, and the
// next plan is to know.
func (u Upstream) reread() {
	for _, k := range []*KeptClip{u.From, u.To} {
		if k != nil {
			_ = k.Dir.Verify()
		}
	}
}

// buys reports whether the plan said that the take will be bought.
func (v *life) buys() bool {
	if v.t.StoredKey != "" {
		return false
	}
	switch v.plan.Of(v.t).Standing {
	case New, Stale, Waits:
		return true
	}
	return false
}

// mended plans a take that is damaged but whose clip is here: nothing is bought for it.
func (p *Plan) mended(pt *Planned, r *store.Remedy) {
	pt.Standing, pt.Clip, pt.Damaged, pt.away = Cached, r.Clip, true, r.Away()
	pt.Reason = r.Why + ": put right from what else is here"
	if !r.NoFrame() {
		return
	}
	pt.frameless = true
	pt.Reason = r.Why + ": its last frame is cut from its clip again, and what grows from it is made anew"
	if framed(r.Clip, p.Graph.Service) {
		pt.Reason = r.Why + ": its last frame is fetched again, or cut from its clip; then what grows from it is made anew"
	}
}

// PutBack puts whole copies in the place of clips that are damaged, where the plan found some: what a run does by
// itself. It talks to nobody.
func (p *Plan) PutBack(st *store.Store) error {
	for i := range p.Takes {
		pt := &p.Takes[i]
		if !pt.away {
			continue
		}
		l, err := st.TryLock(pt.Key)
		if err != nil {
			return fmt.Errorf("shot %q: its clip is damaged, and could not be mended: %w", pt.Take.Name(), err)
		}
		r, err := l.Remedy()
		if err == nil && r != nil {
			err = l.Mend(r)
		}
		l.Unlock()
		if err != nil {
			return fmt.Errorf("shot %q: its clip is damaged, and could not be mended: %w", pt.Take.Name(), err)
		}
	}
	return nil
}

// usable reports whether a take's clip is in its place.
func (pt *Planned) usable(st *store.Store) bool {
	if pt.Standing != Cached || !pt.away {
		return pt.Standing == Cached
	}
	clip, r := intact(st.Take(pt.Key)) // a run, or PutBack, may have put it there
	return clip != nil && (r == nil || !r.Away())
}

// lacks reports whether the plan does not know the picture that a take needs of another one: it has no clip yet, or
// its last frame has to be made again.
func (p *Plan) lacks(t, need *graph.Take) bool {
	pt := p.Of(need)
	if pt.Clip == nil {
		return true
	}
	last := need == t.From && t.FromFrame() == graph.Last || need == t.To && t.ToFrame == graph.Last
	return pt.frameless && last
}

// lost reports whether what an attempt made, and what is not here as it was, can no longer be fetched.
func lost(take store.Take, a *store.Attempt) bool {
	if !a.Lapsed(time.Now()) {
		return false
	}
	r, err := take.Remedy()
	return err == nil && (r != nil || !take.Holds(clipName)) // a clip without facts may be whole: it is looked into
}

// intact is the clip of a take that is kept, or whose clip is here although something of it is damaged; nil otherwise.
func intact(take store.Take) (*store.Clip, *store.Remedy) {
	if clip, err := take.Clip(); err == nil {
		return clip, nil
	}
	if r, err := take.Remedy(); err == nil && r != nil && !r.NoClip() {
		return r.Clip, r
	}
	return nil, nil
}
