package chain

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"shotchain/internal/say"
)

// Drawings are the forms in which Draw shows a graph.
var Drawings = []string{"text", "mermaid", "dot", "json"}

// Draw writes the graph as a tree to read in a terminal (text), as a diagram for Mermaid or Graphviz (dot), or as
// JSON. Whatever a storyboard's texts hold, it stays text.
func (g *Graph) Draw(w io.Writer, form string) error {
	switch form {
	case "text":
		return g.drawText(w)
	case "mermaid":
		return g.drawMermaid(w)
	case "dot":
		return g.drawDot(w)
	case "json":
		return g.drawJSON(w)
	}
	return fmt.Errorf("a graph is drawn as %s, not as %q", strings.Join(Drawings, ", "), form)
}

// summary is what a node says below its name.
func (t *Take) summary() string {
	return fmt.Sprintf("%d s, %s %s", t.Seconds, t.Model.Alias, t.Request.Resolution)
}

// opens says what a take that grows from no other one opens on, "" for its prompt alone.
func (g *Graph) opens(t *Take) string {
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
func (t *Take) at() string {
	if t.From == nil || t.At == 0 {
		return ""
	}
	return t.Shot.At.Value.String()
}

// ends says what a take is to end on, "" for nothing.
func (g *Graph) ends(t *Take) string {
	switch still := t.ending; {
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
func (t *Take) grown() (all []*Take) {
	for _, next := range t.Grows {
		if next.From == t {
			all = append(all, next)
		}
	}
	return all
}

// also names the further shots that use a take.
func (t *Take) also() (names []string) {
	for _, s := range t.Also {
		names = append(names, s.Name())
	}
	return names
}

// drawText shows chains as lists and branches as steps to the right, so that a long chain stays narrow.
func (g *Graph) drawText(w io.Writer) error {
	var b strings.Builder
	if title := strings.TrimSpace(say.Clean(g.Film.Title)); title != "" {
		b.WriteString(title + "\n")
	}
	for _, t := range g.roots() {
		b.WriteString("\n")
		g.drawChain(&b, t, "", "● ")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// drawChain writes a take and what grows from it. mark leads its own line, indent those below it.
func (g *Graph) drawChain(b *strings.Builder, t *Take, indent, mark string) {
	var grown []*Take
	for {
		fmt.Fprintf(b, "%s%s%s  (%s%s%s%s)\n", indent, mark, strings.Join(append([]string{t.Name()}, t.also()...), " = "),
			t.summary(), prefixed("; opens on ", g.opens(t)), prefixed("; at ", t.at()), prefixed("; ends on ", g.ends(t)))
		if grown = t.grown(); len(grown) != 1 {
			break
		}
		t, indent, mark = grown[0], below(indent, mark), "→ "
	}
	indent = below(indent, mark)
	for i, next := range grown {
		if i < len(grown)-1 {
			g.drawChain(b, next, indent, "├ ")
		} else {
			g.drawChain(b, next, indent, "└ ")
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

func (g *Graph) drawMermaid(w io.Writer) error {
	var b strings.Builder
	if title := strings.TrimSpace(say.Clean(g.Film.Title)); title != "" {
		fmt.Fprintf(&b, "---\ntitle: %s\n---\n", quoted(title))
	}
	b.WriteString("flowchart LR\n")
	for _, t := range g.Takes {
		fmt.Fprintf(&b, "  t%d[\"%s<br>%s\"]\n", t.Index, mermaidText.Replace(strings.Join(append([]string{t.Name()}, t.also()...), " = ")), mermaidText.Replace(t.summary()))
		if still := g.opens(t); still != "" {
			fmt.Fprintf(&b, "  s%d([\"%s\"]) -.-> t%d\n", t.Index, mermaidText.Replace(still), t.Index)
		}
	}
	for _, t := range g.Takes {
		switch {
		case t.at() != "":
			fmt.Fprintf(&b, "  t%d -- \"at %s\" --> t%d\n", t.From.Index, t.at(), t.Index)
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

func (g *Graph) drawDot(w io.Writer) error {
	var b strings.Builder
	b.WriteString("digraph film {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n")
	if title := strings.TrimSpace(say.Clean(g.Film.Title)); title != "" {
		fmt.Fprintf(&b, "  label=\"%s\";\n", dotText.Replace(title))
	}
	for _, t := range g.Takes {
		fmt.Fprintf(&b, "  t%d [label=\"%s\\n%s\"];\n", t.Index, dotText.Replace(strings.Join(append([]string{t.Name()}, t.also()...), " = ")), dotText.Replace(t.summary()))
		if still := g.opens(t); still != "" {
			fmt.Fprintf(&b, "  s%d [label=\"%s\", shape=note];\n  s%d -> t%d [style=dashed];\n", t.Index, dotText.Replace(still), t.Index, t.Index)
		}
	}
	for _, t := range g.Takes {
		switch {
		case t.at() != "":
			fmt.Fprintf(&b, "  t%d -> t%d [label=\"at %s\"];\n", t.From.Index, t.Index, t.at())
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

func (g *Graph) drawJSON(w io.Writer) error {
	type drawing struct {
		Title string      `json:"title,omitempty"`
		Takes []drawnTake `json:"takes"`
	}
	d := drawing{Title: g.Film.Title, Takes: []drawnTake{}}
	for _, t := range g.Takes {
		n := drawnTake{Shot: t.Name(), Also: t.also(), At: t.at(), FirstFrame: g.opens(t), Ends: g.ends(t), Model: t.Model.Alias,
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
