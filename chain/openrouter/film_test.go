package openrouter_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/chain/openrouter"
	"shotchain/chain/sim/orsim"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/sim/trouble"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

// looker is an inspector for simtest's clips, which have no picture.
type looker struct{}

func (looker) Clip(_ context.Context, path string) (chain.Facts, error) {
	_, err := os.Stat(path)
	return chain.Facts{Width: 864, Height: 496, Frames: 97, Rate: "24/1"}, err
}
func (looker) Picture(string) (string, error) { return "image/png", nil }
func (looker) LastFrame(_ context.Context, _, to string) error {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 864, 496))); err != nil {
		return err
	}
	return os.WriteFile(to, b.Bytes(), 0o600)
}
func (looker) FrameAt(context.Context, string, int, string) error { return errors.New("no decoder") }
func (looker) Fit([]byte, int, int) ([]byte, error)               { return nil, errors.New("no decoder") }

const film = `look: { model: seedance-2.0-mini, resolution: 480p, duration: 4s }
scenes: [{ id: a, shots: [{ id: one, prompt: A boat. }] }]
`

// A create call whose answer is lost is never sent again unasked, however often the film is run; by the user's word it is,
// and what the plan said is what is billed, to the millionth.
func TestALostAnswerIsLeftToTheUser(t *testing.T) {
	for action, made := range map[string]int{"answer": 0, "answer-after": 1, "drop-before": 0, "drop-after": 1,
		"empty200": 1, "html200": 1,
		"html502": 0, "html502-after": 1, "truncate": 1, "corrupt": 1} {
		t.Run(action, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := orsim.New(orsim.Options{Camera: simtest.Camera, Dir: t.TempDir(), Key: testKey, Pace: 0.1})
				require.NoError(t, err)
				client, stop := simtest.Pipe(t, s, s.Close)
				defer stop()
				p, err := openrouter.New(openrouter.Options{BaseURL: "http://sim.localhost" + orsim.Prefix, Key: testKey,
					HTTP: client})
				require.NoError(t, err)
				st, err := store.Open(filepath.Join(t.TempDir(), store.DirName))
				require.NoError(t, err)
				run := func(o chain.PlanOptions) (*chain.Plan, *chain.Reel) {
					sb, err := storyboard.Parse("film.yaml", t.TempDir(), []byte(film), storyboard.Options{})
					require.NoError(t, err)
					g, err := graph.Compile(t.Context(), sb,
						graph.Target{Models: models.Default(), Service: p.About(), Now: time.Now()})
					require.NoError(t, err)
					plan, err := chain.Make(t.Context(), g, st, o)
					require.NoError(t, err)
					reel, err := chain.Run(t.Context(), plan, chain.RunOptions{Provider: p, Store: st, Inspector: looker{}})
					require.NoError(t, err)
					return plan, reel
				}
				require.NoError(t, s.Inject(trouble.Fault{Op: "create", Action: action}))
				for range 3 {
					_, reel := run(chain.PlanOptions{})
					require.Equal(t, chain.Unclear, reel.Outcomes[0].Standing, "%v", reel.Outcomes[0].Fault)
					require.ErrorContains(t, reel.Outcomes[0].Fault, "lists no jobs")
					require.Equal(t, 1, s.Stats().Sent)
					require.Equal(t, made, s.Stats().Created)
					time.Sleep(time.Hour)
				}
				before := s.Stats().BilledMicros
				plan, reel := run(chain.PlanOptions{Resubmit: map[string]bool{"a/one": true}})
				require.Equal(t, chain.Kept, reel.Outcomes[0].Standing, "%v", reel.Outcomes[0].Fault)
				require.Equal(t, 2, s.Stats().Sent)
				require.Equal(t, plan.Total.Micros, s.Stats().BilledMicros-before)
				require.Equal(t, s.Stats().BilledMicros-before, reel.Spent.Micros)
			})
		})
	}
}
