package chain

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
)

func TestAKeptShotStaysStaleForPlansThatDoNotKeepIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		_, err := x.run(t.Context(), x.plan(film(t, "a/one", "a/two")))
		require.NoError(t, err)
		x.o.Keep = map[string]bool{"a/two": true}
		edited := film(t, "a/one", "a/two prompt: another")
		_, err = x.run(t.Context(), x.plan(edited))
		require.NoError(t, err)
		require.Equal(t, 2, x.f.created())
		x.o.Keep = nil
		p := x.plan(edited)
		require.Equal(t, Stale, states(p)["a/two"])
		require.Equal(t, `prompt changed: "two" → "another"`, p.Takes[1].Reason)
	})
}

func TestAKeptShotOutlivesTheFailureOfWhatItGrewFrom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		_, err := x.run(t.Context(), x.plan(film(t, "a/one", "a/two keep: true", "a/three")))
		require.NoError(t, err)
		x.f.script = func(op, shot string, n int) error {
			if op == "create" {
				return &provider.Fault{Class: provider.Moderated, Message: "no"}
			}
			return nil
		}
		r, err := x.run(t.Context(), x.plan(film(t, "a/one prompt: another", "a/two keep: true", "a/three")))
		require.NoError(t, err)
		require.Equal(t, map[string]Standing{"a/one": Failed, "a/two": Cached, "a/three": Cached}, stages(r))
	})
}
