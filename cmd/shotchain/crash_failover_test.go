package main

import (
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/sim/falsim"
	"shotchain/chain/sim/trouble"
	"shotchain/chain/store"
	"shotchain/film"
	"shotchain/render/ffmpeg"
)

const crashFalKey = "key-id:secret-0123456789"

// twoServices is a wreck whose service refuses the account in the middle of both chains, before one that stands in.
type twoServices struct {
	*wreck
	fal *falsim.Service
	url string
}

func newTwoServices(t *testing.T, work string) *twoServices {
	w := &twoServices{wreck: newWreck(t, work)}
	for _, prompt := range []string{"lands", "storm"} {
		require.NoError(t, w.service.Inject(trouble.Fault{Op: "create", Match: prompt, Action: "answer", Status: 403,
			Code: "AccountOverdueError", Message: "Overdue.", Times: -1}))
	}
	var err error
	w.fal, err = falsim.New(falsim.Options{Camera: canned, Dir: t.TempDir(), Key: crashFalKey, Concurrency: -1,
		HistoryAll: true})
	require.NoError(t, err)
	server := httptest.NewServer(w.fal)
	t.Cleanup(func() { w.fal.Close(); server.CloseClientConnections(); server.Close() })
	w.url = server.URL
	return w
}

func (w *twoServices) command(env ...string) *exec.Cmd {
	cmd := w.wreck.command(w.t.Context(), env...)
	cmd.Args = append(cmd.Args, "--provider", "ark", "--failover", "fal")
	cmd.Env = append(cmd.Env, film.EnvFalKey+"="+crashFalKey, film.EnvFalBase+"="+w.url)
	return cmd
}

// recover runs the film until it is there. What the user is asked about has not been made anywhere.
func (w *twoServices) recover() {
	t := w.t
	said, err := w.command().CombinedOutput()
	if err != nil && exitCode(err) == exitUnknown {
		again := w.command()
		again.Args = append(again.Args, "--resubmit", "a/one,a/two,a/three,b/storm,b/lamp,b/sea")
		said, err = again.CombinedOutput()
	}
	require.NoError(t, err, string(said))
	made, err := ffmpeg.Verify(t.Context(), filepath.Join(w.dir, "out", "crash.mp4"), ffmpeg.Facts{})
	require.NoError(t, err)
	require.Equal(t, w.frames, made.Frames)
	w.sold()
}

// sold holds that each prompt was bought once, at one service or at the other, and that what goes on at the second begins
// with the last picture of what was made before it, wherever that was.
func (w *twoServices) sold() {
	t := w.t
	st, err := store.Open(filepath.Join(w.dir, store.DirName))
	require.NoError(t, err)
	entries, err := st.Ls()
	require.NoError(t, err)
	last, clips := map[string]bool{}, 0
	for _, e := range entries {
		require.NoError(t, e.Damage)
		require.False(t, e.Open)
		if e.Clip != nil {
			clips++
			require.NoError(t, e.Verify())
			last[e.Clip.LastFrame.Digest] = true
		}
	}
	require.Equal(t, w.takes, clips)
	sold := map[string]int{}
	for _, e := range w.service.Stats().Tasks {
		sold[e.Prompt]++
	}
	elsewhere := w.fal.Stats().Tasks
	for _, e := range elsewhere {
		sold[e.Prompt]++
		for _, p := range e.Pictures {
			require.True(t, last[p.Digest], "%q begins with %s, which no clip ends with", e.Prompt, p.Digest)
		}
	}
	require.NotEmpty(t, elsewhere)
	require.Equal(t, map[string]int{"A boat.": 1, "It lands.": 1, "The door.": 1, "A storm.": 1, "The lamp.": 1,
		"The sea.": 1}, sold)
}

// TestAFailoverThatIsStoppedAnywhereBuysNothingTwice kills a run that goes over to another provider, before and after
// it has, and lets the next one finish the film.
func TestAFailoverThatIsStoppedAnywhereBuysNothingTwice(t *testing.T) {
	t.Parallel()
	whole := newTwoServices(t, "")
	points := whole.points(func(env ...string) *exec.Cmd { return whole.command(env...) })
	whole.recover()
	work := filepath.Join(whole.dir, store.DirName, "work")
	for _, i := range sampled(points, max(*crashPoints/8, 1)) {
		t.Run(strconv.Itoa(i+1)+" "+points[i], func(t *testing.T) {
			t.Parallel()
			w := newTwoServices(t, work)
			w.died(w.command(envCrashAt + "=" + strconv.Itoa(i+1)).Run())
			w.recover()
		})
	}
}
