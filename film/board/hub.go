package board

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/film"
	"shotchain/render/sheet"
)

// Live is what is known of a take of the run under way.
type Live struct {
	ID       int            `json:"id"`   // of the take in this run
	Uses     []Use          `json:"uses"` // where the page shows it
	State    chain.Standing `json:"state"`
	Tone     sheet.Tone     `json:"tone"` // how that looks
	Final    bool           `json:"final"`
	Since    time.Time      `json:"since"`    // when it was first told of
	Expected float64        `json:"expected"` // seconds that its task usually takes
	Message  string         `json:"message,omitempty"`
}

// Use is a place where the film uses a take.
type Use struct {
	Variant string `json:"variant"` // "" where there are none
	Shot    string `json:"shot"`
	Take    int    `json:"take"` // the number that it has there
}

// hub tells everybody who looks. The zero hub, with a map, is ready. Safe for concurrent use.
type hub struct {
	mu     sync.Mutex
	ears   map[chan []byte]bool
	live   map[int]Live // of the run under way, or the last
	order  []int        // of live
	closed bool
}

// maxBehind is how many messages a slow reader may be behind; then it is cut off, and starts anew with all there is.
const maxBehind = 512

func (h *hub) begin() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.live, h.order = map[int]Live{}, nil
}

func (h *hub) observe(e chain.Event) {
	h.mu.Lock()
	key := e.Take.Index
	l, known := h.live[key]
	if !known {
		l = Live{ID: key, Uses: usesOf(e.Take), Since: e.Time.UTC(), Expected: e.Take.Expected.Seconds()}
		h.order = append(h.order, key)
	}
	l.State, l.Tone, l.Final, l.Message = e.Standing, film.ToneOf(e.Standing), e.Standing.Final(), e.Message
	h.live[key] = l
	h.mu.Unlock()
	h.tell("take", l)
}

// usesOf are all the places where a take is used. A take that belongs to no film is its shot's.
func usesOf(t *graph.Take) (all []Use) {
	for _, u := range t.Uses {
		all = append(all, Use{u.Variant, u.Shot.Name(), u.Number})
	}
	if all == nil {
		all = []Use{{"", t.Shot.Name(), t.Number}}
	}
	return all
}

// tell sends a message to everybody.
func (h *hub) tell(event string, v any) {
	b := message(event, v)
	h.mu.Lock()
	defer h.mu.Unlock()
	for ear := range h.ears {
		select {
		case ear <- b:
		default:
			delete(h.ears, ear)
			close(ear)
		}
	}
}

func message(event string, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own types always marshal
	}
	return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", event, b)
}

// listen begins with what is known already.
func (h *hub) listen() (ear chan []byte, leave func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ear = make(chan []byte, maxBehind+len(h.order))
	if h.closed {
		close(ear)
		return ear, func() {}
	}
	for _, key := range h.order {
		ear <- message("take", h.live[key])
	}
	if h.ears == nil {
		h.ears = map[chan []byte]bool{}
	}
	h.ears[ear] = true
	return ear, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.ears, ear)
	}
}

// close ends all listening.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for ear := range h.ears {
		delete(h.ears, ear)
		close(ear)
	}
}

// breath is how often an idle connection is told that it still is one.
const breath = 15 * time.Second

// events is a stream of server-sent events: take, run, page, trouble.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	ear, leave := s.hub.listen()
	defer leave()
	_, _ = w.Write(message("run", map[string]any{"running": s.Running()}))
	idle := time.NewTicker(breath)
	defer idle.Stop()
	for {
		if out.Flush() != nil {
			return
		}
		select {
		case b, ok := <-ear:
			if !ok {
				return
			}
			_, _ = w.Write(b)
		case <-idle.C:
			_, _ = w.Write([]byte(": still here\n\n"))
		case <-r.Context().Done():
			return
		}
	}
}
