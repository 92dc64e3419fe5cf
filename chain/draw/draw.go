// Package draw writes a graph of takes as text, Mermaid, Graphviz or JSON.
package draw

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"shotchain/chain/graph"
	"shotchain/internal/say"
)

// Forms are those that Write knows.
var Forms = []string{"text", "mermaid", "dot", "json"}

// Write draws the graph as a tree to read in a terminal (text), as a diagram for Mermaid or Graphviz (dot), or as
// JSON. Whatever a storyboard's texts hold, it stays text.
func Write(w io.Writer, g *graph.Graph, form string) error {
	switch form {
	case "text":
		return text(w, g)
	case "mermaid":
		return mermaid(w, g)
	case "dot":
		return dot(w, g)
	case "json":
		return asJSON(w, g)
	}
	return fmt.Errorf("a graph is drawn as %s, not as %q", strings.Join(Forms, ", "), form)
}

// summary is what a node says below its name.
func summary(t *graph.Take) string {
	return fmt.Sprintf("%d s, %s %s", t.Seconds, t.Model.Alias, t.Request.Resolution)
}

// opens says what a take that grows from no other one opens on, "" for its prompt alone.
func opens(g *graph.Graph, t *graph.Take) string {
	still := t.Shot.FirstFrame
	if t.From != nil || still == nil {
		return ""
	}
	switch {
	case still.Of != "":
		return say.Clean(still.Of)
	case still.URL != "":
		return say.Clean(still.URL)
	}
	if rel, err := filepath.Rel(g.Film.Dir, still.Path); err == nil {
		return say.Clean(filepath.ToSlash(rel))
	}
	return say.Clean(still.Path)
}

// at says where in the clip before it a take begins, "" at its end.
func at(t *graph.Take) string {
	if t.From == nil || t.At == 0 {
		return ""
	}
	return t.Shot.At.Value.String()
}

// ends says what a take is to end on, "" for nothing.
func ends(g *graph.Graph, t *graph.Take) string {
	switch still := t.Ending; {
	case t.Shot.To != "":
		return "the first frame of " + t.Shot.To
	case still == nil:
		return ""
	case still.URL != "":
		return say.Clean(still.URL)
	default:
		if rel, err := filepath.Rel(g.Film.Dir, still.Path); err == nil {
			return say.Clean(filepath.ToSlash(rel))
		}
		return say.Clean(still.Path)
	}
}

// grown are the takes that start from a frame of this one.
func grown(t *graph.Take) (all []*graph.Take) {
	for _, next := range t.Grows {
		if next.From == t {
			all = append(all, next)
		}
	}
	return all
}

// also names the further shots that use a take.
func also(t *graph.Take) (names []string) {
	for _, s := range t.Also {
		names = append(names, s.Name())
	}
	return names
}

// text shows chains as lists and branches as steps to the right, so that a long chain stays narrow.
func text(w io.Writer, g *graph.Graph) error {
	var b strings.Builder
	if title := strings.TrimSpace(say.Clean(g.Film.Title)); title != "" {
		b.WriteString(title + "\n")
	}
	for _, t := range g.Roots() {
		b.WriteString("\n")
		drawChain(g, &b, t, "", "● ")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// drawChain writes a take and what grows from it. mark leads its own line, indent those below it.
func drawChain(g *graph.Graph, b *strings.Builder, t *graph.Take, indent, mark string) {
	var next []*graph.Take
	for {
		fmt.Fprintf(b, "%s%s%s  (%s%s%s%s)\n", indent, mark, strings.Join(append([]string{t.Name()}, also(t)...), " = "),
			summary(t), prefixed("; opens on ", opens(g, t)), prefixed("; at ", at(t)), prefixed("; ends on ", ends(g, t)))
		if next = grown(t); len(next) != 1 {
			break
		}
		t, indent, mark = next[0], below(indent, mark), "→ "
	}
	indent = below(indent, mark)
	for i, t := range next {
		if i < len(next)-1 {
			drawChain(g, b, t, indent, "├ ")
		} else {
			drawChain(g, b, t, indent, "└ ")
		}
	}
}

// below is the indent of what stands under a line.
func below(indent, mark string) string {
	switch mark {
	case "├ ":
		return indent + "│ "
	case "└ ":
		return indent + "  "
	}
	return indent
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// mermaidText escapes what Mermaid reads in a quoted label.
var mermaidText = strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;", "&", "#amp;")

func mermaid(w io.Writer, g *graph.Graph) error {
	var b strings.Builder
	if title := strings.TrimSpace(say.Clean(g.Film.Title)); title != "" {
		fmt.Fprintf(&b, "---\ntitle: %s\n---\n", quoted(title))
	}
	b.WriteString("flowchart LR\n")
	for _, t := range g.Takes {
		fmt.Fprintf(&b, "  t%d[\"%s<br>%s\"]\n", t.Index,
			mermaidText.Replace(strings.Join(append([]string{t.Name()}, also(t)...), " = ")), mermaidText.Replace(summary(t)))
		if still := opens(g, t); still != "" {
			fmt.Fprintf(&b, "  s%d([\"%s\"]) -.-> t%d\n", t.Index, mermaidText.Replace(still), t.Index)
		}
	}
	for _, t := range g.Takes {
		switch {
		case at(t) != "":
			fmt.Fprintf(&b, "  t%d -- \"at %s\" --> t%d\n", t.From.Index, at(t), t.Index)
		case t.From != nil:
			fmt.Fprintf(&b, "  t%d --> t%d\n", t.From.Index, t.Index)
		}
		if t.To != nil {
			fmt.Fprintf(&b, "  t%d -. ends .-> t%d\n", t.To.Index, t.Index)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// quoted is a text as YAML and JSON read it alike.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return string(b)
}

// dotText escapes what Graphviz reads in a quoted label.
var dotText = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func dot(w io.Writer, g *graph.Graph) error {
	var b strings.Builder
	b.WriteString("digraph film {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n")
	if title := strings.TrimSpace(say.Clean(g.Film.Title)); title != "" {
		fmt.Fprintf(&b, "  label=\"%s\";\n", dotText.Replace(title))
	}
	for _, t := range g.Takes {
		fmt.Fprintf(&b, "  t%d [label=\"%s\\n%s\"];\n", t.Index,
			dotText.Replace(strings.Join(append([]string{t.Name()}, also(t)...), " = ")), dotText.Replace(summary(t)))
		if still := opens(g, t); still != "" {
			fmt.Fprintf(&b, "  s%d [label=\"%s\", shape=note];\n  s%d -> t%d [style=dashed];\n", t.Index, dotText.Replace(still),
				t.Index, t.Index)
		}
	}
	for _, t := range g.Takes {
		switch {
		case at(t) != "":
			fmt.Fprintf(&b, "  t%d -> t%d [label=\"at %s\"];\n", t.From.Index, t.Index, at(t))
		case t.From != nil:
			fmt.Fprintf(&b, "  t%d -> t%d;\n", t.From.Index, t.Index)
		}
		if t.To != nil {
			fmt.Fprintf(&b, "  t%d -> t%d [style=dotted, label=\"ends\"];\n", t.To.Index, t.Index)
		}
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// drawnTake is a node of the graph in JSON. Shots are named in full.
type drawnTake struct {
	Shot       string   `json:"shot"`
	Also       []string `json:"also,omitempty"`        // further shots that use the same take
	From       string   `json:"from,omitempty"`        // the shot that it grows from
	At         string   `json:"at,omitempty"`          // the moment of its clip, where that is not its end
	FirstFrame string   `json:"first_frame,omitempty"` // the still that it opens on
	Ends       string   `json:"ends,omitempty"`        // what it ends on, in words
	Model      string   `json:"model"`
	Resolution string   `json:"resolution"`
	Seconds    int      `json:"seconds"`
}

func asJSON(w io.Writer, g *graph.Graph) error {
	type drawing struct {
		Title string      `json:"title,omitempty"`
		Takes []drawnTake `json:"takes"`
	}
	d := drawing{Title: g.Film.Title, Takes: []drawnTake{}}
	for _, t := range g.Takes {
		n := drawnTake{Shot: t.Name(), Also: also(t), At: at(t), FirstFrame: opens(g, t), Ends: ends(g, t),
			Model:      t.Model.Alias,
			Resolution: t.Request.Resolution, Seconds: t.Seconds}
		if t.From != nil {
			n.From = t.From.Name()
		}
		d.Takes = append(d.Takes, n)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(d)
}
