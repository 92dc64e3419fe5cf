package ffmpeg

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMadeNotesTheUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "part")
	require.False(t, Made(path))
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	require.False(t, Made(path), "a power cut left only the name")
	require.NoError(t, os.WriteFile(path, []byte("x"), 0o644))

	at := time.Now().Add(-23 * time.Hour).Truncate(time.Second)
	require.NoError(t, os.Chtimes(path, at, at))
	require.True(t, Made(path))
	require.WithinDuration(t, at, modified(t, path), 0)

	at = at.Add(-2 * time.Hour)
	require.NoError(t, os.Chtimes(path, at, at))
	require.True(t, Made(path))
	require.WithinDuration(t, time.Now(), modified(t, path), time.Minute)
	require.False(t, Made(filepath.Dir(path)))
}

func modified(t *testing.T, path string) time.Time {
	st, err := os.Stat(path)
	require.NoError(t, err)
	return st.ModTime()
}
