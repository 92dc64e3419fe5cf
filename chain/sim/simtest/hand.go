package simtest

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"sync"
	"testing"
	"time"

	"shotchain/chain/sim"
)

// Hand moves a simulator step by step, for tests that decide when each of its tasks is filmed and what comes of it. It is
// the camera ([Hand.Film]), so that it is made before the simulator; state says then how a task stands there: queued,
// running, succeeded, failed, or "" for one that is not there. Safe for concurrent use.
type Hand struct {
	t     testing.TB
	state func(id string) string

	mu    sync.Mutex
	words map[string]chan error // by task
}

// NewHand is a hand that lets nothing be filmed before it says so.
func NewHand(t testing.TB, state func(id string) string) *Hand {
	return &Hand{t: t, state: state, words: map[string]chan error{}}
}

// StateAt is how a task stands at a simulator, as its books say.
func StateAt(s *sim.Service, id string) string {
	for _, e := range s.Stats().Tasks {
		if e.ID == id {
			return e.Status
		}
	}
	return ""
}

// word is where a task's scene waits for its end.
func (h *Hand) word(id string) chan error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.words[id] == nil {
		h.words[id] = make(chan error, 1)
	}
	return h.words[id]
}

// Film waits for the word on a task, and then films as Camera does.
func (h *Hand) Film(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
	select {
	case err := <-h.word(sc.Task):
		if err != nil {
			return sim.Footage{}, err
		}
		return Camera(ctx, sc, dir)
	case <-ctx.Done():
		return sim.Footage{}, ctx.Err()
	}
}

// Succeed lets a task that runs be filmed.
func (h *Hand) Succeed(id string) {
	h.t.Helper()
	h.word(id) <- nil
	h.Until(id, "succeeded")
}

// Fail lets a task that runs fail for the service's own reasons.
func (h *Hand) Fail(id string) {
	h.t.Helper()
	h.word(id) <- errors.New("the lens cap is on")
	h.Until(id, "failed")
}

// Until waits for a task to stand so, 10 s at most.
func (h *Hand) Until(id, state string) {
	h.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; {
		is := h.state(id)
		if is == state {
			return
		}
		if time.Now().After(end) {
			h.t.Fatalf("task %s is %q, not %s", id, is, state)
		}
		time.Sleep(time.Millisecond)
	}
}

// Still is a grey PNG of that size.
func Still(width, height int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		panic(err) // memory is always there to write to
	}
	return b.Bytes()
}
