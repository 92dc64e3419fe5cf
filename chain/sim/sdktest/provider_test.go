package sdktest

import (
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
		c := &control{t: t}
		c.Hand = simtest.NewHand(t, func(id string) string { return simtest.StateAt(c.s.Sim, id) })
		c.s = simtest.NewServer(t, sim.Options{Limits: sim.NoRates, Camera: c.Film})
		return client(t, c.s.BaseURL()), c
	})
}

// control is the simulator in the suite's hands.
type control struct {
	*simtest.Hand
	t *testing.T
	s *simtest.Server
}

func (c *control) Request() provider.Request {
	data := pngData(c.t, stillURL(c.t, 320, 320))
	return provider.Request{Label: "a/b#1", Model: m20, Prompt: "a boat", Duration: 4, Resolution: "480p", Ratio: "adaptive",
		FirstFrame: &provider.Frame{Data: data, MediaType: "image/png"}}
}

func (c *control) Hold() { c.s.Sim.Hold() }

func (c *control) Start(id string) { require.True(c.t, c.s.Sim.Start(id)) }

func (c *control) Forget(string) { c.s.Sim.Advance(7 * 24 * time.Hour) }

func (c *control) Lapse(string) { c.s.Sim.Advance(24 * time.Hour) }

func (c *control) Refuse(class provider.Class) bool {
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
	return true
}

func (c *control) Made() int { return c.s.Sim.Stats().Created }

func (c *control) Sent() int { return c.s.Sim.Stats().Calls["create"] }
