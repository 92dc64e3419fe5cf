package store

import (
	"encoding/json"
	"fmt"
	"time"

	"shotchain/chain/money"
)

// Request is request.json: what a take asks for. Written once, before its first attempt.
type Request struct {
	Format     int             `json:"format"`
	Key        string          `json:"key"`
	Provider   string          `json:"provider"` // the namespace that the key was made in
	Film       string          `json:"film,omitempty"`
	Shot       string          `json:"shot"`
	Number     int             `json:"take"`
	Asked      json.RawMessage `json:"request"`               // the provider-neutral request
	First      string          `json:"first_frame,omitempty"` // file of the frozen first frame, in this folder
	Last       string          `json:"end_frame,omitempty"`   // file of the frozen frame that it is to end on
	References []string        `json:"references,omitempty"`  // files of the frozen reference pictures; "" for one on the web

	Frozen map[string]string `json:"frozen,omitempty"` // sha256 of each of those files, hex

	Draft      bool         `json:"draft,omitempty"`
	Worst      money.Amount `json:"at_most"` // what it costs at most
	Tokens     int64        `json:"tokens_at_most"`
	PerMillion int64        `json:"micros_per_million_tokens"` // the price, in Worst's currency
	Expected   float64      `json:"expected_seconds,omitempty"`
	Made       time.Time    `json:"made_at"`
}

// State is how far an attempt has come.
type State string

const (
	Intended  State = "intended"  // about to be sent; or sent, and the answer never seen
	Submitted State = "submitted" // the task exists
	Succeeded State = "succeeded" // the task is finished and billed; the clip is kept once clip.json is there
	Failed    State = "failed"    // the task ended without a clip, or was never made
	Abandoned State = "abandoned" // the user gave up on an attempt whose outcome nobody knows
)

// Attempt is one create call and what became of it.
type Attempt struct {
	Number     int        `json:"number"`
	State      State      `json:"state"`
	Mark       string     `json:"mark,omitempty"` // by which its service finds a lost task again: what, only its provider knows
	IntendedAt time.Time  `json:"intended_at"`
	LostAt     *time.Time `json:"lost_at,omitempty"` // when the answer was given up
	Task       string     `json:"task,omitempty"`
	Handle     string     `json:"handle,omitempty"`   // what its provider needs beside the id; only that reads it, and nobody prints it
	Lapses     time.Time  `json:"lapses_at,omitzero"` // until when its service tells of the task
	RequestID  string     `json:"request_id,omitempty"`
	EndedAt    *time.Time `json:"ended_at,omitempty"`
	Tokens     int64      `json:"tokens,omitempty"`
	Class      string     `json:"class,omitempty"` // of the fault that ended it
	Code       string     `json:"code,omitempty"`
	Message    string     `json:"message,omitempty"`
	Hint       string     `json:"hint,omitempty"` // what the user can do about it

	Billed string       `json:"billed,omitempty"` // of a failed one: "yes", or "unknown"; "" where nothing was
	Cost   money.Amount `json:"cost,omitzero"`    // of a failed one that is billed: what the service says; zero where it does not

	PromotedFrom string `json:"promoted_from,omitempty"` // the task of the draft that it was to make the final clip of

	Fetched *Files `json:"fetched,omitempty"` // what was about to be put in place: files there are those, or spoiled
	Kept    *Clip  `json:"kept,omitempty"`    // the facts of the clip that it made, as in clip.json
}

// Files are those of a take's result.
type Files struct {
	Video     File `json:"video"`
	LastFrame File `json:"last_frame"`
}

// Open reports whether the attempt may still turn into a clip, or into a bill.
func (a Attempt) Open() bool {
	return a.State == Intended || a.State == Submitted || a.State == Succeeded
}

// Lapsed reports whether what the attempt made can no longer be fetched: it was made too long ago. Attempts of format 2
// do not say when: their services told of a task for 7 days, less an hour for clocks.
func (a Attempt) Lapsed(now time.Time) bool {
	lapses := a.Lapses
	if lapses.IsZero() {
		lapses = a.IntendedAt.Add(7*24*time.Hour - time.Hour)
	}
	return a.State == Succeeded && now.After(lapses)
}

// Journal is task.json: all attempts of a take, in order.
type Journal struct {
	Format   int       `json:"format"`
	Attempts []Attempt `json:"attempts"`
}

// Last is the newest attempt, nil where there is none.
func (j *Journal) Last() *Attempt {
	if len(j.Attempts) == 0 {
		return nil
	}
	return &j.Attempts[len(j.Attempts)-1]
}

// File is one kept file of a take.
type File struct {
	Name   string `json:"file"` // in the take's folder
	Digest string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// Clip is clip.json: the facts of a kept take.
type Clip struct {
	Format    int    `json:"format"`
	Key       string `json:"key"`
	Shot      string `json:"shot"`
	Provider  string `json:"provider"`
	Model     string `json:"model"`
	Video     File   `json:"clip"`
	LastFrame File   `json:"last_frame"`
	Decoded   bool   `json:"last_frame_decoded,omitempty"` // taken from the clip: the service gave none, or it was lost
	FrameWas  string `json:"last_frame_was,omitempty"`     // sha256 of the service's own, which was damaged; "" where it was not
	Width     int    `json:"width"`
	Height    int    `json:"height"`
	Frames    int    `json:"frames"`
	Rate      string `json:"frame_rate"` // a ratio, 24/1
	Audio     bool   `json:"audio"`
	Task      string `json:"task"`
	RequestID string `json:"request_id,omitempty"`
	Seed      *int64 `json:"seed,omitempty"`
	Seconds   int    `json:"seconds"`
	Draft     string `json:"draft,omitempty"` // how it was made cheaply; "" for a clip of the film itself

	PromotedFrom string `json:"promoted_from,omitempty"` // the task of the draft that it is the final clip of

	Tokens     int64        `json:"tokens"`
	Cost       money.Amount `json:"cost"`
	CreatedAt  time.Time    `json:"created_at"`  // of the task, by the service's clock
	FinishedAt time.Time    `json:"finished_at"` // of the task, by the service's clock
	KeptAt     time.Time    `json:"kept_at"`
}

func (c *Clip) check(key string) error {
	switch {
	case c.Key != key:
		return fmt.Errorf("%w: clip.json is not this take's", ErrDamaged)
	case !localName(c.Video.Name) || !localName(c.LastFrame.Name):
		return fmt.Errorf("%w: clip.json names a file outside its folder", ErrDamaged)
	case !keyPattern.MatchString(c.Video.Digest) || !keyPattern.MatchString(c.LastFrame.Digest):
		return fmt.Errorf("%w: clip.json lacks a digest", ErrDamaged)
	}
	return nil
}
