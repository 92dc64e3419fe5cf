package store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// from opens the files of a take of another store, with one of them replaced.
func from(k Take, name, text string) func(context.Context, string) (io.ReadCloser, error) {
	return func(_ context.Context, asked string) (io.ReadCloser, error) {
		if asked == name {
			return io.NopCloser(strings.NewReader(text)), nil
		}
		return os.Open(k.Path(asked))
	}
}

func TestATakeIsBroughtFromElsewhereOnlyAsItWas(t *testing.T) {
	there := open(t)
	want := keep(t, lock(t, there))
	k := there.Take(testKey)
	for name, c := range map[string]struct{ file, text string }{
		"another clip":          {"clip.mp4", "moving picturez"},
		"a clip that is longer": {"clip.mp4", "moving pictures and more"},
		"another frame":         {"last_frame.png", "another"},
		"no facts":              {"clip.json", "{}"},
		"garbage":               {"clip.json", "no json"},
	} {
		t.Run(name, func(t *testing.T) {
			here := open(t)
			err := here.Bring(t.Context(), testKey, want.Video.Digest, want.LastFrame.Digest, from(k, c.file, c.text))
			require.ErrorIs(t, err, ErrDamaged)
			_, err = here.Take(testKey).Clip()
			require.ErrorIs(t, err, fs.ErrNotExist)
		})
	}
	here := open(t)
	require.ErrorIs(t, here.Bring(t.Context(), testKey, strings.Repeat("00", 32), want.LastFrame.Digest, from(k, "", "")),
		ErrDamaged)
	require.NoError(t, here.Bring(t.Context(), testKey, want.Video.Digest, want.LastFrame.Digest, from(k, "", "")))
	got, err := here.Take(testKey).Clip()
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.NoError(t, here.Take(testKey).Verify())
	fail := func(context.Context, string) (io.ReadCloser, error) { return nil, errors.New("not asked") }
	require.NoError(t, here.Bring(t.Context(), testKey, want.Video.Digest, want.LastFrame.Digest, fail),
		"what is there is not fetched")
}

func TestADamagedTakeIsBroughtAnew(t *testing.T) {
	there, here := open(t), open(t)
	want := keep(t, lock(t, there))
	l := lock(t, here)
	keep(t, l)
	l.Unlock()
	require.NoError(t, os.Truncate(here.Take(testKey).Path("clip.mp4"), 3))
	require.NoError(t,
		here.Bring(t.Context(), testKey, want.Video.Digest, want.LastFrame.Digest, from(there.Take(testKey), "", "")))
	require.NoError(t, here.Take(testKey).Verify())
}
