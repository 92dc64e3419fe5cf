package chain

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
)

// onDisk runs a plan with so many bytes free.
func (x *fixture) onDisk(p *Plan, free func() (int64, error)) *Reel {
	x.t.Helper()
	r, err := Run(x.t.Context(), p, RunOptions{Provider: x.f, Store: x.st, Inspector: glance{}, Free: free})
	require.NoError(x.t, err)
	return r
}

func TestATakeIsNotBoughtWhereTheDiskHasNoRoomForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		board := film(t, "a/one", "a/two", "b/three from: none")
		p := x.plan(board)
		need := room(p.Takes[0].Take)
		r := x.onDisk(p, func() (int64, error) { return need - 1, nil })
		require.Zero(t, x.f.calls["create"])
		require.Zero(t, r.Spent.Micros)
		require.Equal(t, map[string]Standing{"a/one": Failed, "a/two": Skipped, "b/three": Failed}, stages(r))
		var f *provider.Fault
		require.ErrorAs(t, r.Outcomes[0].Fault, &f)
		require.Equal(t, "NoRoom", f.Code)
		require.Contains(t, f.Message, "it was not bought")
		require.Contains(t, f.Message, x.st.Dir())
		require.Contains(t, f.Hint, "--store")
		j, err := r.Outcomes[0].Dir.Journal()
		require.NoError(t, err)
		require.Empty(t, j.Attempts, "not even intended")

		r = x.onDisk(x.plan(board), func() (int64, error) { return 1 << 40, nil })
		require.True(t, r.Whole())
		require.Equal(t, 3, x.f.created())
	})
}

// Takes under way count: two that start at once do not both rely on the same bytes.
func TestTakesThatAreMadeAtOnceShareTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		board := film(t, "a/one", "b/two from: none", "c/three from: none")
		p := x.plan(board)
		need := room(p.Takes[0].Take)
		r := x.onDisk(p, func() (int64, error) { return 2*need + 1, nil })
		require.Equal(t, 2, x.f.created())
		require.Equal(t, 2, r.Count(Kept))
		require.Equal(t, 1, r.Count(Failed))

		r = x.onDisk(x.plan(board), func() (int64, error) { return need, nil }) // what is claimed is given back
		require.True(t, r.Whole(), "%v", r.Outcomes)
	})
}

// What runs at the service already is paid, and fetched whatever the disk says; so is all where it says nothing.
func TestRoomIsAskedForBeforeBuyingAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		board := film(t, "a/one")
		x.f.script = func(op, _ string, _ int) error {
			if op == "video" {
				return errors.New("the storage is on fire")
			}
			return nil
		}
		r := x.onDisk(x.plan(board), func() (int64, error) { return 1 << 40, nil })
		require.Equal(t, Failed, r.Outcomes[0].Standing)
		x.f.script = nil
		r = x.onDisk(x.plan(board), func() (int64, error) { return 0, nil })
		require.Equal(t, Kept, r.Outcomes[0].Standing, "%v", r.Outcomes[0].Fault)
		require.Equal(t, 1, x.f.created())

		y := newFixture(t)
		r = y.onDisk(y.plan(board), func() (int64, error) { return 0, errors.ErrUnsupported })
		require.True(t, r.Whole())
	})
}

// The estimate is above the largest clips that were measured, and grows with what is asked for.
func TestRoomIsGenerous(t *testing.T) {
	x := newFixture(t)
	takes := x.plan(film(t, "a/one duration: 5s", "a/two duration: 10s",
		"b/three from: none; duration: 5s; resolution: 480p")).Takes
	one, two, three := room(takes[0].Take), room(takes[1].Take), room(takes[2].Take)
	require.Greater(t, one, int64(14_000_000), "720p, 5 s: the largest had 11 MB, its last frame 1.5 MB")
	require.Less(t, one, int64(40_000_000), "but no disk is called full that is not")
	require.Greater(t, two, one+13_000_000)
	require.Less(t, three, one)
}
