package falsim

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shotchain/chain/models"
	"shotchain/chain/sim"
	"shotchain/chain/sim/trouble"
)

// The statuses of a request, as fal names them: there are no others.
const (
	inQueue    = "IN_QUEUE"
	inProgress = "IN_PROGRESS"
	completed  = "COMPLETED"
)

// How long things live; fal-api.md §5.
const (
	resultLife  = 30 * 24 * time.Hour // of a result with payload storage, from its end
	briefLife   = time.Hour           // of one without
	fileLife    = 7 * 24 * time.Hour  // of a clip
	defaultWait = 30 * 24 * time.Hour // in the queue, where no start timeout is asked for
)

// request is one that was taken. What submit set is immutable; the rest is guarded by the service's mutex.
type request struct {
	id, endpoint, app string
	model             *models.Model
	kind              string
	input             map[string]json.RawMessage
	order             order
	bad               *problem // what the model will say of its input
	pictures          []Picture
	scene             sim.Scene
	dir, base         string
	hook              string
	sent, latest      time.Time // latest: it must have started by then
	fault             *trouble.Fault

	status         string
	held, filmed   bool
	cancelled      bool // somebody asked for it
	started, due   time.Time
	ended          time.Time
	stop           func()
	footage        sim.Footage
	err            error
	result         outcome
	tokens, billed int64 // billed: millionths of a dollar
	loads          int
}

// outcome is what the result call answers.
type outcome struct {
	status int
	kind   string // X-Fal-Error-Type
	body   any
	units  string // x-fal-billable-units
}

// loop does what falls due while nobody asks.
func (s *Service) loop() {
	defer s.wg.Done()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		s.mu.Lock()
		next := s.settle()
		s.mu.Unlock()
		timer.Reset(next)
		select {
		case <-s.ctx.Done():
			return
		case <-s.wake:
		case <-timer.C:
		}
	}
}

// settle does everything that is due and returns how long nothing more is.
func (s *Service) settle() time.Duration {
	now, next := s.now(), time.Hour
	for _, r := range s.all {
		switch {
		case r.status == inQueue && !now.Before(r.latest):
			s.end(r, r.latest, refusal(504, "request_timeout", "Request timed out"))
		case r.status == inQueue && !r.held && (s.o.Concurrency < 0 || s.running < s.o.Concurrency):
			s.start(r, now)
		case r.status == inProgress && r.filmed && !now.Before(r.due):
			s.finish(r, now)
		}
		for _, at := range []time.Time{r.latest, r.due} {
			if r.status != completed && at.After(now) {
				next = min(next, at.Sub(now))
			}
		}
	}
	if s.startable() {
		return s.settle()
	}
	return next
}

// startable reports whether a place became free after the queue had been looked at.
func (s *Service) startable() bool {
	return (s.o.Concurrency < 0 || s.running < s.o.Concurrency) && slices.ContainsFunc(s.all, func(r *request) bool {
		return r.status == inQueue && !r.held
	})
}

func (s *Service) start(r *request, at time.Time) {
	s.running++
	s.most = max(s.most, s.running)
	r.status, r.started = inProgress, at
	r.due = at.Add(time.Duration(s.o.Pace * float64(r.model.ExpectedTime(r.order.seconds))))
	s.o.Log.Info("request in progress", "request", r.id)
	if r.fault.Does("stall") {
		return
	}
	if r.fault != nil || r.bad != nil {
		r.filmed = true
		return
	}
	if s.closed {
		return
	}
	ctx, stop := context.WithCancel(s.ctx)
	r.stop = stop
	s.wg.Add(1)
	go s.filming(ctx, r)
}

func (s *Service) filming(ctx context.Context, r *request) {
	defer s.wg.Done()
	select {
	case s.film <- struct{}{}:
	case <-ctx.Done():
		return
	}
	f, err := s.shoot(ctx, r.scene, r.dir)
	<-s.film
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.status != inProgress {
		_ = os.RemoveAll(r.dir)
		return
	}
	r.filmed, r.footage, r.err = true, f, err
	s.settle()
	s.poke()
}

func (s *Service) shoot(ctx context.Context, sc sim.Scene, dir string) (f sim.Footage, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("camera: %v", p)
		}
	}()
	return s.o.Camera(ctx, sc, dir)
}

// finish ends a request that ran.
func (s *Service) finish(r *request, at time.Time) {
	switch f := r.fault; {
	case f.Does("cancel"):
		s.end(r, at, refusal(499, "client_cancelled", "The request was cancelled"))
	case f != nil && f.Status == 422:
		s.end(r, at, unprocessable(wrong("prompt", f.Code, "%s", f.Message)))
	case f != nil:
		s.end(r, at, refusal(f.Status, f.Code, f.Message))
	case r.bad != nil:
		s.end(r, at, unprocessable(r.bad))
	case r.err != nil:
		s.end(r, at, refusal(500, "internal_error", "Internal server error: "+r.err.Error()))
	default:
		s.succeed(r, at)
	}
}

// succeed makes the result, and bills it.
func (s *Service) succeed(r *request, at time.Time) {
	r.tokens = tokens(r)
	price, _ := r.model.Price(models.Fal, r.order.resolution, r.order.audio, false)
	r.billed = price.Cost(r.tokens).Micros
	seed := int64(rand.Uint32() >> 1)
	if r.order.seed != nil {
		seed = *r.order.seed
	}
	video := map[string]any{"url": r.base + "/files/b/" + r.id + "/" + filepath.Base(r.footage.Video)}
	if len(r.id)%2 == 0 && r.id[0]%2 == 0 { // half of them say what they are
		video["content_type"], video["file_name"] = "video/mp4", filepath.Base(r.footage.Video)
	} else {
		video["content_type"] = nil
	}
	s.end(r, at,
		outcome{status: 200, body: map[string]any{"video": video, "seed": seed},
			units: fmt.Sprintf("%.3f", float64(r.tokens)/1000)})
}

// tokens are what the clip is billed: without the extra frame that it has.
func tokens(r *request) int64 {
	return models.FrameTokens(models.Size{Width: r.scene.Width, Height: r.scene.Height}, models.Rate*r.order.seconds)
}

// end gives a request its result.
func (s *Service) end(r *request, at time.Time, o outcome) {
	if r.stop != nil {
		r.stop()
	}
	if r.status == inProgress {
		s.running--
	}
	r.status, r.ended, r.result = completed, at, o
	if o.status != 200 {
		_ = os.RemoveAll(r.dir)
	}
	s.o.Log.Info("request completed", "request", r.id, "result", o.status, "type", o.kind)
	if r.hook != "" {
		s.notify(r)
	}
}

func refusal(status int, kind, message string) outcome {
	return outcome{status: status, kind: kind, body: map[string]any{"detail": message, "error_type": kind}}
}

func unprocessable(p *problem) outcome {
	return outcome{status: 422, kind: p.Type, body: map[string]any{"detail": []problem{*p}}}
}

// newID is a request id: a version 4 UUID.
func newID() string {
	b := make([]byte, 16)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// lives reports whether the request's record and result are still to be had.
func (s *Service) lives(r *request) bool {
	life := resultLife
	if s.o.NoPayloads {
		life = briefLife
	}
	return r.status != completed || s.now().Before(r.ended.Add(life))
}

// appOf is owner and app of a model id.
func appOf(id string) string {
	parts := strings.Split(id, "/")
	return strings.Join(parts[:min(2, len(parts))], "/")
}
