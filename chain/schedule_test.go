package chain

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/graph"
	"shotchain/storyboard"
)

// randomFilm is a film of n shots in which each continues a random earlier one, or opens on its own.
func randomFilm(t testing.TB, r *rand.Rand, n int) *storyboard.Storyboard {
	shots := make([]string, n)
	for i := range shots {
		from := "none"
		if i > 0 && r.IntN(10) > 0 {
			from = fmt.Sprintf("s/n%d", max(0, i-1-r.IntN(40)))
		}
		shots[i] = fmt.Sprintf("s/n%d from: %s; duration: %ds", i, from, 4+r.IntN(12))
	}
	return film(t, shots...)
}

// bound is the least time in which any schedule could be done: the longest chain, or all work on all places.
func bound(g *graph.Graph, places int) time.Duration {
	work, path := time.Duration(0), time.Duration(0)
	for _, t := range g.Takes {
		work += t.Expected
		path = max(path, t.Remaining)
	}
	return max(path, work/time.Duration(places))
}

func TestTheScheduleIsWithinFivePercentOfTheBestPossible(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newFixture(t)
				x.f.places = 10
				p := x.plan(randomFilm(t, rand.New(rand.NewPCG(seed, 1)), 1000))
				began := time.Now()
				r, err := x.run(t.Context(), p)
				require.NoError(t, err)
				require.True(t, r.Whole())
				require.LessOrEqual(t, x.f.most, 10)
				took, best := time.Since(began), bound(p.Graph, 10)
				t.Logf("makespan %v, lower bound %v, forecast %v: %.3f", took, best, p.Expected, float64(took)/float64(best))
				require.LessOrEqual(t, took, best*105/100)
				require.LessOrEqual(t, p.Expected, best*105/100)
			})
		})
	}
}

func TestTheScheduleKeepsToEveryLimit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(1, 4).Draw(rt, "limit")
		g := compile(t,
			randomFilm(t, rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 2)), rapid.IntRange(1, 30).Draw(rt, "shots")))
		s := newSchedule(limit)
		for _, take := range g.Takes {
			s.push(take)
		}
		var out []*graph.Take
		seen := 0
		for {
			if next := s.pop(); next != nil {
				seen++
				out = append(out, next)
				require.LessOrEqual(t, len(out), limit)
			} else if len(out) == 0 {
				break
			} else {
				s.release(out[0])
				out = out[1:]
			}
		}
		require.Equal(t, len(g.Takes), seen, "every take is handed out once")
	})
}
