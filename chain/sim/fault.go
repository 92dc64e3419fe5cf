package sim

import (
	"io/fs"
	"maps"
	"net/http"
	"os"
	"slices"

	"shotchain/chain/sim/trouble"
)

// Fault is one way in which the service is to go wrong; see package trouble.
type Fault = trouble.Fault

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
		opVideo: loadActions, opLastFrame: loadActions, opTask: taskActions, opCallback: {"drop"},
		opEcho:   slices.Sorted(maps.Keys(echoes)),
		opAnswer: slices.Sorted(maps.Keys(wrappings)),
	}
)

// Inject arms a fault. Of two that match, the one injected first is used until it is used up.
func (s *Service) Inject(f Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults.Arm(f, actions)
}

// ClearFaults disarms all faults. Tasks that were created under one keep it.
func (s *Service) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// armedFor uses the first fault that matches, nil where nothing is to go wrong. Only with the mutex.
func (s *Service) armedFor(op, id, label, prompt string) *Fault {
	return s.faults.Use(op, id, label, prompt, s.now())
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
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		trouble.Truncate(w, a.status, a.body)
	case "corrupt":
		trouble.Corrupt(a.body)
		a.write(w)
	case "slow":
		trouble.Wait(s.ctx, r, f)
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
		answer{status: http.StatusOK, media: "text/html", body: []byte(trouble.Page200)}.write(w)
	case "html502", "html502-after":
		answer{status: http.StatusBadGateway, media: "text/html", body: []byte(trouble.Page502)}.write(w)
	case "hang", "hang-after":
		trouble.Hang(s.ctx, r)
	default:
		trouble.Reset(w)
	}
}

// misbehaveFile answers a download wrongly.
func (s *Service) misbehaveFile(w http.ResponseWriter, r *http.Request, f *Fault, request string, file *os.File,
	info fs.FileInfo) {
	switch f.Action {
	case "corrupt":
		http.ServeContent(w, r, "", info.ModTime(), trouble.Damage(file, info.Size()))
	case "slow":
		trouble.Wait(s.ctx, r, f)
		http.ServeContent(w, r, "", info.ModTime(), file)
	case "truncate":
		trouble.TruncateFile(w, file, info.Size())
	case "trickle":
		trouble.Trickle(s.ctx, w, r, f, file, info.Size())
	case "redirect":
		w.Header().Set("Location", f.Location)
		w.WriteHeader(http.StatusFound)
	case "answer", "answer-after":
		(&denial{Status: f.Status, Code: f.Code, Message: f.Message}).write(w, request)
	default:
		s.fake(w, r, f, request)
	}
}
