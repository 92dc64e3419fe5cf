package sim

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"shotchain/chain/sim/trouble"
)

// This file is for tests of programs: what Inject, ClearFaults, Advance and Stats do, over HTTP, with the same key.
//
//	GET    /sim/stats   Stats
//	GET    /sim/faults  the armed faults and what they met
//	POST   /sim/faults  one Fault, or a list of them
//	DELETE /sim/faults
//	GET    /sim/clock   {"now": …}
//	POST   /sim/clock   {"advance": "25h"} → {"now": …}

func (s *Service) serveAdmin(w http.ResponseWriter, r *http.Request) {
	defer discard(r)
	if key, ok := bearer(r); s.o.Key != "" && (!ok || !s.keyFits(key)) {
		refuse(w, http.StatusUnauthorized, "the key is missing or wrong")
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /sim/stats":
		ok(s.Stats()).write(w)
	case "GET /sim/faults":
		ok(s.armedFaults()).write(w)
	case "POST /sim/faults":
		s.injectOver(w, r)
	case "DELETE /sim/faults":
		s.ClearFaults()
		ok(struct{}{}).write(w)
	case "GET /sim/clock":
		ok(clock{s.Now()}).write(w)
	case "POST /sim/clock":
		s.advanceOver(w, r)
	default:
		refuse(w, http.StatusNotFound, "there is no "+printable(r.Method+" "+r.URL.Path))
	}
}

type clock struct {
	Now time.Time `json:"now"`
}

func refuse(w http.ResponseWriter, status int, fact string) {
	answer{status: status, body: mustJSON(map[string]string{"error": fact})}.write(w)
}

// keyFits compares in constant time.
func (s *Service) keyFits(key string) bool {
	return s.o.Key == "" || subtle.ConstantTimeCompare([]byte(key), []byte(s.o.Key)) == 1
}

func (s *Service) armedFaults() []trouble.Armed {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults.All()
}

// decodeBody reads a small JSON body strictly.
func decodeBody(r *http.Request, v any) error {
	return strictly(io.LimitReader(r.Body, 1<<20), v)
}

func strictly(from io.Reader, v any) error {
	d := json.NewDecoder(from)
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func (s *Service) injectOver(w http.ResponseWriter, r *http.Request) {
	var raw json.RawMessage
	if err := decodeBody(r, &raw); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if len(raw) == 0 || raw[0] != '[' {
		raw = slices.Concat(json.RawMessage("["), raw, json.RawMessage("]"))
	}
	var faults []Fault
	if err := strictly(bytes.NewReader(raw), &faults); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	for i, f := range faults {
		if err := s.Inject(f); err != nil {
			refuse(w, http.StatusBadRequest, fmt.Sprintf("fault %d: %v", i, err))
			return
		}
	}
	ok(s.armedFaults()).write(w)
}

func (s *Service) advanceOver(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Advance string `json:"advance"`
	}
	if err := decodeBody(r, &body); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	d, err := time.ParseDuration(body.Advance)
	if err != nil || d < 0 {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("advance %q is no time span such as 25h", printable(body.Advance)))
		return
	}
	ok(clock{s.Advance(d)}).write(w)
}
