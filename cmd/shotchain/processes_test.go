//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/store"
)

// buffer collects what a process says while it says it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// started is a run under way.
type started struct {
	*exec.Cmd
	said buffer
}

// start runs a film of the wreck's folder.
func (w *wreck) start(file string) *started {
	s := &started{Cmd: w.command(context.Background())}
	s.Args[2] = file
	s.Stderr = &s.said
	require.NoError(w.t, s.Start())
	w.t.Cleanup(func() { _ = s.Process.Kill() })
	return s
}

// until waits for what a run or the service is bound to come to.
func (w *wreck) until(what string, is func() bool) {
	w.t.Helper()
	require.Eventually(w.t, is, 2*time.Minute, 5*time.Millisecond, what)
}

// watch reads the store as plan, status and store ls do, over and over until stop is called, and holds that it never
// shows a clip that is not whole.
func (w *wreck) watch() (stop func()) {
	st, err := store.Peek(filepath.Join(w.dir, store.DirName))
	require.NoError(w.t, err)
	end, ended := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-end:
				ended <- nil
				return
			case <-time.After(time.Millisecond):
			}
			if err := whole(st); err != nil {
				<-end
				ended <- err
				return
			}
		}
	}()
	return func() { close(end); require.NoError(w.t, <-ended) }
}

func whole(st *store.Store) error {
	entries, err := st.Ls()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Damage != nil {
			return fmt.Errorf("%s: %w", e.Key, e.Damage)
		}
		if e.Clip == nil {
			continue
		}
		if err := e.Verify(); err != nil {
			return err
		}
	}
	return nil
}

// otherFilm shares two of its four clips with crashFilm, and continues one of them.
const otherFilm = `title: Other
look: { model: seedance-2.0-mini, resolution: 480p, duration: 4s, audio: false }
scenes:
  - id: x
    shots:
      - { id: first, prompt: A boat. }
      - { id: second, prompt: It lands. }
      - { id: own, prompt: A gull. }
  - id: y
    shots: [{ id: last, prompt: A calm sea. }]
`

const otherTakes = 2 // of its own

// TestTwoRunsAtOnceNeverPayTwice starts two programs on one store, the same film or two that share clips.
func TestTwoRunsAtOnceNeverPayTwice(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts many processes")
	}
	for name, c := range map[string]struct {
		second string
		takes  int
	}{"the same film": {"film.yaml", crashTakes}, "films that share clips": {"other.yaml", crashTakes + otherTakes}} {
		t.Run(name, func(t *testing.T) {
			w := newHeldWreck(t, "", make(chan struct{}))
			require.NoError(t, os.WriteFile(filepath.Join(w.dir, "other.yaml"), []byte(otherFilm), 0o644))
			stop := w.watch()
			runs := []*started{w.start("film.yaml"), w.start(c.second)}
			w.until("one waits for the other", func() bool {
				return strings.Contains(runs[0].said.String()+runs[1].said.String(), "waiting")
			})
			close(w.hold)
			for _, r := range runs {
				require.NoError(t, r.Wait(), r.said.String())
			}
			stop()
			require.Equal(t, c.takes, w.service.Stats().Created, "%s%s", runs[0].said.String(), runs[1].said.String())
			w.held()
		})
	}
}

// TestTheSecondRunTakesOverWhenTheFirstDies kills the first of two runs while the service works for it.
func TestTheSecondRunTakesOverWhenTheFirstDies(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts many processes")
	}
	w := newHeldWreck(t, "", make(chan struct{}))
	first := w.start("film.yaml")
	w.until("the first has bought what can start", func() bool { return w.service.Stats().Running == 2 })
	second := w.start("film.yaml")
	w.until("the second waits for it", func() bool { return strings.Count(second.said.String(), "waiting") == 2 })
	require.NoError(t, first.Process.Kill())
	_ = first.Wait()
	close(w.hold)
	require.NoError(t, second.Wait(), second.said.String())
	w.recover()
}

// TestAFullDiskLosesNothing limits the size of the files that the program may write, from nothing at all up to where
// the film fits. What was paid for by then is there for the next run.
func TestAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts many processes")
	}
	whole := newWreck(t, "")
	whole.recover()
	work := filepath.Join(whole.dir, store.DirName, "work")
	clip := whole.largest("takes/*/clip.mp4")
	shell, err := exec.LookPath("sh")
	require.NoError(t, err)
	failed := 0
	for _, blocks := range []int64{0, 1, 2, 4, clip/2/512 + 1, clip/512 - 1, 1 << 20} {
		t.Run(fmt.Sprint(blocks), func(t *testing.T) {
			w := newWreck(t, work)
			cmd := w.command(t.Context())
			link := filepath.Join(t.TempDir(), "shotchain") // testscript.Main runs the program by this name
			require.NoError(t, os.Symlink(cmd.Path, link))
			cmd.Args = append([]string{"sh", "-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, blocks), link}, cmd.Args[1:]...)
			cmd.Path = shell
			said, err := cmd.CombinedOutput()
			if err != nil {
				failed++
				require.Contains(t, []int{exitFailed, exitIncomplete, exitUnknown}, exitCode(err), string(said))
				require.Contains(t, string(said), "file too large")
				require.NotContains(t, string(said), "goroutine")
				require.NotContains(t, string(said), "downloaded 3 times")
			}
			w.recover()
		})
	}
	require.GreaterOrEqual(t, failed, 4, "the limits bite")
}

// largest is the size of the largest file that a pattern names in the store.
func (w *wreck) largest(pattern string) (n int64) {
	names, err := filepath.Glob(filepath.Join(w.dir, store.DirName, pattern))
	require.NoError(w.t, err)
	for _, name := range names {
		info, err := os.Stat(name)
		require.NoError(w.t, err)
		n = max(n, info.Size())
	}
	return n
}
