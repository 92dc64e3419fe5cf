package sim

import (
	"encoding/json"
	"slices"
	"time"
)

// Stats are the books of a service: what was asked of it and what it would have been paid for.
type Stats struct {
	Now          time.Time                 `json:"now"`
	Created      int                       `json:"tasks_created"` // ever, erased ones too
	Calls        map[string]int            `json:"calls"`         // by operation: create, get, list, delete, video, last_frame
	ByStatus     map[string]int            `json:"by_status"`
	ByLabel      map[string]map[string]int `json:"by_label"` // label → status → tasks
	BilledTokens int64                     `json:"billed_tokens"`
	MaxRunning   int                       `json:"max_running"` // at one moment, all models together
	MaxByModel   map[string]int            `json:"max_running_by_model"`
	Running      int                       `json:"running"`
	Queued       int                       `json:"queued"`
	Tasks        []Entry                   `json:"tasks"` // in the order they were created
}

// Entry is a task's line in the books.
type Entry struct {
	ID         string    `json:"id"`
	Label      string    `json:"label"`
	Model      string    `json:"model"` // as it was asked for
	Status     string    `json:"status"`
	Resolution string    `json:"resolution"`
	Ratio      string    `json:"ratio"`
	Frames     int       `json:"frames"`
	Seed       int64     `json:"seed"`
	Expires    int       `json:"execution_expires_after"`
	Continues  bool      `json:"continues"` // it had a first frame
	Draft      bool      `json:"draft"`
	Tokens     int64     `json:"tokens"` // billed; 0 unless it succeeded
	Created    time.Time `json:"created"`
	Updated    time.Time `json:"updated"`
	Videos     int       `json:"videos"`      // downloads of its clip, whatever came of them
	LastFrames int       `json:"last_frames"` // and of its last frame

	// What was asked, exactly as it came, for whoever compares it with what should have been.
	Client   string                     `json:"client_request_id"`
	Prompt   string                     `json:"prompt"`
	Pictures []Picture                  `json:"pictures,omitempty"`
	Source   string                     `json:"draft_task,omitempty"` // the draft that it is the final clip of
	Fields   map[string]json.RawMessage `json:"fields"`               // of the create body, all but content

	number int
}

// Picture is one that came with a request: in its body, or behind a URL of the service's own.
type Picture struct {
	Role   string `json:"role"` // first_frame, last_frame, reference_image
	Digest string `json:"sha256"`
}

// books are guarded by the service's mutex.
type books struct {
	entries    []*Entry
	calls      map[string]int
	maxRunning int
	maxByModel map[string]int
}

func newBooks() books { return books{calls: map[string]int{}, maxByModel: map[string]int{}} }

func (b *books) called(op string) { b.calls[op]++ }

// open begins a task's line.
func (b *books) open(t *task, c *call, came []Picture) {
	t.entry = &Entry{
		Client: printable(c.http.Header.Get("X-Client-Request-Id")), Prompt: c.create.prompt(), Pictures: came,
		Source: t.draftTask, Fields: c.create.fields,
		ID: t.id, Label: t.label, Model: t.modelID, Resolution: t.resolution, Ratio: t.ratio, Frames: t.frames,
		Seed: t.seed, Expires: t.expires, Draft: t.draft, Created: t.created, number: len(b.entries),
		Continues: slices.ContainsFunc(t.inputs, func(i input) bool { return i.role == roleFirst }),
	}
	b.entries = append(b.entries, t.entry)
}

// note keeps a task's line up to date.
func (b *books) note(t *task) {
	t.entry.Status, t.entry.Updated, t.entry.Tokens = string(t.status), t.updated, t.tokens
}

// loaded notes a download.
func (b *books) loaded(t *task, op string) {
	b.called(op)
	if op == opVideo {
		t.entry.Videos++
	} else {
		t.entry.LastFrames++
	}
}

// ran notes how many tasks run.
func (b *books) ran(groups map[string]*group) {
	all, by := 0, map[string]int{}
	for _, g := range groups {
		all += g.running
		by[g.model] += g.running
	}
	b.maxRunning = max(b.maxRunning, all)
	for model, n := range by {
		b.maxByModel[model] = max(b.maxByModel[model], n)
	}
}

// Stats are the books as they stand.
func (s *Service) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	v := Stats{
		Now: s.now(), Created: len(s.books.entries), Calls: map[string]int{}, ByStatus: map[string]int{},
		ByLabel: map[string]map[string]int{}, MaxRunning: s.books.maxRunning, MaxByModel: map[string]int{}, Tasks: []Entry{},
	}
	for op, n := range s.books.calls {
		v.Calls[op] = n
	}
	for model, n := range s.books.maxByModel {
		v.MaxByModel[model] = n
	}
	for _, g := range s.groups {
		v.Running += g.running
		v.Queued += len(g.queue)
	}
	for _, e := range s.books.entries {
		v.Tasks = append(v.Tasks, *e)
		v.ByStatus[e.Status]++
		v.BilledTokens += e.Tokens
		if v.ByLabel[e.Label] == nil {
			v.ByLabel[e.Label] = map[string]int{}
		}
		v.ByLabel[e.Label][e.Status]++
	}
	return v
}
