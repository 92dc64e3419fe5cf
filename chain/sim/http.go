package sim

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// The operations, as faults and statistics name them.
const (
	opCreate    = "create"
	opGet       = "get"
	opList      = "list"
	opDelete    = "delete"
	opVideo     = "video"
	opLastFrame = "last_frame"
	opTask      = "task"
	opCallback  = "callback"
	opEcho      = "echo"
	opAnswer    = "answer"
)

// Prefix is the path below which the API lies; a client's base URL ends in it.
const Prefix = "/api/v3"

const tasksPath = Prefix + "/contents/generations/tasks"

// maxBody is the largest create body.
const maxBody = 64 << 20

// call is one API call.
type call struct {
	op      string
	id      string // of the task that the path names
	request string // its request id
	owner   string
	label   string
	base    string // scheme://host by which it came
	now     time.Time
	http    *http.Request
	create  *request // of a create whose body could be read
	refused *refusal // of one whose body could not
}

// ServeHTTP answers the API below Prefix, the files that it hands out, and what tests ask for below /sim/.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := s.Now()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat)) // Retry-After and lifetimes are on this clock
	switch {
	case strings.HasPrefix(r.URL.Path, filesPath):
		s.serveFile(w, r)
	case strings.HasPrefix(r.URL.Path, "/sim/"):
		s.serveAdmin(w, r)
	default:
		s.serveAPI(w, r, now)
	}
}

func (s *Service) serveAPI(w http.ResponseWriter, r *http.Request, now time.Time) {
	c := &call{request: newRequestID(now), now: now, http: r, base: s.baseOf(r), label: labelOf(r)}
	w.Header().Set("X-Request-Id", c.request)
	if id := r.Header.Get("X-Client-Request-Id"); id != "" {
		w.Header().Set("X-Client-Request-Id", id)
	}
	defer discard(r)
	if e := s.admit(c); e != nil {
		e.answer(c.request).write(w)
		return
	}
	if c.op == opCreate {
		c.create, c.refused = readCreate(w, r)
	}
	if f := s.faultFor(c); f != nil {
		s.misbehave(w, r, f, c.request, func() answer { return s.do(c) })
		return
	}
	s.do(c).write(w)
}

// admit finds out who calls what, and whether they may and how often.
func (s *Service) admit(c *call) *refusal {
	e := c.route()
	key, ok := bearer(c.http)
	if !ok || !s.keyFits(key) {
		return &refusal{http.StatusUnauthorized, "AuthenticationError",
			"The API key in the request is missing or invalid.", ""}
	}
	if e != nil {
		return e
	}
	c.owner = ownerOf(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.books.called(c.op)
	if !s.paces.allow(c.owner, c.op, c.now) {
		return &refusal{http.StatusTooManyRequests, "RateLimitExceeded.EndpointRPMExceeded",
			"The requests of this account to " + c.op + " exceed the limit. Please try again later.", ""}
	}
	return nil
}

// route names the operation.
func (c *call) route() *refusal {
	path, method := c.http.URL.Path, c.http.Method
	id, one := strings.CutPrefix(path, tasksPath+"/")
	one = one && id != "" && !strings.Contains(id, "/")
	switch {
	case path == tasksPath && method == http.MethodPost:
		c.op = opCreate
	case path == tasksPath && method == http.MethodGet:
		c.op = opList
	case one && method == http.MethodGet:
		c.op, c.id = opGet, id
	case one && method == http.MethodDelete:
		c.op, c.id = opDelete, id
	case path == tasksPath || one:
		return &refusal{http.StatusMethodNotAllowed, "InvalidParameter",
			"The method " + printable(method) + " is not allowed here.", ""}
	default:
		return &refusal{http.StatusNotFound, "NotFound", "The requested path is not found.", ""}
	}
	return nil
}

func (s *Service) do(c *call) answer { return s.passed(c, s.work(c)) }

func (s *Service) work(c *call) answer {
	var v any
	var e *refusal
	switch c.op {
	case opCreate:
		v, e = s.create(c)
	case opGet:
		v, e = s.get(c)
	case opList:
		v, e = s.list(c)
	default:
		v, e = s.delete(c)
	}
	if e != nil {
		return e.answer(c.request)
	}
	return ok(v)
}

// bearer is the key of a request.
func bearer(r *http.Request) (key string, ok bool) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	return key, strings.EqualFold(scheme, "Bearer") && key != ""
}

// baseOf is scheme://host of the URLs that this request is told.
func (s *Service) baseOf(r *http.Request) string {
	if s.o.BaseURL != "" {
		return strings.TrimRight(s.o.BaseURL, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// labelOf is what stands before # in the client's request id: the shot's name.
func labelOf(r *http.Request) string {
	label, _, _ := strings.Cut(r.Header.Get("X-Client-Request-Id"), "#")
	return printable(label)
}

// readCreate reads a create body.
func readCreate(w http.ResponseWriter, r *http.Request) (*request, *refusal) {
	if media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(media) != "application/json" {
		return nil, invalid("Content-Type", "it is not application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, &refusal{http.StatusRequestEntityTooLarge, "InvalidParameter", "The request body is larger than 64 MB.",
			"body"}
	} else if err != nil {
		return nil, invalid("body", "it is not all there")
	}
	return parse(body)
}
