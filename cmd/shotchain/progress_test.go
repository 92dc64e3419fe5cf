package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain"
	"shotchain/chain/money"
	"shotchain/film"
)

// stages are all that a take can come through, in no order: bars must bear any.
var stages = []chain.Standing{chain.Waiting, chain.Submitting, chain.Busy, chain.Looking, chain.Queued,
	chain.Running, chain.Downloading, chain.Again, chain.Cached, chain.Kept, chain.Failed,
	chain.Skipped, chain.Unclear, chain.InFlight, chain.Stopped, chain.Left}

// TestBarsEnd holds that the terminal comes back whatever happened: with takes done, under way, or never begun, and
// the film half made. A bar that is neither completed nor aborted would hang the program for ever.
func TestBarsEnd(t *testing.T) {
	p := &program{env: func(string) string { return "" }}
	f, err := p.open(t.Context(), "../../examples/branches/film.yaml", filmFlags{}, storeFlags{})
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		var out bytes.Buffer
		p.terminal = newTerminal(&out, &out, &out, p.env)
		b := newBars(p, f)
		for range rapid.IntRange(0, 20).Draw(t, "events") {
			b.take(chain.Event{Time: time.Now(), Take: rapid.SampledFrom(f.Graph.Takes).Draw(t, "take"),
				Standing: rapid.SampledFrom(stages).Draw(t, "stage")})
		}
		for range rapid.IntRange(0, 3).Draw(t, "frames") {
			b.film(rapid.IntRange(0, 10).Draw(t, "done"), 10)
		}
		b.close()
		b.close()
		b.take(chain.Event{Take: f.Graph.Takes[0], Standing: chain.Running})
		b.film(1, 10)
	})
}

// TestEventLines holds what a log says of each change: the shot, the stage, and the service's words without control
// characters.
func TestEventLines(t *testing.T) {
	p := &program{env: func(string) string { return "" }}
	f, err := p.open(t.Context(), "../../examples/branches/film.yaml", filmFlags{}, storeFlags{})
	require.NoError(t, err)
	e := chain.Event{Take: f.Graph.Takes[0], Standing: chain.Running, Task: "cgt-1\x1b[31m", Message: "all\nwell"}
	require.Equal(t, "forest/path: running, task cgt-1 [31m: all well", eventLine(e, true))
	e = chain.Event{Take: f.Graph.Takes[0], Standing: chain.Kept, Task: "cgt-1",
		Cost: money.Amount{Micros: 1_500_000, Currency: "CNY"}}
	require.Equal(t, "forest/path: kept, ¥1.50", eventLine(e, true))
	require.Equal(t, "forest/path: kept", eventLine(e, false))
}

// TestTheLastLineCountsHonestly holds that only takes with a clip are done, and that the end is told as a duration.
func TestTheLastLineCountsHonestly(t *testing.T) {
	var out bytes.Buffer
	p := &program{env: func(string) string { return "" }}
	p.terminal = newTerminal(&out, &out, &out, p.env)
	f, err := p.open(t.Context(), "../../examples/branches/film.yaml", filmFlags{}, storeFlags{})
	require.NoError(t, err)
	b := newBars(p, f)
	defer b.close()
	plan, err := f.Plan(t.Context(), film.PlanOptions{})
	require.NoError(t, err)
	b.expects(plan.Plan)
	takes := f.Graph.Takes
	b.take(chain.Event{Take: takes[0], Standing: chain.Kept})
	require.Regexp(t, `^1 of \d+ done · 0 under way · \S+ s · about \S.* left$`, *b.said.Load())
	b.take(chain.Event{Take: takes[1], Standing: chain.Unpicked})
	b.take(chain.Event{Take: takes[2], Standing: chain.Skipped})
	require.Regexp(t, `^1 of \d+ done · 0 under way · 1 waiting for a pick · 1 not made · `, *b.said.Load())
}

// TestALateBarIsNotFull holds that a bar grows, reaches nine tenths when a take is usually there, and is never full.
func TestALateBarIsNotFull(t *testing.T) {
	require.InDelta(t, 0.45, progressed(5*time.Second, 10*time.Second), 1e-9)
	require.InDelta(t, 0.9, progressed(10*time.Second, 10*time.Second), 1e-9)
	rapid.Check(t, func(t *rapid.T) {
		usual := time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "usual"))
		a := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "a"))
		later := a + time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "later"))
		require.LessOrEqual(t, progressed(a, usual), progressed(later, usual))
		require.Less(t, progressed(later, usual), 1.0)
	})
}
