package chain

import (
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/internal/durable"
	"shotchain/internal/durable/durabletest"
)

// diskTimes has the tests of bad disks try more points than their sample: `make soak` sets it.
var diskTimes = flag.Int("disk.times", 1,
	"fail at so many times as many calls of the disk, lose the power after as many more writes, spoil as many more bytes")

// every is the distance of the points that are tried where there are so many, for about so many tries.
func every(points, tries int) int { return max(points/(tries**diskTimes), 1) }

// on opens the fixture's store in a folder on a disk that syncs nothing and asks before every call.
func (x *fixture) on(dir string, before func(durabletest.Call) error) error {
	disk := func(dir string) durable.FS { return durabletest.Before(durabletest.Unsynced(durable.OS(dir)), before) }
	st, err := store.Open(dir, store.On(disk))
	if err == nil {
		x.st = st
	}
	return err
}

func fine(durabletest.Call) error { return nil }

// attempt plans and runs the film on a disk that may be bad; what goes wrong is for the next run to mend.
func (x *fixture) attempt(dir string, before func(durabletest.Call) error, shots ...string) {
	x.damaged = true // whether the oracle can read it is not the question yet
	if x.on(dir, before) == nil {
		_, _ = x.run(x.t.Context(), x.plan(film(x.t, shots...)))
	}
}

// mended holds that the next run on a good disk has the whole film, or the one after it where the user had to say that
// nothing was bought, and all that was promised: each key was bought at
// most once, with the pictures that are in it, and what is kept is what was bought.
func (x *fixture) mended(dir string, shots ...string) {
	t := x.t
	t.Helper()
	require.NoError(t, x.on(dir, fine))
	x.damaged = false
	p := x.plan(film(t, shots...))
	r, err := x.run(t.Context(), p)
	require.NoError(t, err)
	if x.giveUp(r) {
		defer func() { x.o.Resubmit = nil }()
		r, err = x.run(t.Context(), x.plan(film(t, shots...)))
		require.NoError(t, err)
	}
	for _, out := range r.Outcomes {
		require.True(t, out.Ok(), "%s: %s: %v", out.Take.Name(), out.Standing, out.Fault)
		require.NoError(t, out.Dir.Verify())
	}
	bought := map[string]int{}
	for _, task := range x.f.tasks {
		_, label, _ := strings.Cut(task.req.Label, "#")
		key, _, _ := strings.Cut(label, "-")
		bought[key]++
		x.carriesWhatItSays(task)
	}
	for key, n := range bought {
		require.Equal(t, 1, n, "%s was bought %d times", key, n)
	}
	require.Len(t, x.f.tasks, len(r.Outcomes), "nothing is lost, nothing is bought twice")
	for _, out := range r.Outcomes {
		task := x.f.find(out.Clip.Task)
		require.NotNil(t, task)
		require.Equal(t, 1, bought[out.Dir.Key[:12]])
		video, err := os.ReadFile(out.Dir.Path(out.Clip.Video.Name))
		require.NoError(t, err)
		require.Equal(t, "video of "+content(task.req), string(video))
		require.Equal(t, out.Take.Request.Prompt, task.req.Prompt)
		require.Equal(t, out.Take.Request.Duration, task.req.Duration)
		if out.Take.From == nil {
			require.Nil(t, task.req.FirstFrame)
			continue
		}
		require.NotNil(t, task.req.FirstFrame, "%s was bought without its first frame", out.Take.Name())
		require.Equal(t, r.Outcomes[out.Take.From.Index].Clip.LastFrame.Digest, task.req.FirstFrame.Digest)
	}
}

// giveUp does for attempts that nobody can judge what a user would do who has looked: a service that has shown none of
// our tasks yet proves nothing by what it does not show. It holds that none of them has made a task.
func (x *fixture) giveUp(r *Reel) bool {
	for _, out := range r.Outcomes {
		if out.Standing != Unclear {
			continue
		}
		for _, task := range x.f.tasks {
			require.NotContains(x.t, task.req.Label, "#"+out.Dir.Key[:12]+"-", "it was bought, and is not found: %v", out.Fault)
		}
		if x.o.Resubmit == nil {
			x.o.Resubmit = map[string]bool{}
		}
		x.o.Resubmit[out.Take.Shot.Name()] = true
	}
	return x.o.Resubmit != nil
}

// carriesWhatItSays holds that a task's first frame is the picture that its digest says.
func (x *fixture) carriesWhatItSays(task *fakeTask) {
	f := task.req.FirstFrame
	if f == nil {
		return
	}
	b := f.Data
	if f.URL != "" {
		id := strings.Split(string(f.URL), "/")[3]
		b = []byte("last of " + content(x.f.find(id).req))
	}
	require.Equal(x.t, f.Digest, digestOf(b), "%s was sent another picture", task.req.Label)
}

// diskCalls counts what a run of the film asks of its disk.
func diskCalls(t *testing.T, counts func(durabletest.Call) bool, shots ...string) (n int) {
	synctest.Test(t, func(t *testing.T) {
		x := newFixture(t)
		var mu sync.Mutex
		x.attempt(filepath.Join(t.TempDir(), store.DirName), func(c durabletest.Call) error {
			mu.Lock()
			defer mu.Unlock()
			if counts(c) {
				n++
			}
			return nil
		}, shots...)
		require.Len(t, x.f.tasks, len(shots))
	})
	return n
}

// TestADiskThatFailsAnywhereCostsNothing fails each call of a run to its disk, once or from then on.
func TestADiskThatFailsAnywhereCostsNothing(t *testing.T) {
	refused := func(c durabletest.Call) bool { return c.Op != durabletest.Finished }
	calls := diskCalls(t, refused, lighthouse...)
	t.Logf("%d calls", calls)
	require.Greater(t, calls, 300)
	faults := []syscall.Errno{syscall.EIO, syscall.EMFILE, syscall.ENOSPC}
	step := every(calls, 60)
	for n := 0; n < calls; n += step {
		for i, fault := range faults {
			if step > 1 && n/step%len(faults) != i {
				continue
			}
			for _, once := range []bool{true, false} {
				synctest.Test(t, func(t *testing.T) {
					x, dir := newFixture(t), filepath.Join(t.TempDir(), store.DirName)
					var mu sync.Mutex
					seen, at := 0, durabletest.Call{}
					x.attempt(dir, func(c durabletest.Call) error {
						mu.Lock()
						defer mu.Unlock()
						if !refused(c) {
							return nil
						}
						seen++
						if seen-1 == n || seen-1 > n && !once {
							at = c
							return fault
						}
						return nil
					}, lighthouse...)
					defer func() {
						if t.Failed() {
							t.Logf("call %d (%s %s) failed with %v, once: %v", n, at.Op, at.Name, fault, once)
						}
					}()
					x.mended(dir, lighthouse...)
				})
			}
		}
	}
}

// TestAPowerLossAnywhereCostsNothing loses the power before each change of the disk, with as much of what was not
// synced as luck will have.
func TestAPowerLossAnywhereCostsNothing(t *testing.T) {
	changes := func(c durabletest.Call) bool { return c.Changes() || c.Op == durabletest.Write }
	points := diskCalls(t, changes, lighthouse...)
	t.Logf("%d points", points)
	require.Greater(t, points, 150)
	step, most := every(points, 50), 0
	for n := 0; n <= points+step; n += step {
		for _, survival := range []durabletest.Survival{durabletest.Nothing, durabletest.Everything, durabletest.Some} {
			synctest.Test(t, func(t *testing.T) {
				x := newFixture(t)
				before, after := filepath.Join(t.TempDir(), store.DirName), filepath.Join(t.TempDir(), store.DirName)
				seen, gone := 0, make(chan struct{})
				disk := durabletest.NewForgetful(before, func(c durabletest.Call) bool {
					if changes(c) {
						if seen++; seen == n+1 {
							close(gone)
						}
					}
					return seen > n
				})
				x.f.script = func(op, _ string, _ int) error { // a machine without power sends nothing
					select {
					case <-gone:
						return &provider.Fault{Class: provider.Account, Message: "no power"}
					default:
						return nil
					}
				}
				if st, err := store.Open(before, store.On(func(string) durable.FS { return disk })); err == nil {
					x.st, x.damaged = st, true
					_, _ = x.run(t.Context(), x.plan(film(t, lighthouse...)))
				}
				x.f.script = nil
				most = max(most, len(x.f.tasks))
				require.NoError(t, os.MkdirAll(after, 0o755))
				require.NoError(t, disk.Left(after, survival, rand.New(rand.NewPCG(uint64(n), 1))))
				defer func() {
					if t.Failed() {
						t.Logf("power lost before change %d, survival %d", n, survival)
					}
				}()
				time.Sleep(time.Hour)
				x.mended(after, lighthouse...)
			})
		}
	}
	require.Equal(t, len(lighthouse), most, "the last of them have bought all")
}

// TestEveryDamagedByteOfEveryRecord spoils the records of a finished and of a half-finished film, byte by byte, and
// plans and runs it: nothing is bought again, and nothing that was changed is used.
func TestEveryDamagedByteOfEveryRecord(t *testing.T) {
	shots := []string{"a/one", "a/two"}
	for name, cut := range map[string]bool{"finished": false, "half finished": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, dir := newFixture(t), filepath.Join(t.TempDir(), store.DirName)
				stopped := errors.New("stopped")
				require.NoError(t, x.on(dir, fine))
				if cut {
					x.f.script = func(op, _ string, n int) error {
						if op == "get" && len(x.f.tasks) == 2 {
							return &provider.Fault{Class: provider.Account, Message: stopped.Error()}
						}
						return nil
					}
				}
				first, _ := x.run(t.Context(), x.plan(film(t, shots...)))
				x.f.script = nil
				require.Len(t, x.f.tasks, 2)
				time.Sleep(time.Hour) // what runs at the service is done
				x.spoil(dir, first, shots)
			})
		})
	}
}

// spoil tries all that can become of the records.
func (x *fixture) spoil(dir string, first *Reel, shots []string) {
	t := x.t
	x.damaged = true
	var records []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".json") {
			rel, _ := filepath.Rel(dir, path)
			records = append(records, rel)
		}
		return err
	}))
	tries := 0
	for _, name := range records {
		whole, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		for i := 0; i < len(whole); i += every(len(whole), 12) {
			tries++
			spoiled := append([]byte(nil), whole...)
			spoiled[i] ^= []byte{1, 0x20, 0x80}[i%3]
			scene := filepath.Join(t.TempDir(), "s")
			require.NoError(t, os.CopyFS(scene, os.DirFS(dir)))
			require.NoError(t, os.WriteFile(filepath.Join(scene, name), spoiled, 0o644))
			require.NoError(t, x.on(scene, fine))
			p := x.plan(film(t, shots...))
			r, err := x.run(t.Context(), p)
			require.NoError(t, err, "%s, byte %d", name, i)
			require.Len(t, x.f.tasks, 2, "%s, byte %d: bought again", name, i)
			for _, out := range r.Outcomes {
				was := first.Outcomes[out.Take.Index]
				if out.Ok() && was.Ok() {
					require.Equal(t, was.Clip.Video, out.Clip.Video)
					require.Equal(t, was.Clip.Cost, out.Clip.Cost)
					require.Equal(t, was.Clip.Task, out.Clip.Task)
				}
				require.Contains(t, []Standing{Cached, Kept, Unclear, Skipped}, out.Standing,
					"%s, byte %d: %v", name, i, out.Fault)
			}
			require.NoError(t, os.RemoveAll(scene))
		}
	}
	t.Logf("%d damaged bytes", tries)
}

// A run is stopped between having a take's files in place and saying so, and one of them spoils before the next run:
// it is not taken for what the provider gave, and what grows from it is bought with the true frame.
func TestFilesThatSpoilBeforeTheirFactsAreWrittenAreFetchedAgain(t *testing.T) {
	for _, name := range []string{"last_frame.png", "clip.mp4"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, dir := newFixture(t), filepath.Join(t.TempDir(), store.DirName)
				placed := 0 // of the two files
				x.attempt(dir, func(c durabletest.Call) error {
					switch base := filepath.Base(c.Name); {
					case c.Op == durabletest.Rename && (base == "clip.mp4" || base == "last_frame.png"):
						placed++
					case placed >= 2 && c.Op == durabletest.Create:
						return syscall.EIO
					}
					return nil
				}, "a/one", "a/two")
				there, err := filepath.Glob(filepath.Join(dir, "takes", "*", name))
				require.NoError(t, err)
				require.Len(t, there, 1)
				b, err := os.ReadFile(there[0])
				require.NoError(t, err)
				b[len(b)/2] ^= 1
				require.NoError(t, os.WriteFile(there[0], b, 0o644))
				x.mended(dir, "a/one", "a/two")
			})
		})
	}
}
