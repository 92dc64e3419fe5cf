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
	"sort"
	"strings"
	"time"
)

// Run is runs/<time>.json: what one run of a film did. It serves `status`; nothing depends on it.
type Run struct {
	Format   int       `json:"format"`
	Film     string    `json:"film"`
	File     string    `json:"file"` // the storyboard, as the user named it
	Provider string    `json:"provider"`
	Draft    bool      `json:"draft,omitempty"` // of the film as drafts
	Began    time.Time `json:"began_at"`
	Ended    time.Time `json:"ended_at"`
	Bought   int       `json:"bought"`
	Reused   int       `json:"reused"`
	Failed   int       `json:"failed"`
	Spent    Money     `json:"spent"`
	Saved    Money     `json:"saved"` // what the reused clips had cost

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

// PutRun records a run, with what went on in it.
func (s *Store) PutRun(r *Run, events ...RunEvent) error {
	r.Format = Format
	dir := filepath.Join(s.dir, "runs")
	if err := makeDir(dir); err != nil {
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
		if err := WriteFile(filepath.Join(dir, r.name+".events.jsonl"), lines.Bytes()); err != nil {
			return fmt.Errorf("store: %w", err)
		}
	}
	return writeJSON(filepath.Join(dir, r.name+".json"), r)
}

// Runs are the recorded runs, the oldest first. What cannot be read is passed over.
func (s *Store) Runs() []Run {
	names, _ := filepath.Glob(filepath.Join(s.dir, "runs", "*.json"))
	sort.Strings(names)
	var all []Run
	for _, n := range names {
		r := Run{name: strings.TrimSuffix(filepath.Base(n), ".json")}
		if readJSON(n, &r) == nil && r.Format == Format {
			all = append(all, r)
		}
	}
	return all
}

// Events are what went on in a run that Runs told of, in the order in which it was noted; none where nothing was.
// A line that cannot be read ends them.
func (s *Store) Events(r Run) ([]RunEvent, error) {
	f, err := os.Open(filepath.Join(s.dir, "runs", r.name+".events.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer f.Close()
	var all []RunEvent
	for d := json.NewDecoder(f); ; {
		var e RunEvent
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return all, fmt.Errorf("%w: %s: %v", ErrDamaged, filepath.Base(f.Name()), err)
		}
		all = append(all, e)
	}
}
