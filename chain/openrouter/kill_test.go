package openrouter_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/chain/openrouter"
	"shotchain/chain/sim"
	"shotchain/chain/sim/orsim"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

var kills = flag.Int("openrouter.kills", 25,
	"how often a run at OpenRouter's stand-in is killed at a random point; `make soak`: 300")

// two grows one take from another.
const two = `look: { model: seedance-2.0-mini, resolution: 480p, duration: 4s }
scenes: [{ id: a, shots: [{ id: one, prompt: A boat. }, { id: two, prompt: It lands. }] }]
`

// A service that lists no jobs can never be asked what became of a create call whose answer a kill has swallowed: such a
// take is left to the user and is not sent again, however often the film is run. All others are collected, and what went
// out for each is what its key is made of.
func TestRunsThatAreKilledAtRandomSendNothingTwice(t *testing.T) {
	died, whole, unknown := 0, 0, 0
	for seed := uint64(0); died < *kills; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 2))
				m := newMortalFilm(t, orsim.Options{Pace: 0.1, Behind: r.IntN(2) == 0})
				for range 1 + r.IntN(3) {
					if m.mortally(1 + r.IntN(80)) {
						died++
					}
					time.Sleep(time.Duration(r.IntN(30)) * time.Minute)
				}
				for _, out := range m.run(t.Context(), m.st, m.client).Outcomes {
					switch out.Standing {
					case chain.Kept, chain.Cached:
						whole++
					case chain.Unclear:
						unknown++
						require.ErrorContains(t, out.Fault, "lists no jobs")
					default:
						require.Equal(t, chain.Skipped, out.Standing, "%v", out.Fault)
					}
				}
			})
		})
	}
	t.Logf("killed %d times: %d takes were there in the end, %d were left to the user", died, whole, unknown)
	require.Positive(t, whole)
	require.Positive(t, unknown)
}

// mortalFilm is a film of two takes before a stand-in, run by processes that may die.
type mortalFilm struct {
	t       *testing.T
	service *orsim.Service
	client  *http.Client
	st      *store.Store
}

func newMortalFilm(t *testing.T, o orsim.Options) *mortalFilm {
	o.Camera, o.Dir, o.Key = simtest.Camera, t.TempDir(), testKey
	service, err := orsim.New(o)
	require.NoError(t, err)
	client, stop := simtest.Pipe(t, service, service.Close)
	t.Cleanup(stop)
	st, err := store.Open(filepath.Join(t.TempDir(), store.DirName))
	require.NoError(t, err)
	return &mortalFilm{t, service, client, st}
}

// mortally runs the film in a process that dies at a point, and reports whether it got that far.
func (m *mortalFilm) mortally(at int) bool {
	ctx, die := context.WithCancel(m.t.Context())
	defer die()
	p := &simtest.Mortal{At: at, Die: die}
	st, err := p.Store(m.st.Dir())
	require.NoError(m.t, err)
	m.run(ctx, st, p.Client(m.client))
	return p.Died()
}

// run makes what the film lacks, as far as its process gets, and holds what was sent.
func (m *mortalFilm) run(ctx context.Context, st *store.Store, client *http.Client) *chain.Reel {
	t := m.t
	p, err := openrouter.New(openrouter.Options{BaseURL: "http://sim.localhost" + orsim.Prefix, Key: testKey, HTTP: client})
	require.NoError(t, err)
	sb, err := storyboard.Parse("film.yaml", t.TempDir(), []byte(two), storyboard.Options{})
	require.NoError(t, err)
	g, err := graph.Compile(t.Context(), sb, graph.Target{Models: models.Default(), Service: p.About(), Now: time.Now()})
	require.NoError(t, err)
	plan, err := chain.Make(t.Context(), g, st, chain.PlanOptions{})
	require.NoError(t, err)
	reel, err := chain.Run(ctx, plan, chain.RunOptions{Provider: p, Store: st, Inspector: looker{}})
	if ctx.Err() == nil {
		require.NoError(t, err)
	}
	m.hold()
	return reel
}

// hold holds what the service took against what the store says was to be asked.
func (m *mortalFilm) hold() {
	t := m.t
	takes, err := m.st.Takes()
	require.NoError(t, err)
	attempts, want := 0, map[string]*store.Request{}
	for _, take := range takes {
		j, err := take.Journal()
		require.NoError(t, err)
		require.LessOrEqual(t, len(j.Attempts), 1, "%s is asked for again", take.Key)
		if len(j.Attempts) == 0 {
			continue // it died before anything was to be sent
		}
		attempts++
		kept, err := take.Request()
		require.NoError(t, err)
		var asked struct{ Prompt string }
		require.NoError(t, json.Unmarshal(kept.Asked, &asked))
		want[asked.Prompt] = kept
	}
	stats := m.service.Stats()
	require.LessOrEqual(t, stats.Sent, attempts, "each attempt is on record before it is sent, and sent once")
	sold := map[string]bool{}
	for _, e := range stats.Tasks {
		require.Contains(t, want, e.Prompt)
		require.False(t, sold[e.Prompt], "%s is bought twice", e.Prompt)
		sold[e.Prompt] = true
		var pictures []sim.Picture
		if kept := want[e.Prompt]; kept.First != "" {
			pictures = []sim.Picture{{Role: "first_frame", Digest: kept.Frozen[kept.First]}}
		}
		require.Equal(t, pictures, e.Pictures, "what it begins with")
	}
	entries, err := m.st.Ls()
	require.NoError(t, err)
	for _, e := range entries {
		if e.Clip != nil {
			require.NoError(t, e.Verify())
		}
	}
}
