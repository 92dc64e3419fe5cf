package storyboard

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFramesToContinueFromAndToEndOn(t *testing.T) {
	sb, err := Load(filepath.Join(storyboardsFolder, "good/frames.yaml"), Options{})
	require.NoError(t, err)
	shot := func(name string) *Shot { s, _ := sb.Shot(name); return s }
	require.Equal(t, Setting[Instant]{Instant{Time: Time{Micros: 3_500_000}}, true, Pos{12, 59}}, shot("landing").At)
	require.Equal(t, "arrival/boat", shot("landing").From)
	require.Equal(t, "sunrise/sea", shot("bridge").To)
	require.Equal(t, Pos{14, 38}, shot("bridge").ToPos)
	require.Equal(t, 640, shot("end").ToStill.Width)
	require.Empty(t, shot("end").To)
	require.Equal(t, "0.042s", shot("back").At.Value.String())
	require.Equal(t, Instant{Time{Frames: 5}, true}, shot("sunrise/shore").At.Value)
	require.Equal(t, Instant{Time: Time{Frames: 12}}, shot("sunrise/sand").At.Value)
	require.Equal(t, "-0.2s", shot("sunrise/gulls").At.Value.String())
	require.Equal(t, "arrival/lamp", shot("back").To)
	require.Equal(t, "arrival/boat", shot("loop").To, "the end of a circle of shots is its beginning")
	require.Len(t, shot("lamp").References, 1)
}

func TestTheCastIsDescribedInOnePlace(t *testing.T) {
	sb, err := Load(filepath.Join(storyboardsFolder, "good/frames.yaml"), Options{})
	require.NoError(t, err)
	boat, _ := sb.Shot("boat")
	keeper := "an old keeper in a yellow raincoat"
	require.Equal(t, keeper+" rows with a black dog, write to me@example.com @home. "+keeper+"-like cat.", boat.Prompt)
	var names []string
	for _, m := range boat.Cast {
		names = append(names, m.Name)
	}
	require.Equal(t, []string{"keeper", "dog", "cat"}, names)
	require.Len(t, boat.Cast[0].References, 2)
	plain := parse(t, "scenes: [{id: a, shots: [{id: b, prompt: \"@keeper @@ x\"}]}]", Options{})
	require.Equal(t, "@keeper @@ x", plain.Shots()[0].Prompt, "a film without a cast says what it says")
}

// Whatever shots continue and end on, a circle is found if and only if there is one.
func TestCirclesThroughToProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, 7).Draw(rt, "n")
		needs := make([][]int, n)
		var b strings.Builder
		b.WriteString("scenes:\n  - id: a\n    shots:\n")
		for i := range n {
			fmt.Fprintf(&b, "      - {id: s%d, prompt: x", i)
			other := func(label string) int { return (i + rapid.IntRange(1, n-1).Draw(rt, label)) % n }
			if rapid.Bool().Draw(rt, "opens") {
				b.WriteString(", from: none")
			} else {
				from := other("from")
				needs[i] = append(needs[i], from)
				fmt.Fprintf(&b, ", from: s%d", from)
			}
			if rapid.Bool().Draw(rt, "ends") {
				to := other("to")
				needs[i] = append(needs[i], to)
				fmt.Fprintf(&b, ", to: s%d", to)
			}
			b.WriteString("}\n")
		}
		left := map[int]bool{}
		for range n { // take away what needs nothing that is left
			for i := range n {
				free := true
				for _, up := range needs[i] {
					free = free && left[up]
				}
				left[i] = left[i] || free
			}
		}
		_, err := Parse("f", ".", []byte(b.String()), Options{})
		if circular := len(left) < n || !all(left); circular != (err != nil) ||
			err != nil && !strings.Contains(err.Error(), "cycle: ") {
			rt.Fatalf("circular %v, but %v\n%s", circular, err, b.String())
		}
	})
}

func all(set map[int]bool) bool {
	for _, in := range set {
		if !in {
			return false
		}
	}
	return true
}

func TestTheOpeningHasItsPlaceAmongTheReferences(t *testing.T) {
	sb, err := Load(filepath.Join(storyboardsFolder, "good/anchor.yaml"), Options{})
	require.NoError(t, err)
	door, _ := sb.Shot("storm/door")
	require.Len(t, door.References, 2)
	require.Equal(t, 1, door.First.Value)
	require.Equal(t, Pos{14, 74}, door.First.Pos)
	lamp, _ := sb.Shot("storm/lamp")
	require.False(t, lamp.First.Set)
	require.Equal(t, 3, door.Look.Anchor.Every.Value, "inherited key by key")
	require.NotNil(t, door.Look.Anchor.Still)
	require.Zero(t, lamp.Look.Anchor.Every.Value)
}
