package film

import (
	"context"
	"strings"

	"shotchain/chain/ark"
	"shotchain/chain/sim"
	"shotchain/internal/say"
	"shotchain/render/animatic"
)

// noDrift is the name of the simulator's plain camera, whose pictures do not drift.
const noDrift = "none"

// Drifts are the names of the ways in which the simulator's pictures can drift from link to link, as models' do.
func Drifts() []string { return animatic.DriftNames() }

// Drifting is the service with a camera whose pictures drift in the way of that name; "" and "none" do not. Only the
// simulator has one: its clips are kept apart from those that do not drift.
func (s Service) Drifting(name string) (Service, error) {
	if name == noDrift || name == "" {
		return s, nil
	}
	if _, err := driftNamed(name); err != nil {
		return s, err
	}
	if !s.Simulated() {
		return s, misused("choose --provider sim", "only the simulator can be made to drift")
	}
	s.Drift, s.About = name, ark.Simulator(name)
	return s, nil
}

// driftNamed is the drift of that name; none for "".
func driftNamed(name string) (animatic.Drift, error) {
	if name == "" {
		name = noDrift
	}
	d, ok := animatic.DriftNamed(name)
	if !ok {
		names := animatic.DriftNames()
		return d, misused(say.DidYouMean(name, names, "it is one of "+strings.Join(names, ", ")),
			"no drift is called %q", say.Clean(name))
	}
	return d, nil
}

// camera is the simulator's, with a drift. A scene's label is the shot's name and the attempt; people know the name.
func camera(drift animatic.Drift) sim.Camera {
	c := animatic.Camera{Drift: drift}
	return func(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
		name, _, _ := strings.Cut(sc.Label, "#")
		video, last, err := c.Film(ctx, animatic.Shot{Label: name, Prompt: sc.Prompt,
			FirstFrame: sc.FirstFrame, LastFrame: sc.LastFrame, Width: sc.Width, Height: sc.Height, Frames: sc.Frames,
			Audio: sc.Audio, Seed: sc.Seed, Watermark: sc.Watermark, CameraFixed: sc.CameraFixed}, dir)
		return sim.Footage{Video: video, LastFrame: last}, err
	}
}
