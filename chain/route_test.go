package chain

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/chain/money"
	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// A route is planned for one service after another. What the first has, is left as it is; what it surely made nothing of
// is bought at the second, from the first one's pictures where a chain goes on; nothing else is.
func TestWhatOneServiceDoesNotTakeOnAnotherOneMakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := parse(t, t.TempDir(), `look: {model: seedance-2.0, resolution: 480p, duration: 4s}
scenes:
  - {id: a, shots: [{id: one, prompt: A boat.}, {id: two, prompt: It lands.}]}
  - {id: b, shots: [{id: one, prompt: A gull.}, {id: two, prompt: It flies.}]}
  - {id: c, shots: [{id: one, prompt: A wave.}]}
`)
		first := x.plan(sb)
		other := simTarget
		other.Service = provider.About{Namespace: "other", Region: models.Fal}
		g, err := graph.Compile(t.Context(), sb, other)
		require.NoError(t, err)
		plan := func(o PlanOptions) *Plan {
			p, err := Make(t.Context(), g, x.st, o)
			require.NoError(t, err)
			return p
		}
		standing := func(p *Plan) (all []string) {
			for i := range p.Takes {
				all = append(all, p.Takes[i].Take.Name()+" "+string(p.Takes[i].Standing)+" "+p.Takes[i].Elsewhere)
			}
			return all
		}

		// Nothing was begun: all of it may go there.
		whole := plan(PlanOptions{After: first})
		require.Equal(t, 5, whole.Buys)
		require.Equal(t, "USD", whole.Total.Currency)

		// One was made, one is under way, one was refused with its account, and one for its content.
		made := func(shot string, a store.Attempt) store.Take {
			pt := first.Of(first.Graph.Take(shot))
			l, err := x.st.Lock(t.Context(), pt.Key, nil)
			require.NoError(t, err)
			defer l.Unlock()
			require.NoError(t, l.PutJournal(&store.Journal{Attempts: []store.Attempt{a}}))
			return l.Take
		}
		made("a/one", store.Attempt{Number: 1, State: store.Submitted, Task: "t1"})
		made("b/one", store.Attempt{Number: 1, State: store.Failed, Class: string(provider.Account)})
		made("c/one", store.Attempt{Number: 1, State: store.Failed, Class: string(provider.Moderated)})
		again := x.plan(sb)

		// Before the first one's run, what grows from a clip that it still has under way may have to be made there.
		due := plan(PlanOptions{After: again})
		require.Equal(t, []string{"a/one left out ", "a/two waits ", "b/one new ", "b/two waits ", "c/one left out "},
			standing(due))
		require.Equal(t, "grows from a/one, which is still under way at sim", due.Of(g.Take("a/two")).Reason)
		require.Equal(t, 3, due.Buys)

		// After it, that clip is left where it is.
		next := plan(PlanOptions{After: again, Settled: true})
		require.Equal(t, []string{"a/one left out ", "a/two left out ", "b/one new ", "b/two waits ", "c/one left out "},
			standing(next))
		require.Equal(t, 2, next.Buys)
		require.Contains(t, next.Of(g.Take("a/one")).Reason, "in flight at sim: task t1")
		require.Equal(t, "grows from a/one, which is left out", next.Of(g.Take("a/two")).Reason)

		// What may have been sent is not sent to another one.
		made("b/one", store.Attempt{Number: 1, State: store.Intended})
		next = plan(PlanOptions{After: x.plan(sb), Settled: true})
		require.Equal(t, "left out", string(next.Of(g.Take("b/one")).Standing))
		require.Zero(t, next.Buys)

		// What the other one has under way itself is its own, and so is what grows from it.
		at := next.Of(g.Take("b/one"))
		key := at.Take.Key(other.Service.Namespace, graph.Anchors{})
		l, err := x.st.Lock(t.Context(), key, nil)
		require.NoError(t, err)
		require.NoError(t, l.PutJournal(&store.Journal{Attempts: []store.Attempt{
			{Number: 1, State: store.Submitted, Task: "t2"}}}))
		l.Unlock()
		made("b/one", store.Attempt{Number: 1, State: store.Failed, Class: string(provider.Account)})
		both, err := Make(t.Context(), first.Graph, x.st, PlanOptions{Others: []*graph.Graph{g}})
		require.NoError(t, err)
		require.Equal(t, []string{"a/one in flight ", "a/two waits ", "b/one left out ", "b/two left out ", "c/one new "},
			standing(both))
		require.Equal(t, []string{"a/one left out ", "a/two left out ", "b/one in flight ", "b/two waits ", "c/one left out "},
			standing(plan(PlanOptions{After: both, Settled: true})))

		// Of what each charges in one currency, the dearer counts: a take is bought once.
		require.Equal(t, first.Total, first.Worst(whole), "other currencies are not compared")
		dear := *whole
		dear.Takes = append([]Planned{}, whole.Takes...)
		for i := range dear.Takes {
			dear.Takes[i].Cost = money.Amount{Micros: first.Takes[i].Cost.Micros + 7, Currency: first.Total.Currency}
		}
		require.Equal(t, first.Total.Micros+5*7, first.Worst(&dear).Micros)
	})
}
