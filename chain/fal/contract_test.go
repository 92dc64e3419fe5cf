package fal_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/fal"
	"shotchain/chain/provider"
	"shotchain/chain/providertest"
	"shotchain/chain/sim/falsim"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/sim/trouble"
)

// control moves the stand-in for the conformance suite.
type control struct {
	*simtest.Hand
	t *testing.T
	s *falsim.Service
}

// fal's history may show all, or only what has ended: the contract is kept with both.
func TestProviderAgainstTheStandIn(t *testing.T) {
	for name, all := range map[string]bool{"a history of all": true, "a history of what has ended": false} {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, func(t *testing.T) (provider.Provider, providertest.Control) {
				return open(t, falsim.Options{HistoryAll: all})
			})
		})
	}
}

func open(t *testing.T, o falsim.Options) (provider.Provider, providertest.Control) {
	c := &control{t: t}
	c.Hand = simtest.NewHand(t, func(id string) string {
		for _, e := range c.s.Stats().Tasks {
			if e.ID == id {
				return e.Status
			}
		}
		return ""
	})
	o.Camera, o.Dir, o.Key, o.Concurrency = c.Film, t.TempDir(), testKey, -1
	s, err := falsim.New(o)
	require.NoError(t, err)
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		server.CloseClientConnections()
		server.Close()
	})
	c.s = s
	p, err := fal.New(fal.Options{BaseURL: server.URL, Key: testKey})
	require.NoError(t, err)
	return p, c
}

func (c *control) Request() provider.Request {
	return provider.Request{Model: mini, Prompt: "a boat", Duration: 4, Resolution: "480p", Ratio: "adaptive",
		FirstFrame: &provider.Frame{MediaType: "image/png", Data: simtest.Still(320, 320)}}
}

func (c *control) Hold() { c.s.Hold() }

func (c *control) Start(task string) {
	c.s.Start(idOf(task))
	c.Until(idOf(task), "running")
}

func (c *control) Succeed(task string) { c.Hand.Succeed(idOf(task)) }
func (c *control) Fail(task string)    { c.Hand.Fail(idOf(task)) }
func (c *control) Forget(string)       { c.s.Advance(30*24*time.Hour + time.Minute) }
func (c *control) Lapse(string)        { c.s.Advance(7*24*time.Hour + time.Minute) }
func (c *control) Made() int           { return c.s.Stats().Created }
func (c *control) Sent() int           { return c.s.Stats().Calls["create"] }

// Refuse declines what fal says only at the result, or never.
func (c *control) Refuse(class provider.Class) bool {
	f := trouble.Fault{Op: "create", Action: "drop-after"}
	no, ok := map[provider.Class]struct {
		status int
		words  string
	}{
		provider.Invalid: {422, "The body is not a JSON object"}, provider.Busy: {429, "Too many requests"},
		provider.Account: {403, "User is locked. Reason: Exhausted balance."},
	}[class]
	switch {
	case ok:
		f = trouble.Fault{Op: "create", Action: "answer", Status: no.status, Code: "x", Message: no.words}
	case class != provider.Lost:
		return false
	}
	require.NoError(c.t, c.s.Inject(f))
	return true
}
