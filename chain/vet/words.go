package vet

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Text is the report for a terminal.
func (r *Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s\n\n", r.Subject, r.Date.Format("2006-01-02 15:04 MST"))
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%-30s %-10s  %s\n", l.Line, l.Verdict, l.Why)
	}
	fmt.Fprintf(&b, "\n%-14s %-5s %-10s  %s\n", "CHECK", "PROBE", "VERDICT", "FOUND")
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%-14s %-5s %-10s  %s\n", f.Check, cmp.Or(f.Probe, "-"), f.Verdict, f.Found)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "\n%s\n", n)
	}
	return b.String()
}

// String names what was vetted.
func (s Subject) String() string {
	if s.File != "" {
		return s.File
	}
	name := s.Provider + " at " + s.Base
	if s.Simulated {
		name = "the simulator"
	}
	if s.Model != "" {
		name += ", model " + s.Model
	}
	return name
}

// Markdown is the report as a page, with all its evidence.
func (r *Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s, by shotchain %s, ffmpeg %s, catalogue of %s.\n\n", cell("Vetted: "+r.Subject.String()),
		r.Date.Format(time.RFC3339),
		cell(r.Program), cell(cmp.Or(r.FFmpeg, "none")), cell(cmp.Or(r.Catalogue, "none")))
	b.WriteString(
		"Each line has a verdict of its own; there is none for all of them.\n\n| line | verdict | why | what stays open |\n|---|---|---|---|\n")
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "| %s | **%s** | %s | %s |\n", l.Line, l.Verdict, cell(l.Why), cell(l.Open))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "\n%s\n", cell(n))
	}
	b.WriteString("\n## Evidence\n")
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "\n### %s\n\n**%s** – %s\n", cell(f.Name()), f.Verdict, cell(f.Found))
		if len(f.Evidence) > 0 {
			b.WriteString("\n| | |\n|---|---|\n")
		}
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "| %s | %s |\n", cell(e.Name), cell(e.Value))
		}
	}
	return b.String()
}

// escapes keep a stranger's text from being more than text on a page.
var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "\\|", "`", "\\`", "*", "\\*", "_",
	"\\_", "[", "\\[", "]", "\\]", "\\", "\\\\")

func cell(s string) string { return escapes.Replace(printable(s, maxEvidence)) }
