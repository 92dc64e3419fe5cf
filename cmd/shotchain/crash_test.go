package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/sim"
	"shotchain/chain/store"
	"shotchain/film"
	"shotchain/internal/durable"
	"shotchain/internal/durable/durabletest"
	"shotchain/render/ffmpeg"
)

// How long the crash tests go on: `make soak` sets both.
var (
	crashPoints = flag.Int("crash.points", 8, "at about how many points of a run to stop the program; there are some 600")
	crashFor    = flag.Duration("crash.for", 0, "kill the program at random moments for so long")
)

// Environment of a program that is to be stopped.
const (
	envCrashAt = "SHOTCHAIN_TEST_CRASH_AT" // the number of the point at which it dies as by kill -9
	envSteps   = "SHOTCHAIN_TEST_STEPS"    // a file that takes one line for each point it passes
)

// stoppable is main, with a point before every change of the disk and around every step of the network at which the
// process can be made to die.
func stoppable() {
	at, _ := strconv.Atoi(os.Getenv(envCrashAt))
	s := &steps{at: at}
	if name := os.Getenv(envSteps); name != "" {
		s.log, _ = os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	}
	var h hooks
	if s.at > 0 || s.log != nil {
		h.disk = func(dir string) durable.FS { return durabletest.Before(durable.OS(dir), s.change) }
		h.around = s.watch
	}
	interruptible(&h)
	start(h)
}

// change is a point before every change of the disk.
func (s *steps) change(c durabletest.Call) error {
	if c.Changes() {
		s.step(string(c.Op) + " " + filepath.Base(c.Name))
	}
	return nil
}

// steps counts the points that a program passes.
type steps struct {
	mu  sync.Mutex
	n   int // guarded by mu
	at  int
	log *os.File
}

func (s *steps) step(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	if s.log != nil {
		fmt.Fprintln(s.log, what)
	}
	if s.n == s.at {
		if p, err := os.FindProcess(os.Getpid()); err == nil {
			_ = p.Kill() // no deferred function runs, nothing is flushed
		}
		select {}
	}
}

// watched is a provider with points before and after each call, and in the middle of those that matter.
type watched struct {
	provider.Provider
	s *steps
}

func (w watched) Create(ctx context.Context, r provider.Request) (provider.Created, error) {
	w.s.step("create: not sent")
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest:         func(httptrace.WroteRequestInfo) { w.s.step("create: sent") },
		GotFirstResponseByte: func() { w.s.step("create: answered") },
	})
	made, err := w.Provider.Create(ctx, r)
	w.s.step("create: answer read")
	return made, err
}

func (w watched) Get(ctx context.Context, r provider.Ref) (provider.Task, error) {
	w.s.step("get")
	t, err := w.Provider.Get(ctx, r)
	w.s.step("get: read")
	return t, err
}

// watch puts points around a provider's calls.
func (s *steps) watch(p provider.Provider) provider.Provider {
	w := watched{p, s}
	if l, ok := p.(provider.Lister); ok {
		return watchedLister{w, l}
	}
	return w
}

func (w watched) Find(ctx context.Context, r provider.Attempt) (provider.Finding, error) {
	w.s.step("find")
	found, err := w.Provider.Find(ctx, r)
	w.s.step("find: read")
	return found, err
}

// watchedLister is a watched provider that lists its tasks.
type watchedLister struct {
	watched
	lister provider.Lister
}

func (w watchedLister) List(ctx context.Context, f provider.Filter) ([]provider.Task, bool, error) {
	w.s.step("list")
	tasks, complete, err := w.lister.List(ctx, f)
	w.s.step("list: read")
	return tasks, complete, err
}

func (w watched) Fetch(ctx context.Context, u provider.SignedURL, to io.Writer, limit int64) error {
	w.s.step("fetch")
	err := w.Provider.Fetch(ctx, u, watchedWriter{to, w.s}, limit)
	w.s.step("fetch: written")
	return err
}

type watchedWriter struct {
	io.Writer
	s *steps
}

func (w watchedWriter) Write(b []byte) (int, error) {
	w.s.step("fetch: a part")
	return w.Writer.Write(b)
}

// crashFilm has six takes: chains that branch, and one that stands alone.
const crashFilm = `title: Crash
look: { model: seedance-2.0-mini, resolution: 480p, duration: 4s, audio: false }
scenes:
  - id: a
    shots:
      - { id: one, prompt: A boat. }
      - { id: two, prompt: It lands. }
      - { id: three, prompt: The door. }
  - id: b
    shots:
      - { id: storm, from: a/one, prompt: A storm. }
      - { id: lamp, prompt: The lamp. }
      - { id: sea, from: none, prompt: The sea. }
`

const (
	crashTakes  = 6
	crashFrames = 97*6 - 3 // a clip that continues the one before it drops its first frame
	crashKey    = "secret-key-0123456789"
)

// draftedFilm has two takes whose drafts are made first, and which are made from those drafts.
const draftedFilm = `title: Crash
look: { model: seedance-2.5, resolution: 1080p, duration: 4s, audio: false }
scenes:
  - id: a
    shots:
      - { id: one, prompt: A boat. }
      - { id: two, prompt: It lands. }
`

const (
	draftedTakes  = 4 // two drafts, two finals
	draftedFrames = 97*2 - 1
)

// wreck is a film in a folder of its own, with a service of its own.
type wreck struct {
	t       *testing.T
	dir     string
	service *sim.Service
	url     string
	hold    chan struct{} // nothing is filmed until it is closed; nil for no wait

	takes, frames int // of the film: tasks that the service may ever create, frames that it has
}

// newDraftedWreck is one whose drafts are there.
func newDraftedWreck(t *testing.T, work string) *wreck {
	t.Helper()
	w := newWreck(t, work)
	w.takes, w.frames = draftedTakes, draftedFrames
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "film.yaml"), []byte(draftedFilm), 0o644))
	cmd := w.command(t.Context())
	cmd.Args = append(cmd.Args, "--draft")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return w
}

// newWreck makes a film whose store already holds the parts that films are cut from: encoding is not what is tested.
func newWreck(t *testing.T, work string) *wreck {
	t.Helper()
	return newHeldWreck(t, work, nil)
}

// newHeldWreck is one whose service films nothing until hold is closed.
func newHeldWreck(t *testing.T, work string, hold chan struct{}) *wreck {
	t.Helper()
	w := &wreck{t: t, dir: t.TempDir(), hold: hold, takes: crashTakes, frames: crashFrames}
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "film.yaml"), []byte(crashFilm), 0o644))
	st, err := store.Open(filepath.Join(w.dir, store.DirName))
	require.NoError(t, err)
	if work != "" {
		require.NoError(t, os.CopyFS(st.WorkDir(), os.DirFS(work)))
	}
	w.service, err = sim.New(sim.Options{Dir: t.TempDir(), Key: crashKey, Camera: w.camera, Limits: sim.NoRates})
	require.NoError(t, err)
	server := httptest.NewServer(w.service)
	t.Cleanup(func() { w.service.Close(); server.CloseClientConnections(); server.Close() })
	w.url = server.URL + sim.Prefix
	return w
}

func (w *wreck) camera(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
	if w.hold == nil {
		return canned(ctx, sc, dir)
	}
	select {
	case <-w.hold:
		return canned(ctx, sc, dir)
	case <-ctx.Done():
		return sim.Footage{}, ctx.Err()
	}
}

func (w *wreck) command(ctx context.Context, env ...string) *exec.Cmd {
	self, err := os.Executable()
	require.NoError(w.t, err)
	cmd := exec.CommandContext(ctx, self, "run", "film.yaml", "--yes", "--no-sheet", "--settle", "1s")
	cmd.Args[0] = "shotchain" // testscript.Main runs the program by this name
	cmd.Dir = w.dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.dir, "TMPDIR=" + os.TempDir(), "GORACE=" + noLinger,
		film.EnvKey + "=" + crashKey, film.EnvBase + "=" + w.url, ffmpeg.Env + "=" + os.Getenv(ffmpeg.Env)}, env...)
	return cmd
}

// recover runs the film until it is there and compares everything that was promised.
func (w *wreck) recover() {
	t := w.t
	t.Helper()
	var said bytes.Buffer
	cmd := w.command(t.Context())
	cmd.Stderr = &said
	err := cmd.Run()
	if err != nil && exitCode(err) == exitUnknown {
		w.uncontrolled(said.String())
		cmd = w.command(t.Context())
		cmd.Args, cmd.Stderr = append(cmd.Args, "--resubmit", "a/one,b/sea"), &said
		err = cmd.Run()
	}
	require.NoError(t, err, said.String())
	stats := w.service.Stats()
	require.Equal(t, w.takes, stats.Created, "tasks that the service ever created\n%s", said.String())
	film, err := ffmpeg.Verify(t.Context(), filepath.Join(w.dir, "out", "crash.mp4"), ffmpeg.Facts{})
	require.NoError(t, err)
	require.Equal(t, w.frames, film.Frames)

	st, err := store.Open(filepath.Join(w.dir, store.DirName))
	require.NoError(t, err)
	entries, err := st.Ls()
	require.NoError(t, err)
	tokens, clips := int64(0), 0
	for _, e := range entries {
		require.NoError(t, e.Damage)
		require.False(t, e.Open)
		if e.Clip == nil {
			continue
		}
		clips++
		require.NoError(t, e.Verify())
		tokens += e.Clip.Tokens
	}
	require.Equal(t, w.takes, clips)
	require.Equal(t, stats.BilledTokens, tokens, "what the service bills is what the store says was spent")
	w.noRemains(st.Dir())
	w.held()
}

// uncontrolled holds that a run which ended with exit code 7 had nothing by which to judge the service's list: the
// service has made no task, and the store knows of none.
func (w *wreck) uncontrolled(said string) {
	w.t.Helper()
	require.Contains(w.t, said, "shows none of our tasks")
	require.Zero(w.t, w.service.Stats().Created, said)
	st, err := store.Open(filepath.Join(w.dir, store.DirName))
	require.NoError(w.t, err)
	takes, err := st.Takes()
	require.NoError(w.t, err)
	for _, take := range takes {
		j, err := take.Journal()
		require.NoError(w.t, err)
		for _, a := range j.Attempts {
			require.Empty(w.t, a.Task, said)
		}
	}
}

// noRemains holds that no key or signed URL is left in the store, and no half-written file in a take. Beside the
// takes, where several processes write without a lock, such a file is left to `store gc`.
func (w *wreck) noRemains(dir string) {
	require.NoError(w.t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		require.False(w.t, strings.HasPrefix(rel, "takes") && strings.HasPrefix(d.Name(), ".new-"), path)
		b, err := os.ReadFile(path)
		if err == nil && (bytes.Contains(b, []byte(crashKey)) || bytes.Contains(b, []byte("X-Tos-"))) {
			err = errors.New(path + " holds a secret")
		}
		return err
	}))
}

// TestARunThatIsStoppedAnywhereBuysNothingTwice kills the program at each point that a whole run passes – the points
// are counted, not listed – and lets the next run finish the film.
func TestARunThatIsStoppedAnywhereBuysNothingTwice(t *testing.T) {
	stopAnywhere(t, newWreck, *crashPoints)
}

// TestFinalsOfDraftsAreBoughtOnce is the same for clips that are made from drafts.
func TestFinalsOfDraftsAreBoughtOnce(t *testing.T) {
	t.Parallel()
	stopAnywhere(t, newDraftedWreck, max(*crashPoints/4, 1))
}

// stopAnywhere stops a film's run at about so many of its points, at least at the first calls; at all where there are
// no more.
func stopAnywhere(t *testing.T, wreckage func(t *testing.T, work string) *wreck, many int) {
	whole := wreckage(t, "")
	points := whole.points(func(env ...string) *exec.Cmd { return whole.command(t.Context(), env...) })
	whole.recover()
	work := filepath.Join(whole.dir, store.DirName, "work")
	for _, i := range sampled(points, many) {
		t.Run(fmt.Sprintf("%d %s", i+1, points[i]), func(t *testing.T) {
			t.Parallel()
			w := wreckage(t, work)
			w.died(w.command(t.Context(), envCrashAt+"="+strconv.Itoa(i+1)).Run())
			w.recover()
		})
	}
}

// points are those that a whole run passes.
func (w *wreck) points(run func(env ...string) *exec.Cmd) []string {
	t := w.t
	t.Helper()
	if testing.Short() {
		t.Skip("starts many processes")
	}
	log := filepath.Join(t.TempDir(), "steps")
	out, err := run(envSteps + "=" + log).CombinedOutput()
	require.NoError(t, err, string(out))
	b, err := os.ReadFile(log)
	require.NoError(t, err)
	points := strings.Split(strings.TrimSpace(string(b)), "\n")
	t.Logf("%d points", len(points))
	require.Greater(t, len(points), 80)
	return points
}

// sampled are about so many of a run's points, and those around its first call, with nothing known yet. Which ones is
// luck where they are many, so that nights of it come to all.
func sampled(points []string, many int) (at []int) {
	first := slices.IndexFunc(points, func(p string) bool { return strings.HasPrefix(p, "create") })
	every, luck := max(len(points)/many, 1), 0
	if many > 8 {
		luck = rand.IntN(every)
	}
	for i := range points {
		if i%every == luck || i == first || i == first+1 {
			at = append(at, i)
		}
	}
	return at
}

// died holds that a program that was to be stopped was, rather than failed. One that passed fewer points this time has
// simply ended.
func (w *wreck) died(err error) {
	w.t.Helper()
	if err != nil {
		var exit *exec.ExitError
		require.ErrorAs(w.t, err, &exit)
		require.Equal(w.t, -1, exit.ExitCode())
	}
}

// TestARunThatIsKilledAtRandomBuysNothingTwice kills the program again and again until it gets through.
func TestARunThatIsKilledAtRandomBuysNothingTwice(t *testing.T) {
	if *crashFor == 0 {
		t.Skip("-crash.for says how long")
	}
	whole := newWreck(t, "")
	whole.recover()
	work := filepath.Join(whole.dir, store.DirName, "work")
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	for began, n := time.Now(), 0; time.Since(began) < *crashFor; n++ {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			w := newWreck(t, work)
			for range 1 + r.IntN(4) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(r.IntN(3000))*time.Millisecond)
				_ = w.command(ctx).Run() // killed, or done
				cancel()
			}
			w.recover()
		})
	}
}
