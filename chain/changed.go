package chain

import (
	"encoding/json"
	"fmt"
	"strings"

	"shotchain/chain/store"
)

// asked is the request as it is recorded: what a person reads, and what a later plan compares with.
func (t *Take) asked(first string) json.RawMessage {
	r := t.Request
	if first != "" {
		f := Frame{Digest: first}
		if r.FirstFrame != nil {
			f = *r.FirstFrame
		}
		r.FirstFrame = &f
	}
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings, numbers and booleans always marshal
	}
	return b
}

// changed says in what the shot differs from what it asked for when it was last used.
func (p *Plan) changed(t *Take, first string, was *store.Film) string {
	used, ok := was.Shots[t.Name()]
	if !ok {
		return "never made"
	}
	var before, now map[string]any
	if json.Unmarshal(used.Asked, &before) != nil || json.Unmarshal(t.asked(first), &now) != nil {
		return "never made"
	}
	var changes []string
	for _, f := range askedFields {
		if a, b := said(before[f.name]), said(now[f.name]); a != b {
			changes = append(changes, f.change(a, b))
		}
	}
	if len(changes) == 0 {
		return "its clip is not in this store"
	}
	return strings.Join(changes, ", ")
}

// field is a recorded field as a person knows it.
type field struct {
	name, word string
	long       bool // too long to quote
}

// askedFields are those that shape the clip, in the order in which a change is told.
var askedFields = []field{
	{"prompt", "prompt", true}, {"first_frame", "first frame", true}, {"last_frame", "last frame", true},
	{"references", "references", true}, {"model", "model", false}, {"resolution", "resolution", false},
	{"ratio", "ratio", false}, {"duration", "duration", false}, {"seed", "seed", false}, {"audio", "audio", false},
	{"camera_fixed", "camera_fixed", false}, {"watermark", "watermark", false},
}

func (f field) change(before, now string) string {
	if f.long {
		return f.word + " changed"
	}
	return fmt.Sprintf("%s changed: %s → %s", f.word, before, now)
}

// said is a value as text; frames count as their digest.
func said(v any) string {
	switch v := v.(type) {
	case nil:
		return "unset"
	case map[string]any:
		return fmt.Sprint(v["digest"], v["web"])
	}
	return fmt.Sprint(v)
}
