package film

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"shotchain/chain"
	"shotchain/chain/provider"
)

// Callbacks say where the provider may tell that a task has changed. The zero value is nowhere.
type Callbacks struct {
	Listen string // host:port to listen at
	URL    string // under which the provider reaches that address; a token that nobody can guess is added to it

	// Heard is told of each callback, by many goroutines; it may have it refused, to see what the provider does. Nil
	// for nobody.
	Heard func(task, status string) (refuse bool)

	Until func() // called when a run has ended, before listening does: what is under way may still come. Nil for at once
}

// Check refuses what cannot work.
func (c Callbacks) Check() error {
	if (c.Listen == "") != (c.URL == "") {
		return misused("give both, or neither", "--callback-listen and --callback-url belong together")
	}
	if c.URL == "" {
		return nil
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" {
		return misused("it looks like https://films.example/callback",
			"--callback-url is not an absolute http or https URL without a query")
	}
	return nil
}

// callbacks takes the provider's callbacks and rings for the tasks that they name. A callback is a hint and nothing
// more: whatever it says, the provider is asked. Safe for concurrent use.
type callbacks struct {
	bell   *chain.Bell
	token  string
	heard  func(task, status string) (refuse bool) // nil for nobody
	server *http.Server
	reads  provider.Ringer
}

// start listens. Nowhere gives nil, which close and the run understand as no callbacks.
func (c Callbacks) start(read provider.Ringer) (*callbacks, error) {
	if err := c.Check(); err != nil || c.Listen == "" {
		return nil, err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, misused("choose a port that is free", "--callback-listen: %v", err)
	}
	cb := newCallbacks(read)
	cb.heard = c.Heard
	cb.server = &http.Server{Handler: cb, ReadTimeout: CallbackPatience, WriteTimeout: CallbackPatience,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	go func() { _ = cb.server.Serve(l) }()
	return cb, nil
}

func newCallbacks(read provider.Ringer) *callbacks {
	return &callbacks{bell: new(chain.Bell), token: rand.Text(), reads: read}
}

// CallbackPatience is how long a caller may take to send its callback, and how long the service waits for an answer
// (ark-api.md §4).
const CallbackPatience = 5 * time.Second

// maxCallback is the largest body that is read, bytes; a task with its URLs has a few kB.
const maxCallback = 64 << 10

// close ends listening.
func (c *callbacks) close() {
	if c != nil && c.server != nil {
		_ = c.server.Close()
	}
}

// into gives a run its bell, and the URL with the token that it is to hand out.
func (c *callbacks) into(o *chain.RunOptions, base string) {
	if c != nil {
		o.Bell, o.Callback = c.bell, provider.SignedURL(strings.TrimRight(base, "/")+"/"+c.token)
	}
}

func (c *callbacks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if subtle.ConstantTimeCompare([]byte(path.Base(r.URL.Path)), []byte(c.token)) != 1 {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "post a task", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCallback))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	case err != nil:
		http.Error(w, "not a task", http.StatusBadRequest)
	case c.refuses(body):
		http.Error(w, "not now", http.StatusInternalServerError)
	default:
		c.ring(w, r, body)
	}
}

// refuses tells whoever listens of a callback, and whether it is to be refused.
func (c *callbacks) refuses(body []byte) bool {
	var task struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	if c.heard == nil || json.Unmarshal(body, &task) != nil || task.ID == "" || !c.heard(task.ID, task.Status) {
		return false
	}
	c.bell.Ring(task.ID)
	return true
}

// ring rings for the task that a callback is about.
func (c *callbacks) ring(w http.ResponseWriter, r *http.Request, body []byte) {
	task, err := c.reads.Rings(r.Context(), r.Header.Get, body)
	if err != nil {
		http.Error(w, "not a task", http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusOK)
	c.bell.Ring(task)
}

// loopbackCalls take the callbacks of a simulator in this process: a film is ready sooner than by asking.
type loopbackCalls struct {
	*callbacks
	url string
}

func loopback(read provider.Ringer) (loopbackCalls, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return loopbackCalls{}, err
	}
	cb := newCallbacks(read)
	cb.server = &http.Server{Handler: cb, ReadTimeout: CallbackPatience, WriteTimeout: CallbackPatience}
	go func() { _ = cb.server.Serve(l) }()
	return loopbackCalls{cb, "http://" + l.Addr().String() + "/"}, nil
}
