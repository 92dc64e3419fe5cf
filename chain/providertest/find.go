package providertest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
)

// attempt is a create call that was lost just now, with that mark, on a service that has had its time to show it.
func attempt(c Control, mark string) provider.Attempt {
	r := c.Request()
	r.Mark = mark
	now := time.Now()
	return provider.Attempt{Request: r, Intended: now.Add(-time.Minute), Latest: now, Shown: now}
}

// looked is what the service says of a lost call.
func looked(t *testing.T, p provider.Provider, c Control, mark string) provider.Finding {
	t.Helper()
	is, err := p.Find(t.Context(), attempt(c, mark))
	require.NoError(t, err)
	if is.Verdict != provider.Found && is.Verdict != provider.Absent {
		require.Error(t, is.Why, "%s", is.Verdict)
		require.Empty(t, is.Made)
	}
	return is
}

func marksDiffer(t *testing.T, p provider.Provider, c Control) {
	needs(t, p.About().Can.Lookup != provider.NoLookup, "looks nothing up")
	before, seen := c.Sent(), map[string]bool{}
	for range 100 {
		mark := p.Mark(c.Request())
		require.NotEmpty(t, mark)
		require.False(t, seen[mark], mark)
		seen[mark] = true
	}
	require.Equal(t, before, c.Sent())
}

// The answer to one of several equal creates is lost. Where the service looks up, it is found by its mark, and none of
// the others is taken for it; where it looks nothing up, it says so.
func lostCreateIsFound(t *testing.T, p provider.Provider, c Control) {
	c.Hold()
	refs := map[string]bool{create(t, p, c.Request()).Task: true}
	r := c.Request()
	r.Mark = p.Mark(r)
	refuses(t, c, provider.Lost)
	before := c.Made()
	_, err := p.Create(t.Context(), r)
	fault(t, err, provider.Lost)
	require.Equal(t, before+1, c.Made())
	refs[create(t, p, c.Request()).Task] = true

	is := looked(t, p, c, r.Mark)
	switch p.About().Can.Lookup {
	case provider.NoLookup:
		require.Equal(t, provider.Unable, is.Verdict)
		return
	case provider.History:
		if is.Verdict != provider.Found { // it may show a task only once that has ended
			require.Contains(t, []provider.Verdict{provider.NotYet, provider.Unclear}, is.Verdict)
			return
		}
	}
	require.Equal(t, provider.Found, is.Verdict, "%v", is.Why)
	require.False(t, refs[is.Made.Task], "another call's task")
	require.Equal(t, provider.Queued, get(t, p, provider.Ref{Task: is.Made.Task, Handle: is.Made.Handle}).Status)

	a := attempt(c, r.Mark)
	a.Known = func() map[string]provider.Known {
		return map[string]provider.Known{is.Made.Task: {Alike: true, Mark: "x"}}
	}
	again, err := p.Find(t.Context(), a)
	require.NoError(t, err)
	require.NotEqual(t, provider.Found, again.Verdict, "what another attempt has on record is not this one's")
}

// A call of which the service shows nothing is never absent as long as nothing else proves what its records are worth,
// nor before its time.
func nothingIsAbsentWithoutProof(t *testing.T, p provider.Provider, c Control) {
	r := c.Request()
	r.Mark = p.Mark(r)
	is := looked(t, p, c, r.Mark)
	require.Contains(t, []provider.Verdict{provider.NotYet, provider.Unclear, provider.Unable}, is.Verdict)
	require.Equal(t, p.About().Can.Lookup == provider.NoLookup, is.Verdict == provider.Unable)

	a := attempt(c, r.Mark)
	a.Shown = time.Now().Add(time.Minute)
	is, err := p.Find(t.Context(), a)
	require.NoError(t, err)
	if p.About().Can.Lookup != provider.NoLookup {
		require.Equal(t, provider.NotYet, is.Verdict)
		require.False(t, is.Until.Before(a.Shown), "asked sooner it may be found, but not be absent")
	}
}

// late makes an attempt one whose answer was lost so long ago that its absence can be proven, where that takes its time:
// a history may show a task only once it has ended.
func late(a provider.Attempt, can provider.Abilities, by time.Duration) provider.Attempt {
	if can.Lookup == provider.History {
		a.Latest = a.Latest.Add(-can.Conclusive - by)
		a.Intended, a.Shown = a.Latest.Add(-time.Minute), a.Latest
	}
	return a
}

// Records that show a known task as it was sent are believed where they do not show the attempt's, once its time is over:
// not sooner, not where they show the known one otherwise, and not where nothing is known.
func absenceIsProven(t *testing.T, p provider.Provider, c Control) {
	can := p.About().Can
	needs(t, can.Lookup != provider.NoLookup, "looks nothing up")
	c.Hold()
	known := c.Request()
	known.Mark = p.Mark(known)
	made, err := p.Create(t.Context(), known)
	require.NoError(t, err)
	ref := provider.Ref{Task: made.Task, Handle: made.Handle}
	if can.Lookup == provider.History {
		c.Start(made.Task)
		c.Succeed(made.Task)
	}
	at := get(t, p, ref).Created
	if at.IsZero() {
		at = time.Now()
	}

	a := late(attempt(c, p.Mark(c.Request())), can, time.Minute)
	k := provider.Known{Alike: true, Mark: known.Mark, Intended: at.Add(-time.Second), Latest: at.Add(time.Second)}
	a.Known = func() map[string]provider.Known { return map[string]provider.Known{made.Task: k} }
	find := func(a provider.Attempt) provider.Finding {
		t.Helper()
		is, err := p.Find(t.Context(), a)
		require.NoError(t, err)
		return is
	}
	is := find(a)
	require.Equal(t, provider.Absent, is.Verdict, "%v", is.Why)
	require.Empty(t, is.Made)

	if can.Lookup == provider.History {
		early := late(attempt(c, a.Request.Mark), can, -time.Minute)
		early.Known = a.Known
		is = find(early)
		require.Equal(t, provider.NotYet, is.Verdict)
		require.WithinDuration(t, early.Latest.Add(can.Conclusive), is.Until, time.Second)
	}
	k.Mark = p.Mark(c.Request()) // as if the service had made something else of it
	require.Equal(t, provider.Unclear, find(a).Verdict)
	a.Known = nil
	require.Equal(t, provider.Unclear, find(a).Verdict)
}
