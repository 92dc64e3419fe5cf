package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A download is known again by its task and its bytes, in a folder of any name, and by nothing else.
func TestAFetchedFileIsKnownAgain(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "my film [draft]"))
	require.NoError(t, err)
	l, err := s.Lock(t.Context(), strings.Repeat("a", 64), nil)
	require.NoError(t, err)
	defer l.Unlock()
	put := func(task, name, text string) string {
		temp := l.Temp(name)
		require.NoError(t, os.WriteFile(temp, []byte(text), 0o600))
		path, err := l.PutFetched(task, name, temp)
		require.NoError(t, err)
		require.NoFileExists(t, temp)
		return path
	}
	clip := put("cgt-1", "clip.mp4", "a boat")
	require.NoError(t, l.Clean())
	path, ok := l.Fetched("cgt-1", "clip.mp4")
	require.True(t, ok)
	require.Equal(t, clip, path)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "a boat", string(b))
	for _, other := range [][2]string{{"cgt-2", "clip.mp4"}, {"cgt-1", "last_frame"}, {"", "clip.mp4"}} {
		_, ok := l.Fetched(other[0], other[1])
		require.False(t, ok, other)
	}
	require.NoError(t, os.WriteFile(clip, []byte("a boot"), 0o600))
	_, ok = l.Fetched("cgt-1", "clip.mp4")
	require.False(t, ok, "other bytes")

	put("cgt-1", "last_frame", "a pier")
	l.DropFetched()
	left, err := l.Names("")
	require.NoError(t, err)
	require.Equal(t, []string{"lock"}, left)
}

// A take that is given up leaves its download aside, where nothing takes it for the next attempt's.
func TestAFetchedFileIsSetAsideWithItsClip(t *testing.T) {
	s, err := Open(t.TempDir())
	require.NoError(t, err)
	l, err := s.Lock(t.Context(), strings.Repeat("a", 64), nil)
	require.NoError(t, err)
	defer l.Unlock()
	temp := l.Temp("clip.mp4")
	require.NoError(t, os.WriteFile(temp, []byte("a boat"), 0o600))
	path, err := l.PutFetched("cgt-1", "clip.mp4", temp)
	require.NoError(t, err)
	require.NoError(t, l.SetAsideClip())
	_, ok := l.Fetched("cgt-1", "clip.mp4")
	require.False(t, ok)
	b, err := os.ReadFile(l.Path("damaged-1-" + filepath.Base(path)))
	require.NoError(t, err)
	require.Equal(t, "a boat", string(b))
}

func TestFreeIsWhatTheDiskSays(t *testing.T) {
	s, err := Open(t.TempDir())
	require.NoError(t, err)
	free, err := s.Free()
	require.NoError(t, err)
	require.Greater(t, free, int64(0))
	_, err = (&Store{dir: filepath.Join(t.TempDir(), "nowhere")}).Free()
	require.Error(t, err)
}
