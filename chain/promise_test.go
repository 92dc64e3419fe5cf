package chain

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shotchain/chain/money"
	"shotchain/chain/provider"
)

// board is a film that a property test edits: for each shot, what it continues and what it says.
type board struct {
	from []int // index of an earlier shot, -1 for none
	says []string
	long []int
}

func drawBoard(rt *rapid.T) board {
	n := rapid.IntRange(1, 12).Draw(rt, "shots")
	b := board{make([]int, n), make([]string, n), make([]int, n)}
	for i := range n {
		b.from[i] = rapid.IntRange(-1, i-1).Draw(rt, "from")
		b.says[i] = rapid.SampledFrom([]string{"red", "green", "blue", "white"}).Draw(rt, "says")
		b.long[i] = rapid.IntRange(4, 6).Draw(rt, "long")
	}
	return b
}

// edit changes one thing of the film, or nothing.
func (b board) edit(rt *rapid.T) {
	i := rapid.IntRange(0, len(b.from)-1).Draw(rt, "which")
	switch rapid.IntRange(0, 3).Draw(rt, "edit") {
	case 0:
		b.from[i] = rapid.IntRange(-1, i-1).Draw(rt, "from")
	case 1:
		b.says[i] = rapid.SampledFrom([]string{"red", "green", "blue", "white"}).Draw(rt, "says")
	case 2:
		b.long[i] = rapid.IntRange(4, 6).Draw(rt, "long")
	}
}

func (b board) lines() []string {
	var lines []string
	for i := range b.from {
		from := "none"
		if b.from[i] >= 0 {
			from = fmt.Sprintf("s/n%d", b.from[i])
		}
		lines = append(lines, fmt.Sprintf("s/n%d from: %s; prompt: %s; duration: %ds", i, from, b.says[i], b.long[i]))
	}
	return lines
}

// TestWhatThePlanSaidIsWhatTheRunDoes edits random films at random, with random failures and lost answers on the way.
func TestWhatThePlanSaidIsWhatTheRunDoes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := drawBoard(rt)
		edits := rapid.IntRange(1, 4).Draw(rt, "edits")
		trouble := rapid.SliceOfN(rapid.IntRange(0, 5), 8, 8).Draw(rt, "trouble")
		synctest.Test(t, func(t *testing.T) {
			x := newFixture(t)
			x.known()
			x.f.script = func(op, shot string, n int) error {
				if op != "create" {
					return nil
				}
				switch trouble[n%len(trouble)] {
				case 4:
					return &provider.Fault{Class: provider.Moderated, Message: "no"}
				case 5:
					return &provider.Fault{Class: provider.Lost, Message: "reset"}
				}
				return nil
			}
			var kept map[string]bool
			for range edits {
				kept = x.check(b, kept)
				b.edit(rt)
			}
		})
	})
}

// check plans and runs the film and compares the two. It returns the keys that the store holds afterwards.
func (x *fixture) check(b board, before map[string]bool) map[string]bool {
	t := x.t
	p := x.plan(film(t, b.lines()...))
	made := x.f.created()
	r, err := x.run(t.Context(), p)
	require.NoError(t, err)

	bought := 0
	total := money.Amount{}
	for i, out := range r.Outcomes {
		pt := p.Takes[i]
		switch out.Standing {
		case Cached:
			require.Equal(t, Cached, pt.Standing, "%s was reused though the plan would have bought it", pt.Take.Name())
		case Kept:
			require.Contains(t, []Standing{New, Stale, Waits}, pt.Standing, "%s was bought though the plan called it %s",
				pt.Take.Name(), pt.Standing)
			require.False(t, before[out.Dir.Key], "%s was bought twice", pt.Take.Name())
			require.LessOrEqual(t, out.Spent.Micros, pt.Cost.Micros)
			bought++
		case Failed, Skipped:
			require.NotEqual(t, Cached, pt.Standing)
		default:
			t.Fatalf("%s: %s", pt.Take.Name(), out.Standing)
		}
		total = total.Add(out.Spent)
	}
	require.Equal(t, bought, x.f.created()-made, "every task that was created is a take that is kept")
	require.Equal(t, total.Micros, r.Spent.Micros)
	require.LessOrEqual(t, r.Spent.Micros, p.Total.Micros)
	if r.Whole() {
		require.Equal(t, p.Buys, bought)
		require.Equal(t, p.Total.Micros, r.Spent.Micros)
	}
	keys := map[string]bool{}
	all, err := x.st.Ls()
	require.NoError(t, err)
	for _, e := range all {
		keys[e.Key] = e.Clip != nil
	}
	return keys
}

func TestWhatNeverComesHasARule(t *testing.T) {
	for name, c := range map[string]struct {
		script func(*fake) func(op, id string, n int) error
		took   time.Duration
		stage  Standing
		says   string
		next   Standing
	}{
		"the record is gone before the task ended": {
			func(*fake) func(string, string, int) error {
				return func(op, id string, n int) error {
					if op == "get" && n > 1 {
						return &provider.Fault{Class: provider.Gone, Code: "NotFound", Message: "no such task"}
					}
					return nil
				}
			}, 200 * time.Second, Unclear, "no longer has task cgt-1", InFlight},
		"the result has lapsed": {
			func(*fake) func(string, string, int) error {
				return func(op, id string, n int) error {
					if op == "video" {
						return &provider.Fault{Class: provider.Gone, HTTPStatus: 403, Message: "the URL has lapsed"}
					}
					return nil
				}
			}, 200 * time.Second, Failed,
			"downloaded 3 times: the URL has lapsed; task cgt-1 is paid, and the next run tries again", InFlight},
		"the result has lapsed, and a day has passed": {
			func(f *fake) func(string, string, int) error {
				return func(op, id string, n int) error {
					if op == "get" && n == 2 {
						time.Sleep(30 * time.Hour)
					}
					if op == "video" {
						return &provider.Fault{Class: provider.Gone, HTTPStatus: 403, Message: "the URL has lapsed"}
					}
					return nil
				}
			}, 200 * time.Second, Failed, "its result is no longer to be had", New},
		"nobody knows its status": {
			func(f *fake) func(string, string, int) error {
				return func(op, id string, n int) error {
					f.mu.Lock()
					defer f.mu.Unlock()
					if op == "get" && n > 1 {
						f.tasks[0].Status = "archived"
					}
					return nil
				}
			}, 200 * time.Second, Unclear, "a status that nobody knows", InFlight},
		"somebody cancels it": {
			func(f *fake) func(string, string, int) error {
				return func(op, id string, n int) error {
					f.mu.Lock()
					defer f.mu.Unlock()
					if op == "get" && n > 1 {
						f.tasks[0].Status = provider.Cancelled
					}
					return nil
				}
			}, 200 * time.Second, Failed, "the task was cancelled", New},
		"it expires": {
			func(f *fake) func(string, string, int) error {
				return func(op, id string, n int) error {
					f.mu.Lock()
					defer f.mu.Unlock()
					if op == "get" && n > 1 {
						f.tasks[0].Status = provider.Expired
					}
					return nil
				}
			}, 200 * time.Second, Failed, "the task was expired", New},
		"it never ends": {
			func(*fake) func(string, string, int) error { return nil },
			1000 * time.Hour, Unclear, "long after it should have expired", InFlight},
		"the service is not to be reached while it runs": {
			func(*fake) func(string, string, int) error {
				return func(op, id string, n int) error {
					if op == "get" && n > 1 {
						return &provider.Fault{Class: provider.Busy, Message: "unreachable"}
					}
					return nil
				}
			}, 200 * time.Second, InFlight, "unreachable", InFlight},
		"the clip does not decode": {
			func(f *fake) func(string, string, int) error {
				return func(op, id string, n int) error { return nil }
			}, 200 * time.Second, Failed, "downloaded 3 times", InFlight},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newFixture(t)
				x.f.script = c.script(x.f)
				x.f.took = func(provider.Request) time.Duration { return c.took }
				look := Inspector(glance{})
				if strings.Contains(name, "decode") {
					look = blind{}
				}
				sb := film(t, "a/one")
				r, err := Run(t.Context(), x.plan(sb), RunOptions{Provider: x.f, Store: x.st, Inspector: look})
				require.NoError(t, err)
				require.Equal(t, c.stage, r.Outcomes[0].Standing)
				require.ErrorContains(t, r.Outcomes[0].Fault, c.says)
				p := x.plan(sb)
				require.Equal(t, c.next, p.Takes[0].Standing)
				require.Equal(t, 1, x.f.created())
			})
		})
	}
}

// blind is an Inspector that cannot decode anything.
type blind struct{ glance }

func (blind) Clip(context.Context, string) (Facts, error) {
	return Facts{}, fmt.Errorf("moov atom not found")
}

// BenchmarkRun is what 1,000 takes cost besides waiting – the store with its syncs, the queue, the journal – and what
// they leave in memory.
func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		st := openStore(b)
		lines := make([]string, 1000)
		for i := range lines {
			lines[i] = fmt.Sprintf("s/n%d from: none; prompt: shot %d", i, i)
		}
		f := newFake()
		f.took = func(provider.Request) time.Duration { return 0 }
		p := plan(b, compile(b, film(b, lines...)), st, PlanOptions{FilmID: "film"})
		before, began := inUse(), time.Now()
		r, err := Run(b.Context(), p, RunOptions{Provider: f, Store: st, Inspector: glance{}})
		require.NoError(b, err)
		require.True(b, r.Whole())
		b.ReportMetric(float64(time.Since(began).Microseconds())/1000/float64(len(lines)), "ms/take")
		b.ReportMetric(float64(inUse()-before)/1024/float64(len(lines)), "live-kB/take")
	}
}

// inUse is what the heap holds, in bytes.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
