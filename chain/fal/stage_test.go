package fal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain"
	"shotchain/chain/fal"
	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/sim/falsim"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/sim/trouble"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

const (
	testKey = "f3c1d2e0-key-id:5ec7e7c0ffee0123456789"
	base    = "http://sim.localhost"
)

// clock keeps the tests from depending on the day on which they run.
var clock = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// looker is an inspector for simtest's clips, which have no picture: the frame that it decodes depends on their bytes.
type looker struct{}

func (looker) Clip(_ context.Context, path string) (chain.Facts, error) {
	b, err := os.ReadFile(path)
	if err == nil && (len(b) < 8 || string(b[4:8]) != "ftyp") {
		err = errors.New("no moving picture")
	}
	return chain.Facts{Width: 864, Height: 496, Frames: 97, Rate: "24/1"}, err
}

func (looker) Picture(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, format, err := image.Decode(f)
	return "image/" + format, err
}

func (looker) LastFrame(_ context.Context, clip, to string) error {
	b, err := os.ReadFile(clip)
	if err != nil {
		return err
	}
	return os.WriteFile(to, frameOf(b), 0o600)
}

// frameOf is the last frame of a clip's bytes.
func frameOf(clip []byte) []byte {
	sum := sha256.Sum256(clip)
	img := image.NewPaletted(image.Rect(0, 0, 864, 496), color.Palette{color.RGBA{sum[0], sum[1], sum[2], 255}})
	var b bytes.Buffer
	_ = png.Encode(&b, img)
	return b.Bytes()
}

func (looker) FrameAt(context.Context, string, int, string) error { return errors.New("no decoder") }

func (looker) Fit([]byte, int, int) ([]byte, error) { return nil, errors.New("no decoder") }

// stage is a film of two takes, one growing from the other, before a stand-in of fal.
type stage struct {
	t       *testing.T
	service *falsim.Service
	p       provider.Provider
	client  *http.Client
	st      *store.Store
	options chain.PlanOptions
	timing  chain.Timing
	ctx     context.Context
	events  []chain.Event
}

const (
	film = `look: { model: seedance-2.0-mini, resolution: 480p, duration: 4s }
scenes: [{ id: a, shots: [{ id: one, prompt: A boat. }, { id: two, prompt: It lands. }] }]
`
	clipCost = 284_158 // millionths: 40,594 tokens at $7 are dearer than 4 s at $0.07
)

func newStage(t *testing.T, o falsim.Options) (*stage, func()) {
	t.Helper()
	o.Key, o.Dir = testKey, t.TempDir()
	if o.Camera == nil {
		o.Camera = simtest.Camera
	}
	service, err := falsim.New(o)
	require.NoError(t, err)
	client, stop := simtest.Pipe(t, service, service.Close)
	p, err := fal.New(fal.Options{BaseURL: base, Key: testKey, HTTP: client})
	require.NoError(t, err)
	st, err := store.Open(filepath.Join(t.TempDir(), store.DirName))
	require.NoError(t, err)
	return &stage{t: t, service: service, p: p, client: client, st: st, ctx: t.Context()}, stop
}

func (s *stage) inject(faults ...trouble.Fault) {
	s.t.Helper()
	for _, f := range faults {
		require.NoError(s.t, s.service.Inject(f))
	}
}

func (s *stage) plan(text string) *chain.Plan {
	t := s.t
	t.Helper()
	sb, err := storyboard.Parse("film.yaml", t.TempDir(), []byte(text), storyboard.Options{})
	require.NoError(t, err)
	g, err := graph.Compile(t.Context(), sb, graph.Target{Models: models.Default(), Service: s.p.About(), Now: clock})
	require.NoError(t, err)
	plan, err := chain.Make(t.Context(), g, s.st, s.options)
	require.NoError(t, err)
	return plan
}

// run plans and runs a film, and holds it to what the plan said and what the service was asked.
func (s *stage) run(text string) (*chain.Reel, error) {
	t := s.t
	t.Helper()
	plan := s.plan(text)
	reel, err := chain.Run(s.ctx, plan, chain.RunOptions{Provider: s.p, Store: s.st, Inspector: looker{}, Timing: s.timing,
		Observe: func(e chain.Event) { s.events = append(s.events, e) }})
	require.LessOrEqual(t, reel.Spent.Micros, plan.Total.Micros+plan.Held.Micros)
	s.hold()
	s.secretless(reel)
	return reel, err
}

// hold holds what the service took against what the store says was to be asked: by its marker each request belongs to
// one attempt, no key has two that may be billed unless the user gave one up, and input and pictures are the key's.
func (s *stage) hold() {
	t := s.t
	t.Helper()
	owner, gaveUp := map[string]store.Take{}, map[string]int{}
	takes, err := s.st.Takes()
	require.NoError(t, err)
	for _, take := range takes {
		j, err := take.Journal()
		require.NoError(t, err)
		for _, a := range j.Attempts {
			owner[a.Mark] = take
			if a.State == store.Abandoned {
				gaveUp[take.Key]++
			}
		}
	}
	billed, booked := map[string]int{}, int64(0)
	stats := s.service.Stats()
	for _, e := range stats.Tasks {
		take, ok := owner[e.Marker]
		require.True(t, ok, "%s carries the marker %q, which no attempt has", e.ID, e.Marker)
		if e.Status != "failed" {
			billed[take.Key]++
			require.LessOrEqual(t, billed[take.Key], 1+gaveUp[take.Key], "%s is bought again", take.Key)
		}
		kept, err := take.Request()
		require.NoError(t, err)
		s.same(e, kept)
	}
	entries, err := s.st.Ls()
	require.NoError(t, err)
	for _, e := range entries {
		if e.Clip != nil {
			require.NoError(t, e.Verify())
			require.True(t, e.Clip.Decoded, "fal gives no last frame")
			booked += e.Clip.Cost.Micros
		}
	}
	if stats.Running+stats.Queued == 0 && len(gaveUp) == 0 && booked > 0 {
		require.LessOrEqual(t, stats.BilledMicros, booked+int64(len(stats.Tasks))*clipCost)
	}
}

// same compares a request with what its key is made of.
func (s *stage) same(e falsim.Entry, kept *store.Request) {
	t := s.t
	t.Helper()
	var asked struct {
		Model, Prompt, Resolution, Ratio string
		Duration                         int
		Audio                            *bool
		First                            *struct{ Digest string } `json:"first_frame"`
	}
	require.NoError(t, json.Unmarshal(kept.Asked, &asked))
	want := map[string]any{"prompt": asked.Prompt, "resolution": asked.Resolution, "duration": fmt.Sprint(asked.Duration),
		"aspect_ratio": strings.ReplaceAll(asked.Ratio, "adaptive", "auto"), "bitrate_mode": "high", "end_user_id": e.Marker}
	if asked.Audio != nil {
		want["generate_audio"] = *asked.Audio
	}
	route := asked.Model + "/text-to-video"
	var pictures []falsim.Picture
	got := map[string]any{}
	for name, raw := range e.Input {
		var v any
		require.NoError(t, json.Unmarshal(raw, &v))
		got[name] = v
	}
	if asked.First != nil {
		route = asked.Model + "/image-to-video"
		pictures = []falsim.Picture{{Role: "first_frame", Digest: kept.Frozen[kept.First]}}
		require.Equal(t, asked.First.Digest, kept.Frozen[kept.First])
		require.Contains(t, got["image_url"], e.Marker, "each upload is the attempt's own")
		want["image_url"] = got["image_url"]
	}
	require.Equal(t, route, e.Endpoint)
	require.Equal(t, want, got)
	require.Equal(t, pictures, e.Pictures)
}

// secretless holds that nothing that anybody gets to see, nor the store, holds the key.
func (s *stage) secretless(reel *chain.Reel) {
	t := s.t
	t.Helper()
	var said strings.Builder
	for _, e := range s.events {
		fmt.Fprintf(&said, "%+v\n", e.Message)
	}
	for _, o := range reel.Outcomes {
		fmt.Fprintf(&said, "%v %+v\n", o.Fault, o.Fault)
	}
	require.NoError(t, filepath.WalkDir(s.st.Dir(), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		said.Write(b)
		return err
	}))
	_, half, _ := strings.Cut(testKey, ":")
	for _, secret := range []string{testKey, half, "X-Amz-", "/files/"} {
		require.NotContains(t, said.String(), secret)
	}
}
