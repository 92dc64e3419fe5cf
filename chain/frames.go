package chain

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"shotchain/chain/store"
)

// frameLife is how long a provider's last_frame_url lives, counted from the task's end, less the time that a create
// call may take to use it (ark-api.md §3: 24 h).
const frameLife = 24*time.Hour - 10*time.Minute

// livingFrame is a take's last frame as the provider holds it.
type livingFrame struct {
	url   SignedURL
	until time.Time
}

func (r *run) keepFrame(t *Take, task Task) {
	r.framesMu.Lock()
	defer r.framesMu.Unlock()
	r.frames[t] = livingFrame{task.LastFrame, finishedAt(task).Add(frameLife)}
}

// frameURL is the provider's own URL of a kept take's last frame, "" where it no longer lives. The untouched output
// of the same account is what the provider takes most readily (ark-api.md §7.5).
func (r *run) frameURL(ctx context.Context, up *Outcome) SignedURL {
	r.framesMu.Lock()
	f, known := r.frames[up.Take]
	r.framesMu.Unlock()
	if !known && !r.plan.Options.Forgetful && !up.Clip.Decoded && up.Clip.Task != "" && time.Since(up.Clip.FinishedAt) < frameLife {
		if task, err := r.Provider.Get(ctx, up.Clip.Task); err == nil && task.Status == Succeeded {
			r.keepFrame(up.Take, task)
			f = livingFrame{task.LastFrame, finishedAt(task).Add(frameLife)}
		}
	}
	if time.Now().After(f.until) {
		return ""
	}
	return f.url
}

// finishedAt is when a task ended by the service's clock; now, where it did not say.
func finishedAt(task Task) time.Time {
	if task.Updated.IsZero() {
		return time.Now()
	}
	return task.Updated
}

// request is the take's request as it is sent. fresh says that its first frame is the provider's own URL, with
// bytes to fall back on.
func (v *life) request(ctx context.Context, a *store.Attempt) (req Request, fresh bool) {
	req = v.t.Request
	req.Label = v.t.Name() + "#" + v.l.Key[:12] + "-" + strconv.Itoa(a.Number)
	req.ExpiresAfter = a.Mark
	req.CallbackURL = string(v.Callback)
	if v.up != nil {
		if u := v.frameURL(ctx, v.up); u != "" {
			req.FirstFrame = &Frame{Digest: v.first, URL: u}
			return req, true
		}
	}
	if req.FirstFrame != nil && req.FirstFrame.Web != "" {
		return req, false
	}
	if with, err := v.withBytes(req); err == nil {
		return with, false
	}
	return req, false
}

// withBytes puts the frozen first frame into the request.
func (v *life) withBytes(req Request) (Request, error) {
	kept, err := v.l.Request()
	if err != nil || kept.First == "" {
		return req, err
	}
	b, err := os.ReadFile(v.l.Path(kept.First))
	if err != nil {
		return req, err
	}
	mediaType, err := v.Inspector.Picture(v.l.Path(kept.First))
	if err != nil {
		return req, err
	}
	req.FirstFrame = &Frame{Digest: v.first, MediaType: mediaType, Data: b}
	return req, nil
}

// extension is the file name's end for a picture's type.
func extension(mediaType string) string {
	return "." + strings.TrimPrefix(strings.Replace(mediaType, "jpeg", "jpg", 1), "image/")
}
