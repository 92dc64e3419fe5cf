package storyboard

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// longFilm is a film of so many scenes with so many shots, about 150 bytes each.
func longFilm(scenes, shots int) []byte {
	var b strings.Builder
	b.WriteString(
		"title: Long\nvars: {keeper: an old keeper in a yellow raincoat}\nlook: {model: seedance-2.0, duration: 5s, ratio: 16:9}\nscenes:\n")
	for i := range scenes {
		fmt.Fprintf(&b, "  - id: scene-%d\n    shots:\n", i)
		for j := range shots {
			fmt.Fprintf(&b,
				"      - id: shot-%d\n        prompt: Wide shot. ${keeper} rows towards lighthouse %d at dusk, the wind rising over the water.\n        duration: %ds\n", j, i, 4+j%8)
		}
	}
	return []byte(b.String())
}

func benchmarkParse(b *testing.B, src []byte) {
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		_, err := Parse("film.yaml", ".", src, Options{})
		require.NoError(b, err)
	}
}

func BenchmarkParse1000(b *testing.B)  { benchmarkParse(b, longFilm(10, 100)) }
func BenchmarkParse10000(b *testing.B) { benchmarkParse(b, longFilm(100, 100)) }

// BenchmarkParse10000Wrong is the worst that mistakes can do: every shot continues one that is not there.
func BenchmarkParse10000Wrong(b *testing.B) {
	src := []byte(strings.ReplaceAll(string(longFilm(100, 100)), "        duration",
		"        from: scene-1/shoot-1\n        duration"))
	for b.Loop() {
		_, err := Parse("film.yaml", ".", src, Options{})
		require.Error(b, err)
	}
}
