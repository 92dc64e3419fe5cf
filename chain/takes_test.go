package chain

import (
	"fmt"
	"maps"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/storyboard"
)

func TestEachTakeHasItsOwnSeedAndOnlyThePickIsContinued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		p := x.plan(film(t, "a/one takes: 3; pick: 2; seed: 7", "a/two"))
		require.Equal(t, 4, p.Buys)
		require.Equal(t, map[string]Standing{"a/one": New, "a/one#2": New, "a/one#3": New, "a/two": Waits}, states(p))
		require.Equal(t, "grows from a/one#2, which is new", p.Of(p.Graph.Take("a/two")).Reason)
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 4, x.f.created())
		takes := p.Graph.TakesOf(p.Graph.Film.Shots()[0])
		require.Len(t, takes, 3)
		for i, take := range takes {
			require.EqualValues(t, 7+i, *r.Outcomes[take.Index].Clip.Seed, "recorded")
			require.Equal(t, i == 1, take.Picked())
			require.Equal(t, []graph.Use{{Film: 0, Variant: "", Shot: p.Graph.Film.Shots()[0], Number: i + 1}}, take.Uses)
		}
		require.Same(t, takes[1], p.Graph.Take("a/one"))
		require.Same(t, takes[1], p.Graph.Take("a/two").From)
	})
}

func TestTakesWithoutASeedAreStillDifferentTakes(t *testing.T) {
	g := compile(t, film(t, "a/one takes: 3", "b/two prompt: one; takes: 2; seed: -1"))
	require.Len(t, g.Takes, 5)
	require.Equal(t, compile(t, film(t, "a/one")).Takes[0].Identity, g.Takes[0].Identity,
		"the first take is that of a shot without takes")
}

func TestASeedThatTwoTakesReachIsOneClip(t *testing.T) {
	g := compile(t, film(t, "a/one takes: 3; seed: 7", "b/two prompt: one; seed: 9; takes: 2"))
	require.Len(t, g.Takes, 4)
	require.Same(t, g.TakesOf(g.Film.Shots()[0])[2], g.Take("b/two"))
}

func TestAnotherPickReusesWhatWasBought(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		with := func(pick int) *storyboard.Storyboard {
			return film(t, fmt.Sprintf("a/one takes: 2; pick: %d", pick), "a/two", "a/three")
		}
		for i, c := range []struct{ pick, bought int }{{1, 4}, {2, 6}, {1, 6}, {2, 6}} {
			p := x.plan(with(c.pick))
			r, err := x.run(t.Context(), p)
			require.NoError(t, err)
			require.True(t, r.Whole())
			require.Equal(t, c.bought, x.f.created(), "step %d", i)
			require.Equal(t, p.Total, r.Spent)
		}
	})
}

func TestAFailedTakeLeavesItsSiblingsUsable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.script = func(op, take string, _ int) error {
			if op == "create" && take == "a/one#2" {
				return &provider.Fault{Class: provider.Moderated, Message: "no"}
			}
			return nil
		}
		sb := film(t, "a/one takes: 3", "a/two")
		r, err := x.run(t.Context(), x.plan(sb))
		require.NoError(t, err)
		require.Equal(t, 1, r.Count(Failed))
		require.Equal(t, 3, r.Count(Kept))
		require.True(t, r.Of(sb.Shots()[1]).Ok())
	})
}

func TestNothingIsBoughtBehindAShotThatWaitsForAPick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, "a/one takes: 2; approve: true", "a/two", "a/three", "b/other")
		p := x.plan(sb)
		require.Equal(t,
			map[string]Standing{"a/one": New, "a/one#2": New, "a/two": Unpicked, "a/three": Unpicked, "b/other": New}, states(p))
		require.Equal(t, "waits for a pick of a/one", p.Of(p.Graph.Take("a/three")).Reason)
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, 3, x.f.created())
		require.Equal(t, Unpicked, stages(r)["a/three"])

		p = x.plan(film(t, "a/one takes: 2; approve: true; pick: 2", "a/two", "a/three", "b/other"))
		require.Equal(t, 2, p.Buys)
		_, err = x.run(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, 5, x.f.created())
		require.Equal(t, 3, x.plan(sb).Count(Cached),
			"what grew from the pick is not taken for what another take would have grown")
	})
}

func TestStopAtHoldsWhateverIsPicked(t *testing.T) {
	x := newFixture(t)
	x.o.StopAt = map[string]bool{"a/two": true}
	require.Equal(t, map[string]Standing{"a/one": New, "a/two": Waits, "a/three": Unpicked, "a/four": Unpicked},
		states(x.plan(film(t, "a/one", "a/two pick: 1", "a/three", "a/four"))))
}

// Bought takes are distinct keys, and going back to a pick buys nothing.
func TestRepickingProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		shots := rapid.IntRange(1, 5).Draw(rt, "shots")
		takes, from := make([]int, shots), make([]string, shots)
		for i := range shots {
			takes[i] = rapid.IntRange(1, 3).Draw(rt, "takes")
			if i > 0 && rapid.Bool().Draw(rt, "branch") {
				from[i] = fmt.Sprintf("; from: s%d", rapid.IntRange(0, i-1).Draw(rt, "from"))
			}
		}
		var picks [][]int
		for range rapid.IntRange(1, 3).Draw(rt, "versions") {
			pick := make([]int, shots)
			for i := range pick {
				pick[i] = rapid.IntRange(1, takes[i]).Draw(rt, "pick")
			}
			picks = append(picks, pick)
		}
		synctest.Test(t, func(t *testing.T) {
			x := newFixture(t)
			keys := map[string]bool{}
			for _, pick := range append(picks, picks...) {
				lines := make([]string, shots)
				for i := range lines {
					lines[i] = fmt.Sprintf("a/s%d takes: %d; pick: %d%s", i, takes[i], pick[i], from[i])
				}
				before, known := x.f.created(), maps.Clone(keys)
				p := x.plan(film(t, lines...))
				r, err := x.run(t.Context(), p)
				require.NoError(t, err)
				require.True(t, r.Whole())
				require.Equal(t, p.Buys, x.f.created()-before, "what the plan says is what the run buys")
				for _, o := range r.Outcomes {
					keys[o.Dir.Key] = true
				}
				require.Equal(t, len(keys)-len(known), x.f.created()-before)
			}
			require.Equal(t, len(keys), x.f.created())
		})
	})
}
