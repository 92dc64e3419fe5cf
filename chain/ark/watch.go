package ark

import (
	"context"
	"errors"
	"io"
	"time"
)

// errStalled is the cause of a context that a watch has ended.
var errStalled = errors.New("no data came or went for too long")

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

// reader touches the watch for every byte that arrives.
func (w *watch) reader(r io.Reader) io.Reader { return watched{r, w} }

type watched struct {
	io.Reader
	w *watch
}

func (r watched) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if n > 0 {
		r.w.touch()
	}
	return n, err
}
