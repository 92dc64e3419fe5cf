package render

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/timeline"
	"shotchain/render/work"
)

// TestACopiedClipIsDecodedOnce holds that the work folder remembers bytes, not names: the same are not decoded again,
// whatever they are called, and others are, though size, name and time are what they were.
func TestACopiedClipIsDecodedOnce(t *testing.T) {
	dir := t.TempDir()
	clip := footage{name: "a.mp4", width: 160, height: 96, frames: 24}.film(t, dir)
	tl := func(path string) *timeline.Timeline {
		return &timeline.Timeline{Items: []timeline.Item{{Clip: timeline.Clip{Shot: "own", Path: path}}}}
	}
	folder := t.TempDir()
	look := func(ctx context.Context, path string) error {
		sh, done, err := work.Open(work.Options{Dir: folder})
		require.NoError(t, err)
		defer done()
		return decodes(ctx, sh, tl(path))
	}
	require.NoError(t, look(t.Context(), clip))

	ended, end := context.WithCancel(t.Context())
	end() // nothing can be decoded in it
	require.NoError(t, look(ended, clip))
	whole, err := os.ReadFile(clip)
	require.NoError(t, err)
	other := dir + "/b.mp4"
	require.NoError(t, os.WriteFile(other, whole, 0o644))
	require.NoError(t, look(ended, other), "the same bytes")

	was, err := os.Stat(clip)
	require.NoError(t, err)
	for i := len(whole) / 2; i < len(whole)/2+200; i++ {
		whole[i] ^= 0xff
	}
	require.NoError(t, os.WriteFile(clip, whole, 0o644))
	require.NoError(t, os.Chtimes(clip, was.ModTime(), was.ModTime()))
	for range 2 { // a look that failed is not remembered
		require.ErrorContains(t, look(t.Context(), clip), "shot own: ")
	}
}
