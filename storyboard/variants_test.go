package storyboard

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestVariantsAreTheFilmWithOtherValues(t *testing.T) {
	sb, err := Load(filepath.Join(storyboardsFolder, "good/variants.yaml"), Options{})
	require.NoError(t, err)
	require.Empty(t, sb.Variant)
	var ids []string
	for _, f := range sb.Films() {
		ids = append(ids, f.Variant)
		require.Equal(t, "Reel "+f.Variant, f.Title)
		require.Equal(t, f.Vars["product"],
			strings.TrimSuffix(strings.TrimPrefix(f.Shots()[0].Prompt, "Close-up of "),
				fmt.Sprintf(", %s days.", f.Vars["days"])))
		s, ok := f.Shot("a/b")
		require.True(t, ok)
		require.Same(t, f.Shots()[0], s)
		require.Equal(t, Pos{9, 26}, s.PromptPos, "places are those of the file")
	}
	require.Equal(t, []string{"a-lamp-16x9-true", "a-lamp-16x9-false", "a-lamp-9x16-false", "a-chair-16x9-true",
		"台灯-16x9-true", "台灯-16x9-false", "台灯-9x16-false", "sofa", "a-bed-false-8", "robot", "5-7"}, ids)
	films := sb.Films()
	require.Equal(t, "9:16", films[2].Look.Ratio.Value)
	require.Equal(t, Setting[bool]{false, true, Pos{15, 19}}, films[2].Look.Audio)
	require.Equal(t, "a sofa, red", films[7].Vars["product"])
	require.EqualValues(t, 7, films[7].Look.Seed.Value)
	require.Equal(t, "1:1", films[9].Shots()[1].Look.Ratio.Value)
	require.False(t, films[9].Look.Audio.Set)
}

func TestAFilmWithoutVariantsIsItsOnlyFilm(t *testing.T) {
	sb := parse(t, "scenes: [{id: a, shots: [{id: b, prompt: x}]}]", Options{})
	require.Equal(t, []*Storyboard{sb}, sb.Films())
	require.NotContains(t, sb.Vars, variantVar)
	require.NotEmpty(t, problems(t, "scenes: [{id: a, shots: [{id: b, prompt: \"${variant}\"}]}]", Options{}))
}

func TestAnOverrideOfWhatVariantsSetIsRefused(t *testing.T) {
	src := "vars: {p: x, q: y}\nscenes: [{id: a, shots: [{id: b, prompt: \"${p} ${q}\"}]}]\nvariants: {matrix: {p: [a, b]}}"
	ps := problems(t, src, Options{Vars: map[string]string{"p": "z"}})
	require.Contains(t, ps.Error(), "variable `p` is set by the film's variants")
	sb := parse(t, src, Options{Vars: map[string]string{"q": "z"}})
	require.Equal(t, "b z", sb.Films()[1].Shots()[0].Prompt)
}

func TestTooManyVariants(t *testing.T) {
	hundred := strings.TrimSuffix(strings.Repeat("%d, ", 101), ", ")
	n := make([]any, 101)
	for i := range n {
		n[i] = i
	}
	list := fmt.Sprintf(hundred, n...)
	src := "vars: {p: x, q: y}\nscenes: [{id: a, shots: [{id: b, prompt: \"${p} ${q}\"}]}]\nvariants: {matrix: {p: [" +
		list + "], q: [" + list + "]}}"
	require.Contains(t, problems(t, src, Options{}).Error(), "more than 10000 variants")
	long := string(longFilm(10, 100)) + "variants: {matrix: {keeper: [" + list + "]}}"
	require.Contains(t, problems(t, long, Options{}).Error(), "101 variants of this film are more than can be read")
}

// The films of a matrix are those that the same values as overrides give, ids are distinct, and nothing is lost.
func TestAMatrixIsTheProductOfItsValues(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		value := rapid.SampledFrom([]string{"a", "A", "b c", "16:9", "x: y", "é", "'q'", "a-2", "",
			"long long long long long long long long long long long"})
		distinct := func(label string) []string {
			return rapid.SliceOfNDistinct(value, 1, 4, rapid.ID[string]).Draw(rt, label)
		}
		p, q := distinct("p"), distinct("q")
		quoted := func(all []string) string {
			var out []string
			for _, s := range all {
				out = append(out, fmt.Sprintf("%q", s))
			}
			return strings.Join(out, ", ")
		}
		film := "vars: {p: x, q: y}\nscenes: [{id: a, shots: [{id: b, prompt: \"<${p}|${q}>\"}]}]\n"
		sb, err := Parse("f", ".", []byte(film+"variants: {matrix: {p: ["+quoted(p)+"], q: ["+quoted(q)+"]}}"), Options{})
		if err != nil {
			rt.Fatal(err)
		}
		seen := map[string]bool{}
		for i, f := range sb.Films() {
			want, err := Parse("f", ".", []byte(film), Options{Vars: map[string]string{"p": p[i/len(q)], "q": q[i%len(q)]}})
			if err != nil || f.Shots()[0].Prompt != want.Shots()[0].Prompt {
				rt.Fatalf("%v: %q is not %q", err, f.Shots()[0].Prompt, want.Shots()[0].Prompt)
			}
			if seen[f.Variant] || f.Variant == "" || len(f.Variant) > maxVariantID+4 {
				rt.Fatalf("id %q", f.Variant)
			}
			seen[f.Variant] = true
		}
		if len(sb.Films()) != len(p)*len(q) {
			rt.Fatalf("%d films of %d × %d", len(sb.Films()), len(p), len(q))
		}
	})
}
