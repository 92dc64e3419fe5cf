package openrouter_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/openrouter"
	"shotchain/chain/provider"
	"shotchain/chain/providertest"
	"shotchain/chain/sim/orsim"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/sim/trouble"
)

const (
	testKey = "sk-or-v1-6f1c0ffee0123456789abcdef"
	mini    = "bytedance/seedance-2.0-mini"
)

// control moves the stand-in for the conformance suite.
type control struct {
	*simtest.Hand
	t *testing.T
	s *orsim.Service
}

func open(t *testing.T, behind bool) (provider.Provider, providertest.Control) {
	c := &control{t: t}
	c.Hand = simtest.NewHand(t, func(id string) string { return simtest.StateAt(c.s.Host(), id) })
	s, err := orsim.New(orsim.Options{Camera: c.Film, Dir: t.TempDir(), Key: testKey, Behind: behind, Concurrency: -1})
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

func (c *control) Request() provider.Request {
	return provider.Request{Model: mini, Prompt: "a boat", Duration: 4, Resolution: "480p", Ratio: "adaptive",
		FirstFrame: &provider.Frame{MediaType: "image/png", Data: simtest.Still(320, 320)}}
}

func (c *control) Hold() { c.s.Host().Hold() }

func (c *control) Start(id string) {
	require.True(c.t, c.s.Host().Start(id))
	c.Until(id, "running")
}

func (c *control) Forget(string) { c.s.Host().Advance(7*24*time.Hour + time.Minute) }
func (c *control) Lapse(string)  { c.s.Host().Advance(24*time.Hour + time.Minute) }
func (c *control) Made() int     { return c.s.Stats().Created }
func (c *control) Sent() int     { return c.s.Stats().Sent }

func (c *control) Refuse(class provider.Class) bool {
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
	return true
}
