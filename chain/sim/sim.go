// Package sim is an Ark service as an http.Handler: the real one's routes, checks, statuses, queue, limits, prices,
// lapsing URLs, callbacks and errors, for tests and for keyless runs. [New] makes a [Service]; what it films is the
// [Camera] that it is given. It is strict where the real service is, and where sources disagree it is the stricter
// one, so that a client that passes here passes there. [Service.Inject] makes it fail in the ways that services do,
// [Service.Advance] moves its clock, and [Service.Stats] tells what was made and what it would have cost. The same
// three can be had over HTTP under /sim/, for a service in another process.
//
// Tasks live in memory, pictures and clips in files. It fetches nothing from the web: the only URLs it can open are
// those it handed out. Nothing here names a model; what each takes is the catalogue's.
package sim

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"sync"
	"time"

	"shotchain/chain/models"
	"shotchain/chain/sim/trouble"
)

// Options say what a service is like. Camera and Dir are required; every other zero value is the real service's way.
type Options struct {
	Models *models.Catalogue // what it serves, under all ids, ended ones too; nil: models.Default()
	Camera Camera
	Dir    string // an existing folder for footage; the caller removes it after Close

	Cameras   int               // clips filmed at once; 0: one for each CPU
	Key       string            // the only bearer key that is let in; "": any
	Endpoints map[string]string // endpoint ids (ep-…) and the models they serve
	BaseURL   string            // scheme://host[:port] of the files' URLs; "": that by which each request came
	IDPrefix  string            // how tasks' ids begin; "": cgt-
	Limits    Limits
	Client    *http.Client // sends callbacks; nil: one that follows no redirects
	Log       *slog.Logger // one line per task's change; nil: none

	// Pace is how long a task runs: 1 is the catalogue's expected time, 0 as long as the camera needs.
	Pace float64
	// Epoch is what the service's clock shows at New; zero: the real time.
	Epoch time.Time
}

// Limits are those of one account (one key). Zero is the vendor's, a negative number is none.
type Limits struct {
	Concurrency     int // tasks of one model that run at once; zero: the catalogue's
	Queue           int // tasks of one model that wait; what exceeds it is refused with 429. Zero: 100
	CreatePerMinute int // zero: 600
	GetPerSecond    int // zero: 20
	ListPerSecond   int // zero: 1
	DeletePerSecond int // zero: 20
}

// NoRates are limits that refuse no call for its pace.
var NoRates = Limits{CreatePerMinute: -1, GetPerSecond: -1, ListPerSecond: -1, DeletePerSecond: -1}

// Service is the simulator. All its methods may be called by many goroutines at once.
type Service struct {
	o      Options
	secret []byte        // signs file URLs; immutable
	film   chan struct{} // a place for each camera
	wake   chan struct{} // tells the loop that there is something to do
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup // every goroutine of the service

	mu     sync.Mutex // guards all below
	offset time.Duration
	closed bool
	hold   bool // new tasks wait until they are named
	tasks  map[string]*task
	events events
	groups map[string]*group
	faults trouble.List
	paces  paces
	mail   mail
	books  books
}

// New makes a service and starts its clock.
func New(o Options) (*Service, error) {
	if o.Camera == nil {
		return nil, errors.New("sim: no camera")
	}
	if info, err := os.Stat(o.Dir); err != nil {
		return nil, fmt.Errorf("sim: folder for footage: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("sim: %s is no folder", o.Dir)
	}
	if !(o.Pace >= 0 && o.Pace <= 1000) {
		return nil, fmt.Errorf("sim: pace %g is not between 0 and 1000", o.Pace)
	}
	o.Models = cmp.Or(o.Models, models.Default())
	o.Cameras = cmp.Or(max(o.Cameras, 0), runtime.NumCPU())
	o.IDPrefix = cmp.Or(o.IDPrefix, "cgt-")
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	for ep, name := range o.Endpoints {
		if _, ok := o.Models.Find(name); !ok {
			return nil, fmt.Errorf("sim: endpoint %s: no model %q", ep, name)
		}
	}
	s := &Service{
		o:      o,
		secret: make([]byte, 32),
		film:   make(chan struct{}, o.Cameras),
		wake:   make(chan struct{}, 1),
		tasks:  map[string]*task{},
		groups: map[string]*group{},
		paces:  newPaces(o.Limits),
		books:  newBooks(),
	}
	rand.Read(s.secret)
	if !o.Epoch.IsZero() {
		s.offset = time.Until(o.Epoch)
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.mail.client = callbackClient(o.Client)
	s.wg.Add(1)
	go s.loop()
	return s, nil
}

// Close stops cameras and callbacks and waits for them. The service answers nothing of use after it.
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

// Advance moves the service's clock by d and does what falls due: tasks expire, URLs and records lapse, running tasks
// whose clips are filmed finish. A negative d does nothing.
func (s *Service) Advance(d time.Duration) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset += max(d, 0)
	s.settle()
	s.poke()
	return s.now()
}

// Hold leaves tasks that are created from now on queued until Start names them, for tests that decide each step.
func (s *Service) Hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hold = true
}

// Start lets a held task run as soon as there is a place, and reports whether it was held.
func (s *Service) Start(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tasks[id]
	if t == nil || !t.held {
		return false
	}
	t.held = false
	s.promote(t.group, s.now())
	s.settle()
	s.poke()
	return true
}

// poke lets the loop look again at what is due next.
func (s *Service) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// discard reads what is left of a request's body, within reason, so that its connection can be used again.
func discard(r *http.Request) { _, _ = io.CopyN(io.Discard, r.Body, 1<<20) }
