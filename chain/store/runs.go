package store

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"
)

// Run is runs/<time>.json: what one run of a film did. It serves `status`; nothing depends on it.
type Run struct {
	Format   int       `json:"format"`
	Film     string    `json:"film"`
	File     string    `json:"file"` // the storyboard, as the user named it
	Provider string    `json:"provider"`
	Began    time.Time `json:"began_at"`
	Ended    time.Time `json:"ended_at"`
	Bought   int       `json:"bought"`
	Reused   int       `json:"reused"`
	Failed   int       `json:"failed"`
	Spent    Money     `json:"spent"`
	Saved    Money     `json:"saved"` // what the reused clips had cost
}

// PutRun records a run.
func (s *Store) PutRun(r *Run) error {
	r.Format = Format
	dir := filepath.Join(s.dir, "runs")
	if err := makeDir(dir); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	name := fmt.Sprintf("%s-%d.json", r.Began.UTC().Format("20060102T150405.000"), os.Getpid())
	return writeJSON(filepath.Join(dir, name), r)
}

// Runs are the recorded runs, the oldest first. What cannot be read is passed over.
func (s *Store) Runs() []Run {
	names, _ := filepath.Glob(filepath.Join(s.dir, "runs", "*.json"))
	sort.Strings(names)
	var all []Run
	for _, n := range names {
		var r Run
		if readJSON(n, &r) == nil && r.Format == Format {
			all = append(all, r)
		}
	}
	return all
}
