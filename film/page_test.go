package film

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/storyboard"
)

// One contact sheet for several films lies beside all of them, not in the folder of the first.
func TestTheSheetOfSeveralFilmsLiesBesideAll(t *testing.T) {
	top := t.TempDir()
	of := func(paths ...string) (all []Delivery) {
		for _, p := range paths {
			all = append(all,
				Delivery{nil, []*storyboard.Cut{{Outputs: []storyboard.Output{{Path: filepath.Join(top, filepath.FromSlash(p))}}}}})
		}
		return all
	}
	for want, outs := range map[string][]Delivery{
		"out":   of("out/a.mp4", "out/b.mp4"),
		"out/x": of("out/x/a.mp4", "out/x/y/b.mp4"),
		".":     of("out/en/a.mp4", "out/de/b.mp4", "c.mp4"),
		"o":     of("o/en/a.mp4", "o/english/b.mp4"),
	} {
		require.Equal(t, filepath.Join(top, filepath.FromSlash(want)), common(outs))
	}
}
