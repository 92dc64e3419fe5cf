package chain

import (
	"encoding/json"
	"fmt"
	"strings"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

// asked is the request as it is recorded: what a person reads, and what a later plan compares with.
func asked(t *graph.Take, a graph.Anchors) json.RawMessage {
	r := t.Request
	r.FirstFrame, r.LastFrame = noted(r.FirstFrame, a.First), noted(r.LastFrame, a.Last)
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings, numbers and booleans always marshal
	}
	return b
}

// noted is a picture of a request: the film's own still, or a frame by its name.
func noted(f *provider.Frame, name string) *provider.Frame {
	if name == "" {
		return f
	}
	if f == nil {
		return &provider.Frame{Digest: name}
	}
	still := *f
	return &still
}

// memory is the name under which the store remembers what a use of the take was last.
func memory(u graph.Use, films []*storyboard.Storyboard) string {
	return graph.NameOf(films[u.Film].Variant, u.Shot, u.Number)
}

// memory is that of the take's first use.
func (p *Plan) memory(t *graph.Take) string {
	if len(t.Uses) == 0 {
		return t.Name()
	}
	return memory(t.Uses[0], p.Graph.Films)
}

// changed says in what the shot differs from what it asked for when it was last used: such a take is stale.
func (p *Plan) changed(t *graph.Take, a graph.Anchors, was *store.Film) (Standing, string) {
	used, ok := was.Shots[p.memory(t)]
	if !ok {
		return New, "never made"
	}
	var before, now map[string]any
	if json.Unmarshal(used.Asked, &before) != nil || json.Unmarshal(asked(t, a), &now) != nil {
		return New, "never made"
	}
	var changes []string
	for _, f := range askedFields {
		if a, b := said(before[f.name]), said(now[f.name]); a != b {
			changes = append(changes, f.change(a, b))
		}
	}
	if len(changes) == 0 {
		return New, "its clip is not in this store"
	}
	return Stale, strings.Join(changes, ", ")
}

// field is a recorded field as a person knows it.
type field struct {
	name, word string
	kind       kind
}

// askedFields are those that shape the clip, in the order in which a change is told.
var askedFields = []field{
	{"prompt", "prompt", prose}, {"first_frame", "first frame", picture}, {"last_frame", "last frame", picture},
	{"references", "references", picture}, {"model", "model", value}, {"resolution", "resolution", value},
	{"ratio", "ratio", value}, {"duration", "duration", value}, {"seed", "seed", value}, {"audio", "audio", value},
	{"camera_fixed", "camera_fixed", value}, {"watermark", "watermark", value},
}

// kind is how a change of a field is told.
type kind int

const (
	value   kind = iota // old → new
	prose               // the part that differs, old → new
	picture             // that it changed
)

func (f field) change(before, now string) string {
	switch f.kind {
	case picture:
		return f.word + " changed"
	case prose:
		before, now = differing(before, now)
	}
	return fmt.Sprintf("%s changed: %s → %s", f.word, before, now)
}

// differing cuts two texts down to the words in which they differ, quoted.
func differing(a, b string) (string, string) {
	x, y := strings.Fields(a), strings.Fields(b)
	head := 0
	for head < min(len(x), len(y)) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < min(len(x), len(y))-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	return quoteWords(x, head, tail), quoteWords(y, head, tail)
}

// maxQuote is the number of characters of a change that are told.
const maxQuote = 40

func quoteWords(words []string, head, tail int) string {
	r := []rune(strings.Join(words[head:len(words)-tail], " "))
	if len(r) > maxQuote {
		r = append(r[:maxQuote-1], '…')
	}
	return "\"" + string(r) + "\""
}

// said is a value as text; frames count as their digest.
func said(v any) string {
	switch v := v.(type) {
	case nil:
		return "unset"
	case map[string]any:
		return fmt.Sprint(v["digest"], v["web"], v["fit"])
	}
	return fmt.Sprint(v)
}
