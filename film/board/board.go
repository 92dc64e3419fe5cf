// Package board serves a film's contact sheet on this machine, live: what a run does appears as it happens, takes are
// picked by a click, and a run can be started – at a price that was shown – and stopped. Start with [New], which needs
// a [Film], and serve the [Server] on 127.0.0.1.
//
// Whoever knows the address may spend money, so it holds a token that nobody can guess, and no page elsewhere can use
// the board even if it knew it: requests must name this very host, come from this very page, and cannot be sent by a
// form. The page itself runs no script but its own, and a file is served only if the page shows it. The package knows
// nothing of providers, stores or storyboards: what is shown and done is the Film's.
package board

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"shotchain/chain"
	"shotchain/render/sheet"
)

// Film is what a board shows and does. Its methods may be called by many goroutines at once.
type Film interface {
	// Page is the film as it is now, with its pictures prepared. What is wrong with the storyboard is an error.
	Page(ctx context.Context) (*sheet.Page, error)
	// Offer says what a run would buy now.
	Offer(ctx context.Context) (Offer, error)
	// Run makes what was offered, and nothing else: ErrChanged where the offer no longer holds. It returns when the
	// run has ended; told is what came of it, in a sentence. ctx ends when the run is to stop.
	Run(ctx context.Context, offer string, observe func(chain.Event)) (told string, err error)
	// Pick makes a take the one that the film uses. ErrCannotPick where there is no choice.
	Pick(ctx context.Context, variant, shot string, take int) error
	// Grow makes a shot that continues another one's last frame continue a moment of its clip instead, as the storyboard
	// writes it. ErrGrown where it does not continue that frame.
	Grow(ctx context.Context, shot, from, at string) error
}

// Offer is what a run would buy.
type Offer struct {
	ID   string `json:"id"`   // of exactly this offer
	Text string `json:"text"` // what, for how much, in words
	Buys int    `json:"buys"`
}

// Errors of a Film.
var (
	ErrChanged    = errors.New("the film has changed since the price was shown")
	ErrCannotPick = errors.New("this board cannot pick takes")
	ErrGrown      = errors.New("the storyboard has changed: it does not continue that last frame any more")
)

// Server is a board. Safe for concurrent use.
type Server struct {
	film  Film
	token string
	addr  string // host:port
	ctx   context.Context
	hub   hub
	mux   *http.ServeMux

	mu    sync.Mutex
	stop  context.CancelFunc // of the run under way; guarded by mu
	gone  sync.WaitGroup     // runs that were started here
	files map[string]string  // paths by id; guarded by mu
	last  map[string][]byte  // the newest pages that could be made, by name; guarded by mu
}

// New makes a board that will be served at addr, a literal host and port. Runs that it starts end with ctx.
func New(ctx context.Context, film Film, addr string) *Server {
	s := &Server{film: film, token: rand.Text(), addr: addr, ctx: ctx, files: map[string]string{},
		last: map[string][]byte{}, mux: http.NewServeMux()}
	s.hub.live = map[int]Live{}
	s.mux.HandleFunc("GET /{$}", s.page)
	s.mux.HandleFunc("GET /{name}", s.page)
	s.mux.HandleFunc("GET /sheet.css", text("text/css", sheet.Style))
	s.mux.HandleFunc("GET /sheet.js", text("text/javascript", sheet.Script))
	s.mux.HandleFunc("GET /file/{id}/{name}", s.file)
	s.mux.HandleFunc("GET /events", s.events)
	s.mux.HandleFunc("GET /offer", s.offer)
	for name, do := range map[string]http.HandlerFunc{"run": s.run, "stop": s.stopRun, "pick": s.pick, "grow": s.grow} {
		s.mux.HandleFunc("POST /"+name, do)
		s.mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, _ *http.Request) { // a page's name it is not
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		})
	}
	return s
}

// URL is the board's address. Whoever knows it may use the board.
func (s *Server) URL() string { return "http://" + s.addr + "/" + s.token + "/" }

// Listen opens the loopback port that a board is served at. Port 0 is any that is free.
func Listen(port string) (net.Listener, error) {
	return net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
}

// policy allows the page its own files and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP lets through who knows the token and comes from this page, or from nowhere.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, value := range map[string]string{"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff",
		"X-Frame-Options": "DENY",
		"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin",
		"Cross-Origin-Opener-Policy": "same-origin"} {
		h.Set(name, value)
	}
	token, rest, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if !ok || subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) != 1 || !s.own(r) {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	r2 := r.Clone(r.Context())
	r2.URL.Path, r2.URL.RawPath = "/"+rest, ""
	s.mux.ServeHTTP(w, r2)
}

// own reports whether a request is meant for this host and does not come from another page. The Host header is
// checked against names that lead here from elsewhere (DNS rebinding), the others against pages that know the token.
func (s *Server) own(r *http.Request) bool {
	if r.Host != s.addr {
		return false
	}
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	if origin != "" && origin != "http://"+s.addr || site != "" && site != "same-origin" && site != "none" {
		return false
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	// A form cannot send JSON, and a script elsewhere would have to ask first.
	return origin != "" && strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
}

func text(kind string, b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind+"; charset=utf-8")
		_, _ = w.Write(b)
	}
}

// page shows a page of the film's sheet as it is now; where it cannot be read, as it was.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	name := cmp.Or(r.PathValue("name"), sheet.First)
	p, err := s.film.Page(r.Context())
	if err != nil {
		s.hub.tell("trouble", map[string]string{"message": err.Error()})
		s.mu.Lock()
		last := s.last[name]
		s.mu.Unlock()
		if last == nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		text("text/html", last)(w, r)
		return
	}
	if p.Board == nil {
		p.Board = &sheet.Board{}
	}
	p.Board.Running = s.Running()
	if !slices.Contains(p.Pages(), name) {
		http.NotFound(w, r)
		return
	}
	var b bytes.Buffer
	if err := p.Render(&b, name, s.link); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.mu.Lock()
	s.last[name] = b.Bytes()
	s.mu.Unlock()
	text("text/html", b.Bytes())(w, r)
}

// link makes a file one that is served, and names it.
func (s *Server) link(path string) string {
	if !filepath.IsAbs(path) {
		return path // one of the page's own
	}
	h := sha256.Sum256([]byte(path))
	id := hex.EncodeToString(h[:16])
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[id] = path
	return "file/" + id + "/" + url.PathEscape(filepath.Base(path))
}

func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	path, ok := s.files[r.PathValue("id")]
	s.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	if filepath.Ext(path) == ".jpg" {
		w.Header().Set("Cache-Control", "private, max-age=3600") // pictures are named by what they show
	}
	http.ServeFile(w, r, path)
}

func (s *Server) offer(w http.ResponseWriter, r *http.Request) {
	o, err := s.film.Offer(r.Context())
	answer(w, o, err)
}

func answer(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusConflict)
		v = map[string]string{"error": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(v)
}

// maxBody bounds what a request may say, bytes.
const maxBody = 4 << 10

func ask(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		http.Error(w, "not understood", http.StatusBadRequest)
		return false
	}
	return true
}

func (s *Server) pick(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Variant string `json:"variant"`
		Shot    string `json:"shot"`
		Take    int    `json:"take"`
	}
	if !ask(w, r, &q) {
		return
	}
	err := s.film.Pick(r.Context(), q.Variant, q.Shot, q.Take)
	answer(w, map[string]bool{"ok": true}, err)
	if err == nil {
		s.Changed()
	}
}

func (s *Server) grow(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Shot string `json:"shot"`
		From string `json:"from"`
		At   string `json:"at"`
	}
	if !ask(w, r, &q) {
		return
	}
	err := s.film.Grow(r.Context(), q.Shot, q.From, q.At)
	answer(w, map[string]bool{"ok": true}, err)
	if err == nil {
		s.Changed()
	}
}

// errBusy is the answer to a second run.
var errBusy = errors.New("a run is under way already")

func (s *Server) run(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Offer string `json:"offer"`
	}
	if !ask(w, r, &q) {
		return
	}
	now, err := s.film.Offer(r.Context())
	if err == nil && now.ID != q.Offer {
		err = ErrChanged
	}
	if err != nil {
		answer(w, nil, err)
		return
	}
	ctx, end, ok := s.begin()
	if !ok {
		answer(w, nil, errBusy)
		return
	}
	s.gone.Go(func() {
		told, err := s.film.Run(ctx, q.Offer, s.Observe)
		if err != nil {
			told = err.Error()
		}
		end(told)
	})
	answer(w, map[string]bool{"ok": true}, nil)
}

// begin marks that a run is under way; end that it is over. Neither holds where one is already.
func (s *Server) begin() (ctx context.Context, end func(told string), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		return nil, nil, false
	}
	ctx, s.stop = context.WithCancel(s.ctx)
	s.hub.begin()
	s.hub.tell("run", map[string]any{"running": true})
	return ctx, func(told string) {
		s.mu.Lock()
		s.stop()
		s.stop = nil
		s.mu.Unlock()
		s.hub.tell("run", map[string]any{"running": false, "told": told})
	}, true
}

// Join has the board show a run that somebody else makes: its context ends when the board is asked to stop it, and
// end says that it is over. Observe must be told of its events.
func (s *Server) Join() (ctx context.Context, end func(told string)) {
	ctx, end, ok := s.begin()
	if !ok {
		panic("board: two runs at once")
	}
	return ctx, end
}

// Running reports whether a run is under way.
func (s *Server) Running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stop != nil
}

func (s *Server) stopRun(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	if s.stop != nil {
		s.stop()
	}
	s.mu.Unlock()
	answer(w, map[string]bool{"ok": true}, nil)
}

// Observe tells who looks of an event of the run.
func (s *Server) Observe(e chain.Event) { s.hub.observe(e) }

// Changed tells who looks that the page is no longer what it was.
func (s *Server) Changed() { s.hub.tell("page", struct{}{}) }

// Wait returns when runs that were started here have ended.
func (s *Server) Wait() { s.gone.Wait() }

// Serve serves until ctx ends. Runs that are under way are stopped and waited for.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	s.gone.Wait()
	s.hub.close()
	wait, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = server.Shutdown(wait)
	return server.Close()
}
