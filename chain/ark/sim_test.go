package ark

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/providertest"
	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
)

// simModel is one that makes clips of two seconds.
const simModel = "doubao-seedance-1-0-pro-250528"

// simControl moves the simulator for the conformance suite.
type simControl struct {
	*simtest.Hand
	t *testing.T
	p *Client
	s *sim.Service
}

func TestProviderAgainstSimulator(t *testing.T) {
	providertest.Run(t, func(t *testing.T) (provider.Provider, providertest.Control) {
		c := onSimulator(t, sim.Options{})
		return c.p, c
	})
}

// onSimulator is a client of a simulator that films as the control says.
func onSimulator(t *testing.T, o sim.Options, change ...func(*Options)) *simControl {
	c := &simControl{t: t}
	c.Hand = simtest.NewHand(t, func(id string) string { return simtest.StateAt(c.s, id) })
	o.Camera, o.Key, o.Limits = c.Film, testKey, sim.NoRates
	server := simtest.NewServer(t, o)
	c.s, c.p = server.Sim, newClient(t, server.BaseURL(), change...)
	return c
}

func (c *simControl) Request() provider.Request {
	return provider.Request{
		Model: simModel, Prompt: "a boat", Duration: 2, Resolution: "480p", Ratio: "1:1",
		FirstFrame: &provider.Frame{MediaType: "image/png", Data: simtest.Still(320, 320)},
	}
}

func (c *simControl) Hold() { c.s.Hold() }

func (c *simControl) Start(id string) {
	require.True(c.t, c.s.Start(id))
	c.Until(id, "running")
}

func (c *simControl) Forget(string) { c.s.Advance(7*24*time.Hour + time.Minute) }
func (c *simControl) Lapse(string)  { c.s.Advance(24*time.Hour + time.Minute) }
func (c *simControl) Made() int     { return c.s.Stats().Created }
func (c *simControl) Sent() int     { return c.s.Stats().Calls["create"] }

func (c *simControl) Refuse(class provider.Class) bool {
	f := sim.Fault{Op: "create", Action: "drop-after"}
	if no, ok := refusals[class]; ok {
		f = sim.Fault{Op: "create", Action: "answer", Status: no.status, Code: no.code, Message: no.message}
	}
	require.NoError(c.t, c.s.Inject(f))
	return true
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
