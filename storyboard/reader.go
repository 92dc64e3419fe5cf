package storyboard

// One reading of a file: mappings, lists and keys against the table, and the problems that are found.

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"gopkg.in/yaml.v3"

	"shotchain/internal/say"
)

// Limits of one reading.
const (
	maxProblems = 100        // that are reported
	maxFindings = 10_000     // that are looked for; reading stops there
	maxVisits   = 1_000_000  // of nodes: aliases can name a node any number of times
	maxVersed   = 20_000_000 // of nodes, in all variants together: some 10 s
)

// stopEvery is how many visits lie between two looks at whether anybody still wants the answer.
const stopEvery = 1000

// finding is a problem as it is found. Its hint is worked out only when it is reported: suggestions are costly.
type finding struct {
	at      Pos
	message string
	hint    func() string // nil for none
}

// advise is a hint that needs no working out.
func advise(hint string) func() string { return func() string { return hint } }

// reader is one reading of a storyboard. Not for use by more than one goroutine.
type reader struct {
	*source
	vars   *vars
	stills *stills
	texts  map[textOf]reading
	found  []finding
	visits int
	takes  int  // of the film, or of its variants so far
	halted bool // a limit was reached: nothing more is read or reported

	unread map[string]bool // keys that something is wrong with, anywhere in the film

	done    <-chan struct{}
	stopped bool // by done

	cast   map[string]*Member // by name; nil for a film without
	places map[string]*Member // the locations, likewise
	as     *variant           // that the film is read as, nil for none

}

// textOf names an anchored scalar read as a key; it is read once however many aliases there are.
type textOf struct {
	node *yaml.Node
	key  *key
}

type reading struct {
	value value
	ok    bool
}

// report notes a problem at a place.
func (r *reader) report(at Pos, hint func() string, format string, args ...any) {
	if r.halted {
		return
	}
	r.found = append(r.found, finding{at: at, message: fmt.Sprintf(format, args...), hint: hint})
	if len(r.found) >= maxFindings {
		r.halted = true
	}
}

// spoil notes that a key of the film was written but could not be read: what it leaves unsaid is no finding.
func (r *reader) spoil(key string) {
	if r.unread == nil {
		r.unread = map[string]bool{}
	}
	r.unread[key] = true
}

// problems puts the findings into file order, drops what was found twice through aliases, and cuts the list.
func (s *source) problems(found []finding) error {
	if len(found) == 0 {
		return nil
	}
	sort.SliceStable(found, func(i, j int) bool {
		a, b := found[i].at, found[j].at
		return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
	})
	seen := map[string]bool{}
	var out Problems
	more := 0
	for _, f := range found {
		id := fmt.Sprintf("%d:%d:%s", f.at.Line, f.at.Column, f.message)
		if seen[id] {
			continue
		}
		seen[id] = true
		if len(out) == maxProblems {
			more++
			continue
		}
		out = append(out, s.problem(f))
	}
	if more > 0 {
		last := out[len(out)-1]
		out = append(out,
			Problem{File: last.File, Pos: last.Pos, Message: fmt.Sprintf("and %d more problems from here on", more)})
	}
	return out
}

func (s *source) problem(f finding) Problem {
	p := Problem{Message: say.Clean(f.message), Source: s.line(f.at)}
	p.File, p.Pos = s.at(f.at)
	if f.hint != nil {
		p.Hint = say.Clean(f.hint())
	}
	if slip, ok := s.slip(f.at.Line, true); ok && p.Hint == "" {
		p.Hint = say.Clean(slip.message + ": " + slip.hint())
	}
	return p
}

// stop reports whether the reading is to end, and ends it.
func (r *reader) stop() bool {
	select {
	case <-r.done:
		r.halted, r.stopped = true, true
	default:
	}
	return r.halted
}

// position is where a node was written.
func position(n *yaml.Node) Pos { return Pos{n.Line, n.Column} }

// visit follows an alias and counts: however a file's aliases multiply it, no more than maxVisits nodes are read.
func (r *reader) visit(n *yaml.Node) (*yaml.Node, bool) {
	if r.halted {
		return nil, false
	}
	if r.visits++; r.visits%stopEvery == 0 && r.stop() {
		return nil, false
	}
	if r.visits > maxVisits {
		r.report(position(n), nil, "aliases make the film too large to read")
		r.halted = true
		return nil, false
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Style&yaml.TaggedStyle != 0 && n.Tag != "!!str" {
		r.report(position(n), nil, "the tag %s is not supported", quote(n.Tag))
		return nil, false
	}
	return n, true
}

// field is one entry of a mapping.
type field struct {
	key   *key
	name  *yaml.Node
	value *yaml.Node
}

// fields are a mapping's known keys in file order.
type fields []field

func (fs fields) get(name string) (field, bool) {
	for _, f := range fs {
		if f.key.name == name {
			return f, true
		}
	}
	return field{}, false
}

func (fs fields) has(name string) bool {
	_, ok := fs.get(name)
	return ok
}

// mapping reads a node as the mapping of a place and refuses every key that does not belong there.
func (r *reader) mapping(n *yaml.Node, in place) (fields, Pos, bool) {
	n, ok := r.visit(n)
	if !ok {
		return nil, Pos{}, false
	}
	switch {
	case isNull(n):
		r.report(position(n), nil, "%s is empty", placeNames[in])
		return nil, Pos{}, false
	case n.Kind != yaml.MappingNode:
		r.report(position(n), nil, "%s must be a mapping of keys to values", placeNames[in])
		return nil, Pos{}, false
	}
	var fs fields
	var strange []string // names that mean no key here
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, ok := r.visit(n.Content[i])
		if !ok {
			continue
		}
		k := r.key(name, in)
		if k == nil {
			strange = append(strange, name.Value, meant(name.Value))
			continue
		}
		if old, dup := fs.get(k.name); dup {
			r.report(position(name), nil, "`%s` is written twice, first at %s", k.name, r.lineOf(position(old.name)))
			continue
		}
		if k.required && isNull(n.Content[i+1]) {
			r.report(position(name), nil, "`%s` is empty", k.name)
			fs = append(fs, field{k, name, nil})
			continue
		}
		fs = append(fs, field{k, name, n.Content[i+1]})
	}
	r.missing(fs, position(n), strange, in)
	return fs, position(n), true
}

// missing reports the keys that a mapping lacks, save one that is there under a slip of the pen.
func (r *reader) missing(fs fields, at Pos, strange []string, in place) {
	for _, k := range language {
		if !k.required || k.in&in == 0 || r.halted {
			continue
		}
		if in == inShot && k.name == "prompt" && (fs.has("clip") || fs.has("action")) {
			continue
		}
		if _, there := fs.get(k.name); !there && !slices.Contains(strange, k.name) && say.Nearest(k.name, strange[:min(len(strange), maxProblems)]) == "" {
			r.report(at, nil, "%s needs `%s`", placeNames[in], k.name)
		}
	}
}

// key finds the key that a mapping's name means, or says why it means none.
func (r *reader) key(n *yaml.Node, in place) *key {
	if n.Kind != yaml.ScalarNode {
		r.report(position(n), nil, "a key must be text")
		return nil
	}
	name := n.Value
	if k := vocabulary[in][name]; k != nil {
		return k
	}
	switch home := homes(name); {
	case name == "<<":
		r.report(position(n), advise("write the keys out; an alias (`*name`) may stand for a whole value"),
			"merge keys (`<<`) are not supported")
	case home != 0:
		r.spoil(name)
		r.report(position(n), advise(homeHint(name, home, in)), "`%s` does not belong %s", name, whereNames[in])
	default:
		r.spoil(say.Nearest(name, keyNames(in)))
		hint := didYouMean(name, func() []string { return keyNames(in) })
		if said := cmp.Or(wordFor(name, in), r.loose(n)); said != "" {
			hint = advise(said)
		}
		r.report(position(n), hint, "unknown key %s", quote(name))
	}
	return nil
}

// homeHint says where a misplaced key belongs.
func homeHint(name string, home, in place) string {
	switch {
	case name == "color" && in == inSeam:
		return "here it is `colour`"
	case name == "look":
		return "write its keys directly here"
	case home&inherited == inherited:
		return "put it under `look`"
	case home == inLook:
		return "it belongs under `look`, for the whole film"
	case home == inVariants:
		return "it belongs under `variants`"
	case home&inFilm != 0:
		return "it belongs at the top of the file"
	case home&inFrom != 0 && in == inShot:
		return "it belongs under `from`: { shot: …, at: -5f }"
	case home&inCamera != 0 && in == inShot:
		return "it belongs in `camera`"
	case home&inScene != 0:
		return "it belongs in a scene, under `scenes`"
	case home&inShot != 0:
		return "it belongs in a shot, under `shots`"
	case home&inCut != 0:
		return "it belongs in a cut, under `cuts`"
	}
	return "it belongs " + whereNames[home&-home]
}

// list reads a node as a list.
func (r *reader) list(f field) []*yaml.Node {
	if f.value == nil {
		return nil
	}
	n, ok := r.visit(f.value)
	switch {
	case !ok:
		return nil
	case n.Kind != yaml.SequenceNode:
		r.report(position(n), advise(f.key.itemHint()), "`%s` must be a list", f.key.name)
		return nil
	case len(n.Content) == 0:
		r.report(position(n), nil, "`%s` is empty", f.key.name)
	}
	return n.Content
}

// itemHint says how an item of a list begins.
func (k *key) itemHint() string {
	switch k.kind {
	case pictures:
		return "write [still.png, …]"
	case members:
		return "write [name, …]"
	case cases:
		return "begin each item with `- `"
	}
	first := firstKey(k.of).name
	for _, other := range language {
		if other.in&k.of != 0 && other.required {
			first = other.name
			break
		}
	}
	if k.kind == lines {
		return "write `[…]`, or begin each item with `- `"
	}
	return "begin each item with `- " + first + ": …`"
}

// firstKey is the one that stands for the whole of an item that is written as a plain value.
func firstKey(in place) *key {
	for _, k := range language {
		if k.in&in != 0 {
			return k
		}
	}
	return nil
}

// quote shows a stranger's word in a message, cut to a length that can be read.
func quote(word string) string {
	const most = 60
	if r := []rune(word); len(r) > most {
		word = string(r[:most]) + "…"
	}
	return "`" + word + "`"
}

// didYouMean is the hint that names the nearest of some candidates.
func didYouMean(word string, candidates func() []string) func() string {
	return func() string {
		return say.DidYouMean(word, candidates(), "")
	}
}
