package wire

import (
	"errors"
	"io"
	"sync"
)

// Upload is a create call's body. It knows how much of itself the transport has taken, which is the most that can
// have been sent: as long as its last byte – the closing brace – has not been taken, the service cannot have read a
// request. httptrace would know less: its events depend on the transport and come before the bytes leave.
//
// It is no bytes.Reader and has no GetBody on purpose: with either net/http could send it again.
type Upload struct {
	moved func() // called whenever the transport takes some

	mu      sync.Mutex
	rest    []byte
	taken   int
	stopped bool
}

// NewUpload sends a body; moved is called whenever the transport takes some of it.
func NewUpload(body []byte, moved func()) *Upload { return &Upload{rest: body, moved: moved} }

func (u *Upload) Read(p []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stopped {
		return 0, errors.New("upload stopped")
	}
	if len(u.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	u.taken += n
	u.moved()
	return n, nil
}

func (u *Upload) Close() error { return nil }

// Stop makes sure that nothing more is taken and says how much was: nothing, or everything, or some.
func (u *Upload) Stop() (none, all bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.stopped = true
	return u.taken == 0, len(u.rest) == 0
}
