package ark

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/providertest"
	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
)

// simModel takes flex, which the blocker below needs.
const simModel = "doubao-seedance-1-0-pro-250528"

// simControl moves the simulator for the conformance suite. The simulator films one task at a time, and its camera
// waits for a word on each, so whatever comes while one is filmed stays queued. What occupies it at Hold is a flex
// task: lists of default tasks do not show it.
type simControl struct {
	t     *testing.T
	p     *Client
	s     *sim.Service
	held  string // the occupying task, "" for none
	holds int    // such tasks so far

	mu    sync.Mutex
	words map[string]chan error // by task
}

func TestProviderAgainstSimulator(t *testing.T) {
	providertest.Run(t, func(t *testing.T) (provider.Provider, providertest.Control) {
		c := onSimulator(t, sim.Options{})
		return c.p, c
	})
}

// onSimulator is a client of a simulator that films as the control says.
func onSimulator(t *testing.T, o sim.Options, change ...func(*Options)) *simControl {
	c := &simControl{t: t, words: map[string]chan error{}}
	o.Camera, o.Key, o.Limits = c.film, testKey, sim.NoRates
	o.Limits.Concurrency = 1
	server := simtest.NewServer(t, o)
	c.s, c.p = server.Sim, newClient(t, server.BaseURL(), change...)
	return c
}

func (c *simControl) word(id string) chan error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.words[id] == nil {
		c.words[id] = make(chan error, 1)
	}
	return c.words[id]
}

func (c *simControl) film(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
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

// until waits for a task's status.
func (c *simControl) until(id, status string) {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		tasks := c.s.Stats().Tasks
		i := slices.IndexFunc(tasks, func(e sim.Entry) bool { return e.ID == id })
		return i >= 0 && tasks[i].Status == status
	}, 10*time.Second, time.Millisecond, "%s is %s", id, status)
}

func (c *simControl) Request() provider.Request {
	var b bytes.Buffer
	require.NoError(c.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 320, 320))))
	return provider.Request{
		Model: simModel, Prompt: "a boat", Duration: 2, Resolution: "480p", Ratio: "1:1",
		FirstFrame: &provider.Frame{MediaType: "image/png", Data: b.Bytes()},
	}
}

func (c *simControl) Hold() {
	if c.held != "" {
		return
	}
	r := c.Request()
	r.ServiceTier = "flex"
	made, err := c.p.Create(c.t.Context(), r)
	require.NoError(c.t, err)
	c.held = made.Task
	c.holds++
	c.until(c.held, "running")
}

func (c *simControl) Start(id string) {
	c.word(c.held) <- nil
	c.held = ""
	c.until(id, "running")
}

func (c *simControl) Succeed(id string) {
	c.word(id) <- nil
	c.until(id, "succeeded")
}

func (c *simControl) Fail(id string) {
	c.word(id) <- errors.New("the lens cap is on")
	c.until(id, "failed")
}

func (c *simControl) Forget(string) { c.s.Advance(7*24*time.Hour + time.Minute) }
func (c *simControl) Lapse(string)  { c.s.Advance(24*time.Hour + time.Minute) }
func (c *simControl) Made() int     { return c.s.Stats().Created - c.holds }
func (c *simControl) Sent() int     { return c.s.Stats().Calls["create"] - c.holds }

func (c *simControl) Refuse(class provider.Class) {
	f := sim.Fault{Op: "create", Action: "drop-after"}
	if no, ok := refusals[class]; ok {
		f = sim.Fault{Op: "create", Action: "answer", Status: no.status, Code: no.code, Message: no.message}
	}
	require.NoError(c.t, c.s.Inject(f))
}

// Each way in which the simulator can go wrong at a create call, and what the client makes of it.
func TestCreateFaultsOfSimulator(t *testing.T) {
	for action, want := range map[string]struct {
		class provider.Class
		made  int
	}{
		"answer":        {provider.Lost, 0}, // a 500: nobody can tell
		"answer-after":  {provider.Lost, 1},
		"drop-before":   {provider.Lost, 0},
		"drop-after":    {provider.Lost, 1},
		"empty200":      {provider.Lost, 1},
		"html200":       {provider.Lost, 1},
		"html502":       {provider.Lost, 0},
		"html502-after": {provider.Lost, 1},
		"hang":          {provider.Lost, 0},
		"hang-after":    {provider.Lost, 1},
		"truncate":      {provider.Lost, 1},
		"corrupt":       {provider.Lost, 1},
		"slow":          {"", 1},
	} {
		t.Run(action, func(t *testing.T) {
			server := simtest.NewServer(t, sim.Options{Key: testKey, Limits: sim.NoRates})
			p := newClient(t, server.BaseURL(), func(o *Options) { o.CreatePatience = 100 * time.Millisecond })
			require.NoError(t, server.Sim.Inject(sim.Fault{Op: "create", Action: action, Delay: "1ms"}))
			made, err := p.Create(t.Context(),
				provider.Request{Model: simModel, Prompt: "a boat", Duration: 2, ExpiresAfter: 77_777})
			if want.class == "" {
				require.NoError(t, err)
				require.NotEmpty(t, made.Task)
			} else {
				require.Equal(t, want.class, faultOf(t, err).Class)
			}
			stats := server.Sim.Stats()
			require.Equal(t, want.made, stats.Created)
			require.Equal(t, 1, stats.Calls["create"], "sent once")

			tasks, complete, err := p.List(t.Context(), provider.Filter{})
			require.NoError(t, err)
			require.True(t, complete)
			require.Len(t, tasks, want.made, "and what was made is found")
			for _, task := range tasks {
				require.Equal(t, 77_777, task.ExpiresAfter)
			}
		})
	}
}

// Reads that go wrong are failed questions, whatever goes wrong; the answer is right once nothing does.
func TestReadFaultsOfSimulator(t *testing.T) {
	for _, action := range []string{"answer", "drop-before", "drop-after", "empty200", "html200", "html502", "hang",
		"truncate"} {
		t.Run(action, func(t *testing.T) {
			server := simtest.NewServer(t, sim.Options{Key: testKey, Limits: sim.NoRates})
			p := newClient(t, server.BaseURL(), func(o *Options) { o.Patience = 100 * time.Millisecond })
			made, err := p.Create(t.Context(), provider.Request{Model: simModel, Prompt: "a boat", Duration: 2})
			require.NoError(t, err)
			for _, op := range []string{"get", "list"} {
				require.NoError(t, server.Sim.Inject(sim.Fault{Op: op, Action: action, Times: -1}))
			}
			_, err = p.Get(t.Context(), ref(made.Task))
			require.Equal(t, provider.Busy, faultOf(t, err).Class)
			_, complete, err := p.List(t.Context(), provider.Filter{})
			want := provider.Busy
			if action == "html200" {
				want = provider.Invalid // where there is a page, there is no list
			}
			require.Equal(t, want, faultOf(t, err).Class)
			require.False(t, complete)
			require.Equal(t, provider.Busy, faultOf(t, p.Cancel(t.Context(), ref(made.Task))).Class)

			server.Sim.ClearFaults()
			_, err = p.Get(t.Context(), ref(made.Task))
			require.NoError(t, err)
		})
	}
}

func TestDownloadFaultsOfSimulator(t *testing.T) {
	server := simtest.NewServer(t, sim.Options{Key: testKey, Limits: sim.NoRates})
	p := newClient(t, server.BaseURL(), func(o *Options) { o.Patience = 100 * time.Millisecond })
	made, err := p.Create(t.Context(), provider.Request{Model: simModel, Prompt: "a boat", Duration: 2})
	require.NoError(t, err)
	var task provider.Task
	require.Eventually(t, func() bool {
		task, err = p.Get(t.Context(), ref(made.Task))
		return err == nil && task.Status == provider.Succeeded
	}, 10*time.Second, time.Millisecond)
	for _, action := range []string{"answer", "drop-before", "drop-after", "html502", "hang", "truncate"} {
		require.NoError(t, server.Sim.Inject(sim.Fault{Op: "video", Action: action, Times: -1}), action)
		err := p.Fetch(t.Context(), task.Video, &bytes.Buffer{}, 1<<20)
		require.Equal(t, provider.Busy, faultOf(t, err).Class, "%s: %v", action, err)
		keepsSecrets(t, err)
		server.Sim.ClearFaults()
	}
	var b bytes.Buffer
	require.NoError(t, p.Fetch(t.Context(), task.Video, &b, 1<<20))
	require.NotZero(t, b.Len(), fmt.Sprint(task))
}
