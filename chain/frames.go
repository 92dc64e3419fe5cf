package chain

import (
	"cmp"
	"context"
	"strings"
	"time"

	"shotchain/chain/provider"
)

// frameLife is how long a service's own last frame can be named by its URL, counted from the task's end, less the time
// that a create call may take to use it; a day where nobody knows.
func frameLife(can provider.Abilities) time.Duration {
	return cmp.Or(can.ResultLife, 24*time.Hour) - 10*time.Minute
}

// livingFrame is a take's last frame as the provider holds it.
type livingFrame struct {
	url   provider.SignedURL
	until time.Time
}

func (s *Shooter) keepFrame(key string, task provider.Task) {
	s.framesMu.Lock()
	defer s.framesMu.Unlock()
	s.frames[key] = livingFrame{task.LastFrame, finishedAt(task).Add(frameLife(s.plan.Graph.Service.Can))}
}

// frameURL is the provider's own URL of a kept clip's last frame, "" where it no longer lives. The untouched output
// of the same account is what the provider takes most readily (ark-api.md §7.5).
func (s *Shooter) frameURL(ctx context.Context, up *KeptClip) provider.SignedURL {
	if s.plan.Graph.Service.Can.OwnFrames == provider.No || s.stranger(up) {
		return ""
	}
	s.framesMu.Lock()
	f, known := s.frames[up.Dir.Key]
	s.framesMu.Unlock()
	if !known && framed(up.Clip, s.plan.Graph.Service) {
		if task, err := s.how.Provider.Get(ctx, up.ref()); err == nil && task.Status == provider.Succeeded {
			s.keepFrame(up.Dir.Key, task)
			f = livingFrame{task.LastFrame, finishedAt(task).Add(frameLife(s.plan.Graph.Service.Can))}
		}
	}
	if time.Now().After(f.until) {
		return ""
	}
	return f.url
}

// stranger reports whether another service has made a clip.
func (s *Shooter) stranger(up *KeptClip) bool {
	r, err := up.Dir.Request()
	return err == nil && r.Provider != s.plan.Graph.Service.Namespace
}

// finishedAt is when a task ended by the service's clock; now, where it did not say.
func finishedAt(task provider.Task) time.Time {
	if task.Updated.IsZero() {
		return time.Now()
	}
	return task.Updated
}

// extension is the file name's end for a picture's type.
func extension(mediaType string) string {
	return "." + strings.TrimPrefix(strings.Replace(mediaType, "jpeg", "jpg", 1), "image/")
}
