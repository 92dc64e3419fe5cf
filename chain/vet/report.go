package vet

import (
	"cmp"
	"slices"
	"time"
)

// Report is what was found, and of what. It holds no key and no signed URL.
type Report struct {
	Schema    int       `json:"schema,omitempty"` // 1
	Date      time.Time `json:"date"`
	Program   string    `json:"program"` // version
	FFmpeg    string    `json:"ffmpeg,omitempty"`
	Catalogue string    `json:"catalogue,omitempty"` // its date
	Subject   Subject   `json:"subject"`

	Lines    []LineVerdict `json:"checklist"`
	Findings []Finding     `json:"findings"`
	Clips    []Print       `json:"clips,omitempty"`           // for later reports: the same clip again, retention later
	Micros   int64         `json:"micros_of_clips,omitempty"` // what the probes' clips cost, in millionths of the service's currency
	Notes    []string      `json:"notes,omitempty"`
	Doubts   []string      `json:"unclear_bills,omitempty"` // probes of which nobody knows whether they were bought
}

// Subject is what was vetted: a service, or a file.
type Subject struct {
	Provider  string `json:"provider,omitempty"`
	Base      string `json:"base,omitempty"` // URL, without query
	Simulated bool   `json:"simulated,omitempty"`
	File      string `json:"file,omitempty"`
	Model     string `json:"model,omitempty"` // the id that was asked for
	Claims    Claims `json:"claims"`
}

// LineVerdict is what is known of one line of the checklist.
type LineVerdict struct {
	Line    Line    `json:"line"`
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why"`
	Open    string  `json:"open,omitempty"` // what stays open whatever is found
}

// Print is what a later report compares a clip with.
type Print struct {
	Probe      string    `json:"probe,omitempty"`
	Task       string    `json:"task,omitempty"`
	Digest     string    `json:"sha256"`
	Perceptual []string  `json:"perceptual,omitempty"` // hex, of frames at fixed places
	LogIDs     []string  `json:"log_ids,omitempty"`
	Link       *Lifetime `json:"link,omitempty"`
}

// rules say what proves a line: all of these checks. Nothing proves one without.
var rules = map[Line]struct {
	proven []string
	open   string
}{
	ModelID: {[]string{"model_size", "F5"},
		"a fast or mini model sold as the full one: without its provenance only price and limits tell"},
	Sound:     {[]string{"sound", "sound_off"}, "whether it is made in one pass with the picture"},
	Retention: {[]string{"retention_later"}, ""},
	Billing:   {[]string{"balance"}, "services that tell no balance"},
	Contract:  {[]string{"trace", "terminal", "F1"}, "delivery under load"},
	Terms:     {nil, "always at most claimed: a refused face shows only that a filter exists"},
}

// Conclude gives every line its verdict from the findings that it has.
func (r *Report) Conclude() {
	r.Schema, r.Lines = 1, nil
	for _, l := range lines {
		r.Lines = append(r.Lines, r.conclude(l))
	}
}

func (r *Report) conclude(l Line) LineVerdict {
	v := LineVerdict{Line: l, Verdict: NotTested, Why: "nothing was found out", Open: rules[l].open}
	need := slices.Clone(rules[l].proven)
	var first [2]string // the first words of each kind: claimed or proven, not tested
	for _, f := range r.Findings {
		switch {
		case f.Line != l:
		case f.Verdict == Refuted:
			v.Verdict, v.Why = Refuted, f.Found
			return v
		case f.Verdict == NotTested:
			first[1] = cmp.Or(first[1], f.Found)
		default:
			first[0] = cmp.Or(first[0], f.Found)
			if f.Verdict == Proven {
				need = slices.DeleteFunc(need, func(n string) bool { return n == f.Check })
			}
		}
	}
	switch {
	case first[0] != "" && len(need) == 0 && len(rules[l].proven) > 0:
		v.Verdict, v.Why = Proven, first[0]
	case first[0] != "":
		v.Verdict, v.Why = Claimed, first[0]
	case first[1] != "":
		v.Why = first[1]
	}
	return v
}

// Put adds a finding in place of an earlier one of the same check and probe.
func (r *Report) Put(f Finding) {
	r.Findings = slices.DeleteFunc(r.Findings,
		func(old Finding) bool { return old.Check == f.Check && old.Probe == f.Probe })
	r.Findings = append(r.Findings, f)
}

// Refuted reports whether anything is.
func (r *Report) Refuted() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Verdict == Refuted })
}

// Unclear reports whether a probe may have been bought, and nobody knows.
func (r *Report) Unclear() bool { return len(r.Doubts) > 0 }
