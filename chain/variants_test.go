package chain

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/graph"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

// reel is a film of a product: its first shot shows it, the second continues that, and the third is the same always.
const reel = `title: "Reel ${variant}"
vars: {product: a lamp}
look: {model: seedance-2.0}
scenes:
  - id: a
    shots:
      - {id: one, prompt: "${product}"}
      - {id: two, prompt: It turns.}
      - {id: logo, prompt: The logo., from: none}
`

func TestWhatIsTheSameInSeveralVariantsIsOneTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		sb := parse(t, t.TempDir(),
			reel+"variants: {matrix: {product: [a lamp, a chair], audio: [true, false]}, exclude: [{product: a chair, audio: false}]}")
		p := x.plan(sb)
		require.Len(t, p.Takes, 8)
		shares, separate := p.Shares()
		for i, want := range []struct{ shared int }{{1}, {0}, {1}} {
			require.Len(t, shares[i].Takes, 3)
			require.Equal(t, want.shared, shares[i].Shared, shares[i].Film.Variant)
		}
		require.Equal(t, p.Total.Micros/8*9, separate.Micros)
		require.Equal(t, p.Total.Micros/8*2, shares[0].Own.Micros)

		r, err := x.run(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, 8, x.f.created())
		require.Equal(t, map[string]Standing{"a-lamp-true:a/one": Kept, "a-lamp-true:a/two": Kept, "a-lamp-true:a/logo": Kept,
			"a-lamp-false:a/one": Kept, "a-lamp-false:a/two": Kept, "a-lamp-false:a/logo": Kept,
			"a-chair-true:a/one": Kept, "a-chair-true:a/two": Kept}, stages(r))
		for _, film := range sb.Films() {
			for _, s := range film.Shots() {
				require.True(t, r.Of(s).Ok())
				if s.From != "" {
					up, _ := film.Shot(s.From)
					require.Same(t, r.Of(up).Take, r.Of(s).Take.From, "each film continues its own clips")
				}
			}
		}
		require.Equal(t, r.Of(sb.Films()[0].Shots()[2]).Dir, r.Of(sb.Films()[2].Shots()[2]).Dir)
		again := x.plan(sb)
		require.Zero(t, again.Buys)
		require.Equal(t, p.Total, again.Saved)
	})
}

func TestOneVariantAloneIsTheSameFilm(t *testing.T) {
	sb := parse(t, t.TempDir(), reel+"variants: {matrix: {product: [a lamp, a chair, a bed]}}")
	to := simTarget
	to.Variants = []string{"a-chair"}
	g, err := graph.Compile(t.Context(), sb, to)
	require.NoError(t, err)
	require.Len(t, g.Takes, 3)
	require.Equal(t, "a-chair", g.Film.Variant)
	require.Equal(t, "a/one", g.Takes[0].Name(), "there is nothing to tell it from")
	plain := compile(t,
		parse(t, t.TempDir(), strings.ReplaceAll(reel, "a lamp", "a chair")[len("title: \"Reel ${variant}\""):]))
	for i, take := range g.Takes {
		require.Equal(t, plain.Takes[i].Identity, take.Identity)
	}
}

func TestAProblemOfEveryVariantIsToldOnce(t *testing.T) {
	src := strings.Replace(reel, "It turns.", "It turns., duration: 60s", 1) +
		"variants: {matrix: {product: [a lamp, a chair], resolution: [720p, 1080p, 4k]}}"
	_, err := graph.Compile(t.Context(), parse(t, t.TempDir(), src), simTarget)
	var ps storyboard.Problems
	require.ErrorAs(t, err, &ps)
	require.Len(t, ps, 1)
}

// For random films and matrices, every distinct key is bought once, and every film gets its clips.
func TestVariantsProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var b strings.Builder
		b.WriteString("vars: {p: x, q: y}\nlook: {model: seedance-2.0}\nscenes:\n  - id: a\n    shots:\n")
		for i := range rapid.IntRange(1, 4).Draw(rt, "shots") {
			text := rapid.SampledFrom([]string{"${p}", "${q}", "${p} ${q}", "same"}).Draw(rt, "text")
			fmt.Fprintf(&b, "      - {id: s%d, prompt: \"%s\", takes: %d", i, text, rapid.IntRange(1, 2).Draw(rt, "takes"))
			if i > 0 && rapid.Bool().Draw(rt, "opens") {
				b.WriteString(", from: none")
			}
			b.WriteString("}\n")
		}
		values := func(label string) string {
			n := rapid.IntRange(1, 3).Draw(rt, label)
			return strings.Join([]string{"a", "b", "c"}[:n], ", ")
		}
		fmt.Fprintf(&b, "variants: {matrix: {p: [%s], q: [%s]}}\n", values("p"), values("q"))
		synctest.Test(t, func(t *testing.T) {
			x := newFixture(t)
			sb := parse(t, t.TempDir(), b.String())
			p := x.plan(sb)
			r, err := x.run(t.Context(), p)
			require.NoError(t, err)
			require.True(t, r.Whole())
			keys := map[string]bool{}
			for _, film := range sb.Films() {
				for _, s := range film.Shots() {
					for _, take := range r.Graph.TakesOf(s) {
						require.Contains(t, take.Request.Prompt, s.Prompt)
						keys[r.Outcomes[take.Index].Dir.Key] = true
					}
				}
			}
			require.Equal(t, len(keys), x.f.created())
			require.Equal(t, len(keys), p.Buys)
			require.Zero(t, x.plan(sb).Buys)
		})
	})
}

// BenchmarkVariants is the whole of `plan` for 500 variants of a film of 12 shots.
func BenchmarkVariants(b *testing.B) {
	var src strings.Builder
	src.WriteString("title: Reel\nvars: {product: x, line: y}\nlook: {model: seedance-2.0, style: 35 mm film}\nscenes:\n")
	for s := range 3 {
		fmt.Fprintf(&src, "  - id: scene-%d\n    shots:\n", s)
		for n := range 4 {
			fmt.Fprintf(&src,
				"      - id: shot-%d\n        prompt: Close-up of ${product} in scene %d, shot %d. ${line} The camera moves around it slowly.\n        duration: 8s\n", n, s, n)
		}
	}
	list := func(name string, n int) string {
		all := make([]string, n)
		for i := range all {
			all[i] = fmt.Sprintf("%s %d", name, i)
		}
		return strings.Join(all, ", ")
	}
	fmt.Fprintf(&src, "variants: {matrix: {product: [%s], line: [%s]}}\n", list("product", 50), list("line", 10))
	dir := b.TempDir()
	st, err := store.Peek(filepath.Join(dir, store.DirName))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		sb, err := storyboard.Parse("film.yaml", dir, []byte(src.String()), storyboard.Options{})
		require.NoError(b, err)
		p := plan(b, compile(b, sb), st, PlanOptions{FilmID: "film"})
		require.Equal(b, 500*12, p.Buys)
	}
}
