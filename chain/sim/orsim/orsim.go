// Package orsim is OpenRouter's video API as an http.Handler, for tests and for keyless trials: create, poll, content, the
// list of models and webhooks. Behind it is what is behind OpenRouter, a service of Ark's shape ([sim.Service]): this one
// translates, and is as strict as its list of models says, which is the catalogue's rows at OpenRouter. It lists no jobs,
// cancels none, and tells what each has cost. What goes wrong at the service behind it goes wrong here.
package orsim

import (
	"cmp"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"shotchain/chain/models"
	"shotchain/chain/sim"
	"shotchain/chain/sim/trouble"
)

// Prefix is the path below which the API lies; a client's base URL ends in it.
const Prefix = "/api/v1"

const (
	jobsPath  = Prefix + "/videos"
	tasksPath = sim.Prefix + "/contents/generations/tasks"
)

// Options say what a service is like. Camera and Dir are required.
type Options struct {
	Models *models.Catalogue // whose rows at OpenRouter it serves; nil: models.Default()
	Camera sim.Camera
	Dir    string // an existing folder for footage; the caller removes it after Close

	Key         string       // the only one that is let in; "": any
	Client      *http.Client // sends webhooks; nil: one that follows no redirects
	Log         *slog.Logger // one line per job's change; nil: none
	Pace        float64      // how long a job runs: 1 is the catalogue's expected time, 0 as long as the camera needs
	Epoch       time.Time    // what the service's clock shows at New; zero: the real time
	Concurrency int          // jobs of a model at once; 0: the catalogue's, negative: no limit

	Behind bool // clips are to be had with the key only: a job names no signed URLs
	Silent bool // a job does not say what it has cost
}

// Service is the simulator. All its methods may be called by many goroutines at once.
type Service struct {
	o    Options
	host *sim.Service // what makes the clips

	mu   sync.Mutex // guards all below
	sent int        // create calls, whatever became of them
}

// New makes a service and starts its clock.
func New(o Options) (*Service, error) {
	o.Models = cmp.Or(o.Models, models.Default())
	if o.Client == nil {
		o.Client = &http.Client{}
	}
	hooks := *o.Client
	hooks.Transport = hookLine{o.Client.Transport}
	limits := sim.NoRates
	limits.Concurrency = o.Concurrency
	host, err := sim.New(sim.Options{Models: o.Models, Camera: o.Camera, Dir: o.Dir, Key: o.Key, Limits: limits,
		Client: &hooks,
		Log:    o.Log, Pace: o.Pace, Epoch: o.Epoch})
	if err != nil {
		return nil, err
	}
	return &Service{o: o, host: host}, nil
}

// Close stops cameras and webhooks and waits for them.
func (s *Service) Close() { s.host.Close() }

// Host is the service behind it: it is held, moved in time and made to fail there.
func (s *Service) Host() *sim.Service { return s.host }

// Inject arms a fault; see trouble.Fault.
func (s *Service) Inject(f trouble.Fault) error { return s.host.Inject(f) }

// Stats are the books of the service behind it, with what this one charged for it.
type Stats struct {
	sim.Stats
	Sent         int   `json:"sent"`          // create calls that came, whatever became of them
	BilledMicros int64 `json:"billed_micros"` // millionths of a dollar
}

// Stats are the books as they stand.
func (s *Service) Stats() Stats {
	v := Stats{Stats: s.host.Stats()}
	s.mu.Lock()
	v.Sent = s.sent
	s.mu.Unlock()
	for _, e := range v.Tasks {
		v.BilledMicros += s.cost(e.Model, e.Resolution, e.Tokens)
	}
	return v
}

// cost is what so many tokens of a model cost, millionths of a dollar.
func (s *Service) cost(id, resolution string, tokens int64) int64 {
	m, ok := s.o.Models.Find(id)
	if !ok {
		return 0
	}
	price, _ := m.Price(models.OpenRouter, resolution, m.Audio, false)
	return price.Cost(tokens).Micros
}

// ServeHTTP answers the API, the files that it hands out, and what tests ask for below /sim/.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, one := strings.CutPrefix(r.URL.Path, jobsPath+"/")
	id, content := strings.CutSuffix(id, "/content")
	switch on := r.Method + " " + r.URL.Path; {
	case on == "GET /sim/stats":
		s.serve(w, r, http.StatusOK, s.Stats())
	case strings.HasPrefix(r.URL.Path, "/sim/"), strings.HasPrefix(r.URL.Path, "/files/"):
		s.host.ServeHTTP(w, r)
	case on == "GET "+jobsPath+"/models":
		s.pass(w, r, http.MethodGet, tasksPath, nil, func([]byte, int) (int, any) { return http.StatusOK, s.list() })
	case on == "POST "+jobsPath:
		s.create(w, r)
	case one && content && r.Method == http.MethodGet:
		s.content(w, r, id)
	case one && !strings.Contains(id, "/") && r.Method == http.MethodGet:
		s.pass(w, r, http.MethodGet, tasksPath+"/"+id, nil,
			func(b []byte, status int) (int, any) { return status, s.job(r, b) })
	default:
		write(w, http.StatusNotFound, wrong(http.StatusNotFound, "Not Found"))
	}
}

// serve answers whoever has the key.
func (s *Service) serve(w http.ResponseWriter, r *http.Request, status int, v any) {
	if s.o.Key != "" && r.Header.Get("Authorization") != "Bearer "+s.o.Key {
		status, v = http.StatusUnauthorized, wrong(http.StatusUnauthorized, "No auth credentials found")
	}
	write(w, status, v)
}

func write(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		b = []byte("null") // no value of this package can fail to marshal
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Del("Content-Length")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// wrong is an error as OpenRouter tells it.
func wrong(status int, message string) map[string]any {
	return map[string]any{"error": map[string]any{"code": status, "message": message}}
}

// create takes a job, where its body is what the list of models says.
func (s *Service) create(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.sent++
	s.mu.Unlock()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<20))
	if err != nil {
		write(w, http.StatusRequestEntityTooLarge, wrong(http.StatusRequestEntityTooLarge, "The body could not be read"))
		return
	}
	asked, no := s.read(body)
	if no != "" {
		s.serve(w, r, http.StatusBadRequest, wrong(http.StatusBadRequest, no))
		return
	}
	s.pass(w, r, http.MethodPost, tasksPath, asked, func(b []byte, _ int) (int, any) {
		var made struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(b, &made)
		return http.StatusAccepted,
			map[string]string{"id": made.ID, "polling_url": jobsPath + "/" + made.ID, "status": "pending"}
	})
}
