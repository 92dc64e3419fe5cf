package vet

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
)

//go:embed page.html
var pageHTML string

// page escapes all that it shows; what a stranger wrote is one line of printable text besides.
var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"line": func(v any) string { return cmp.Or(printable(fmt.Sprint(v), maxEvidence), "none") },
}).Parse(pageHTML))

// Page is the report as a page for a browser, with all its evidence. It loads nothing and runs nothing.
func (r *Report) Page() []byte {
	var b bytes.Buffer
	if err := page.Execute(&b, r); err != nil {
		panic(err) // it is written into memory, by a template that a test executes
	}
	return b.Bytes()
}

// Name is what a finding goes by: its probe, and what was looked at.
func (f Finding) Name() string { return strings.TrimSpace(f.Probe + " " + f.Check) }
