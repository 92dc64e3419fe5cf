package chain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/cenkalti/backoff/v5"

	"shotchain/chain/store"
)

// A task is read again after 3 % of the time that it has taken, within these bounds: waiting loses at most 3 %.
const (
	pollShare   = 0.03
	pollSoonest = 500 * time.Millisecond
	pollLatest  = 5 * time.Second
	pollFlex    = time.Minute
)

// young is how long a task that the provider does not know yet may just be new to it.
const young = time.Minute

// overdue is how long after its own expiry a task that still is not done counts as one that never ends.
const overdue = time.Hour

func (v *life) pollPause(since time.Time) time.Duration {
	latest := pollLatest
	if v.t.Request.ServiceTier == "flex" {
		latest = pollFlex
	}
	d := time.Duration(pollShare * float64(time.Since(since)))
	return min(max(d, pollSoonest), latest)
}

// await reads a task until it is done, and then keeps what it made.
func (v *life) await(ctx context.Context, a *store.Attempt) (Outcome, bool) {
	told, reached := Status(""), time.Now()
	rung, leave := v.Bell.hear(a.Task)
	defer leave()
	for {
		task, err := v.Provider.Get(ctx, a.Task)
		f := asFault(err)
		switch {
		case err == nil:
			reached = time.Now()
		case ctx.Err() != nil:
			return v.ended(ctx, v.t, StageInFlight, a.Task, err), false
		case f.Class == Gone && time.Since(a.IntendedAt) > young:
			if clip, ok := v.there(ctx); ok && a.State == store.Succeeded {
				return v.book(ctx, a, Task{ID: a.Task, Tokens: a.Tokens}, clip), false
			}
			return v.gone(ctx, a, err), false
		case f.Class != Busy && f.Class != Gone, time.Since(reached) > v.Timing.Patience:
			return v.ended(ctx, v.t, StageInFlight, a.Task, err), false
		}
		if err == nil {
			if task.Status.Done() {
				v.free()
				return v.done(ctx, a, task)
			}
			if task.Status != told {
				told = task.Status
				v.observe(Event{Take: v.t, Stage: Stage(told), Task: a.Task})
			}
			if time.Since(a.IntendedAt) > time.Duration(a.Mark)*time.Second+overdue {
				err := fmt.Errorf("task %s is %s long after it should have expired", a.Task, task.Status)
				return v.ended(ctx, v.t, StageUnknown, a.Task, err), false
			}
		}
		if err := pauseOr(ctx, max(v.pollPause(a.IntendedAt), f.RetryAfter), rung); err != nil {
			return v.ended(ctx, v.t, StageInFlight, a.Task, err), false
		}
	}
}

// gone ends an attempt whose task the provider no longer has.
func (v *life) gone(ctx context.Context, a *store.Attempt, err error) Outcome {
	if a.State == store.Succeeded {
		v.close(a, &Fault{Class: Gone, Message: "it was made, but its result is no longer to be had: " + err.Error()})
		if err := v.l.PutJournal(v.j); err != nil {
			return v.ended(ctx, v.t, StageFailed, a.Task, err)
		}
		return v.ended(ctx, v.t, StageFailed, a.Task, errors.New(a.Message))
	}
	return v.ended(ctx, v.t, StageUnknown, a.Task, fmt.Errorf("the provider no longer has task %s: %w", a.Task, err))
}

// done turns a finished task into an outcome.
func (v *life) done(ctx context.Context, a *store.Attempt, task Task) (Outcome, bool) {
	if task.Status == Succeeded {
		v.observe(Event{Take: v.t, Stage: StageDownloading, Task: a.Task})
		return v.keep(ctx, a, task), false
	}
	f := task.Fault
	if !task.Status.known() { // who knows what it comes to: neither failed nor free
		err := error(f)
		if f == nil {
			err = fmt.Errorf("task %s has a status that nobody knows", a.Task)
		}
		return v.ended(ctx, v.t, StageUnknown, a.Task, err), false
	}
	if f == nil {
		f = &Fault{Class: Invalid, Message: "the task was " + string(task.Status), RequestID: task.RequestID}
		if task.Status == Failed {
			f = &Fault{Class: Internal, Message: "the task failed without a reason", RequestID: task.RequestID}
		}
	}
	v.unhold()
	v.close(a, f)
	if err := v.l.PutJournal(v.j); err != nil {
		return v.ended(ctx, v.t, StageFailed, a.Task, err), false
	}
	if f.Class == Internal && v.tries < maxTries {
		v.observe(Event{Take: v.t, Stage: StageAgain, Task: a.Task, Message: f.Error()})
		return Outcome{}, true
	}
	return v.ended(ctx, v.t, StageFailed, a.Task, f), false
}

// maxFetches is how often a result is downloaded before it counts as not to be had.
const maxFetches = 3

// Downloads are bounded: the longest clip at the highest rate stays far below, and a frame is one picture.
const (
	maxClipBytes  = 4 << 30
	maxFrameBytes = 64 << 20
)

// keep downloads, checks and stores what a task made.
func (v *life) keep(ctx context.Context, a *store.Attempt, task Task) Outcome {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval = time.Second
	if clip, ok := v.there(ctx); ok {
		return v.book(ctx, a, task, clip)
	}
	for n := 1; ; n++ {
		clip, err := v.fetch(ctx, task)
		if err == nil {
			return v.book(ctx, a, task, clip)
		}
		f := asFault(err)
		switch {
		case errors.As(err, new(*unkept)):
			return v.ended(ctx, v.t, StageFailed, a.Task, fmt.Errorf("the clip could not be kept: %w; task %s is paid, and the next run picks it up", err, a.Task))
		case ctx.Err() != nil:
			return v.ended(ctx, v.t, StageInFlight, a.Task, err)
		case n == maxFetches && f.Class == Gone && time.Since(finishedAt(task)) > frameLife:
			a.State = store.Succeeded
			return v.gone(ctx, a, err)
		case n == maxFetches:
			return v.ended(ctx, v.t, StageFailed, a.Task, fmt.Errorf("downloaded %d times: %w; task %s is paid, and the next run tries again", n, err, a.Task))
		}
		if err := pause(ctx, max(f.RetryAfter, wait.NextBackOff())); err != nil {
			return v.ended(ctx, v.t, StageInFlight, a.Task, err)
		}
		if again, err := v.Provider.Get(ctx, a.Task); err == nil && again.Status == Succeeded {
			task = again // with URLs that live longer, where the provider signs anew
		}
	}
}

// there finds the files of a take that was stopped between having them in place and saying so. They got their names
// only after they had been checked and synced.
func (v *life) there(ctx context.Context) (*store.Clip, bool) {
	frames, err := filepath.Glob(v.l.Path("last_frame.*"))
	if err != nil || len(frames) != 1 {
		return nil, false
	}
	facts, err := v.Inspector.Clip(ctx, v.l.Path(clipName))
	if err != nil {
		return nil, false
	}
	if _, err := v.Inspector.Picture(frames[0]); err != nil {
		return nil, false
	}
	clip := facts.clip()
	return clip, v.describe(clip, filepath.Base(frames[0])) == nil
}

// clip is what the facts say of a clip.
func (f Facts) clip() *store.Clip {
	return &store.Clip{Width: f.Width, Height: f.Height, Frames: f.Frames, Rate: f.Rate, Audio: f.Audio}
}

// clipName is the file of a take's video.
const clipName = "clip.mp4"

// book records the facts of files that are in place. The take is kept once clip.json is, and that is the last write.
func (v *life) book(ctx context.Context, a *store.Attempt, task Task, clip *store.Clip) Outcome {
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
	clip.CreatedAt, clip.FinishedAt, clip.KeptAt = task.Created.UTC(), finishedAt(task).UTC(), time.Now().UTC()
	now := time.Now().UTC()
	a.State, a.EndedAt, a.Tokens, a.Message = store.Succeeded, &now, task.Tokens, ""
	v.drafted(clip, a)
	err := v.l.PutJournal(v.j)
	if err == nil {
		err = v.l.PutClip(clip)
	}
	if err != nil {
		return v.ended(ctx, v.t, StageFailed, a.Task, fmt.Errorf("the clip could not be kept: %w", err))
	}
	out := Outcome{Take: v.t, Stage: StageKept, Clip: clip, Task: a.Task}
	if v.held {
		v.purse.exchange(v.t.Cost, billed)
	}
	if v.tries > 0 { // a task of an earlier run was paid by that one
		out.Spent = billed
	}
	if task.LastFrame != "" && !clip.Decoded {
		v.keepFrame(v.t, task)
	}
	return out
}

// bill is what a task cost: its billed tokens at the take's price, or the worst case where it did not say.
func (v *life) bill(task Task) Money {
	if task.Tokens <= 0 || v.t.Tokens <= 0 {
		return v.t.Cost
	}
	return Money{Micros: v.t.Price.Cost(task.Tokens), Currency: v.t.Price.Currency}
}

// fetch downloads clip and last frame, checks that they decode, and puts them in place.
func (v *life) fetch(ctx context.Context, task Task) (*store.Clip, error) {
	video := v.l.Temp(clipName)
	defer v.discard(video)
	if err := v.download(ctx, task.Video, video, maxClipBytes); err != nil {
		return nil, err
	}
	facts, err := v.Inspector.Clip(ctx, video)
	if err != nil {
		return nil, fmt.Errorf("the clip does not decode: %w", err)
	}
	clip := facts.clip()
	frame := v.l.Temp("last_frame")
	defer v.discard(frame)
	if task.LastFrame != "" {
		if err := v.download(ctx, task.LastFrame, frame, maxFrameBytes); err != nil {
			return nil, err
		}
	} else {
		clip.Decoded = true
		frame += ".png"
		defer v.discard(frame)
		if err := v.Inspector.LastFrame(ctx, video, frame); err != nil {
			return nil, err
		}
	}
	mediaType, err := v.Inspector.Picture(frame)
	if err != nil {
		return nil, fmt.Errorf("the last frame does not decode: %w", err)
	}
	return clip, v.adopt(clip, video, frame, "last_frame"+extension(mediaType))
}

func (v *life) adopt(clip *store.Clip, video, frame, frameName string) error {
	if err := v.l.Adopt(frame, frameName); err != nil {
		return &unkept{err}
	}
	if err := v.l.Adopt(video, clipName); err != nil {
		return &unkept{err}
	}
	if err := v.describe(clip, frameName); err != nil {
		return &unkept{err}
	}
	return nil
}

// unkept is a failure of the disk: downloading again would not help.
type unkept struct{ error }

func (u *unkept) Unwrap() error { return u.error }

// describe measures the files of a clip that are in place.
func (v *life) describe(clip *store.Clip, frameName string) (err error) {
	if clip.Video, err = v.l.Describe(clipName); err != nil {
		return err
	}
	clip.LastFrame, err = v.l.Describe(frameName)
	return err
}

func (v *life) download(ctx context.Context, u SignedURL, path string, limit int64) error {
	if u == "" {
		return errors.New("the task succeeded without a result")
	}
	f, err := v.l.Create(path)
	if err != nil {
		return &unkept{err}
	}
	defer f.Close()
	to := &disk{to: f}
	if err := v.Provider.Fetch(ctx, u, to, limit); to.err != nil {
		return &unkept{to.err}
	} else if err != nil {
		return err
	}
	if to.n == 0 {
		return errors.New("the download is empty")
	}
	if err := f.Close(); err != nil {
		return &unkept{err}
	}
	return nil
}

// disk writes to a file and remembers whether that failed, since a provider may call it a failed download.
type disk struct {
	to  io.Writer
	n   int64
	err error
}

func (d *disk) Write(b []byte) (n int, err error) {
	n, err = d.to.Write(b)
	d.n += int64(n)
	d.err = err
	return n, err
}
