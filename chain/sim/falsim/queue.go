package falsim

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"shotchain/chain/models"
	"shotchain/chain/sim"
)

// submit takes a request: whatever its input, which only the model reads. It exists from here on.
func (s *Service) submit(c *call) answer {
	m, kind := s.served(c.id)
	if m == nil {
		return detail(http.StatusNotFound, "", "Application %q not found", c.id)
	}
	var input map[string]json.RawMessage
	if json.Unmarshal(c.body, &input) != nil || input == nil {
		return detail(http.StatusUnprocessableEntity, "", "The body is not a JSON object")
	}
	wait, err := startTimeout(c.http.Header)
	if err != nil {
		return detail(http.StatusBadRequest, "", "%v", err)
	}
	o, bad := read(m, kind, input)
	r := &request{endpoint: c.id, app: appOf(c.id), model: m, kind: kind, input: input, order: o, bad: bad, base: c.base,
		hook: c.http.URL.Query().Get("fal_webhook"), status: inQueue}
	if err := s.prepare(r); err != nil {
		return detail(http.StatusInternalServerError, "internal_error", "%v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	r.id, r.sent, r.held = newID(), s.now(), s.hold
	r.scene.Task = r.id
	r.latest = r.sent.Add(wait)
	r.fault = s.faults.Use("task", r.id, r.endpoint, o.prompt, r.sent)
	s.all, s.byID[r.id] = append(s.all, r), r
	place := 0
	for _, other := range s.all {
		if other != r && other.status == inQueue {
			place++
		}
	}
	v := r.links()
	v["status"], v["queue_position"] = inQueue, place
	s.settle()
	s.poke()
	a := says(http.StatusOK, v)
	a.header.Set("X-Fal-Request-Id", r.id)
	return a
}

// served is the model and kind of a route.
func (s *Service) served(route string) (*models.Model, string) {
	for _, kind := range []string{textRoute, imageRoute, referenceRoute} {
		id, ok := strings.CutSuffix(route, "/"+kind)
		if !ok {
			continue
		}
		for i := range s.o.Models.Models {
			m := &s.o.Models.Models[i]
			there := m.At(models.Fal)
			if offer, sold := m.Regions[models.Fal]; sold && offer.ID == id &&
				(kind != referenceRoute || there.References.Images > 0) {
				return there, kind
			}
		}
	}
	return nil, ""
}

// startTimeout reads by when the work must have started, under either name.
func startTimeout(h http.Header) (time.Duration, error) {
	for _, name := range []string{"X-Fal-Request-Timeout", "X-Fal-Request-Start-Timeout"} {
		if v := h.Get(name); v != "" {
			n, err := strconv.ParseFloat(v, 64)
			if err != nil || n <= 1 {
				return 0, fmt.Errorf("%s must be greater than 1", name)
			}
			return time.Duration(n * float64(time.Second)), nil
		}
	}
	return defaultWait, nil
}

// prepare opens the pictures and decides what is filmed. What is wrong with them shows at the result.
func (s *Service) prepare(r *request) (err error) {
	if r.dir, err = os.MkdirTemp(s.o.Dir, "clip-"); err != nil {
		return err
	}
	o, m := r.order, r.model
	r.scene = sim.Scene{Model: m.Alias, Prompt: o.prompt, Frames: models.Frames(o.seconds), FPS: models.Rate,
		Audio:       o.audio,
		CameraFixed: o.fixed, Resolution: o.resolution, Codec: "h264", Format: "mp4"}
	if o.seed != nil {
		r.scene.Seed = *o.seed
	}
	var opening models.Size
	for _, in := range o.images {
		p, bad := s.look(in, r.base, m.Images)
		if bad != nil && r.bad == nil {
			r.bad = bad
		}
		if bad != nil {
			continue
		}
		r.pictures = append(r.pictures, Picture{in.role, fmt.Sprintf("%x", sha256.Sum256(p.data))})
		switch in.role {
		case "first_frame":
			r.scene.FirstFrame, r.scene.FirstFrameType, opening = p.data, "image/"+p.format, p.size
		case "last_frame":
			r.scene.LastFrame, r.scene.LastFrameType = p.data, "image/"+p.format
		default:
			r.scene.References = append(r.scene.References, p.data)
		}
	}
	switch {
	case r.bad != nil:
	case strings.Contains(o.prompt, Refused):
		r.bad = wrong("prompt", "content_policy_violation",
			"The content could not be processed because it contained material flagged by a content checker.")
		r.bad.Ctx = map[string]any{"extra_info": map[string]string{"reason": "partner_validation_failed"}}
	case strings.Contains(o.prompt, Unfilmable):
		r.bad = wrong("prompt", "no_media_generated", "No media was generated")
	}
	ratio := o.ratio
	if ratio == "auto" {
		ratio = m.NearestRatio(o.resolution, opening)
	}
	size, _ := m.Pixels(o.resolution, ratio, opening)
	r.scene.Width, r.scene.Height, r.scene.Ratio = size.Width, size.Height, ratio
	return nil
}

// links are a request's three URLs, and its id.
func (r *request) links() map[string]any {
	at := r.base + "/" + r.app + "/requests/" + r.id
	return map[string]any{"request_id": r.id, "response_url": at, "status_url": at + "/status",
		"cancel_url": at + "/cancel"}
}

// find is a request by its id and app. Only with the mutex.
func (s *Service) find(c *call) *request {
	s.settle()
	r := s.byID[c.id]
	if r == nil || !s.lives(r) || !strings.HasPrefix(c.http.URL.Path, "/"+r.app+"/requests/") {
		return nil
	}
	return r
}

func notFound() answer { return says(http.StatusNotFound, map[string]string{"status": "NOT_FOUND"}) }

// state answers the status call: 202 until the request has ended, however it ended.
func (s *Service) state(c *call) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(c)
	if r == nil {
		return notFound()
	}
	v := r.links()
	v["status"], v["logs"] = r.status, nil
	switch r.status {
	case completed:
		v["metrics"] = map[string]float64{"inference_time": max(r.ended.Sub(r.started).Seconds(), 0)}
		return says(http.StatusOK, v)
	case inQueue:
		v["queue_position"] = 0
	}
	return says(http.StatusAccepted, v)
}

// outcome answers the result call: with the model's own status and body.
func (s *Service) outcome(c *call) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(c)
	switch {
	case r == nil:
		return notFound()
	case r.status != completed:
		return says(http.StatusBadRequest, map[string]string{"status": r.status, "request_id": r.id})
	}
	a := says(r.result.status, r.result.body)
	a.header.Set("X-Fal-Request-Id", r.id)
	if r.result.kind != "" {
		a.header.Set("X-Fal-Error-Type", r.result.kind)
	}
	if r.result.units != "" {
		a.header.Set("X-Fal-Billable-Units", r.result.units)
	}
	return a
}

// cancelled answers the cancel call: what waits is removed, what runs is told.
func (s *Service) cancelled(c *call) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(c)
	switch {
	case r == nil:
		return notFound()
	case r.status == completed:
		return says(http.StatusBadRequest, map[string]string{"status": "ALREADY_COMPLETED"})
	}
	r.cancelled = true
	if r.status == inQueue || s.o.CancelStops {
		s.end(r, s.now(), refusal(499, "client_cancelled", "The request was cancelled"))
		s.settle()
		s.poke()
	}
	if s.o.OldCancel {
		return says(http.StatusOK, map[string]bool{"success": true})
	}
	return says(http.StatusAccepted, map[string]string{"status": "CANCELLATION_REQUESTED"})
}
