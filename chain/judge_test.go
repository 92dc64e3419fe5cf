package chain

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"shotchain/chain/graph"
)

// strict holds everything that grows from one shot, and remembers what it was asked.
type strict struct {
	shot  string
	asked []string
	other error // for all others
}

func (s *strict) Judge(_ context.Context, from Outcome, next *graph.Take) error {
	s.asked = append(s.asked, from.Take.Name()+" → "+next.Name())
	if from.Take.Name() == s.shot {
		return &Held{From: from.Take, Why: "is black", Hint: "another"}
	}
	return s.other
}

func TestNothingIsBoughtThatGrowsFromAFrameThatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, "a/one", "a/two", "a/three", "b/free", "b/early from: {shot: a/two, at: 1s}")
		judge := &strict{shot: "a/two", other: errors.New("no picture")}
		r, err := Run(t.Context(), x.plan(sb), RunOptions{Provider: x.f, Store: x.st, Inspector: glance{}, Judge: judge})
		require.NoError(t, err)
		require.Equal(t, []string{"a/one → a/two", "a/two → a/three"}, judge.asked, "only of last frames, once each")
		three := r.Of(r.Graph.Film.Shots()[2])
		require.Equal(t, Stopped, three.Standing)
		require.EqualError(t, three.Fault, "a/two's last frame is black")
		var held *Held
		require.ErrorAs(t, three.Fault, &held)
		require.Equal(t, "another", held.Hint)
		require.Len(t, x.f.tasks, 4, "all but the one that is held")
		require.Equal(t, 4, r.Count(Kept))

		_, err = x.run(t.Context(), x.plan(sb))
		require.NoError(t, err)
		require.Len(t, x.f.tasks, 5, "without a judge it is bought")
		judge.asked = nil
		_, err = Run(t.Context(), x.plan(sb), RunOptions{Provider: x.f, Store: x.st, Inspector: glance{}, Judge: judge})
		require.NoError(t, err)
		require.Empty(t, judge.asked, "what is there needs no judge")
	})
}
