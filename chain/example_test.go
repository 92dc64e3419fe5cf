package chain_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/png"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"shotchain/chain"
	"shotchain/chain/ark"
	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

const boat = `
title: A Boat
look: { model: seedance-2.0-mini, resolution: 480p, duration: 4s, audio: false }
scenes:
  - id: sea
    shots:
      - { id: boat, prompt: A boat at dusk. }
      - { id: lands, prompt: It lands. }   # grows from the boat's last frame
`

// One take is shot alone: whoever distributes takes hands each to a Shooter, with the clips that it grows from as the
// store has them. Here that is the simulator's second take; what the first has left is all that it needs.
func ExampleShooter_Shoot() {
	dir, err := os.MkdirTemp("", "chain-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := shootBoth(context.Background(), dir); err != nil {
		log.Fatal(err)
	}
	// Output:
	// sea/boat: kept, 97 frames of 864×496 for ¥0.94
	// sea/lands: kept, 97 frames of 864×496 for ¥0.94
}

func shootBoth(ctx context.Context, dir string) error {
	service, err := sim.New(sim.Options{Dir: dir, Camera: simtest.Camera})
	if err != nil {
		return err
	}
	defer service.Close()
	server := httptest.NewServer(service)
	defer server.Close()
	provider, err := ark.New(ark.Options{BaseURL: server.URL + sim.Prefix, Key: "any", Simulator: true})
	if err != nil {
		return err
	}
	st, err := store.Open(filepath.Join(dir, store.DirName))
	if err != nil {
		return err
	}
	film, err := storyboard.Parse("film.yaml", dir, []byte(boat), storyboard.Options{})
	if err != nil {
		return err
	}
	graph, err := graph.Compile(ctx, film,
		graph.Target{Models: models.Default(), Service: provider.About(), Now: time.Now()})
	if err != nil {
		return err
	}
	plan, err := chain.Make(ctx, graph, st, chain.PlanOptions{})
	if err != nil {
		return err
	}
	var key string // of the take before: all that needs to travel to whoever shoots the next one
	for _, take := range graph.Takes {
		shooter, err := chain.NewShooter(plan, chain.RunOptions{Provider: provider, Store: st, Inspector: boxes{}})
		if err != nil {
			return err
		}
		var up chain.Upstream
		if take.From != nil {
			if up.From, err = chain.KeptIn(st.Take(key)); err != nil {
				return err
			}
		}
		out := shooter.Shoot(ctx, take, up)
		if !out.Ok() {
			return out.Fault
		}
		fmt.Printf("%s: %s, %d frames of %d×%d for %s\n", take.Name(), out.Standing,
			out.Clip.Frames, out.Clip.Width, out.Clip.Height, out.Clip.Cost)
		key = out.Dir.Key
	}
	return nil
}

// boxes looks into the clips of the tests' camera, which hold no picture.
type boxes struct{}

func (boxes) Clip(_ context.Context, path string) (chain.Facts, error) {
	b, err := os.ReadFile(path)
	if err == nil && len(b) < 8 || err == nil && string(b[4:8]) != "ftyp" {
		err = errors.New("not an MP4 file")
	}
	return chain.Facts{Width: 864, Height: 496, Frames: 97, Rate: "24/1"}, err
}

func (boxes) Picture(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	_, format, err := image.DecodeConfig(f)
	return "image/" + format, cmp.Or(err, f.Close())
}

func (boxes) LastFrame(context.Context, string, string) error    { return errors.ErrUnsupported }
func (boxes) FrameAt(context.Context, string, int, string) error { return errors.ErrUnsupported }
func (boxes) Fit([]byte, int, int) ([]byte, error)               { return nil, errors.ErrUnsupported }
