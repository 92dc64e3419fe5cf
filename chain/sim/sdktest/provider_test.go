package sdktest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/providertest"
	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
)

// Our client at the simulator keeps the contract that every provider keeps.
func TestClientAtTheSimulatorIsAProvider(t *testing.T) {
	providertest.Run(t, func(t *testing.T) (provider.Provider, providertest.Control) {
		c := &control{t: t, cuts: map[string]chan error{}}
		c.s = simtest.NewServer(t, sim.Options{Limits: sim.NoRates, Camera: c.film})
		return client(t, c.s.BaseURL()), c
	})
}

// control is the simulator in the suite's hands.
type control struct {
	t *testing.T
	s *simtest.Server

	mu   sync.Mutex
	held bool
	cuts map[string]chan error // by task
}

// film waits to be told how it ends, where tasks are held.
func (c *control) film(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
	c.mu.Lock()
	held := c.held
	c.mu.Unlock()
	if held {
		select {
		case err := <-c.cut(sc.Task):
			if err != nil {
				return sim.Footage{}, err
			}
		case <-ctx.Done():
			return sim.Footage{}, ctx.Err()
		}
	}
	return simtest.Camera(ctx, sc, dir)
}

func (c *control) cut(task string) chan error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cuts[task] == nil {
		c.cuts[task] = make(chan error)
	}
	return c.cuts[task]
}

func (c *control) Request() provider.Request {
	data := pngData(c.t, stillURL(c.t, 320, 320))
	return provider.Request{Label: "a/b#1", Model: m20, Prompt: "a boat", Duration: 4, Resolution: "480p", Ratio: "adaptive",
		FirstFrame: &provider.Frame{Data: data, MediaType: "image/png"}}
}

func (c *control) Hold() {
	c.mu.Lock()
	c.held = true
	c.mu.Unlock()
	c.s.Sim.Hold()
}

func (c *control) Start(id string) { require.True(c.t, c.s.Sim.Start(id)) }

func (c *control) Succeed(id string) { c.end(id, nil, "succeeded") }

func (c *control) Fail(id string) { c.end(id, errors.New("the camera broke"), "failed") }

func (c *control) end(id string, err error, status string) {
	c.cut(id) <- err
	require.Eventually(c.t, func() bool {
		for _, e := range c.s.Sim.Stats().Tasks {
			if e.ID == id {
				return e.Status == status
			}
		}
		return false
	}, 5*time.Second, time.Millisecond)
}

func (c *control) Forget(string) { c.s.Sim.Advance(7 * 24 * time.Hour) }

func (c *control) Lapse(string) { c.s.Sim.Advance(24 * time.Hour) }

func (c *control) Refuse(class provider.Class) {
	f := sim.Fault{Op: "create", Action: "answer"}
	switch class {
	case provider.Invalid:
		f.Status, f.Code = 400, "InvalidParameter"
	case provider.Moderated:
		f.Status, f.Code = 400, "InputTextSensitiveContentDetected"
	case provider.Account:
		f.Status, f.Code = 403, "AccountOverdueError"
	case provider.Quota:
		f.Status, f.Code, f.Message = 429, "QuotaExceeded", "The usage limit of this period is reached. It resets at 2026-12-01 00:00."
	case provider.Busy:
		f.Status, f.Code = 429, "ServerOverloaded"
	case provider.Lost:
		f.Action = "drop-after"
	default:
		c.t.Fatalf("a create is not refused as %s", class)
	}
	require.NoError(c.t, c.s.Sim.Inject(f))
}

func (c *control) Made() int { return c.s.Sim.Stats().Created }

func (c *control) Sent() int { return c.s.Sim.Stats().Calls["create"] }
