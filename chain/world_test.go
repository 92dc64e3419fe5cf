package chain

// A world is everything that a seed decides: a film, a service with its gateway, and the lives of the program on one
// store – which calls of disk and network fail, where it is killed or loses its power, how long it rests, and in which
// order its goroutines come to their calls. All of it happens in virtual time, and the same seed gives the same world.

import (
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/graph"
	"shotchain/chain/store"
	"shotchain/internal/durable"
	"shotchain/internal/durable/durabletest"
)

var (
	worldSeed  = flag.Uint64("world.seed", 0, "the one world to live through, and to tell of")
	worldCount = flag.Uint64("world.count", 150, "how many worlds to live through")
)

// worldsOn is where their stores are: in memory, where the system has such a folder.
var worldsOn = func() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return os.TempDir()
}()

// TestWorlds lives through random worlds.
func TestWorlds(t *testing.T) {
	first, end := uint64(1), *worldCount+1
	if *worldSeed != 0 {
		first, end = *worldSeed, *worldSeed+1
	}
	for seed := first; seed < end; seed++ {
		w := live(t, seed)
		if len(w.wrong) > 0 {
			t.Errorf("world %d (repeat it with -run TestWorlds -world.seed=%d):\n%s\n%s", seed, seed,
				strings.Join(w.wrong, "\n"), w.told())
		} else if *worldSeed != 0 {
			t.Log(w.told())
		}
	}
}

// TestAWorldRepeats lives through some worlds twice: everything happens again, in the same order at the same time.
func TestAWorldRepeats(t *testing.T) {
	for seed := uint64(1); seed <= 12; seed++ {
		require.Equal(t, live(t, seed).history, live(t, seed).history, "world %d", seed)
	}
}

// world is one world.
type world struct {
	telling sync.Mutex // guards history, wrong and tasks: takes tell at the same virtual moment

	t       *testing.T
	seed    uint64
	rand    *rand.Rand // of what is decided before and between lives
	dir     string
	lines   []string
	f       *fake
	graph   *graph.Graph
	drafts  *graph.Graph // nil for none
	gateway string
	exact   bool // the service tells of its tasks as they are

	nameless bool // the service refuses identifiers
	o        PlanOptions

	ledger
	wrong   []string
	history []string
	began   time.Time
	tasks   map[string]*process // who bought it
}

// live lives through the world of a seed.
func live(t *testing.T, seed uint64) (w *world) {
	t.Helper()
	w = &world{seed: seed, rand: rand.New(rand.NewPCG(seed, 0)), tasks: map[string]*process{}, ledger: newLedger()}
	ctx := pprof.WithLabels(context.Background(), pprof.Labels("world", fmt.Sprint(seed)))
	pprof.SetGoroutineLabels(ctx) // a traceback names it
	synctest.Test(t, func(t *testing.T) {
		root := filepath.Join(worldsOn, fmt.Sprintf("shotchain-world-%08d-%020d", os.Getpid(), seed)) // some records name it
		require.NoError(t, os.Mkdir(root, 0o700))
		defer os.RemoveAll(root)
		w.t, w.began, w.dir = t, time.Now(), filepath.Join(root, "0", store.DirName)
		w.begin(root)
		for n := range 1 + w.rand.IntN(5) {
			w.life(n, root)
			w.examine()
			w.rest()
		}
		w.calm()
	})
	return w
}

// luck is a source of random numbers for one thing, which does not depend on when it is asked for.
func (w *world) luck(of ...any) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintln(h, of...)
	return rand.New(rand.NewPCG(w.seed, h.Sum64()))
}

// tell adds to the history.
func (w *world) tell(format string, args ...any) {
	w.telling.Lock()
	defer w.telling.Unlock()
	w.history = append(w.history,
		fmt.Sprintf("%10s  ", time.Since(w.began).Round(time.Microsecond))+fmt.Sprintf(format, args...))
}

func (w *world) fault(format string, args ...any) {
	w.telling.Lock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
	w.telling.Unlock()
	w.tell("WRONG: "+format, args...)
}

// told is the history, without its middle where it is long.
func (w *world) told() string {
	lines := append(append([]string{"gateway: " + w.gateway}, w.lines...), w.history...)
	if len(lines) > 140 && *worldSeed == 0 {
		lines = append(append(slices.Clone(lines[:60]), "…"), lines[len(lines)-80:]...)
	}
	return strings.Join(lines, "\n")
}

// life is one life of the program, or of two at once.
func (w *world) life(n int, root string) {
	r := w.luck("life", n)
	before := len(w.f.sold)
	ends := pick(r, "itself", "itself", "killed", "killed", "power", "interrupted")
	both := ends != "power" && r.IntN(6) == 0
	disk := func(dir string) durable.FS { return durabletest.Unsynced(durable.OS(dir)) }
	var forgetful *durabletest.Forgetful
	if ends == "power" {
		forgetful = durabletest.NewForgetful(w.dir, nil)
		require.NoError(w.t, forgetful.Know())
		disk = func(string) durable.FS { return forgetful }
	}
	all := []*process{w.start(n, 0, ends, disk)}
	if both {
		all = append(all, w.start(n, 1, pick(r, "itself", "killed"), disk))
	}
	done := make(chan bool)
	for _, p := range all {
		go func() { p.run(); done <- true }()
	}
	for range all {
		<-done
	}
	w.weigh(all, w.f.sold[before:])
	if forgetful != nil {
		survival := durabletest.Survival(r.IntN(3))
		w.dir = filepath.Join(root, fmt.Sprint(n+1), store.DirName)
		require.NoError(w.t, os.MkdirAll(w.dir, 0o755))
		require.NoError(w.t, forgetful.Left(w.dir, survival, r))
		w.tell("the power is gone, survival %d", survival)
	}
}

// rest is what happens between two lives: time passes, and a disk may rot.
func (w *world) rest() {
	d := []time.Duration{0, time.Minute, time.Hour, 10 * time.Hour, 25 * time.Hour, 3 * 24 * time.Hour,
		8 * 24 * time.Hour}[w.rand.IntN(7)]
	d += time.Duration(w.rand.IntN(1e9))
	time.Sleep(d)
	w.tell("%s pass", d)
	if w.rand.IntN(4) == 0 {
		w.rot()
	}
}

// calm is the end: nothing fails any more, and the user settles what nobody else can. The film is whole then.
func (w *world) calm() {
	disk := func(dir string) durable.FS { return durabletest.Unsynced(durable.OS(dir)) }
	var r *Reel
	for n := range 6 {
		before := len(w.f.sold)
		p := w.start(100+n, 0, "calm", disk)
		p.run()
		w.weigh([]*process{p}, w.f.sold[before:])
		w.examine()
		if r = p.reel; r == nil || p.err != nil {
			w.fault("a calm life ended with %v", p.err)
			return
		}
		w.o.Resubmit = w.settle(r)
		if r.Whole() {
			break
		}
		time.Sleep(time.Hour)
	}
	w.judge(r)
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// settle is what a user says who has looked: what is unknown was not bought, or is given up.
func (w *world) settle(r *Reel) map[string]bool {
	again := map[string]bool{}
	for _, out := range r.Outcomes {
		if out.Standing != Unclear {
			continue
		}
		w.giveUp(out)
		again[out.Take.Shot.Name()] = true
	}
	return again
}
