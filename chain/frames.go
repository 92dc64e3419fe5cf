package chain

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"shotchain/chain/store"
	"shotchain/storyboard"
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

// frozen are the files in a take's folder that hold its pictures; "" where there are none.
type frozen struct {
	first, last string
	references  []string
}

// freeze puts the bytes of the take's pictures into its folder.
func (v *life) freeze(ctx context.Context) (f frozen, err error) {
	r := v.t.Request
	if f.first, err = v.freezeFrame(ctx, "first_frame", v.up.from, v.t.from(), r.FirstFrame, v.t.Shot.FirstFrame); err != nil {
		return f, err
	}
	if f.last, err = v.freezeFrame(ctx, "end_frame", v.up.to, v.t.ToFrame, r.LastFrame, v.t.ending); err != nil {
		return f, err
	}
	for i := range r.References {
		name, err := v.freezeFrame(ctx, fmt.Sprintf("reference_%d", i+1), nil, 0, &r.References[i], v.t.looks[i])
		if err != nil {
			return f, err
		}
		f.references = append(f.references, name)
	}
	return f, nil
}

// freezeFrame freezes one picture: a frame of another take's clip, or a still, fitted where it must be.
func (v *life) freezeFrame(ctx context.Context, name string, up *Outcome, frame int, f *Frame, still *storyboard.Still) (string, error) {
	switch {
	case up != nil && frame == Last:
		b, err := up.Dir.ReadFile(up.Clip.LastFrame.Name, maxFrameBytes)
		if err != nil {
			return "", err
		}
		name += filepath.Ext(up.Clip.LastFrame.Name)
		return name, v.l.WriteFile(name, b)
	case up != nil:
		return v.freezeMoment(ctx, name+".png", up, frame)
	case f == nil || f.Web != "":
		return "", nil
	}
	b, err := still.Read()
	if err != nil {
		return "", err
	}
	name += "." + still.Format
	if f.Fit != "" {
		var width, height int
		if _, err := fmt.Sscanf(f.Fit, "%dx%d", &width, &height); err != nil {
			return "", err
		}
		if b, err = v.Inspector.Fit(b, width, height); err != nil {
			return "", fmt.Errorf("the still does not fit: %w", err)
		}
		name = strings.TrimSuffix(name, still.Format) + "png"
	}
	return name, v.l.WriteFile(name, b)
}

// freezeMoment decodes a frame from the middle of a clip.
func (v *life) freezeMoment(ctx context.Context, name string, up *Outcome, frame int) (string, error) {
	if frame >= up.Clip.Frames {
		return "", fmt.Errorf("the clip of %s has %d frames: there is no frame %d to continue from", up.Take.Name(), up.Clip.Frames, frame)
	}
	temp := v.l.Temp(name)
	defer v.discard(temp)
	if err := v.Inspector.FrameAt(ctx, up.Dir.Path(up.Clip.Video.Name), frame, temp); err != nil {
		return "", err
	}
	return name, v.l.Adopt(temp, name)
}

// request is the take's request as it is sent. fresh says that pictures of it are the provider's own URLs, with bytes
// to fall back on.
func (v *life) request(ctx context.Context, a *store.Attempt) (req Request, fresh bool) {
	req = v.t.Request
	req.Label = v.t.Name() + "#" + v.l.Key[:12] + "-" + strconv.Itoa(a.Number)
	req.ExpiresAfter = a.Mark
	req.CallbackURL = string(v.Callback)
	if with, err := v.withBytes(req); err == nil {
		req = with
	}
	if v.up.from != nil && v.t.from() == Last {
		if u := v.frameURL(ctx, v.up.from); u != "" {
			req.FirstFrame, fresh = &Frame{Digest: v.a.first, URL: u}, true
		}
	}
	if v.up.to != nil && v.t.ToFrame == Last {
		if u := v.frameURL(ctx, v.up.to); u != "" {
			req.LastFrame, fresh = &Frame{Digest: v.a.last, URL: u}, true
		}
	}
	return req, fresh
}

// withBytes puts the frozen pictures into the request.
func (v *life) withBytes(req Request) (Request, error) {
	kept, err := v.l.Request()
	if err != nil {
		return req, err
	}
	if req.FirstFrame, err = v.frozenFrame(kept.First, v.a.first, req.FirstFrame); err != nil {
		return req, err
	}
	if req.LastFrame, err = v.frozenFrame(kept.Last, v.a.last, req.LastFrame); err != nil {
		return req, err
	}
	references := make([]Frame, len(req.References))
	for i := range references {
		name := ""
		if i < len(kept.References) {
			name = kept.References[i]
		}
		f, err := v.frozenFrame(name, req.References[i].name(), &v.t.Request.References[i])
		if err != nil {
			return req, err
		}
		references[i] = *f
	}
	if len(references) > 0 {
		req.References = references
	}
	return req, nil
}

// frozenFrame reads one picture of the take's folder; without a file it is what the request has.
func (v *life) frozenFrame(file, name string, otherwise *Frame) (*Frame, error) {
	if file == "" {
		return otherwise, nil
	}
	b, err := v.l.ReadFile(file, maxFrameBytes)
	if err != nil {
		return nil, err
	}
	mediaType, err := v.Inspector.Picture(v.l.Path(file))
	if err != nil {
		return nil, err
	}
	return &Frame{Digest: name, MediaType: mediaType, Data: b}, nil
}

// extension is the file name's end for a picture's type.
func extension(mediaType string) string {
	return "." + strings.TrimPrefix(strings.Replace(mediaType, "jpeg", "jpg", 1), "image/")
}
