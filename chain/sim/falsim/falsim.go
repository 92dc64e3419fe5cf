// Package falsim is fal.ai's queue as an http.Handler, for tests and for keyless trials: submit, status, result, cancel,
// the request history, bills, uploads and signed webhooks of the routes that the catalogue sells at fal. It films with the
// camera of package sim. It is as strict as fal is: a submit is taken without a look at its input, and what is wrong with
// it shows at the result. [Service.Inject] makes it go wrong, [Service.Advance] moves its clock, and [Service.Stats] tells
// every request that it took, with the digests of its pictures, and what it billed.
//
// One server stands for fal's four: the queue at the base URL, the platform below /v1, storage and webhook keys below
// /rest, files below /files. It opens only files of its own and data URIs.
package falsim

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"sync"
	"time"

	"shotchain/chain/models"
	"shotchain/chain/sim"
	"shotchain/chain/sim/trouble"
)

// Options say what a service is like. Camera and Dir are required.
type Options struct {
	Models *models.Catalogue // whose rows at fal it serves; nil: models.Default()
	Camera sim.Camera
	Dir    string // an existing folder for footage and uploads; the caller removes it after Close

	Key     string       // <id>:<secret>, the only one that is let in; "": any of that form
	Admin   bool         // the key may see bills
	BaseURL string       // scheme://host[:port] of URLs; "": that by which each request came
	Client  *http.Client // sends webhooks; nil: one that follows no redirects
	Log     *slog.Logger // one line per request's change; nil: none

	Cameras     int           // clips filmed at once; 0: one for each CPU
	Concurrency int           // requests in progress at once; 0: 2, as of a new account; negative: no limit
	Pace        float64       // how long a request runs: 1 is the catalogue's expected time, 0 as long as the camera needs
	Epoch       time.Time     // what the service's clock shows at New; zero: the real time
	HistoryLag  time.Duration // how long after its end (or submit) a request shows up in the history
	HistoryAll  bool          // the history also lists what has not ended
	NoPayloads  bool          // payload storage is off for the account: the history has no inputs, results live an hour
	OldCancel   bool          // cancel answers as of the older schema
	CancelStops bool          // a cancelled request that runs is stopped; else it goes on, and is billed
}

// Service is the simulator. All its methods may be called by many goroutines at once.
type Service struct {
	o      Options
	film   chan struct{}
	wake   chan struct{}
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	sign   ed25519.PrivateKey // of webhooks; immutable
	client *http.Client

	mu      sync.Mutex // guards all below
	offset  time.Duration
	closed  bool
	hold    bool
	locked  string
	all     []*request // in the order they were taken
	byID    map[string]*request
	running int
	most    int // requests in progress at one moment
	faults  trouble.List
	calls   map[string]int
	uploads map[string]*upload
}

// New makes a service and starts its clock.
func New(o Options) (*Service, error) {
	if o.Camera == nil {
		return nil, errors.New("falsim: no camera")
	}
	if info, err := os.Stat(o.Dir); err != nil {
		return nil, fmt.Errorf("falsim: folder for footage: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("falsim: %s is no folder", o.Dir)
	}
	if !(o.Pace >= 0 && o.Pace <= 1000) {
		return nil, fmt.Errorf("falsim: pace %g is not between 0 and 1000", o.Pace)
	}
	o.Models, o.Cameras = cmp.Or(o.Models, models.Default()), cmp.Or(max(o.Cameras, 0), runtime.NumCPU())
	o.Concurrency = cmp.Or(o.Concurrency, 2)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	s := &Service{o: o, film: make(chan struct{}, o.Cameras), wake: make(chan struct{}, 1), sign: key,
		byID: map[string]*request{}, calls: map[string]int{}, uploads: map[string]*upload{}, client: o.Client}
	if s.client == nil {
		s.client = &http.Client{}
	}
	if !o.Epoch.IsZero() {
		s.offset = time.Until(o.Epoch)
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.wg.Add(1)
	go s.loop()
	return s, nil
}

// Close stops cameras and webhooks and waits for them.
func (s *Service) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.wg.Wait()
}

// Now is the service's time.
func (s *Service) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

func (s *Service) now() time.Time { return time.Now().Add(s.offset) }

// Advance moves the service's clock by d, never back, and does what falls due.
func (s *Service) Advance(d time.Duration) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset += max(d, 0)
	s.settle()
	s.poke()
	return s.now()
}

// Hold leaves requests that come from now on in the queue until Start names them.
func (s *Service) Hold() { s.change(func() { s.hold = true }) }

// Start lets a held request run as soon as there is a place.
func (s *Service) Start(id string) {
	s.change(func() {
		if r := s.byID[id]; r != nil {
			r.held = false
		}
	})
}

// Lock locks the account for a reason, as an exhausted balance does; "" unlocks it.
func (s *Service) Lock(reason string) { s.change(func() { s.locked = reason }) }

// Switch changes how the service is from now on: history, payloads, cancel. Other options are not looked at again.
func (s *Service) Switch(f func(*Options)) { s.change(func() { f(&s.o) }) }

func (s *Service) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.settle()
	s.poke()
}

// Inject arms a fault; see trouble.Fault and actions.
func (s *Service) Inject(f trouble.Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults.Arm(f, actions)
}

// ClearFaults disarms all faults. Requests that were taken under one keep it.
func (s *Service) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (s *Service) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
