package falsim

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"time"

	"shotchain/chain/sim/trouble"
)

// Stats are the books of a service: every request that it took and what it billed for it.
type Stats struct {
	Now          time.Time      `json:"now"`
	Created      int            `json:"tasks_created"`
	Calls        map[string]int `json:"calls"` // by operation: create, get, result, list, delete, upload, bills, video
	ByStatus     map[string]int `json:"by_status"`
	BilledMicros int64          `json:"billed_micros"` // millionths of a dollar
	MaxRunning   int            `json:"max_running"`
	Running      int            `json:"running"`
	Queued       int            `json:"queued"`
	Tasks        []Entry        `json:"tasks"`
}

// Entry is a request's line in the books.
type Entry struct {
	ID       string                     `json:"id"`
	Endpoint string                     `json:"endpoint"`
	Status   string                     `json:"status"`           // queued, running, succeeded, failed
	Result   int                        `json:"result,omitempty"` // the result call's HTTP status, once it has ended
	Type     string                     `json:"type,omitempty"`   // and its error type
	Billed   int64                      `json:"billed_micros"`
	Tokens   int64                      `json:"tokens"`
	Marker   string                     `json:"marker"` // end_user_id
	Prompt   string                     `json:"prompt"`
	Seconds  int                        `json:"seconds"`
	High     bool                       `json:"high_bitrate"`
	Created  time.Time                  `json:"created"`
	Loads    int                        `json:"videos"` // downloads of its clip
	Input    map[string]json.RawMessage `json:"input"`
	Pictures []Picture                  `json:"pictures,omitempty"`
}

// Picture is one that a request names.
type Picture struct {
	Role   string `json:"role"` // first_frame, last_frame, reference_image
	Digest string `json:"sha256"`
}

// Stats are the books as they stand.
func (s *Service) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	v := Stats{Now: s.now(), Created: len(s.all), Calls: maps.Clone(s.calls), ByStatus: map[string]int{},
		MaxRunning: s.most,
		Running:    s.running, Tasks: []Entry{}}
	for _, r := range s.all {
		e := Entry{ID: r.id, Endpoint: r.endpoint, Status: r.stands(), Result: r.result.status, Type: r.result.kind,
			Billed: r.billed,
			Tokens: r.tokens, Marker: r.order.user, Prompt: r.order.prompt, Seconds: r.order.seconds, High: r.order.high,
			Created: r.sent,
			Loads:   r.loads, Input: r.input, Pictures: r.pictures}
		if e.Status == "queued" {
			v.Queued++
		}
		v.ByStatus[e.Status]++
		v.BilledMicros += r.billed
		v.Tasks = append(v.Tasks, e)
	}
	return v
}

func (r *request) stands() string {
	switch {
	case r.status == inQueue:
		return "queued"
	case r.status == inProgress:
		return "running"
	case r.result.status == 200:
		return "succeeded"
	}
	return "failed"
}

// serveAdmin is for tests of programs: what Stats, Inject, ClearFaults, Lock and Advance do, over HTTP, with the same key.
//
//	GET    /sim/stats   Stats
//	GET    /sim/faults  the armed faults and what they met
//	POST   /sim/faults  one fault
//	DELETE /sim/faults
//	GET    /sim/clock   {"now": …}
//	POST   /sim/clock   {"advance": "25h"} → {"now": …}
func (s *Service) serveAdmin(w http.ResponseWriter, r *http.Request) {
	if no := s.admit(r); no != nil {
		no.write(w)
		return
	}
	var body struct {
		trouble.Fault
		Advance string `json:"advance"`
	}
	if r.Method == http.MethodPost {
		d := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
		d.DisallowUnknownFields()
		if err := d.Decode(&body); err != nil {
			detail(http.StatusBadRequest, "", "%v", err).write(w)
			return
		}
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /sim/stats":
		says(200, s.Stats()).write(w)
	case "POST /sim/faults":
		if err := s.Inject(body.Fault); err != nil {
			detail(http.StatusBadRequest, "", "%v", err).write(w)
			return
		}
		s.tellFaults(w)
	case "GET /sim/faults":
		s.tellFaults(w)
	case "DELETE /sim/faults":
		s.ClearFaults()
		says(200, struct{}{}).write(w)
	case "GET /sim/clock":
		says(200, map[string]time.Time{"now": s.Now()}).write(w)
	case "POST /sim/clock":
		d, err := time.ParseDuration(body.Advance)
		if err != nil || d < 0 {
			detail(http.StatusBadRequest, "", "advance is no time span such as 25h").write(w)
			return
		}
		says(200, map[string]time.Time{"now": s.Advance(d)}).write(w)
	default:
		detail(http.StatusNotFound, "", "there is no such thing").write(w)
	}
}

func (s *Service) tellFaults(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	says(200, s.faults.All()).write(w)
}
