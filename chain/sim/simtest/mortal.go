package simtest

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"shotchain/chain/store"
	"shotchain/internal/durable"
	"shotchain/internal/durable/durabletest"
)

var errKilled = errors.New("killed")

// Mortal is a process that dies at a point: from there on it changes no disk and hears no answer. What it had sent by
// then is with the service. It is for many goroutines at once.
type Mortal struct {
	Die context.CancelFunc // ends what the process is doing
	At  int                // the point, counted from 1; 0: it does not die

	mu sync.Mutex
	n  int // points passed
}

// Died reports whether it got as far as its end.
func (m *Mortal) Died() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.At > 0 && m.n >= m.At
}

func (m *Mortal) step() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.n++; m.At > 0 && m.n >= m.At {
		m.Die()
		return errKilled
	}
	return nil
}

// Store opens the store in a folder on a disk that has a point before each change.
func (m *Mortal) Store(dir string) (*store.Store, error) {
	before := func(c durabletest.Call) error {
		if c.Changes() && c.Op != durabletest.Finished {
			return m.step()
		}
		return nil
	}
	return store.Open(dir, store.On(func(d string) durable.FS { return durabletest.Before(durable.OS(d), before) }))
}

// Client speaks as another does, with a point before each call is sent, and one before its answer is heard.
func (m *Mortal) Client(c *http.Client) *http.Client {
	return &http.Client{Transport: line{c.Transport, m}}
}

type line struct {
	to http.RoundTripper
	m  *Mortal
}

func (l line) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := l.m.step(); err != nil {
		return nil, err
	}
	res, err := l.to.RoundTrip(r)
	if dead := l.m.step(); dead != nil {
		if err == nil {
			_ = res.Body.Close()
		}
		return nil, dead
	}
	return res, err
}
