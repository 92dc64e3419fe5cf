package chain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// maxFetches is how often a result that comes, but is not what it should be, is fetched before it counts as not to
// be had. A storage that is busy or not reached is tried again for as long as the run is patient.
const maxFetches = 3

// keep fetches, checks and stores what a task made.
func (v *life) keep(ctx context.Context, a *store.Attempt, task provider.Task) Outcome {
	wait := v.pauses()
	if clip, ok := v.there(ctx, a); ok {
		return v.book(ctx, a, task, clip)
	}
	got, reached, bad := &result{task: a.Task}, time.Now(), 0
	for n := 1; ; n++ {
		v.observe(Event{Take: v.t, Standing: Downloading, Task: a.Task})
		had := got.clip
		err := v.fetch(ctx, task, got)
		if err == nil {
			return v.book(ctx, a, task, got.clip)
		}
		f := asFault(err)
		if f.Class != provider.Busy {
			bad++
		}
		if f.Class != provider.Busy || got.clip != had { // the storage has answered
			reached = time.Now()
		}
		switch {
		case errors.As(err, new(*unkept)):
			return v.ended(ctx, Failed,
				fmt.Errorf("the clip could not be kept: %w; task %s is paid, and the next run picks it up", err, a.Task))
		case ctx.Err() != nil:
			return v.ended(ctx, InFlight, err)
		case bad == maxFetches && f.Class == provider.Gone &&
			time.Since(finishedAt(task)) > frameLife(v.plan.Graph.Service.Can):
			a.State, a.Tokens = store.Succeeded, task.Tokens
			return v.gone(ctx, a, err)
		case bad == maxFetches, time.Since(reached) > v.how.Timing.Patience:
			return v.ended(ctx, Failed,
				fmt.Errorf("downloaded %d times: %w; task %s is paid, and the next run tries again", n, err, a.Task))
		}
		v.observe(Event{Take: v.t, Standing: Busy, Task: a.Task, Message: err.Error()})
		if err := pause(ctx, max(f.RetryAfter, wait.NextBackOff())); err != nil {
			return v.ended(ctx, InFlight, err)
		}
		if again, err := v.how.Provider.Get(ctx, refOf(a)); err == nil && again.Status == provider.Succeeded {
			task = again // with URLs that live longer, where the provider signs anew
		}
	}
}

// there finds the files of a take that was stopped between having them in place and saying so. They got their names
// only after they had been checked and synced, and after what they are was on record: others are none of its.
func (v *life) there(ctx context.Context, a *store.Attempt) (*store.Clip, bool) {
	frames, err := v.l.Names("last_frame.")
	if err != nil || len(frames) != 1 {
		return nil, false
	}
	facts, err := v.how.Inspector.Clip(ctx, v.l.Path(clipName))
	if err != nil {
		return nil, false
	}
	if _, err := v.how.Inspector.Picture(v.l.Path(frames[0])); err != nil {
		return nil, false
	}
	clip := facts.clip()
	if v.describe(clip, frames[0]) != nil {
		return nil, false
	}
	// Before this was recorded, nothing said what the files were: those of older versions are believed.
	return clip, a.Fetched == nil || *a.Fetched == store.Files{Video: clip.Video, LastFrame: clip.LastFrame}
}

// clip is what the facts say of a clip.
func (f Facts) clip() *store.Clip {
	return &store.Clip{Width: f.Width, Height: f.Height, Frames: f.Frames, Rate: f.Rate, Audio: f.Audio}
}

// clipName is the file of a take's video.
const clipName = "clip.mp4"

// book records the facts of files that are in place. The take is kept once clip.json is, and that is the last write.
func (v *life) book(ctx context.Context, a *store.Attempt, task provider.Task, clip *store.Clip) Outcome {
	billed := v.bill(task)
	clip.Shot, clip.Provider, clip.Model = v.t.Shot.Name(), v.plan.Graph.Service.Namespace, v.t.Request.Model
	clip.Task, clip.RequestID, clip.Seed = a.Task, a.RequestID, task.Seed
	if asked := v.t.Request.Seed; clip.Seed == nil && asked != nil && *asked >= 0 {
		clip.Seed = asked
	}
	clip.Seconds, clip.Tokens, clip.Cost = v.t.Seconds, task.Tokens, billed
	if task.Duration > 0 {
		clip.Seconds = task.Duration
	}
	if task.Video != "" && task.LastFrame == "" { // also where its files were in place before a run was stopped
		clip.Decoded = true
	}
	clip.CreatedAt, clip.FinishedAt, clip.KeptAt = task.Created.UTC(), finishedAt(task).UTC(), time.Now().UTC()
	now := time.Now().UTC()
	a.State, a.EndedAt, a.Tokens, a.Message = store.Succeeded, &now, task.Tokens, ""
	v.drafted(clip, a)
	a.Kept, a.Fetched = clip, nil
	err := v.l.PutJournal(v.j)
	if err == nil {
		err = v.l.PutClip(clip)
	}
	if err != nil {
		return v.ended(ctx, Failed, fmt.Errorf("the clip could not be kept: %w", err))
	}
	v.l.DropFetched()
	out := Outcome{Take: v.t, Standing: Kept, Clip: clip, Task: a.Task}
	if v.held {
		v.purse.exchange(v.t.Cost, billed)
	}
	if v.tries > 0 { // a task of an earlier run was paid by that one
		out.Spent = billed
	}
	if task.LastFrame != "" && !clip.Decoded {
		v.keepFrame(v.l.Key, task)
	}
	return out
}
