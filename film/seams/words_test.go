package seams

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/render/seam"
)

// seen is a link that was measured, without sound.
func seen(l seam.Link) seam.Link {
	l.Same, l.Sound.Why = 1, "a clip has no sound"
	return l
}

func TestWordsSayWhatIsFlaggedAndWhatHelps(t *testing.T) {
	level := seam.Correction{Map: seam.Map{Y: seam.Line{Gain: 1, Offset: -3}, U: seam.Line{Gain: 1}, V: seam.Line{Gain: 1}}}
	clean, after := seen(seam.Link{}), seen(seam.Link{Luma: 0.1, Shift: 2})
	bright, held := Seam{Shot: "s/b", Link: seen(seam.Link{Luma: 3})}, Seam{Shot: "s/c", Link: seen(seam.Link{Held: 3})}
	for _, c := range []struct {
		name  string
		links []Seam
		want  []string
	}{
		{"nothing to see", []Seam{{Shot: "s/b", Link: clean}}, []string{"seams: 1 of 1 unseen"}},
		{"one to see stands in the line", []Seam{{Shot: "s/a", Link: clean}, bright},
			[]string{"seams: 1 of 2 unseen; s/b: 3.0 codes brighter (seam: { colour: level })"}},
		{"more have a line each", []Seam{bright, held}, []string{"seams: 0 of 2 unseen:",
			"  s/b: 3.0 codes brighter (seam: { colour: level })", "  s/c: 3 frames held (seam: { still: skip })"}},
		{"what was not measured is not unseen", []Seam{{Shot: "s/a", Link: clean},
			{Shot: "s/b", Link: seam.Unmeasured("a clip is longer than a minute")}},
			[]string{"seams: 1 of 1 unseen; s/b: not measured: a clip is longer than a minute"}},
		{"what is left counts, and what would mend that", []Seam{{Shot: "s/b", Link: seen(seam.Link{Luma: 3, Shift: 2}),
			After: &after, Correction: level}}, []string{"seams: 0 of 1 unseen; s/b: moved by 2.0 px (seam: { align: true })"}},
		{"a clip that is only moved may still be levelled", []Seam{{Shot: "s/b", Link: seen(seam.Link{Luma: 3}),
			Correction: seam.Correction{Move: seam.Move{DX: 1}}}},
			[]string{"seams: 0 of 1 unseen; s/b: 3.0 codes brighter (seam: { colour: level })"}},
		{"what was refused has its reason, and no advice", []Seam{{Shot: "s/b", Link: seen(seam.Link{Luma: 30}),
			Correction: seam.Correction{Notes: []string{"its colours stay: the step of 30.0 codes is more than 12"}}}},
			[]string{"seams: 0 of 1 unseen; s/b: 30.0 codes brighter",
				"s/b: its colours stay: the step of 30.0 codes is more than 12"}},
		{"what is left out is counted", []Seam{{Shot: "s/b", Link: clean, Correction: seam.Correction{Skip: 3}},
			{Shot: "s/c", Link: clean, Correction: seam.Correction{Skip: 2}}},
			[]string{"seams: 2 of 2 unseen", "5 frames stood still and are left out, at the beginning of s/b, s/c"}},
		{"no seams", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, (&Report{Links: c.links}).Words()) })
	}
}

func TestALongListEndsWithHowManyMore(t *testing.T) {
	var links []Seam
	for i := range 40 {
		links = append(links, Seam{Shot: fmt.Sprintf("s/%d", i), Link: seen(seam.Link{Luma: 3})})
	}
	words := (&Report{Links: links}).Words()
	require.Len(t, words, 1+mostLines)
	require.Equal(t, "  and 29 more: --json has all", words[mostLines])
}

func TestAChainThatHasDriftedFarIsToldByItsLastShot(t *testing.T) {
	far, near := seam.Drift{Links: 12, Luma: 30}, seam.Drift{Links: 12, Luma: 1}
	r := Report{Links: []Seam{{Shot: "s/m", Link: seen(seam.Link{})}},
		Chains: []Chain{{"s/a", []Drifted{{"s/m", far, far}}}, {"t/a", []Drifted{{"t/m", far, near}}}}}
	require.Equal(t, []string{"seams: 1 of 1 unseen", "s/m has drifted from s/a in 12 links: 30.0 codes brighter"}, r.Words())
	require.Equal(t, "s/m in 12 links: 30.0 codes brighter", r.Chains[0].Shown().Words)
	require.Empty(t, r.Chains[1].Shown().Words, "with its corrections it has not")
}

// What is shown of a correction is what has changed.
func TestOnlyWhatHasChangedIsShownTwice(t *testing.T) {
	after := seen(seam.Link{Luma: -0.04, Contrast: 1.2, Shift: 0.1})
	s := Seam{Shot: "s/b", Link: seen(seam.Link{Luma: 3, Contrast: 1.2, Shift: 2}), After: &after,
		Correction: seam.Correction{Move: seam.Move{DX: 1}}}
	shown := map[string]string{}
	for _, n := range s.numbers() {
		shown[n.Name] = n.Value + "|" + n.After
	}
	require.Equal(t, "+3.0 codes|0.0 codes", shown["luma"], "what is rounded to nothing has no sign")
	require.Equal(t, "+1.2 %|", shown["contrast"])
	require.Equal(t, "2.0 px|0.1 px", shown["shift"])
	require.Equal(t, []string{"s/b: luma +3.0 codes → 0.0 codes; shift 2.0 px → 0.1 px; moved back"},
		(&Report{Links: []Seam{s}}).Done())
}

// Whatever was measured, and whatever could not be, no words of it hold what is no number.
func TestWordsAreNeverWithoutANumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Float64Range(-300, 300)
		fields := []string{"contrast", "saturation", "sharpness", "shift", "same", "held", "join", "jump", "map"}
		link := func(label string) seam.Link {
			l := seam.Link{Luma: number.Draw(t, label), Chroma: math.Abs(number.Draw(t, label)),
				Contrast: number.Draw(t, label), Saturation: number.Draw(t, label), Sharpness: number.Draw(t, label),
				Shift: math.Abs(number.Draw(t, label)), Join: math.Abs(number.Draw(t, label)), Same: 1, Missing: seam.Missing{}}
			for _, f := range rapid.SliceOfNDistinct(rapid.SampledFrom(fields), 0, 9, rapid.ID).Draw(t, label+" missing") {
				l.Missing[f] = "it cannot be"
			}
			return l
		}
		after := link("after")
		s := Seam{Shot: "s/b", From: "s/a", Link: link("link"), After: &after}
		c := Chain{Opening: "s/a", Shots: []Drifted{{"s/b", seam.Drift{Links: 1, Luma: number.Draw(t, "drift")}, seam.Drift{}}}}
		r := Report{Links: []Seam{s}, Chains: []Chain{c}}
		told := fmt.Sprint(r.Words(), r.Done(), s.numbers(), c.Shown())
		for _, bad := range []string{"NaN", "Inf", "%!", "-0.0 "} {
			require.NotContains(t, told, bad)
		}
		for f := range s.Link.Missing {
			require.False(t, strings.Contains(fmt.Sprint(s.numbers()), f+" "), "%s was not measured", f)
		}
	})
}
