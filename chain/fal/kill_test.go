package fal_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain"
	"shotchain/chain/fal"
	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/chain/sim/falsim"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

var kills = flag.Int("fal.kills", 25, "how often a run at fal's stand-in is killed at a random point; `make soak`: 300")

// TestRunsThatAreKilledAtRandomBuyNothingTwice kills runs again and again while fal's history lags, and lets later ones
// finish the film. What the service took is there in the end; where nobody can tell, the service took nothing.
func TestRunsThatAreKilledAtRandomBuyNothingTwice(t *testing.T) {
	died, whole, unknown := 0, 0, 0
	for seed := uint64(0); died < *kills; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 1))
				s, stop := newStage(t,
					falsim.Options{Pace: 0.1, HistoryLag: time.Duration(r.IntN(40)) * time.Minute, HistoryAll: r.IntN(2) == 0})
				defer stop()
				client := s.client
				for range 1 + r.IntN(3) {
					if s.mortally(client, 1+r.IntN(90)) {
						died++
					}
					time.Sleep(time.Duration(r.IntN(30)) * time.Minute)
				}
				time.Sleep(3 * time.Hour)
				reel := s.alive(client)
				entries := s.service.Stats().Tasks
				sold := map[string]bool{}
				for _, e := range entries {
					require.NotEqual(t, "failed", e.Status)
					sold[e.Marker] = true
				}
				require.LessOrEqual(t, len(entries), 2, "two takes, at most one request for each")
				for _, out := range reel.Outcomes {
					switch out.Standing {
					case chain.Kept, chain.Cached:
						whole++
					case chain.Unclear:
						unknown++
						j, err := out.Dir.Journal()
						require.NoError(t, err)
						require.False(t, sold[j.Last().Mark], "the service has it, and the history shows it: %v", out.Fault)
					default:
						require.Equal(t, chain.Skipped, out.Standing, "%v", out.Fault)
					}
				}
			})
		})
	}
	t.Logf("killed %d times: %d takes were there in the end, %d were left to the user", died, whole, unknown)
}

// mortally runs the film in a process that dies at a point, and reports whether it got that far.
func (s *stage) mortally(client *http.Client, at int) bool {
	ctx, die := context.WithCancel(s.t.Context())
	defer die()
	m := &simtest.Mortal{At: at, Die: die}
	st, err := m.Store(s.st.Dir())
	require.NoError(s.t, err)
	_, _ = s.live(ctx, st, m.Client(client))
	s.hold()
	return m.Died()
}

// alive runs the film to its end.
func (s *stage) alive(client *http.Client) *chain.Reel {
	reel, err := s.live(s.t.Context(), s.st, client)
	require.NoError(s.t, err)
	s.hold()
	s.secretless(reel)
	return reel
}

func (s *stage) live(ctx context.Context, st *store.Store, client *http.Client) (*chain.Reel, error) {
	t := s.t
	p, err := fal.New(fal.Options{BaseURL: base, Key: testKey, HTTP: client})
	require.NoError(t, err)
	sb, err := storyboard.Parse("film.yaml", t.TempDir(), []byte(film), storyboard.Options{})
	require.NoError(t, err)
	g, err := graph.Compile(t.Context(), sb, graph.Target{Models: models.Default(), Service: p.About(), Now: clock})
	require.NoError(t, err)
	plan, err := chain.Make(t.Context(), g, st, chain.PlanOptions{})
	require.NoError(t, err)
	return chain.Run(ctx, plan, chain.RunOptions{Provider: p, Store: st, Inspector: looker{}})
}
