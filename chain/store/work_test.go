package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// part puts a file into the work folder that was last used so long ago.
func part(t *testing.T, s *Store, name string, unused time.Duration) string {
	path := filepath.Join(s.WorkDir(), name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(name), 0o644))
	at := time.Now().Add(-unused)
	require.NoError(t, os.Chtimes(path, at, at))
	return path
}

func TestSweepWorkTakesWhatNobodyUses(t *testing.T) {
	const day = 24 * time.Hour
	s := open(t)
	stays := []string{part(t, s, "picture-1.mp4", 29*day), part(t, s, "README", 99*day),
		part(t, s, "tmp-1-1.mp4", time.Minute)}
	goes := []string{part(t, s, "picture-2.mp4", 31*day), part(t, s, "fonts/Go.ttf", 31*day),
		part(t, s, "level-1.json", 400*day),
		part(t, s, "sheet-1.jpg", 31*day), part(t, s, "tmp-2-1.mp4", 2*day), part(t, s, "anything", 31*day)}
	clip := lock(t, s)
	keep(t, clip)

	gone, err := s.SweepWork(time.Now().Add(-30*day), true)
	require.NoError(t, err)
	require.Len(t, gone, len(goes))
	for _, path := range append(goes, stays...) {
		require.FileExists(t, path)
	}

	// Whoever makes a film holds the folder, and several may.
	first, err := s.HoldWork(t.Context())
	require.NoError(t, err)
	second, err := s.HoldWork(t.Context())
	require.NoError(t, err)
	first()
	_, err = s.SweepWork(time.Now(), false)
	require.ErrorIs(t, err, ErrHeld)
	second()

	gone, err = s.SweepWork(time.Now().Add(-30*day), false)
	require.NoError(t, err)
	var paths []string
	for _, g := range gone {
		paths = append(paths, g.Path)
	}
	require.ElementsMatch(t, goes, paths)
	for _, path := range goes {
		require.NoFileExists(t, path)
	}
	for _, path := range stays {
		require.FileExists(t, path)
	}
	require.NoError(t, clip.Verify())
	parts, err := s.Parts()
	require.NoError(t, err)
	require.Len(t, parts, 2)
}

func TestSweepWorkOfNothing(t *testing.T) {
	s := open(t)
	gone, err := s.SweepWork(time.Now(), false)
	require.NoError(t, err)
	require.Empty(t, gone)
	require.NoDirExists(t, s.WorkDir())
	parts, err := s.Parts()
	require.NoError(t, err)
	require.Empty(t, parts)
}
