package film

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"shotchain/chain/ark"
	"shotchain/chain/models"
	"shotchain/chain/sim"
	"shotchain/chain/sim/falsim"
	"shotchain/chain/sim/orsim"
	"shotchain/internal/say"
	"shotchain/render/animatic"
)

// Server is a service of Ark's, fal's or OpenRouter's shape that this process serves over HTTP. Its clips are animatics.
type Server struct {
	URL     string // base URL of its API
	service interface {
		http.Handler
		Close()
	}
	server *http.Server
	dir    string
	served chan error
}

// ServeOptions say what the simulator serves. The zero value serves the built-in models to anybody.
type ServeOptions struct {
	Models *models.Catalogue // nil for the built-in ones
	Key    string            // the one that is let in; "" for any
	Pace   float64           // how long tasks take: 1 is as long as the real service's, 0 no longer than filming them
	Log    *slog.Logger      // nil for none
	Shape  string            // "" for Ark's, "fal" for fal.ai's, "openrouter" for OpenRouter's
	Drift  string            // how its pictures drift, one of Drifts; "" for not at all
	Bare   bool              // nothing is laid over its pictures, as name, prompt and timecode else are
}

// Serve starts the simulator at addr, host:port. Port 0 is any that is free.
func Serve(addr string, o ServeOptions) (*Server, error) {
	drift, err := driftNamed(o.Drift)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "shotchain-sim-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, served: make(chan error, 1)}
	path, err := s.make(o, camera(drift, o.Bare))
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		s.service.Close()
		os.RemoveAll(dir)
		return nil, err
	}
	s.URL = "http://" + l.Addr().String() + path
	s.server = &http.Server{Handler: s.service, ReadHeaderTimeout: 10 * time.Second}
	go func() { s.served <- s.server.Serve(l) }()
	return s, nil
}

// make makes the service, and says below which path its API lies.
func (s *Server) make(o ServeOptions, camera sim.Camera) (path string, err error) {
	switch o.Shape {
	case "", "ark":
		s.service, err = sim.New(sim.Options{Dir: s.dir, Camera: camera, Models: o.Models, Key: o.Key, Pace: o.Pace,
			Log: o.Log})
		return sim.Prefix, err
	case "fal":
		s.service, err = falsim.New(falsim.Options{Dir: s.dir, Camera: camera, Models: o.Models, Key: o.Key, Pace: o.Pace,
			Log: o.Log})
		return "", err
	case "openrouter":
		s.service, err = orsim.New(orsim.Options{Dir: s.dir, Camera: camera, Models: o.Models, Key: o.Key, Pace: o.Pace,
			Log: o.Log})
		return orsim.Prefix, err
	}
	return "", misused("--shape is ark, fal or openrouter", "no simulator has the shape of %q", o.Shape)
}

// Close ends the service, what it films, and its folder.
func (s *Server) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.server.Shutdown(ctx)
	_ = s.server.Close()
	s.service.Close()
	_ = os.RemoveAll(s.dir)
}

// Wait serves until ctx ends, or serving fails.
func (s *Server) Wait(ctx context.Context) error {
	select {
	case err := <-s.served:
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	case <-ctx.Done():
		return nil
	}
}

// builtin starts the simulator of a keyless run, behind a key that nobody else knows.
func builtin(catalogue *models.Catalogue, drift string) (s *Server, key string, err error) {
	key = rand.Text()
	s, err = Serve("127.0.0.1:0", ServeOptions{Models: catalogue, Key: key, Drift: drift})
	return s, key, err
}

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
func camera(drift animatic.Drift, bare bool) sim.Camera {
	c := animatic.Camera{Drift: drift, NoSlate: bare}
	return func(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
		name, _, _ := strings.Cut(sc.Label, "#")
		video, last, err := c.Film(ctx, animatic.Shot{Label: name, Prompt: sc.Prompt,
			FirstFrame: sc.FirstFrame, LastFrame: sc.LastFrame, Width: sc.Width, Height: sc.Height, Frames: sc.Frames,
			Audio: sc.Audio, Seed: sc.Seed, Watermark: sc.Watermark, CameraFixed: sc.CameraFixed}, dir)
		return sim.Footage{Video: video, LastFrame: last}, err
	}
}
