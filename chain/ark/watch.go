package ark

import (
	"context"
	"errors"
	"io"
	"time"
)

// errStalled is the cause of a context that a watch has ended.
var errStalled = errors.New("no data came or went for too long")

// errSlow ends a download that has become a trickle.
var errSlow = errors.New("less than 60 kB came in a minute")

// A download that brings less than slowest bytes in each window is given up and begun anew. At 1 kB/s the largest
// clip of today's models (15 s of 1080p, about 20 MB) would take 5 h of the 24 h that its URL lives; telephone modems
// were faster. git and curl have the same two knobs (http.lowSpeedLimit, --speed-limit) and leave them to the user.
const (
	slowest = 60 * 1000
	window  = time.Minute
)

// watch is a context that ends when nothing has moved for a while, however long the whole takes.
type watch struct {
	context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	after  time.Duration
}

func newWatch(parent context.Context, after time.Duration) *watch {
	ctx, cancel := context.WithCancelCause(parent)
	return &watch{ctx, cancel, time.AfterFunc(after, func() { cancel(errStalled) }), after}
}

// touch says that something moved.
func (w *watch) touch() { w.timer.Reset(w.after) }

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// reader touches the watch for every byte that arrives, and fails when too few do.
func (w *watch) reader(r io.Reader) io.Reader { return &watched{Reader: r, w: w, since: time.Now()} }

// watched is a download's body.
type watched struct {
	io.Reader
	w     *watch
	since time.Time // when this window began
	came  int       // bytes in it
}

func (r *watched) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if n > 0 {
		r.w.touch()
	}
	r.came += n
	if err == nil && time.Since(r.since) >= window {
		if r.came < slowest {
			return n, errSlow
		}
		r.since, r.came = time.Now(), 0
	}
	return n, err
}
