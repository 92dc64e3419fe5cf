package chain

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/store"
	"shotchain/storyboard"
)

// chains writes a storyboard of so many scenes, each a chain of 100 shots.
func chains(scenes int) []byte {
	var b strings.Builder
	b.WriteString("title: Long\nlook: {model: seedance-2.0, style: 35 mm film}\nscenes:\n")
	for s := range scenes {
		fmt.Fprintf(&b, "  - id: scene-%d\n    shots:\n", s)
		for n := range 100 {
			fmt.Fprintf(&b,
				"      - id: shot-%d\n        prompt: Scene %d, shot %d. The camera follows as the keeper steps onto the wet rocks and looks up.\n        duration: 8s\n", n, s, n)
		}
	}
	return []byte(b.String())
}

// BenchmarkPlan is the whole of `plan`: parse, compile, plan. Time and memory grow with the shots.
func BenchmarkPlan(b *testing.B) {
	for _, scenes := range []int{10, 100} {
		b.Run(fmt.Sprint(scenes*100), func(b *testing.B) {
			src, dir := chains(scenes), b.TempDir()
			st, err := store.Peek(filepath.Join(dir, store.DirName))
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				sb, err := storyboard.Parse("film.yaml", dir, src, storyboard.Options{})
				require.NoError(b, err)
				p := plan(b, compile(b, sb), st, PlanOptions{FilmID: "film"})
				require.Equal(b, scenes*100, p.Buys)
			}
		})
	}
}
