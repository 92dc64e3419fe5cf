package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"shotchain/chain/money"
	"shotchain/internal/durable"
)

// Run is runs/<time>.json: what one run of a film did. It serves `status`; nothing depends on it.
type Run struct {
	Format   int          `json:"format"`
	Film     string       `json:"film"`
	File     string       `json:"file"` // the storyboard, as the user named it
	Provider string       `json:"provider"`
	Draft    bool         `json:"draft,omitempty"` // of the film as drafts
	Began    time.Time    `json:"began_at"`
	Ended    time.Time    `json:"ended_at"`
	Bought   int          `json:"bought"`
	Reused   int          `json:"reused"`
	Failed   int          `json:"failed"`
	Spent    money.Amount `json:"spent"`
	Saved    money.Amount `json:"saved"`                   // what the reused clips had cost
	Events   string       `json:"events_sha256,omitempty"` // digest of the file of its events, "" for none or before format 2

	name string // of the file, without its end
}

// RunEvent is one line of runs/<time>.events.jsonl: a stage that a take reached, or a step that took some time.
type RunEvent struct {
	At      time.Time `json:"at"`
	Until   time.Time `json:"until,omitzero"`    // of a step
	Step    string    `json:"step,omitempty"`    // what was done; "" for an event of a take
	Shots   []string  `json:"shots,omitempty"`   // that the step was for: full names, with their variant before a colon; none where nobody knows
	Variant string    `json:"variant,omitempty"` // of the take, "" for all
	Shot    string    `json:"shot,omitempty"`    // full name
	Take    int       `json:"take,omitempty"`    // number
	Stage   string    `json:"stage,omitempty"`   // as the run told it
	Task    string    `json:"task,omitempty"`    // the provider's id
	Message string    `json:"message,omitempty"` // the reason
}

// eventsName is the file of a run's events as the store's FS names it.
func (r Run) eventsName() string { return filepath.Join("runs", r.name+".events.jsonl") }

// PutRun records a run, with what went on in it.
func (s *Store) PutRun(r *Run, events ...RunEvent) error {
	r.Format = Format
	if err := durable.MakeDir(s.fs, "runs"); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	r.name = fmt.Sprintf("%s-%d", r.Began.UTC().Format("20060102T150405.000"), os.Getpid())
	if len(events) > 0 {
		var lines bytes.Buffer
		e := json.NewEncoder(&lines)
		for _, ev := range events {
			if err := e.Encode(ev); err != nil {
				return fmt.Errorf("store: %w", err)
			}
		}
		r.Events = digestOf(lines.Bytes())
		if err := durable.WriteFile(s.fs, r.eventsName(), lines.Bytes()); err != nil {
			return fmt.Errorf("store: %w", err)
		}
	}
	return s.writeRecord(filepath.Join("runs", r.name+".json"), r)
}

// Runs are the recorded runs, the oldest first. What cannot be read is passed over.
func (s *Store) Runs() []Run {
	files, _ := s.fs.ReadDir("runs") // in the order of their names, which is that of time
	var all []Run
	for _, f := range files {
		name, ok := strings.CutSuffix(f.Name(), ".json")
		r := Run{name: name}
		if ok && s.readRecord(filepath.Join("runs", f.Name()), maxRecord, &r) == nil {
			all = append(all, r)
		}
	}
	return all
}

// Events are what went on in a run that Runs told of, in the order in which it was noted; none where nothing was.
// A line that cannot be read ends them.
func (s *Store) Events(r Run) ([]RunEvent, error) {
	b, err := durable.ReadFile(s.fs, r.eventsName(), maxEvents)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if r.Events != "" && digestOf(b) != r.Events {
		return nil, fmt.Errorf("%w: %s is not what was written", ErrDamaged, filepath.Base(r.eventsName()))
	}
	var all []RunEvent
	for d := json.NewDecoder(bytes.NewReader(b)); ; {
		var e RunEvent
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return all, fmt.Errorf("%w: %s: %v", ErrDamaged, filepath.Base(r.eventsName()), err)
		}
		all = append(all, e)
	}
}
