package vetting

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"shotchain/chain/provider"
	"shotchain/chain/vet"
	"shotchain/film"
)

// recorder stands around a service's client and reads each task of an Ark-shaped service raw, too, as often as it is
// read; of others it notes what the client reads. Safe for concurrent use.
type recorder struct {
	provider.Provider
	ask   *asker
	raw   bool          // the service is Ark-shaped
	grace time.Duration // how long the callback of a task's end is waited for

	mu     sync.Mutex
	traces map[string]*vet.Trace // by probe; guarded by mu, and so is what they hold
	links  map[string]string     // of the clips, by task; never written anywhere
	refs   map[string]provider.Ref
	early  map[string][]string // callbacks of tasks whose create call has not been answered yet
}

func newRecorder(ask *asker, raw bool) *recorder {
	return &recorder{ask: ask, raw: raw, grace: grace, traces: map[string]*vet.Trace{}, links: map[string]string{},
		refs: map[string]provider.Ref{}}
}

// Unwrap is the client itself: what it can do beside the contract it can still do; see provider.As.
func (r *recorder) Unwrap() provider.Provider { return r.Provider }

// rawTask is what is read of a task beside its words.
type rawTask struct {
	Status  string          `json:"status"`
	Data    json.RawMessage `json:"data"`
	Content struct {
		Video string `json:"video_url"`
	} `json:"content"`
	VideoURL string `json:"video_url"`
}

func readTask(body []byte) rawTask {
	var t rawTask
	_ = json.Unmarshal(body, &t)
	if t.Status == "" && len(t.Data) > 0 {
		_ = json.Unmarshal(t.Data, &t)
	}
	if t.Content.Video == "" {
		t.Content.Video = t.VideoURL
	}
	return t
}

func taskPath(id string) string { return vet.TasksPath + "/" + url.PathEscape(id) }

// trace is that of a probe, made on first use. Only with the mutex.
func (r *recorder) trace(name string) *vet.Trace {
	t := r.traces[name]
	if t == nil {
		t = &vet.Trace{Probe: name}
		r.traces[name] = t
	}
	return t
}

// of is the trace of a task. Only with the mutex.
func (r *recorder) of(task string) *vet.Trace {
	for _, t := range r.traces {
		if t.Task == task && task != "" {
			return t
		}
	}
	return nil
}

func (r *recorder) Create(ctx context.Context, req provider.Request) (provider.Created, error) {
	name, _, _ := strings.Cut(req.Label, "/")
	began := time.Now()
	made, err := r.Provider.Create(ctx, req)
	r.mu.Lock()
	t := r.trace(name)
	t.Created = began
	var f *provider.Fault
	switch {
	case err == nil:
		t.Task, t.Seen, t.Refused, t.Code = made.Task, nil, "", ""
		r.refs[made.Task] = provider.Ref{Task: made.Task, Handle: made.Handle}
		t.Calls = append(t.Calls, r.early[made.Task]...)
		delete(r.early, made.Task)
	case errors.As(err, &f):
		t.Refused, t.Code = f.Message, f.Code
	}
	r.mu.Unlock()
	if err == nil && name == probeCancel { // at once: it is queued yet, if ever
		a := r.cancel(context.WithoutCancel(ctx), provider.Ref{Task: made.Task, Handle: made.Handle})
		r.mu.Lock()
		t.Cancel = &a
		r.mu.Unlock()
	}
	return made, err
}

// cancel asks for a task's end.
func (r *recorder) cancel(ctx context.Context, ref provider.Ref) vet.Answer {
	if r.raw {
		a, _ := r.ask.send(ctx, vet.Call{Method: http.MethodDelete, Path: taskPath(ref.Task)})
		return a
	}
	err := r.Provider.Cancel(ctx, ref)
	a := vet.Answer{Status: http.StatusOK}
	var f *provider.Fault
	switch {
	case errors.As(err, &f):
		a = vet.Answer{Status: f.HTTPStatus, Body: []byte(f.Error())}
		if f.Class == provider.Invalid { // it runs, or has ended
			a.Status = http.StatusConflict
		}
	case err != nil:
		a = vet.Answer{None: err.Error()}
	}
	return a
}

func (r *recorder) Get(ctx context.Context, ref provider.Ref) (provider.Task, error) {
	r.mu.Lock()
	r.refs[ref.Task] = ref
	r.mu.Unlock()
	if r.raw {
		s, ok := r.readRaw(ctx, ref.Task)
		t, err := r.Provider.Get(ctx, ref)
		if ok && err == nil && t.Status.Done() && s.Status != string(t.Status) { // it ended between the two readings
			r.readRaw(ctx, ref.Task)
		}
		return t, err
	}
	t, err := r.Provider.Get(ctx, ref)
	if err == nil {
		s := vet.Seen{At: time.Now(), Status: string(t.Status), HTTP: http.StatusOK}
		r.note(ref.Task, s, string(t.Video), r.ask.clean(echoOf(t)))
	}
	return t, err
}

// read reads a task once more. ok is false where there was no answer.
func (r *recorder) read(ctx context.Context, id string) (s vet.Seen, ok bool) {
	if r.raw {
		return r.readRaw(ctx, id)
	}
	r.mu.Lock()
	ref := r.refs[id]
	r.mu.Unlock()
	ref.Task = id
	t, err := r.Get(ctx, ref)
	return vet.Seen{At: time.Now(), Status: string(t.Status), HTTP: http.StatusOK}, err == nil
}

// readRaw reads a task raw, and remembers what it says. ok is false where there was no answer.
func (r *recorder) readRaw(ctx context.Context, id string) (s vet.Seen, ok bool) {
	got, err := r.ask.raw(ctx, vet.Call{Method: http.MethodGet, Path: taskPath(id)})
	if err != nil || got.Err != nil || got.Status != http.StatusOK {
		return s, false
	}
	task := readTask(got.Body)
	s = vet.Seen{At: time.Now(), Status: strings.ToLower(task.Status), HTTP: got.Status,
		RetryAfter: got.Header.Get("Retry-After")}
	r.note(id, s, task.Content.Video, r.ask.clean(got.Body))
	return s, true
}

// note remembers one reading of a task.
func (r *recorder) note(id string, s vet.Seen, link string, echo []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if link != "" {
		r.links[id] = link
	}
	if t := r.of(id); t != nil {
		t.Seen, t.Echo = append(t.Seen, s), echo
	}
}

// list looks a task up in the service's list. why is why not.
func (r *recorder) list(ctx context.Context, id string) (a *vet.Answer, why string, err error) {
	if r.raw {
		c := vet.Call{Method: http.MethodGet,
			Path: vet.TasksPath + "?page_num=1&page_size=10&filter.task_ids=" + url.QueryEscape(id)}
		if err := r.ask.pace(ctx, c); err != nil {
			return nil, "", err
		}
		got, err := r.ask.send(ctx, c)
		return &got, "", err
	}
	l, ok := provider.As[provider.Lister](r.Provider)
	if !ok || r.About().Can.Lookup == provider.NoLookup {
		return nil, "not testable: the service has no list to look a task up in", nil
	}
	tasks, complete, err := l.List(ctx, provider.Filter{Tasks: []string{id}})
	switch {
	case ctx.Err() != nil:
		return nil, "", ctx.Err()
	case err != nil:
		return nil, "its records could not be read: " + r.ask.secret.Text(err.Error()), nil
	case len(tasks) == 0 && !complete:
		return nil, "its records do not show the task, and do not claim to be complete", nil
	}
	var ids []string
	for _, t := range tasks {
		ids = append(ids, t.ID)
	}
	body, err := json.Marshal(ids)
	return &vet.Answer{Status: http.StatusOK, Media: "as the client reads it", Body: body}, "", err
}

// heard is told of each callback. The first is answered by 500, to see whether it comes again.
func (r *recorder) heard(task, status string) (refuse bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.of(task)
	if t == nil { // the service may be faster than its own answer
		if r.early == nil {
			r.early = map[string][]string{}
		}
		if len(r.early) < maxEarly {
			r.early[task] = append(r.early[task], strings.ToLower(status))
		}
		return false
	}
	first := true
	for _, other := range r.traces {
		first = first && len(other.Calls) == 0
	}
	if n := len(t.Calls); n == 1 && t.Calls[0] == status {
		t.Repeated = true
	}
	t.Calls = append(t.Calls, strings.ToLower(status))
	return first
}

// maxEarly is how many tasks callbacks may name that nobody has created yet: what comes in is a stranger's.
const maxEarly = 100

// grace is how long the callback of a task's end is waited for once the task was seen to have ended: twice as long as
// the service waits for an answer before it tries again (ark-api.md §4).
const grace = 2 * film.CallbackPatience

// settle waits until each task that was seen to end has been told of by a callback, or for long enough.
func (r *recorder) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, r.grace)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !r.settled() {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// settled reports whether a callback has told of the end of every task.
func (r *recorder) settled() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.traces {
		ended := len(t.Calls) > 0 && provider.Status(t.Calls[len(t.Calls)-1]).Done()
		if t.Task != "" && !ended {
			return false
		}
	}
	return true
}
