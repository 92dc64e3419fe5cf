package ark

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
)

const testKey = "sk-6f1c0ffee-0123456789abcdef"

// swift are paces that do not slow tests down.
var swift = Paces{
	Create: Pace{PerSecond: math.Inf(1)}, Get: Pace{PerSecond: math.Inf(1)},
	List: Pace{PerSecond: math.Inf(1)}, Delete: Pace{PerSecond: math.Inf(1)},
}

func newClient(t testing.TB, base string, change ...func(*Options)) *Client {
	t.Helper()
	o := Options{BaseURL: base, Key: testKey, Paces: swift, Version: "1.2.3"}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	require.NoError(t, err)
	return c
}

// serve starts a handler and a client that speaks to it.
func serve(t testing.TB, h http.HandlerFunc, change ...func(*Options)) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return newClient(t, s.URL, change...)
}

// rawServer answers each connection, after a whole request has been read from it, with the bytes that answer
// returns, and closes it. It counts the requests.
func rawServer(t testing.TB, answer func(n int) string) (base string, requests func() int) {
	t.Helper()
	var mu sync.Mutex
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		mu.Lock()
		n++
		text := answer(n)
		mu.Unlock()
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, text)
		_ = conn.Close()
	}))
	t.Cleanup(s.Close)
	return s.URL, func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

// reset closes a connection so that the other side sees a reset.
func reset(c net.Conn) {
	_ = c.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
}

// service is a small Ark in memory, moved by hand: what the conformance suite's Control needs.
type service struct {
	t    *testing.T
	base string

	mu     sync.Mutex
	order  []*record // oldest first
	hold   bool
	refuse provider.Class
	lapsed map[string]bool
	sent   int // create requests
}

// record is a task as the service answers it.
type record struct {
	id     string
	fields map[string]any
}

func newService(t *testing.T) *service {
	s := &service{t: t, lapsed: map[string]bool{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.base = server.URL
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := strings.CutPrefix(r.URL.Path, "/files/"); ok {
		s.file(w, r, id)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+testKey {
		reply(w, 401, failure("AuthenticationError", "the key is not right"))
		return
	}
	id := strings.TrimPrefix(r.URL.Path, "/api/v3"+tasksPath)
	switch r.Method + id {
	case "POST":
		s.create(w, r)
		return
	case "GET":
		s.list(w, r.URL.Query())
		return
	}
	i := slices.IndexFunc(s.order, func(t *record) bool { return "/"+t.id == id })
	switch {
	case i < 0:
		reply(w, 404, failure("NotFound", "no such task"))
	case r.Method == "GET":
		reply(w, 200, s.order[i].fields)
	case s.order[i].fields["status"] == "queued":
		s.order[i].fields["status"] = "cancelled"
		reply(w, 200, map[string]any{})
	case s.order[i].fields["status"] == "running":
		reply(w, 409, failure("InvalidAction.RunningTaskDeletion", "the task is running"))
	default:
		s.order = slices.Delete(s.order, i, i+1) // as the vendor's: the record is erased
		reply(w, 200, map[string]any{})
	}
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Request-Id", "0217-test")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func failure(code, message string) map[string]any {
	return map[string]any{"error": map[string]any{"code": code, "message": message, "type": "BadRequest"}}
}

var refusals = map[provider.Class]struct {
	status        int
	code, message string
}{
	provider.Invalid:   {400, "InvalidParameter", "The parameter `duration` specified in the request is not valid."},
	provider.Moderated: {400, "InputImageSensitiveContentDetected.PrivacyInformation", "a real person"},
	provider.Account:   {403, "AccountOverdueError", "overdue"},
	provider.Quota:     {429, "QuotaExceeded", "usage limit reached, resets at 18:00"},
	provider.Busy:      {429, "RateLimitExceeded.EndpointRPMExceeded", "slower"},
}

func (s *service) create(w http.ResponseWriter, r *http.Request) {
	s.sent++
	var fields map[string]any
	if err := json.NewDecoder(r.Body).Decode(&fields); err != nil {
		reply(w, 400, failure("InvalidParameter", "not JSON"))
		return
	}
	refuse := s.refuse
	s.refuse = ""
	if no, ok := refusals[refuse]; ok {
		reply(w, no.status, failure(no.code, no.message))
		return
	}
	n := len(s.order)
	delete(fields, "content")
	fields["id"] = fmt.Sprintf("cgt-%d", n)
	fields["status"] = "queued"
	fields["created_at"] = 1_790_000_000 + n
	s.order = append(s.order, &record{fields["id"].(string), fields})
	if refuse == provider.Lost {
		conn, _, _ := w.(http.Hijacker).Hijack()
		reset(conn)
		return
	}
	reply(w, 200, map[string]any{"id": fields["id"]})
}

func (s *service) list(w http.ResponseWriter, q url.Values) {
	var match []any
	for _, t := range slices.Backward(s.order) {
		if v := q.Get("filter.status"); v != "" && v != t.fields["status"] {
			continue
		}
		if v := q.Get("filter.model"); v != "" && v != t.fields["model"] {
			continue
		}
		if v := q["filter.task_ids"]; v != nil && !slices.Contains(v, t.id) {
			continue
		}
		match = append(match, t.fields)
	}
	size, _ := strconv.Atoi(q.Get("page_size"))
	num, _ := strconv.Atoi(q.Get("page_num"))
	from := min((num-1)*size, len(match))
	reply(w, 200, map[string]any{"total": len(match), "items": match[from:min(from+size, len(match))]})
}

func (s *service) file(w http.ResponseWriter, r *http.Request, id string) {
	if r.Header.Get("Authorization") != "" {
		s.t.Error("the key was sent to a signed URL")
	}
	if s.lapsed[id] {
		w.WriteHeader(403)
		_, _ = io.WriteString(w,
			"<Error><Code>AccessDenied</Code><Message>Request has expired "+r.URL.String()+"</Message></Error>")
		return
	}
	_, _ = w.Write(make([]byte, 5000))
}

func (s *service) find(id string) map[string]any {
	for _, t := range s.order {
		if t.id == id {
			return t.fields
		}
	}
	s.t.Fatalf("no task %q", id)
	return nil
}

func (s *service) locked() func() { s.mu.Lock(); return s.mu.Unlock }

// ref names a task.
func ref(id string) provider.Ref { return provider.Ref{Task: id} }

// service is a providertest.Control.

func (s *service) Request() provider.Request {
	return provider.Request{
		Model: "seedance-x", Prompt: "a boat", Duration: 5, Resolution: "480p", Ratio: "adaptive",
		FirstFrame: &provider.Frame{MediaType: "image/png", Data: []byte("\x89PNG…")},
	}
}
func (s *service) Hold() { defer s.locked()(); s.hold = true }

func (s *service) Start(id string) { defer s.locked()(); s.find(id)["status"] = "running" }

func (s *service) Succeed(id string) {
	defer s.locked()()
	f := s.find(id)
	f["status"] = "succeeded"
	if to, ok := f["callback_url"].(string); ok {
		defer func() {
			body, _ := json.Marshal(f)
			res, err := http.Post(to, "application/json", bytes.NewReader(body))
			require.NoError(s.t, err)
			require.NoError(s.t, res.Body.Close())
		}()
	}
	f["usage"] = map[string]any{"completion_tokens": 108900}
	f["content"] = map[string]any{
		"video_url":      s.base + "/files/" + id + "?X-Tos-Signature=5ec7e7",
		"last_frame_url": s.base + "/files/" + id + "?X-Tos-Signature=1a57f4a3e",
	}
}

func (s *service) Fail(id string) {
	defer s.locked()()
	f := s.find(id)
	f["status"] = "failed"
	f["error"] = map[string]any{"code": "InternalServiceError", "message": "sorry. Request id: 0217abc"}
}

func (s *service) Forget(id string) {
	defer s.locked()()
	s.order = slices.DeleteFunc(s.order, func(t *record) bool { return t.id == id })
}
func (s *service) Lapse(id string) { defer s.locked()(); s.lapsed[id] = true }
func (s *service) Refuse(class provider.Class) bool {
	defer s.locked()()
	s.refuse = class
	return true
}
func (s *service) Made() int { defer s.locked()(); return len(s.order) }
func (s *service) Sent() int { defer s.locked()(); return s.sent }
