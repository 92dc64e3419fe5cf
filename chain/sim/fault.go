package sim

import (
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// Fault is one way in which the service is to go wrong.
type Fault struct {
	// Op is what goes wrong: create, get, list, delete; video or last_frame, the downloads; task, what becomes of a
	// task that was created; callback; echo, what a gateway makes of a task in every answer that shows it.
	Op string `json:"op"`
	// Match narrows it to the tasks whose label or prompt holds this text, or whose id it is. "": all. A list
	// belongs to no task.
	Match string `json:"match,omitempty"`
	Skip  int    `json:"skip,omitempty"`  // so many go well first
	Times int    `json:"times,omitempty"` // so many go wrong; 0: one, -1: all
	// For is how long all go wrong, as 3s, from the first that does, by the service's clock; "": Times counts.
	For string `json:"for,omitempty"`

	// Action is how. Of a call or download:
	//   answer       Status, Code, Message and RetryAfter are the answer, nothing is done
	//   answer-after the same, after it was done
	//   drop-before  the connection is reset, nothing is done
	//   drop-after   it is done, then the connection is reset
	//   empty200     it is done; the answer is empty
	//   html200      it is done; the answer is a page of HTML
	//   html502      nothing is done; a proxy answers
	//   html502-after  it is done; a proxy answers
	//   hang         nothing is done, and no answer comes until the client gives up
	//   hang-after   it is done, and no answer comes until the client gives up
	//   truncate     the answer ends in the middle
	//   corrupt      some bytes of the answer or file are turned over
	//   slow         the answer comes after Delay
	// Of a download alone:
	//   trickle      it comes byte by byte, with Delay between them
	//   redirect     it is to be had at Location
	// Of a task:
	//   fail         it ends as failed, with Code and Message
	//   stall        it runs until it expires
	//   expire       it expires when it should have finished
	//   cancel       somebody cancels it before it runs
	// Of a list only: empty, there is nothing in it.
	// Of a callback: drop, it is not sent.
	// Of an echo, of which all that match are done to a task:
	//   bound-expiry    no execution_expires_after is more than 172800
	//   round-expiry    it is in whole minutes
	//   milli-expiry    it is in milliseconds
	//   no-expiry       it is left out
	//   no-identifier   safety_identifier is left out
	//   hash-identifier it is another text
	Action string `json:"action"`

	Status     int    `json:"status,omitempty"`      // 0: 500
	Code       string `json:"code,omitempty"`        // "": InternalServiceError
	Message    string `json:"message,omitempty"`     // "": a message
	RetryAfter string `json:"retry_after,omitempty"` // the header's value; "": none
	Delay      string `json:"delay,omitempty"`       // of slow and trickle, as 250ms; "": 1s
	Location   string `json:"location,omitempty"`    // of redirect
}

const (
	taskFail   = "fail"
	taskStall  = "stall"
	taskExpire = "expire"
	taskCancel = "cancel"
	listEmpty  = "empty"
)

var (
	callActions = []string{"answer", "answer-after", "drop-before", "drop-after", "empty200", "html200", "html502",
		"html502-after", "hang", "hang-after", "truncate", "corrupt", "slow"}
	loadActions = append(slices.Clone(callActions), "trickle", "redirect")
	listActions = append([]string{listEmpty}, callActions...)
	taskActions = []string{taskFail, taskStall, taskExpire, taskCancel}
	actions     = map[string][]string{
		opCreate: callActions, opGet: callActions, opList: listActions, opDelete: callActions,
		opVideo: loadActions, opLastFrame: loadActions, opTask: taskActions, opCallback: {"drop"}, opEcho: slices.Sorted(maps.Keys(echoes)),
	}
)

// armed is a fault that waits, and what it has met. Guarded by the service's mutex.
type armed struct {
	Fault
	Met   int       `json:"met"`            // what it matched
	Hit   int       `json:"hit"`            // what went wrong
	Since time.Time `json:"since,omitzero"` // when the first went wrong
}

// does reports whether the fault is of that action. A nil fault does nothing.
func (f *Fault) does(action string) bool { return f != nil && f.Action == action }

// Inject arms a fault. Of two that match, the one injected first is used until it is used up.
func (s *Service) Inject(f Fault) error {
	known, ok := actions[f.Op]
	switch {
	case !ok:
		return fmt.Errorf("sim: there is no operation %q to go wrong", f.Op)
	case !slices.Contains(known, f.Action):
		return fmt.Errorf("sim: %q of %s is not one of %s", f.Action, f.Op, strings.Join(known, ", "))
	case f.Skip < 0 || f.Times < -1:
		return fmt.Errorf("sim: skip %d, times %d of a fault", f.Skip, f.Times)
	case f.Status != 0 && (f.Status < 100 || f.Status > 599):
		return fmt.Errorf("sim: status %d of a fault", f.Status)
	}
	if _, err := time.ParseDuration(cmp.Or(f.Delay, "1s")); err != nil {
		return fmt.Errorf("sim: delay of a fault: %w", err)
	}
	if d, err := time.ParseDuration(cmp.Or(f.For, "1s")); err != nil || d <= 0 {
		return fmt.Errorf("sim: for %q of a fault is no time span such as 3s", f.For)
	}
	if f.For != "" {
		f.Times = -1
	}
	f.Times, f.Status, f.Code, f.Message = cmp.Or(f.Times, 1), cmp.Or(f.Status, 500), cmp.Or(f.Code, "InternalServiceError"),
		cmp.Or(f.Message, "The service encountered an unexpected internal error.")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &armed{Fault: f})
	return nil
}

// ClearFaults disarms all faults. Tasks that were created under one keep it.
func (s *Service) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// armedFor uses the first fault that matches, nil where nothing is to go wrong. Only with the mutex.
func (s *Service) armedFor(op, id, label, prompt string) *Fault {
	for _, a := range s.faults {
		if a.Op == op && a.matches(id, label, prompt) && a.use(s.now()) {
			f := a.Fault
			return &f
		}
	}
	return nil
}

// over reports whether the time of a fault that has one is past.
func (a *armed) over(now time.Time) bool {
	d, err := time.ParseDuration(a.For)
	return err == nil && a.Hit > 0 && !now.Before(a.Since.Add(d))
}

// matches reports whether the fault is meant for what has that id, label or prompt.
func (a *armed) matches(id, label, prompt string) bool {
	return a.Match == "" || a.Match == id || strings.Contains(label, a.Match) || strings.Contains(prompt, a.Match)
}

// use reports whether it goes wrong this time.
func (a *armed) use(now time.Time) bool {
	if a.Times >= 0 && a.Hit >= a.Times || a.over(now) {
		return false
	}
	if a.Met++; a.Met <= a.Skip {
		return false
	}
	if a.Hit++; a.Hit == 1 {
		a.Since = now
	}
	return true
}

// faultFor is the fault of an API call.
func (s *Service) faultFor(c *call) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, label, prompt := c.id, c.label, ""
	if c.create != nil {
		prompt = c.create.prompt()
	}
	if t := s.tasks[c.id]; t != nil {
		label, prompt = t.label, t.excerpt
	}
	if c.op == opList {
		label = ""
	}
	return s.armedFor(c.op, id, label, prompt)
}

// page502 is what a proxy says.
const page502 = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n"

// misbehave answers an API call wrongly. do does what was asked for.
func (s *Service) misbehave(w http.ResponseWriter, r *http.Request, f *Fault, request string, do func() answer) {
	var a answer
	switch f.Action {
	case "answer", "drop-before", "html502", "hang":
	default:
		a = do()
	}
	switch f.Action {
	case "truncate":
		s.truncated(w, a)
	case "corrupt":
		for i := range a.body[:(len(a.body)+2)/3] { // from the brace on: inside a string JSON would bear it
			a.body[i] ^= 0xff
		}
		a.write(w)
	case "slow":
		s.wait(r, f)
		a.write(w)
	case listEmpty:
		ok(page{Items: []shown{}}).write(w)
	default:
		s.fake(w, r, f, request)
	}
}

// fake gives the answers that do not depend on what was asked.
func (s *Service) fake(w http.ResponseWriter, r *http.Request, f *Fault, request string) {
	switch f.Action {
	case "answer", "answer-after":
		a := (&refusal{f.Status, f.Code, f.Message, ""}).answer(request)
		a.retryAfter = f.RetryAfter
		a.write(w)
	case "empty200":
		answer{status: http.StatusOK}.write(w)
	case "html200":
		answer{status: http.StatusOK, media: "text/html", body: []byte("<html><body>Welcome</body></html>\n")}.write(w)
	case "html502", "html502-after":
		answer{status: http.StatusBadGateway, media: "text/html", body: []byte(page502)}.write(w)
	case "hang", "hang-after":
		discard(r) // with its body unread, the server would not see the client leave
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		panic(http.ErrAbortHandler)
	default:
		reset(w)
	}
}

// truncated promises the whole answer and sends half.
func (s *Service) truncated(w http.ResponseWriter, a answer) {
	whole := a.body
	a.body = whole[:len(whole)/2]
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", fmt.Sprint(len(whole)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// misbehaveFile answers a download wrongly.
func (s *Service) misbehaveFile(w http.ResponseWriter, r *http.Request, f *Fault, request string, file *os.File, info fs.FileInfo) {
	switch f.Action {
	case "corrupt":
		http.ServeContent(w, r, "", info.ModTime(), damage(file, info.Size()))
	case "slow":
		s.wait(r, f)
		http.ServeContent(w, r, "", info.ModTime(), file)
	case "truncate":
		w.Header().Set("Content-Length", fmt.Sprint(info.Size()))
		w.WriteHeader(http.StatusOK)
		_, _ = io.CopyN(w, file, info.Size()/2)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case "trickle":
		s.trickle(w, r, f, file, info.Size())
	case "redirect":
		w.Header().Set("Location", f.Location)
		w.WriteHeader(http.StatusFound)
	case "answer", "answer-after":
		(&denial{Status: f.Status, Code: f.Code, Message: f.Message}).write(w, request)
	default:
		s.fake(w, r, f, request)
	}
}

// trickle sends a file byte by byte, for as long as somebody takes them.
func (s *Service) trickle(w http.ResponseWriter, r *http.Request, f *Fault, file io.Reader, size int64) {
	w.Header().Set("Content-Length", fmt.Sprint(size))
	for b := make([]byte, 1); r.Context().Err() == nil && s.ctx.Err() == nil; s.wait(r, f) {
		if n, err := file.Read(b); err != nil || n == 0 {
			return
		}
		if _, err := w.Write(b); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler)
}

// wait waits for a slow fault's time, or until nobody waits for the answer.
func (s *Service) wait(r *http.Request, f *Fault) {
	d, _ := time.ParseDuration(cmp.Or(f.Delay, "1s"))
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
}

// reset closes the connection without an answer: over TCP by a reset, else as if the line was cut.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
