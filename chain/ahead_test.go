package chain

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/storyboard"
)

// longDraft is a chain of n shots of a model with a draft mode, whose drafts are there.
func (x *fixture) longDraft(n int) *storyboard.Storyboard {
	var shots []string
	for i := range n {
		shots = append(shots, fmt.Sprintf("a/n%d model: seedance-2.5; resolution: 1080p", i))
	}
	sb := film(x.t, shots...)
	r, err := x.run(x.t.Context(), x.draft(sb))
	require.NoError(x.t, err)
	require.True(x.t, r.Whole())
	require.Equal(x.t, 1, x.f.most, "drafts of a chain wait for each other")
	return sb
}

// ended is when the first task of a final ended, and the drafts that they were made from in the order of their creation.
func (x *fixture) finals(drafts int) (last, first time.Time, from []string) {
	for _, t := range x.f.tasks[drafts:] {
		last = t.Created
		if first.IsZero() || t.Updated.Before(first) {
			first = t.Updated
		}
		from = append(from, t.sale.Source)
	}
	return last, first, from
}

func TestFinalsOfAChainAreMadeAllAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 6
		x := newFixture(t)
		sb := x.longDraft(n)
		p := x.final(sb)
		require.Equal(t, n, p.Buys)
		for _, pt := range p.Takes {
			require.Equal(t, New, pt.Standing, pt.Take.Name())
			require.Equal(t, "never made; its draft is promoted", pt.Reason)
		}
		require.Equal(t, p.Takes[0].Take.Expected, p.Expected, "one after the other would take %d times that", n)
		began := time.Now()
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		last, first, from := x.finals(n)
		require.True(t, last.Before(first), "the last was created at %v, the first ended at %v", last, first)
		require.Equal(t, []string{"cgt-1", "cgt-2", "cgt-3", "cgt-4", "cgt-5", "cgt-6"}, from, "in the order of the chain")
		require.Less(t, time.Since(began), 2*p.Expected)
		require.Zero(t, x.final(sb).Buys)
		again := x.plan(sb)
		require.Zero(t, again.Buys, "whether or not the drafts are known")
		require.Equal(t, p.Takes[n-1].Key, again.Takes[n-1].Key)
		require.Equal(t, 2*n, x.f.created())
	})
}

func TestFinalsThatAreUnderWayArePickedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := x.longDraft(4)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Second, cancel)
		_, err := x.run(ctx, x.final(sb))
		require.ErrorContains(t, err, "run stopped")
		require.Equal(t, 8, x.f.created())
		p := x.final(sb)
		require.Equal(t, 4, p.Count(InFlight))
		require.Zero(t, p.Buys)
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 8, x.f.created())
	})
}

func TestAFinalWhoseDraftIsGoneWaitsForWhatItGrowsFrom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := x.longDraft(4)
		p := x.final(sb)
		x.f.mu.Lock()
		x.f.tasks[1].ID = "gone"
		x.f.mu.Unlock()
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		_, _, from := x.finals(4)
		require.Equal(t, []string{"cgt-1", "", "", ""}, from,
			"what grows from another clip than its draft did is asked for whole")
		for i, o := range r.Outcomes[1:] {
			pictures := x.f.tasks[5+i].sale.Pictures
			require.Len(t, pictures, 1)
			require.Equal(t, r.Outcomes[i].Clip.LastFrame.Digest, pictures[0].Digest, o.Take.Name())
		}
		require.Equal(t, p.Total, r.Spent)
		require.Zero(t, x.final(sb).Buys)
		require.Zero(t, x.plan(sb).Buys)
	})
}

func TestAFinalThatNoLongerFollowsIsNoClipOfTheFilm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := x.longDraft(2)
		p := x.final(sb)
		x.f.script = func(op, label string, _ int) error {
			x.f.mu.Lock()
			defer x.f.mu.Unlock()
			if op == "get" && len(x.f.tasks) == 4 && x.f.tasks[2].Task.Fault == nil { // both are taken on
				x.f.tasks[2].Task.Fault = &provider.Fault{Class: provider.Internal, Message: "it broke"}
				x.f.tasks[0].ID = "gone"
			}
			return nil
		}
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Outcomes[0].Ok())
		require.Empty(t, r.Outcomes[0].Clip.PromotedFrom, "it was asked for again, whole")
		require.Equal(t, Failed, r.Outcomes[1].Standing)
		require.ErrorContains(t, r.Outcomes[1].Fault, "it continues the final of another draft than a/n0 was made from")
		x.f.script = nil
		again := x.plan(sb)
		require.Equal(t, 1, again.Buys)
		r, err = x.run(t.Context(), again)
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, r.Outcomes[0].Clip.LastFrame.Digest, x.f.tasks[5].sale.Pictures[0].Digest)
	})
}
