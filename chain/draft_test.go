package chain

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/graph"
	"shotchain/storyboard"
)

// draft plans a film as drafts.
func (x *fixture) draft(sb *storyboard.Storyboard) *Plan {
	to := simTarget
	to.Draft = true
	g, err := graph.Compile(x.t.Context(), sb, to)
	require.NoError(x.t, err)
	return plan(x.t, g, x.st, PlanOptions{FilmID: "film draft"})
}

// final plans a film that promotes the drafts there are.
func (x *fixture) final(sb *storyboard.Storyboard) *Plan {
	o := x.o
	o.Drafts = x.draft(sb)
	return plan(x.t, compile(x.t, sb), x.st, o)
}

var drafted = []string{"a/one model: seedance-2.5; resolution: 1080p; takes: 2; pick: 2",
	"a/two model: seedance-2.5; resolution: 1080p",
	"b/other model: seedance-2.0; from: none"}

func TestDraftsAreCheapAndFinalsArePromoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, drafted...)
		d := x.draft(sb)
		require.Equal(t, 4, d.Buys)
		full := x.plan(sb)
		require.Less(t, d.Total.Micros, full.Total.Micros/3)
		r, err := x.run(t.Context(), d)
		require.NoError(t, err)
		require.True(t, r.Whole())
		for _, o := range r.Outcomes {
			require.True(t, o.Take.Draft)
			require.Equal(t, "480p", o.Take.Request.Resolution)
			require.Equal(t, o.Take.Model.Draft, o.Take.Request.Draft)
			require.NotEmpty(t, o.Clip.Draft)
		}
		require.Equal(t, 4, x.plan(sb).Buys, "a draft is no clip of the film")

		p := x.final(sb)
		require.Equal(t, 4, p.Buys)
		require.Equal(t, full.Total, p.Total)
		for _, pt := range p.Takes {
			require.Equal(t, pt.Take.Model.Draft, pt.Promotes != nil, pt.Take.Name())
		}
		r, err = x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		promoted := 0
		for _, task := range x.f.tasks[4:] {
			if task.req.DraftTask != "" {
				promoted++
				require.Equal(t, x.f.find(task.req.DraftTask).req.Prompt, task.req.Prompt)
			}
		}
		require.Equal(t, 3, promoted)
		two := r.Of(sb.Shots()[1])
		require.NotEmpty(t, two.Clip.PromotedFrom)
		require.Empty(t, two.Clip.Draft)
		require.Empty(t, r.Of(sb.Shots()[2]).Clip.PromotedFrom)
		require.Zero(t, x.final(sb).Buys)
		require.Zero(t, x.plan(sb).Buys, "whether or not the drafts are known")
		require.Zero(t, x.draft(sb).Buys, "the drafts are still there")
	})
}

func TestADraftIsPromotedForSevenDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, drafted...)
		_, err := x.run(t.Context(), x.draft(sb))
		require.NoError(t, err)
		time.Sleep(7 * 24 * time.Hour)
		for _, pt := range x.final(sb).Takes {
			require.Nil(t, pt.Promotes)
		}
	})
}

func TestWhatGrowsFromAFinalThatIsNoPromotionIsNotPromoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, drafted...)
		x.o.Only = map[string]bool{"a/one": true}
		_, err := x.run(t.Context(), x.plan(sb))
		require.NoError(t, err)
		_, err = x.run(t.Context(), x.draft(sb))
		require.NoError(t, err)
		x.o.Only = nil
		p := x.final(sb)
		require.Equal(t, Cached, p.Of(p.Graph.Take("a/one")).Standing)
		require.Nil(t, p.Of(p.Graph.Take("a/two")).Promotes, "its draft grew from another picture")
	})
}

func TestADraftThatIsGoneGivesWayToTheWholeQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := film(t, drafted...)
		_, err := x.run(t.Context(), x.draft(sb))
		require.NoError(t, err)
		p := x.final(sb)
		x.f.mu.Lock()
		x.f.tasks = nil
		x.f.mu.Unlock()
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		require.Equal(t, 4, x.f.created())
		require.Empty(t, r.Of(sb.Shots()[1]).Clip.PromotedFrom)
		require.Equal(t, p.Total, r.Spent)
	})
}

func TestDraftsWithAnotherModel(t *testing.T) {
	sb := film(t, "a/one draft: seedance-2.0-mini", "a/two draft: seedance-2.0-mini; resolution: 480p",
		"b/three resolution: 480p; model: seedance-2.0-mini")
	to := simTarget
	to.Draft = true
	g, err := graph.Compile(t.Context(), sb, to)
	require.NoError(t, err)
	require.Equal(t, "doubao-seedance-2-0-mini-260615", g.Takes[0].Request.Model)
	require.Equal(t, "480p", g.Takes[0].Request.Resolution)
	require.False(t, g.Takes[2].Draft, "the film itself is no better: it is paid once")
	require.Equal(t, compile(t, sb).Takes[2].Identity, g.Takes[2].Identity)
	require.NotEqual(t, compile(t, sb).Takes[0].Identity, g.Takes[0].Identity)
}

func TestADraftWithoutALastFrameIsNotAskedForOne(t *testing.T) {
	to := simTarget
	to.Draft = true
	g, err := graph.Compile(t.Context(), film(t, "a/one model: seedance-1.5-pro"), to)
	require.NoError(t, err)
	require.True(t, g.Takes[0].Request.NoLastFrame)
	require.EqualValues(t, compile(t, film(t, "a/one model: seedance-1.5-pro; resolution: 480p")).Takes[0].Tokens*60/100,
		g.Takes[0].Tokens)
}
