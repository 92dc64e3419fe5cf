package store

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/internal/durable"
)

// counted is a disk that counts which files are opened.
type counted struct {
	durable.FS
	mu    sync.Mutex
	opens map[string]int // guarded by mu
}

func (c *counted) Open(name string) (durable.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opens[filepath.Base(name)]++
	return c.FS.Open(name)
}

// another opens the store as the next process does; what it reads is counted.
func another(t testing.TB, s *Store) (*Store, map[string]int) {
	t.Helper()
	c := &counted{opens: map[string]int{}}
	again, err := Peek(s.Dir(), On(func(dir string) durable.FS { c.FS = durable.OS(dir); return c }))
	require.NoError(t, err)
	return again, c.opens
}

// aged is a store with a kept take whose files are old, and that has been read.
func aged(t testing.TB) *Store {
	t.Helper()
	s := open(t)
	l := lock(t, s)
	keep(t, l)
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{"clip.mp4", "last_frame.png"} {
		require.NoError(t, os.Chtimes(l.Path(name), old, old))
	}
	require.NoError(t, s.Take(testKey).Verify())
	require.NoError(t, s.Remember())
	return s
}

func TestWhatHasNotChangedIsNotReadAgain(t *testing.T) {
	s := aged(t)
	again, opens := another(t, s)
	_, err := again.Take(testKey).Clip()
	require.NoError(t, err)
	require.Equal(t, map[string]int{"format": 1, "clip.json": 1, "seen.json": 1}, opens)
	require.NoError(t, again.Take(testKey).Verify(), "which reads everything")
	require.Equal(t, 1, opens["clip.mp4"])
	require.Equal(t, 1, opens["last_frame.png"])
}

func TestWhatMayHaveChangedIsReadAgain(t *testing.T) {
	wrong := "damaged: clip.mp4 is not the file that was kept"
	for name, c := range map[string]struct {
		do   func(t *testing.T, s *Store, clip string)
		want string // "" for a whole take
	}{
		"other bytes of the same size": {func(t *testing.T, _ *Store, clip string) {
			require.NoError(t, os.WriteFile(clip, []byte("moving picturez"), 0o644))
		}, wrong},
		"other bytes and the same time, by another file": {func(t *testing.T, _ *Store, clip string) {
			fi, err := os.Stat(clip)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(clip+"2", []byte("moving picturez"), 0o644))
			require.NoError(t, os.Chtimes(clip+"2", fi.ModTime(), fi.ModTime()))
			require.NoError(t, os.Rename(clip+"2", clip))
		}, wrong},
		"touched": {func(t *testing.T, _ *Store, clip string) {
			require.NoError(t, os.Chtimes(clip, time.Now(), time.Now()))
		}, ""},
		"nothing is remembered": {func(t *testing.T, s *Store, _ string) {
			require.NoError(t, os.Remove(filepath.Join(s.Dir(), seenName)))
		}, ""},
		"the record is damaged": {func(t *testing.T, s *Store, _ string) {
			require.NoError(t, os.WriteFile(filepath.Join(s.Dir(), seenName), []byte(`{"`), 0o644))
		}, ""},
		"the record tells of other bytes": {func(t *testing.T, s *Store, _ string) {
			path := filepath.Join(s.Dir(), seenName)
			var files map[string]sight
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(b, &files))
			was := files[testKey+"/clip.mp4"]
			was.Digest = strings.Repeat("00", 32)
			files[testKey+"/clip.mp4"] = was
			b, err = json.Marshal(files)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, b, 0o644))
		}, ""},
		"the record is not younger than the file": {func(t *testing.T, s *Store, clip string) {
			fi, err := os.Stat(clip)
			require.NoError(t, err)
			require.NoError(t, os.Chtimes(filepath.Join(s.Dir(), seenName), fi.ModTime(), fi.ModTime()))
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := aged(t)
			c.do(t, s, s.Take(testKey).Path("clip.mp4"))
			again, opens := another(t, s)
			_, err := again.Take(testKey).Clip()
			require.Equal(t, 1, opens["clip.mp4"])
			if c.want != "" {
				require.EqualError(t, err, c.want)
				return
			}
			require.NoError(t, err)
		})
	}
}

// A file that was read in the moment in which it was written may be written once more at the same time of the disk.
func TestWhatWasReadWhenItWasWrittenIsNotRemembered(t *testing.T) {
	s := open(t)
	l := lock(t, s)
	keep(t, l)
	soon := time.Now().Add(time.Hour) // the disk's clock is not ours
	require.NoError(t, os.Chtimes(l.Path("clip.mp4"), soon, soon))
	require.NoError(t, s.Take(testKey).Verify())
	require.NoError(t, os.WriteFile(l.Path("clip.mp4"), []byte("moving picturez"), 0o644))
	require.NoError(t, os.Chtimes(l.Path("clip.mp4"), soon, soon))
	_, err := s.Take(testKey).Clip()
	require.EqualError(t, err, "damaged: clip.mp4 is not the file that was kept")
}

// A disk that cannot be read is not a damaged clip: there may be one.
type deaf struct{ durable.FS }

func (d deaf) Open(name string) (durable.File, error) {
	if filepath.Base(name) == "clip.mp4" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return d.FS.Open(name)
}

func TestAClipThatCannotBeReadIsNotADamagedOne(t *testing.T) {
	s := open(t)
	keep(t, lock(t, s))
	again, err := Peek(s.Dir(), On(func(dir string) durable.FS { return deaf{durable.OS(dir)} }))
	require.NoError(t, err)
	_, err = again.Take(testKey).Clip()
	require.ErrorIs(t, err, fs.ErrPermission)
	require.NotErrorIs(t, err, ErrDamaged)
	_, err = again.Take(testKey).Remedy()
	require.ErrorIs(t, err, fs.ErrPermission)
}

// BenchmarkClips is what looking at 1,000 kept takes costs when nothing has changed.
func BenchmarkClips(b *testing.B) {
	s := open(b)
	old := time.Now().Add(-time.Hour)
	for i := range 1000 {
		l, err := s.Lock(b.Context(), fmt.Sprintf("%064x", i), nil)
		require.NoError(b, err)
		keep(b, l)
		for _, name := range []string{"clip.mp4", "last_frame.png"} {
			require.NoError(b, os.Chtimes(l.Path(name), old, old))
		}
		require.NoError(b, l.Verify())
		l.Unlock()
	}
	require.NoError(b, s.Remember())
	for b.Loop() {
		again, err := Peek(s.Dir())
		require.NoError(b, err)
		takes, err := again.Takes()
		require.NoError(b, err)
		for _, t := range takes {
			_, err := t.Clip()
			require.NoError(b, err)
		}
	}
}
