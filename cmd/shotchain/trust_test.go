package main

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/store"
)

// held holds every request that the service ever accepted against what the store says was to be bought.
func (w *wreck) held() {
	w.t.Helper()
	st, err := store.Open(filepath.Join(w.dir, store.DirName))
	require.NoError(w.t, err)
	simtest.Hold(w.t, st, simtest.Sales(w.service))
}

// yesterday gives the wreck a service whose clock is more than a day behind: its URLs of frames count as lapsed, and
// what grows from a frame is sent the bytes.
func (w *wreck) yesterday() {
	w.t.Helper()
	var err error
	w.service, err = sim.New(sim.Options{Dir: w.t.TempDir(), Key: crashKey, Camera: w.camera, Limits: sim.NoRates,
		Epoch: time.Now().Add(-25 * time.Hour)})
	require.NoError(w.t, err)
	server := httptest.NewServer(w.service)
	w.t.Cleanup(func() { w.service.Close(); server.CloseClientConnections(); server.Close() })
	w.url = server.URL + sim.Prefix
}

// write puts a film of these shots in the place of the wreck's, with one that no run makes: it is never whole, and
// nothing is encoded.
func (w *wreck) write(shots string) {
	w.t.Helper()
	text := "look: { model: seedance-2.0-mini, resolution: 480p, duration: 4s, audio: false }\nscenes:\n  - id: a\n    shots:\n" + shots +
		"      - { id: never, from: none, prompt: Nothing. }\n"
	require.NoError(w.t, os.WriteFile(filepath.Join(w.dir, "film.yaml"), []byte(text), 0o644))
}

// TestAClipIsNeverBoughtWithoutItsFrame turns one byte of a kept frame over, once the service's own URL of it has
// lapsed, and lets a film grow from it.
func TestAClipIsNeverBoughtWithoutItsFrame(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts processes")
	}
	w := newWreck(t, "")
	w.yesterday()
	w.write("      - { id: one, prompt: A boat. }\n")
	only := func(shots string) []byte {
		cmd := w.command(t.Context())
		cmd.Args = append(cmd.Args, "--only", shots)
		said, _ := cmd.CombinedOutput() // not the whole film: it never succeeds
		return said
	}
	only("one")
	frames, err := filepath.Glob(filepath.Join(w.dir, store.DirName, "takes", "*", "last_frame.*"))
	require.NoError(t, err)
	require.Len(t, frames, 1)
	b, err := os.ReadFile(frames[0])
	require.NoError(t, err)
	whole := bytes.Clone(b)
	b[len(b)/2] ^= 1
	require.NoError(t, os.WriteFile(frames[0], b, 0o644))
	w.write("      - { id: one, prompt: A boat. }\n      - { id: two, prompt: It lands. }\n")
	said := only("one,two")
	w.held()
	for _, e := range w.service.Stats().Tasks[1:] {
		require.True(t, e.Continues, "%s was bought without its first frame\n%s", e.Label, said)
	}

	require.NoError(t, os.WriteFile(frames[0], whole, 0o644))
	said = only("one,two")
	w.held()
	require.Equal(t, 2, w.service.Stats().Created, "%s", said)
	require.True(t, w.service.Stats().Tasks[1].Continues)
}

// TestWithFewOpenFilesNothingIsBoughtWithoutItsFrame makes many shots of one at once, with few files for all of them.
func TestWithFewOpenFilesNothingIsBoughtWithoutItsFrame(t *testing.T) {
	t.Parallel()
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("starts processes under a limit")
	}
	const branches = 30
	shell, err := exec.LookPath("sh")
	require.NoError(t, err)
	var shots strings.Builder
	names := []string{"one"}
	shots.WriteString("      - { id: one, prompt: A boat. }\n")
	for i := range branches {
		fmt.Fprintf(&shots, "      - { id: b%d, from: one, prompt: Branch %d. }\n", i, i)
		names = append(names, fmt.Sprintf("b%d", i))
	}
	w := newWreck(t, "")
	w.yesterday()
	w.write(shots.String())
	only := func(limit int, shots string) (string, error) {
		cmd := w.command(t.Context())
		cmd.Args = append(cmd.Args, "--only", shots, "--concurrency", "30")
		if limit > 0 {
			link := filepath.Join(t.TempDir(), "shotchain") // testscript.Main runs the program by this name
			require.NoError(t, os.Symlink(cmd.Path, link))
			cmd.Args = append([]string{"sh", "-c", fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, limit), link}, cmd.Args[1:]...)
			cmd.Path = shell
		}
		said, err := cmd.CombinedOutput()
		return string(said), err
	}
	said, _ := only(0, "one")
	require.Equal(t, 1, w.service.Stats().Created, said)
	for range 2 {
		said, err = only(32, strings.Join(names, ","))
		require.Error(t, err)
		require.Contains(t, said, "too many open files", "the limit bites")
		w.held()
		for _, e := range w.service.Stats().Tasks[1:] {
			require.True(t, e.Continues, "%s was bought without its first frame\n%s", e.Label, said)
		}
	}
	// A call that broke off before it was sent stays open: of a service whose clock is a day off a list proves nothing.
	said, _ = only(0, strings.Join(names, ","))
	w.held()
	require.Equal(t, 1+branches, w.service.Stats().Created+strings.Count(said, ": unknown: sent at"), said)
}
