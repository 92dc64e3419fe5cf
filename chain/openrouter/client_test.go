package openrouter_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/openrouter"
	"shotchain/chain/provider"
	"shotchain/chain/providertest"
	"shotchain/chain/sim"
	"shotchain/chain/sim/orsim"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/sim/trouble"
)

const (
	testKey = "sk-or-v1-6f1c0ffee0123456789abcdef"
	mini    = "bytedance/seedance-2.0-mini"
)

// control moves the stand-in for the conformance suite: its camera waits for a word on each job.
type control struct {
	t *testing.T
	s *orsim.Service

	mu    sync.Mutex
	words map[string]chan error // by job
}

func open(t *testing.T, behind bool) (provider.Provider, providertest.Control) {
	c := &control{t: t, words: map[string]chan error{}}
	s, err := orsim.New(orsim.Options{Camera: c.film, Dir: t.TempDir(), Key: testKey, Behind: behind, Concurrency: -1})
	require.NoError(t, err)
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		server.CloseClientConnections()
		server.Close()
	})
	c.s = s
	p, err := openrouter.New(openrouter.Options{BaseURL: server.URL + orsim.Prefix, Key: testKey})
	require.NoError(t, err)
	return p, c
}

func TestProviderAgainstTheStandIn(t *testing.T) {
	providertest.Run(t, func(t *testing.T) (provider.Provider, providertest.Control) { return open(t, false) })
}

// Where clips are behind the key, it goes to the configured host for them.
func TestProviderWhereClipsAreBehindTheKey(t *testing.T) {
	providertest.Run(t, func(t *testing.T) (provider.Provider, providertest.Control) { return open(t, true) })
}

func (c *control) word(id string) chan error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.words[id] == nil {
		c.words[id] = make(chan error, 1)
	}
	return c.words[id]
}

func (c *control) film(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
	select {
	case err := <-c.word(sc.Task):
		if err != nil {
			return sim.Footage{}, err
		}
		return simtest.Camera(ctx, sc, dir)
	case <-ctx.Done():
		return sim.Footage{}, ctx.Err()
	}
}

// until waits for a job's state, as the service behind calls it.
func (c *control) until(id, status string) {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		for _, e := range c.s.Stats().Tasks {
			if e.ID == id {
				return e.Status == status
			}
		}
		return false
	}, 10*time.Second, time.Millisecond, "%s is %s", id, status)
}

func (c *control) Request() provider.Request {
	var b bytes.Buffer
	require.NoError(c.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 320, 320))))
	return provider.Request{Model: mini, Prompt: "a boat", Duration: 4, Resolution: "480p", Ratio: "adaptive",
		FirstFrame: &provider.Frame{MediaType: "image/png", Data: b.Bytes()}}
}

func (c *control) Hold() { c.s.Host().Hold() }

func (c *control) Start(id string) {
	require.True(c.t, c.s.Host().Start(id))
	c.until(id, "running")
}

func (c *control) Succeed(id string) {
	c.word(id) <- nil
	c.until(id, "succeeded")
}

func (c *control) Fail(id string) {
	c.word(id) <- errors.New("the lens cap is on")
	c.until(id, "failed")
}

func (c *control) Forget(string) { c.s.Host().Advance(7*24*time.Hour + time.Minute) }
func (c *control) Lapse(string)  { c.s.Host().Advance(24*time.Hour + time.Minute) }
func (c *control) Made() int     { return c.s.Stats().Created }
func (c *control) Sent() int     { return c.s.Stats().Sent }

func (c *control) Refuse(class provider.Class) {
	f := trouble.Fault{Op: "create", Action: "drop-after"}
	if no, ok := map[provider.Class]struct {
		status int
		words  string
	}{
		provider.Invalid: {400, "duration must be one of [4 5 6]"}, provider.Moderated: {403, "Your input was flagged"},
		provider.Account: {402, "Insufficient credits"}, provider.Quota: {429, "Daily usage limit reached"},
		provider.Busy: {429, "Rate limit exceeded"},
	}[class]; ok {
		f = trouble.Fault{Op: "create", Action: "answer", Status: no.status, Code: "x", Message: no.words}
	}
	require.NoError(c.t, c.s.Inject(f))
}
