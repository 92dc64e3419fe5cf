package storyboard

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSeamsAreInheritedKeyByKey(t *testing.T) {
	sb, err := Parse("film.yaml", t.TempDir(), []byte(`title: T
look: {seam: {colour: level, still: skip}}
scenes:
  - id: a
    seam: {colour: match}
    shots:
      - {id: one, prompt: p}
      - {id: two, prompt: p, seam: {colour: none, align: true}}
  - id: b
    shots: [{id: three, prompt: p}]
`), Options{})
	require.NoError(t, err)
	var got [][4]any
	for _, s := range sb.Shots() {
		m := s.Look.Seam
		got = append(got, [4]any{m.Colour.Value, m.Align.Value, m.Still.Value, m.Gate.Value})
	}
	require.Equal(t,
		[][4]any{{"match", false, "skip", "warn"}, {"none", true, "skip", "warn"}, {"level", false, "skip", "warn"}}, got)
	require.Equal(t, Pos{8, 45}, sb.Scenes[0].Shots[1].Look.Seam.Colour.Pos)
}
