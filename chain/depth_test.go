package chain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/graph"
	"shotchain/storyboard"
)

// anchored is a film of one chain, with so many links, whose settings are of a look. others are keys of single shots.
func anchored(t require.TestingT, dir, look string, links int, others map[int]string) *storyboard.Storyboard {
	var b strings.Builder
	fmt.Fprintf(&b, "look: {%s}\nscenes:\n  - id: s\n    shots:\n", look)
	for i := range links + 1 {
		fmt.Fprintf(&b, "      - {id: n%d, prompt: p%d%s}\n", i, i, others[i])
	}
	sb, err := storyboard.Parse("film.yaml", dir, []byte(b.String()), storyboard.Options{})
	require.NoError(t, err)
	return sb
}

// names are those of takes.
func names(takes []*graph.Take) (all []string) {
	for _, t := range takes {
		all = append(all, t.Name())
	}
	return all
}

func TestEveryFourthLinkOfAChainOpensOnAKeyframe(t *testing.T) {
	dir := t.TempDir()
	still(t, dir, "keeper.png", 1280, 720)
	raw, err := os.ReadFile(filepath.Join(dir, "keeper.png"))
	require.NoError(t, err)
	h := sha256.Sum256(raw)
	digest := hex.EncodeToString(h[:])
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := anchored(t, dir, "model: seedance-2.0, anchor: {every: 4, still: keeper.png}", 12, nil)
		p := x.plan(sb)
		s := p.Graph.Strands()
		require.Len(t, s, 1)
		require.Equal(t, []string{"s/n3", "s/n7", "s/n11"}, names(s[0].Led))
		require.Equal(t, 12, s[0].Links)
		require.Equal(t, 4, s[0].Depth)
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		for i := range 13 {
			req := request(x.f, fmt.Sprintf("p%d", i))
			take := p.Graph.Take(fmt.Sprintf("s/n%d", i))
			require.Equal(t, i, take.Links)
			require.Equal(t, i > 3 && i%4 == 0, take.Anew())
			if i%4 != 3 {
				require.Nil(t, req.LastFrame, i)
				continue
			}
			require.Equal(t, digest, req.LastFrame.Digest)
			require.Equal(t, raw, req.LastFrame.Data)
			require.NotEmpty(t, req.FirstFrame.URL, "it still continues the clip before it")
		}
		require.Zero(t, x.plan(sb).Buys)

		longer := x.plan(anchored(t, dir, "model: seedance-2.0, anchor: {every: 4, still: keeper.png}", 15, nil))
		require.Equal(t, 3, longer.Buys, "a chain that goes on keeps its clips")
		without := x.plan(anchored(t, dir, "model: seedance-2.0", 12, nil))
		require.Equal(t, Stale, without.Takes[3].Standing)
		require.Equal(t, 10, without.Buys, "from the first that was led on")
	})
}

// A shot's own end, or settings of its own, go before the film's keyframes.
func TestAShotsOwnEndGoesBeforeTheKeyframe(t *testing.T) {
	dir := t.TempDir()
	still(t, dir, "a.png", 1280, 720)
	still(t, dir, "b.png", 1280, 720)
	sb := anchored(t, dir, "model: seedance-2.0, anchor: {every: 2, still: a.png}", 8,
		map[int]string{1: ", to: b.png", 3: ", anchor: {every: 0}", 5: ", anchor: {still: b.png}",
			8: ", from: {shot: n7, at: -5f}"})
	g, err := graph.Compile(t.Context(), sb, simTarget)
	require.NoError(t, err)
	ends := func(i int) string {
		take := g.Take(fmt.Sprintf("s/n%d", i))
		if take.Ending == nil {
			return ""
		}
		return filepath.Base(take.Ending.Path)
	}
	for i, want := range []string{"", "b.png", "", "", "", "b.png", "", "a.png", ""} {
		require.Equal(t, want, ends(i), i)
	}
	depths := []int{}
	for i := range 9 {
		depths = append(depths, g.Take(fmt.Sprintf("s/n%d", i)).Depth)
	}
	require.Equal(t, []int{0, 1, 1, 2, 3, 4, 1, 2, 3}, depths,
		"what grows from a moment of a led clip is as deep as that one")
}

func TestAModelThatCannotEndOnAFrameIsNotAnchored(t *testing.T) {
	dir := t.TempDir()
	still(t, dir, "k.png", 1280, 720)
	sb := anchored(t, dir, "model: seedance-1.0-pro-fast, anchor: {every: 2, still: k.png}", 2, nil)
	_, err := graph.Compile(t.Context(), sb, simTarget)
	var ps storyboard.Problems
	require.ErrorAs(t, err, &ps)
	require.Len(t, ps, 1)
	require.Contains(t, ps[0].Error(), "film.yaml:1:54: shot \"s/n1\": seedance-1.0-pro-fast cannot end on a given frame")
	require.Contains(t, ps[0].Hint, "these can: seedance-2.5")
	_, err = graph.Compile(t.Context(),
		anchored(t, dir, "model: seedance-1.0-pro-fast, anchor: {every: 3, still: k.png}", 1, nil), simTarget)
	require.NoError(t, err, "a chain that is too short needs none")
}

// For any chain and any distance: no more links than that stand between keyframes, the same shots are led however the
// film goes on, and without keyframes the depth is the number of links.
func TestDepthProperty(t *testing.T) {
	dir := t.TempDir()
	still(t, dir, "k.png", 1280, 720)
	rapid.Check(t, func(rt *rapid.T) {
		every, links := rapid.IntRange(0, 6).Draw(rt, "every"), rapid.IntRange(1, 20).Draw(rt, "links")
		look := fmt.Sprintf("model: seedance-2.0, anchor: {every: %d, still: k.png}", every)
		g, err := graph.Compile(t.Context(), anchored(rt, dir, look, links, nil), simTarget)
		require.NoError(rt, err)
		shorter, err := graph.Compile(t.Context(), anchored(rt, dir, look, links-1, nil), simTarget)
		require.NoError(rt, err)
		for i, take := range g.Takes {
			require.Equal(rt, i, take.Links)
			require.Equal(rt, every > 0 && i > 0 && (i+1)%every == 0, take.Led())
			if i < links {
				require.Equal(rt, shorter.Takes[i].Identity, take.Identity)
			}
			switch {
			case every == 0:
				require.Equal(rt, i, take.Depth)
			default:
				require.LessOrEqual(rt, take.Depth, every)
			}
		}
		s := g.Strands()
		require.Equal(rt, links, s[0].Links)
		require.Len(rt, s, 1)
	})
}

// What a shot that opens anew may look at is the untouched still of the first of the chains before it.
func TestAShotLooksAtTheOpeningOfTheChainBeforeIt(t *testing.T) {
	dir := t.TempDir()
	still(t, dir, "k.png", 1280, 720)
	still(t, dir, "l.png", 640, 640)
	raw, err := os.ReadFile(filepath.Join(dir, "k.png"))
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := anchored(t, dir, "model: seedance-2.0", 6, map[int]string{0: ", first_frame: k.png",
			3: ", from: none, references: [l.png, first]", 5: ", from: none, references: [first]"})
		p := x.plan(sb)
		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.True(t, r.Whole())
		three, five := request(x.f, "p3"), request(x.f, "p5")
		require.Len(t, three.References, 2)
		require.Len(t, five.References, 1)
		require.Equal(t, digestOf(raw), three.References[1].Digest)
		require.Equal(t, raw, three.References[1].Data)
		require.Equal(t, raw, five.References[0].Data, "not what became of it in the chain between")
		require.Nil(t, three.FirstFrame)
		require.Zero(t, x.plan(sb).Buys)
	})
	for _, c := range []struct {
		model  string
		others map[int]string
		want   string
	}{
		{"seedance-2.0", map[int]string{0: ", first_frame: k.png", 1: ", references: [first]"},
			"6:43: shot \"s/n1\": seedance-2.0 takes references or a first frame, not both"},
		{"seedance-1.5-pro", map[int]string{0: ", first_frame: k.png", 1: ", from: none, references: [first]"},
			"6:55: shot \"s/n1\": seedance-1.5-pro cannot look at reference pictures"},
		{"seedance-2.0", map[int]string{1: ", from: none, references: [first]"},
			"6:55: shot \"s/n1\": the chain before it opens on the prompt of \"s/n0\""},
		{"seedance-2.0", map[int]string{0: ", references: [first]", 1: ", from: none"},
			"5:43: shot \"s/n0\": no chain stands before it"},
		{"seedance-2.0", map[int]string{0: ", from: n1", 1: ", from: none, references: [first]"},
			"shot \"s/n1\": no chain stands before it"},
	} {
		_, err := graph.Compile(t.Context(), anchored(t, dir, "model: "+c.model, 1, c.others), simTarget)
		require.ErrorContains(t, err, c.want)
	}
}
