package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"shotchain/chain/sim"
	"shotchain/chain/sim/falsim"
	"shotchain/chain/sim/orsim"
	"shotchain/film"
	"shotchain/render/animatic"
	"shotchain/render/ffmpeg"
)

var update = flag.Bool("update", false, "rewrite the golden files; read the diff")

// noLinger has a program that was built with the race detector end at once, not after a second: GORACE's value.
const noLinger = "atexit_sleep_ms=0"

// TestMain lets scripts run the real program: this test binary, started under another name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"shotchain": stoppable})
}

// TestScripts plays the stories in testdata/scripts. What they can say besides testscript's own commands:
//
//	exits CODE command args…      runs a command that must end with that exit code
//	simstart [hold] [key=K] [places=N]  starts an Ark service and points ARK_BASE_URL and ARK_API_KEY to it. hold: its
//	                              tasks run until simrelease; places: so many run at once, the others are queued
//	simadvance SPAN               moves the service's clock: URLs live 24h, tasks 7 days
//	simrelease                    lets held tasks finish
//	simfault JSON                 injects a fault, as of sim.Fault
//	simstats NAME=N …             compares the service's books, as of sim.Stats
//	interrupt CODE N command …    runs a command, interrupts it once N tasks run or wait, and compares its exit code
//	json PATH VALUE               compares a value of the last stdout's last line: error.code usage
//	frames FILE N                 compares a film's number of frames
//	vacant DIR                    holds that a folder has nothing in it
//	tone SECONDS FILE             makes a sound file, 48 kHz, 16 bits
//	spoil PATTERN                 turns over the last byte of the files of that pattern
//	setaside PATTERN              renames files of that pattern as the store does with damaged ones
//	there PATTERN N               compares the number of files of that pattern
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "../../testdata/scripts",
		Setup: func(e *testscript.Env) error {
			for _, name := range []string{film.EnvKey, film.EnvBase, film.EnvFalKey, film.EnvFalBase, film.EnvOpenRouterKey,
				film.EnvOpenRouterBase, film.EnvStore} {
				e.Setenv(name, "")
			}
			e.Setenv(ffmpeg.Env, os.Getenv(ffmpeg.Env))
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("GORACE", noLinger)
			e.Values[simKey{}], e.Values[falKey{}] = &testSim{}, new(*falsim.Service)
			e.Values[orKey{}] = new(*orsim.Service)
			e.Defer(e.Values[simKey{}].(*testSim).close)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "simstart": simStart, "simrelease": simRelease, "simadvance": simAdvance, "simfault": simFault,
			"simstats":  simStats,
			"interrupt": interrupt, "json": compareJSON, "frames": compareFrames, "vacant": vacant, "tone": tone,
			"spoil": spoil, "setaside": setAsideAll, "there": there, "aged": aged, "stopped": stopped,
			"orstart": orStart, "orfault": orFault, "orstats": orStats,
			"falstart": falStart, "falfault": falFault, "falstats": falStats, "faladvance": falAdvance,
		},
		Condition: func(cond string) (bool, error) {
			if cond != "tmpfs" { // a disk of any size can be had
				return false, fmt.Errorf("unknown condition %s", cond)
			}
			return exec.Command("unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", os.TempDir()).Run() == nil, nil
		},
		RequireExplicitExec: true,
		UpdateScripts:       *update,
	})
}

// tone writes a WAV file of a quiet tone.
func tone(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("tone SECONDS FILE")
	}
	seconds, err := strconv.ParseFloat(args[0], 64)
	ts.Check(err)
	const rate = 48000
	n := int(seconds * rate)
	var b bytes.Buffer
	b.WriteString("RIFF")
	put := func(v any) { ts.Check(binary.Write(&b, binary.LittleEndian, v)) }
	put(uint32(36 + 2*n))
	b.WriteString("WAVEfmt ")
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16)} {
		put(v)
	}
	b.WriteString("data")
	put(uint32(2 * n))
	for i := range n {
		put(int16(6000 * math.Sin(float64(i)/20)))
	}
	path := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	ts.Check(os.WriteFile(path, b.Bytes(), 0o644))
}

type simKey struct{}

// testSim is a script's Ark service. Its clips are made at once.
type testSim struct {
	*sim.Service
	server *httptest.Server
	dir    string
	hold   chan struct{} // closed when held tasks may finish
	once   sync.Once
}

func simOf(ts *testscript.TestScript) *testSim {
	s := ts.Value(simKey{}).(*testSim)
	if s.Service == nil {
		ts.Fatalf("no service: simstart comes first")
	}
	return s
}

func (s *testSim) release() { s.once.Do(func() { close(s.hold) }) }

func (s *testSim) close() {
	if s.Service == nil {
		return
	}
	s.release()
	s.server.Close()
	s.Service.Close()
	os.RemoveAll(s.dir)
}

func simStart(ts *testscript.TestScript, _ bool, args []string) {
	s := ts.Value(simKey{}).(*testSim)
	s.hold = make(chan struct{})
	key, held, places := "test-key-0123456789", false, 0
	for _, a := range args {
		if n, ok := strings.CutPrefix(a, "places="); ok {
			var err error
			places, err = strconv.Atoi(n)
			ts.Check(err)
		}
		if k, ok := strings.CutPrefix(a, "key="); ok {
			key = k
		}
		held = held || a == "hold"
	}
	if !held {
		s.release()
	}
	dir, err := os.MkdirTemp("", "sim-")
	ts.Check(err)
	s.dir = dir
	s.Service, err = sim.New(sim.Options{Dir: dir, Key: key, Limits: sim.Limits{Concurrency: places},
		Camera: func(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
			select {
			case <-s.hold:
			case <-ctx.Done():
				return sim.Footage{}, ctx.Err()
			}
			return canned(ctx, sc, dir)
		}})
	ts.Check(err)
	s.server = httptest.NewServer(s.Service)
	ts.Setenv(film.EnvBase, s.server.URL+"/api/v3")
	ts.Setenv(film.EnvKey, "test-key-0123456789")
}

func simRelease(ts *testscript.TestScript, _ bool, _ []string) { simOf(ts).release() }

func simAdvance(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	simOf(ts).Advance(d)
}

func simFault(ts *testscript.TestScript, _ bool, args []string) {
	var f sim.Fault
	ts.Check(json.Unmarshal([]byte(strings.Join(args, " ")), &f))
	ts.Check(simOf(ts).Inject(f))
}

func simStats(ts *testscript.TestScript, _ bool, args []string) {
	b, err := json.Marshal(simOf(ts).Stats())
	ts.Check(err)
	for _, a := range args {
		path, want, _ := strings.Cut(a, "=")
		if got := dig(ts, b, path); got != want {
			ts.Fatalf("%s is %s, not %s", path, got, want)
		}
	}
}

// dig finds a value by the names on the way to it, with dots between them. What is not there is "".
func dig(ts *testscript.TestScript, b []byte, path string) string {
	var v any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	ts.Check(d.Decode(&v))
	for _, step := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			ts.Check(err)
			if i >= len(at) {
				return ""
			}
			v = at[i]
		default:
			return ""
		}
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func compareJSON(ts *testscript.TestScript, neg bool, args []string) {
	lines := strings.Split(strings.TrimSpace(ts.ReadFile("stdout")), "\n")
	want := strings.Join(args[1:], " ")
	if got := dig(ts, []byte(lines[len(lines)-1]), args[0]); (got == want) == neg {
		ts.Fatalf("%s is %q", args[0], got)
	}
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := exitCode(ts.Exec(args[1], args[2:]...)); got != want {
		ts.Fatalf("%s ended with %d, not %d", strings.Join(args[1:], " "), got, want)
	}
}

func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// interrupt sends what Ctrl-C sends, at a moment that the service knows rather than after a time. What the command
// said is in the file interrupted.
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	running, err := strconv.Atoi(args[1])
	ts.Check(err)
	var said bytes.Buffer
	cmd := exec.Command(lookPath(ts, args[2]), args[3:]...)
	cmd.Dir, cmd.Stderr, cmd.Stdout, cmd.Env = ts.Getenv("WORK"), &said, &said, environ(ts)
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	under := func() int { s := simOf(ts).Stats(); return s.Running + s.Queued }
	for deadline := time.Now().Add(time.Minute); under() < running; {
		select {
		case err := <-ended:
			ts.Fatalf("ended by itself: %v\n%s", err, said.String())
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			ts.Fatalf("no %d tasks run:\n%s", running, said.String())
		}
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	err = <-ended
	ts.Logf("%s", said.String())
	ts.Check(os.WriteFile(ts.MkAbs("interrupted"), said.Bytes(), 0o644))
	if got := exitCode(err); got != want {
		ts.Fatalf("ended with %d, not %d", got, want)
	}
}

// stopped runs a program until a file is there, ends it with a signal and expects its exit code, and that nothing of
// what it started still runs: stopped SIGNAL CODE FILE PROGRAM ARGUMENTS…
func stopped(ts *testscript.TestScript, _ bool, args []string) {
	by := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}[args[0]]
	var said bytes.Buffer
	cmd := exec.Command(lookPath(ts, args[3]), args[4:]...)
	cmd.Dir, cmd.Stderr, cmd.Stdout, cmd.Env = ts.Getenv("WORK"), &said, &said, environ(ts)
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for deadline := time.Now().Add(time.Minute); len(glob(ts, args[2])) == 0; {
		select {
		case err := <-ended:
			ts.Fatalf("ended by itself: %v\n%s", err, said.String())
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			ts.Fatalf("no file %s:\n%s", args[2], said.String())
		}
	}
	ts.Check(cmd.Process.Signal(by))
	err := <-ended
	ts.Logf("%s", said.String())
	if got := strconv.Itoa(exitCode(err)); got != args[1] {
		ts.Fatalf("ended with %s, not %s", got, args[1])
	}
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline") // where there is no /proc, there is nothing to look at
	for _, line := range lines {
		if b, err := os.ReadFile(line); err == nil && bytes.Contains(b,
			[]byte(ts.Getenv("WORK")+string(filepath.Separator))) && bytes.Contains(b, []byte("ffmpeg")) {
			ts.Fatalf("%s still runs", bytes.ReplaceAll(b, []byte{0}, []byte(" ")))
		}
	}
}

func lookPath(ts *testscript.TestScript, name string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	ts.Fatalf("%s is not on PATH", name)
	return ""
}

func environ(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", film.EnvKey, film.EnvBase, film.EnvFalKey, film.EnvFalBase,
		film.EnvOpenRouterKey, film.EnvOpenRouterBase, film.EnvStore, ffmpeg.Env} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

func compareFrames(ts *testscript.TestScript, _ bool, args []string) {
	f, err := ffmpeg.Verify(context.Background(), ts.MkAbs(args[0]), ffmpeg.Facts{})
	ts.Check(err)
	if want, err := strconv.Atoi(args[1]); err != nil || f.Frames != want {
		ts.Fatalf("%s has %d frames, not %s", args[0], f.Frames, args[1])
	}
}

func vacant(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	if err != nil && !os.IsNotExist(err) {
		ts.Check(err)
	}
	for _, e := range entries {
		ts.Fatalf("%s holds %s", args[0], e.Name())
	}
}

// glob finds files below the script's folder.
func glob(ts *testscript.TestScript, pattern string) []string {
	names, err := filepath.Glob(ts.MkAbs(pattern))
	ts.Check(err)
	return names
}

func spoil(ts *testscript.TestScript, _ bool, args []string) {
	names := glob(ts, args[0])
	if len(names) == 0 {
		ts.Fatalf("no file is called %s", args[0])
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		ts.Check(err)
		b[len(b)-1] ^= 0xff
		ts.Check(os.WriteFile(name, b, 0o644))
	}
}

func setAsideAll(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range glob(ts, args[0]) {
		ts.Check(os.Rename(name, filepath.Join(filepath.Dir(name), "damaged-9-"+filepath.Base(name))))
	}
}

// aged makes files look as if they had last been used so many days ago.
func aged(ts *testscript.TestScript, _ bool, args []string) {
	days, err := strconv.Atoi(args[0])
	ts.Check(err)
	at := time.Now().AddDate(0, 0, -days)
	for _, pattern := range args[1:] {
		for _, path := range glob(ts, pattern) {
			ts.Check(os.Chtimes(path, at, at))
		}
	}
}

func there(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	if names := glob(ts, args[0]); len(names) != want {
		ts.Fatalf("there are %d files %s, not %d: %v", len(names), args[0], want, names)
	}
}

// canned is a camera that films each size and length once. Its last frame depends on the prompt and on the first
// frame, as a real one does.
func canned(ctx context.Context, sc sim.Scene, dir string) (f sim.Footage, err error) {
	clip, err := stock(ctx, sc)
	if err != nil {
		return f, err
	}
	f = sim.Footage{Video: filepath.Join(dir, "clip.mp4"), LastFrame: filepath.Join(dir, "last.png")}
	if err := os.WriteFile(f.Video, clip, 0o644); err != nil {
		return f, err
	}
	h := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", sc.Prompt, sc.Seed, sc.FirstFrame))
	img := image.NewRGBA(image.Rect(0, 0, sc.Width, sc.Height))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{h[0], h[1], h[2], 255}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return f, err
	}
	return f, os.WriteFile(f.LastFrame, b.Bytes(), 0o644)
}

var (
	stockMu sync.Mutex
	stocks  = map[string][]byte{} // guarded by stockMu
)

// stock is a clip of the scene's size and length.
func stock(ctx context.Context, sc sim.Scene) ([]byte, error) {
	stockMu.Lock()
	defer stockMu.Unlock()
	name := fmt.Sprint(sc.Width, sc.Height, sc.Frames, sc.Audio)
	if b, ok := stocks[name]; ok {
		return b, nil
	}
	dir, err := os.MkdirTemp("", "stock-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	video, _, err := animatic.Camera{NoSlate: true}.Film(ctx, animatic.Shot{Prompt: "a calm sea", Width: sc.Width,
		Height: sc.Height, Frames: sc.Frames, Audio: sc.Audio, CameraFixed: true}, dir)
	if err != nil {
		return nil, err
	}
	stocks[name], err = os.ReadFile(video)
	return stocks[name], err
}
