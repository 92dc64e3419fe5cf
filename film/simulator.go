package film

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"shotchain/chain/models"
	"shotchain/chain/sim"
)

// Server is an Ark service that this process serves over HTTP. Its clips are animatics.
type Server struct {
	URL     string // base URL of its API
	service *sim.Service
	server  *http.Server
	dir     string
	served  chan error
}

// ServeOptions say what the simulator serves. The zero value serves the built-in models to anybody.
type ServeOptions struct {
	Models *models.Catalogue // nil for the built-in ones
	Key    string            // the one that is let in; "" for any
	Pace   float64           // how long tasks take: 1 is as long as the real service's, 0 no longer than filming them
	Log    *slog.Logger      // nil for none
	Drift  string            // how its pictures drift, one of Drifts; "" for not at all
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
	how := sim.Options{Dir: dir, Camera: camera(drift), Models: o.Models, Key: o.Key, Pace: o.Pace, Log: o.Log}
	if s.service, err = sim.New(how); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		s.service.Close()
		os.RemoveAll(dir)
		return nil, err
	}
	s.URL = "http://" + l.Addr().String() + "/api/v3"
	s.server = &http.Server{Handler: s.service, ReadHeaderTimeout: 10 * time.Second}
	go func() { s.served <- s.server.Serve(l) }()
	return s, nil
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
