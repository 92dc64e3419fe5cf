package chain

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
)

// interrupted is a film whose two opening shots are at the provider.
func interrupted(t *testing.T, x *fixture) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Second, cancel)
	_, err := x.run(ctx, x.plan(film(t, lighthouse...)))
	require.ErrorIs(t, err, context.Canceled)
}

func TestCollectKeepsWhatWasBoughtAndBuysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		interrupted(t, x)
		open, err := Unfinished(x.st)
		require.NoError(t, err)
		require.Len(t, open, 2)
		r, err := Collect(t.Context(), open, RunOptions{Provider: x.f, Store: x.st, Inspector: glance{}})
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 2, x.f.created())
		p := x.plan(film(t, lighthouse...))
		require.Equal(t, Cached, states(p)["arrival/boat"])
		require.Equal(t, p.Of(p.Graph.Take("arrival/boat")).Take.Cost, p.Takes[0].Clip.Cost)

		none, err := Collect(t.Context(), open, RunOptions{Provider: elsewhere{x.f}, Store: x.st, Inspector: glance{}})
		require.NoError(t, err)
		require.Empty(t, none.Outcomes, "another provider's tasks are not asked for")
	})
}

func TestCollectOfACallThatMadeNothingSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.known()
		ctx, cancel := context.WithCancel(t.Context())
		x.f.script = func(op, shot string, n int) error {
			if op == "create" {
				cancel()
				return &provider.Fault{Class: provider.Lost, Message: "reset"}
			}
			return nil
		}
		_, err := x.run(ctx, x.plan(film(t, "a/one")))
		require.ErrorIs(t, err, context.Canceled)
		open, err := Unfinished(x.st)
		require.NoError(t, err)
		require.Len(t, open, 1)
		r, err := Collect(t.Context(), open, RunOptions{Provider: x.f, Store: x.st, Inspector: glance{}})
		require.NoError(t, err)
		require.ErrorIs(t, r.Outcomes[0].Fault, errNothing)
		require.Equal(t, 1, x.f.created(), "what is known, and no more")
		p := x.plan(film(t, "a/one"))
		require.Equal(t, New, p.Takes[0].Standing)
	})
}

func TestCancelEndsWhatIsQueuedAndLeavesWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.places = 1
		interrupted(t, x)
		open, err := Unfinished(x.st)
		require.NoError(t, err)
		all := Cancel(t.Context(), open, RunOptions{Provider: x.f, Store: x.st})
		require.Len(t, all, 2)
		require.NotEqual(t, all[0].Ended, all[1].Ended)
		open, err = Unfinished(x.st)
		require.NoError(t, err)
		require.Len(t, open, 1, "the one that runs is still waited for")
		r, err := x.run(t.Context(), x.plan(film(t, lighthouse...)))
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 7, x.f.created(), "six takes, and the one that was cancelled")
	})
}

func TestACallbackIsAHintToAskAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		x.f.took = func(provider.Request) time.Duration { return 100 * time.Second }
		bell := new(Bell)
		time.AfterFunc(100*time.Second+time.Millisecond, func() { bell.Ring("cgt-1"); bell.Ring("cgt-unknown") })
		began := time.Now()
		r, err := Run(t.Context(), x.plan(film(t, "a/one")),
			RunOptions{Provider: x.f, Store: x.st, Inspector: glance{}, Bell: bell})
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Less(t, time.Since(began), 100*time.Second+500*time.Millisecond)
		require.Empty(t, bell.ropes)
	})
}
