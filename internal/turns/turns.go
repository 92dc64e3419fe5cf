// Package turns lets all processes of one machine take turns at something that must not be done too often, such as a
// call that a service counts by account. [Open] names the thing by a file; [Turns.Take] waits for a turn, and what it
// returns ends the turn. Turns are taken one at a time, and the next begins no sooner than a pause after the end of
// the one before, whichever process had it; a process that dies in its turn gives it back.
package turns

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Turns are the turns of one thing. They may be used by many goroutines and processes at once.
type Turns struct {
	path  string
	pause time.Duration
}

// Open makes the file at path, and its folder where there is none.
func Open(path string, pause time.Duration) (*Turns, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return &Turns{path, pause}, f.Close()
}

// poll is how often a process looks whether another one's turn is over.
const poll = 20 * time.Millisecond

// stuck is how long somebody else's turn is waited for. Whoever has it longer is stopped, or asleep: it is passed.
const stuck = 2 * time.Minute

// Take waits for a turn, or for ctx's end. done must be called when the turn is over.
func (t *Turns) Take(ctx context.Context) (done func(), err error) {
	l := flock.New(t.path)
	patient, cancel := context.WithTimeout(ctx, stuck)
	defer cancel()
	if _, err := l.TryLockContext(patient, poll); err != nil && (ctx.Err() != nil || patient.Err() == nil) {
		_ = l.Close()
		return nil, err
	}
	if err := t.rest(ctx); err != nil {
		_ = l.Close()
		return nil, err
	}
	t.note() // its end may never be noted
	return func() {
		t.note()
		_ = l.Close()
	}, nil
}

// rest waits until the pause since the last turn is over. A note of the future, by a clock that was set back since,
// is no reason to wait longer than the pause.
func (t *Turns) rest(ctx context.Context) error {
	file, err := os.Stat(t.path)
	if err != nil {
		return err
	}
	timer := time.NewTimer(min(time.Until(file.ModTime().Add(t.pause)), t.pause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// note makes the file's time that of the last turn. Where that fails a turn loses its pause, and nothing else.
func (t *Turns) note() { _ = os.Chtimes(t.path, time.Time{}, time.Now()) }
