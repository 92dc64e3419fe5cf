package wire

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrStalled is the cause of a context that a watch has ended.
var ErrStalled = errors.New("no data came or went for too long")

// ErrSlow ends a download that has become a trickle.
var ErrSlow = errors.New("less than 60 kB came in a minute")

// A download that brings less than slowest bytes in each window is given up and begun anew. At 1 kB/s the largest
// clip of today's models (15 s of 1080p, about 20 MB) would take 5 h of the 24 h that its URL lives; telephone modems
// were faster. git and curl have the same two knobs (http.lowSpeedLimit, --speed-limit) and leave them to the user.
const (
	slowest = 60 * 1000
	window  = time.Minute
)

// Watch is a context that ends when nothing has moved for a while, however long the whole takes.
type Watch struct {
	context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	after  time.Duration
}

// NewWatch begins to watch: it ends with its parent, or once nothing has moved for so long.
func NewWatch(parent context.Context, after time.Duration) *Watch {
	ctx, cancel := context.WithCancelCause(parent)
	return &Watch{ctx, cancel, time.AfterFunc(after, func() { cancel(ErrStalled) }), after}
}

// Touch says that something moved.
func (w *Watch) Touch() { w.timer.Reset(w.after) }

// Stop lets go of the watch.
func (w *Watch) Stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// Reader touches the watch for every byte that arrives, and fails when too few do.
func (w *Watch) Reader(r io.Reader) io.Reader { return &watched{Reader: r, w: w, since: time.Now()} }

// watched is a download's body.
type watched struct {
	io.Reader
	w     *Watch
	since time.Time // when this window began
	came  int       // bytes in it
}

func (r *watched) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if n > 0 {
		r.w.Touch()
	}
	r.came += n
	if err == nil && time.Since(r.since) >= window {
		if r.came < slowest {
			return n, ErrSlow
		}
		r.since, r.came = time.Now(), 0
	}
	return n, err
}
