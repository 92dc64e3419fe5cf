package chain

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/store"
)

// elsewhere is a Shooter as another process has it: it knows the plan and sees the store, and no more.
func (x *fixture) elsewhere(p *Plan) *Shooter {
	x.t.Helper()
	st, err := store.Open(x.st.Dir())
	require.NoError(x.t, err)
	s, err := NewShooter(p, RunOptions{Provider: x.f, Store: st, Inspector: glance{}})
	require.NoError(x.t, err)
	return s
}

// keptElsewhere is the clip of an outcome, read anew from the store.
func (x *fixture) keptElsewhere(out Outcome) *KeptClip {
	x.t.Helper()
	st, err := store.Open(x.st.Dir())
	require.NoError(x.t, err)
	k, err := KeptIn(st.Take(out.Dir.Key))
	require.NoError(x.t, err)
	return k
}

func TestTakesShotOneByOneByStrangersAreTheFilmOfARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		board := film(t, "a/one", "a/two", "a/mid from: {shot: a/one, at: 1s}",
			"b/end first_frame: https://example.com/s.png; ratio: adaptive; to: a/two")
		p := x.plan(board)
		done := map[*graph.Take]Outcome{}
		for _, take := range p.Graph.Takes {
			var up Upstream
			if take.From != nil {
				up.From = x.keptElsewhere(done[take.From])
			}
			if take.To != nil {
				up.To = x.keptElsewhere(done[take.To])
			}
			out := x.elsewhere(p).Shoot(t.Context(), take, up)
			require.NoError(t, out.Fault, take.Name())
			require.Equal(t, Kept, out.Standing)
			require.Equal(t, out.Clip.Cost, out.Spent)
			done[take] = out
		}
		simtest.Hold(t, x.st, x.f.sales())
		require.Equal(t, provider.SignedURL("https://files/cgt-1/last"), x.f.tasks[1].req.FirstFrame.URL)

		r, err := x.run(t.Context(), x.plan(board))
		require.NoError(t, err)
		require.Equal(t, 4, r.Count(Cached), "a run finds each where it would have put it: %v", stages(r))
		require.Equal(t, 4, x.f.created())
		out := x.elsewhere(p).Shoot(t.Context(), p.Graph.Takes[0], Upstream{})
		require.Equal(t, Cached, out.Standing, "the clip is there, whatever the plan said")
		require.Equal(t, 4, x.f.created())
	})
}

func TestATakeWithoutWhatItGrowsFromIsNotShot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		p := x.plan(film(t, "a/one", "a/two", "a/three first_frame: https://example.com/s.png; ratio: adaptive; to: a/one"))
		two, three := p.Graph.Take("a/two"), p.Graph.Take("a/three")
		out := x.elsewhere(p).Shoot(t.Context(), two, Upstream{})
		require.Equal(t, Skipped, out.Standing)
		require.Equal(t, p.Graph.Take("a/one"), out.Behind)
		out = x.elsewhere(p).Shoot(t.Context(), three, Upstream{})
		require.EqualError(t, out.Fault, "it ends on a frame of a/one, which is not there")
		require.Zero(t, x.f.calls["create"])
	})
}

func TestATakeThatThePlanLeavesOutIsNotShot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.o.Only = map[string]bool{"a/two": true}
		p := x.plan(film(t, "a/one", "a/two from: none"))
		out := x.elsewhere(p).Shoot(t.Context(), p.Graph.Take("a/one"), Upstream{})
		require.Equal(t, Left, out.Standing)
		require.Zero(t, x.f.calls["create"])
	})
}

func TestTheShootersOfOneTakeBuyItOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		p := x.plan(film(t, "a/one"))
		outs := make(chan Outcome)
		for range 3 {
			s := x.elsewhere(p)
			go func() { outs <- s.Shoot(t.Context(), p.Graph.Takes[0], Upstream{}) }()
			time.Sleep(time.Second)
		}
		var task string
		for range 3 {
			out := <-outs
			require.NoError(t, out.Fault)
			require.Contains(t, []string{"", out.Clip.Task}, task)
			task = out.Clip.Task
		}
		require.Equal(t, 1, x.f.created())
	})
}
