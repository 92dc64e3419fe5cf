package storyboard

// Storyboards in several files: `include`.

import (
	"fmt"
	"path/filepath"
	"slices"

	"gopkg.in/yaml.v3"
)

// maxIncludes is how many files a storyboard may include.
const maxIncludes = 100

// included are the keys that an included file may have, each with how it joins the film's own.
var included = map[string]func(r *reader, own, theirs *yaml.Node) *yaml.Node{
	"vars": (*reader).under, "look": (*reader).under,
	"cast": (*reader).beside, "locations": (*reader).beside,
	"scenes": (*reader).before,
}

// includes lays what the included files say into the film, from the last to the first: settings and variables that
// those before it do not have, their cast and locations beside the film's, their scenes before its own. It gives the
// mapping that results; what was parsed is left as it is, for aliases share it.
func (r *reader) includes(root *yaml.Node) *yaml.Node {
	if root.Kind != yaml.MappingNode {
		return root
	}
	names := r.includeNames(valueNode(root, "include"))
	all := *root
	all.Content = slices.Clone(root.Content)
	for i := len(names) - 1; i >= 0 && !r.halted; i-- {
		if theirs := r.included(names[i]); theirs != nil {
			r.join(&all, theirs)
		}
	}
	return &all
}

// includeNames are the names of the files, each once.
func (r *reader) includeNames(n *yaml.Node) (names []value) {
	if n == nil {
		return nil
	}
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		if items = n.Content; len(items) == 0 {
			r.report(position(n), nil, "`include` is empty")
		}
	}
	one := &key{name: "include", kind: file}
	for _, item := range items {
		v, ok := r.scalar(field{key: one, value: item})
		if !ok {
			continue
		}
		switch i := slices.IndexFunc(names, func(old value) bool { return old.text == v.text }); {
		case i >= 0:
			r.report(v.at, nil, "%s is included twice, first at %s", quote(v.text), r.lineOf(names[i].at))
		case len(names) == maxIncludes:
			r.report(v.at, nil, "a storyboard includes at most %d files", maxIncludes)
			return names
		default:
			names = append(names, v)
		}
	}
	return names
}

// included parses a file and puts its lines behind those that were read before, so that each place is told by one
// number. nil: it is none that can be included, and why was reported.
func (r *reader) included(name value) *yaml.Node {
	raw, problem := r.stills.text(name.text, "save it as UTF-8")
	if problem != nil {
		r.report(name.at, problem.hint, "%s", problem.message)
		return nil
	}
	s, found := newSource(name.text, raw)
	var root *yaml.Node
	if len(found) == 0 {
		root, found = s.document()
	}
	base := r.below(name.text, s.lines)
	for _, f := range found {
		f.at.Line += base
		r.found = append(r.found, f)
	}
	if root == nil {
		return nil
	}
	lower(root, base)
	if root.Kind != yaml.MappingNode {
		r.report(position(root), nil, "an included file must be a mapping of keys to values")
		return nil
	}
	return root
}

// below puts the lines of a file that the storyboard names behind those that were read before, and says how many those
// are.
func (r *reader) below(name string, lines []string) int {
	base := len(r.lines)
	shown := filepath.Join(filepath.Dir(r.file), filepath.FromSlash(name))
	r.parts = append(r.parts, inclusion{shown, name, r.stills.texts[name].path, base})
	r.lines = append(r.lines, lines...)
	return base
}

// lower moves nodes down by some lines.
func lower(n *yaml.Node, by int) {
	n.Line += by
	for _, child := range n.Content {
		lower(child, by)
	}
}

// join lays the keys of an included file into the film's. Keys that nobody knows are the film's to refuse.
func (r *reader) join(film, theirs *yaml.Node) {
	seen := map[string]Pos{}
	for i := 0; i+1 < len(theirs.Content); i += 2 {
		name, value := theirs.Content[i], theirs.Content[i+1]
		if first, twice := seen[name.Value]; twice {
			r.report(position(name), nil, "%s is written twice, first at %s", quote(name.Value), r.lineOf(first))
			continue
		}
		seen[name.Value] = position(name)
		into := included[name.Value]
		at := slices.IndexFunc(film.Content, func(n *yaml.Node) bool { return n.Value == name.Value })
		switch {
		case into == nil && vocabulary[inFilm][name.Value] != nil:
			r.report(position(name), advise("an included file has vars, look, cast, locations and scenes"),
				"`%s` belongs in the storyboard itself", name.Value)
		case into == nil || at < 0 || at%2 != 0:
			film.Content = append(film.Content, name, value)
		default:
			film.Content[at+1] = into(r, film.Content[at+1], value)
		}
	}
}

// under gives a mapping with the other one's entries where it has none of that name.
func (r *reader) under(own, theirs *yaml.Node) *yaml.Node {
	return r.merged(own, theirs, yaml.MappingNode, func(own, theirs []*yaml.Node) []*yaml.Node {
		for i := 0; i+1 < len(theirs); i += 2 {
			if !slices.ContainsFunc(own, func(n *yaml.Node) bool { return n.Value == theirs[i].Value }) {
				own = append(own, theirs[i], theirs[i+1])
			}
		}
		return own
	})
}

// beside gives a mapping with both ones' entries: a name that both have is refused where the mapping is read.
func (r *reader) beside(own, theirs *yaml.Node) *yaml.Node {
	return r.merged(own, theirs, yaml.MappingNode, func(own, theirs []*yaml.Node) []*yaml.Node {
		return append(own, theirs...)
	})
}

// before gives a list that begins with the other one's items.
func (r *reader) before(own, theirs *yaml.Node) *yaml.Node {
	return r.merged(own, theirs, yaml.SequenceNode, func(own, theirs []*yaml.Node) []*yaml.Node {
		return append(slices.Clone(theirs), own...)
	})
}

// merged is a node with the contents of two, where both are of a kind. Else it is the one that is not, which is refused
// where it is read.
func (r *reader) merged(own, theirs *yaml.Node, kind yaml.Kind, content func(own, theirs []*yaml.Node) []*yaml.Node) *yaml.Node {
	own, fine := r.visit(own)
	theirs, also := r.visit(theirs)
	switch {
	case !fine || own.Kind != kind:
		return own
	case !also || theirs.Kind != kind:
		return theirs
	}
	all := *own
	all.Anchor = ""
	all.Content = content(slices.Clone(own.Content), theirs.Content)
	return &all
}

// inclusion is a file whose lines stand behind some others.
type inclusion struct {
	file   string // in messages
	name   string // as the storyboard writes it
	path   string // absolute, without symbolic links
	before int    // how many lines stand before its first
}

// part is the file that a place is in.
func (s *source) part(at Pos) inclusion {
	in := inclusion{file: s.file}
	for _, p := range s.parts {
		if at.Line > p.before {
			in = p
		}
	}
	return in
}

// at is the file of a place, and the place in it.
func (s *source) at(at Pos) (string, Pos) {
	in := s.part(at)
	return in.file, Pos{max(0, at.Line-in.before), at.Column}
}

// Written is the included file that a place is in: its path, and its name as the storyboard writes it. "" for the
// storyboard's own text.
func (sb *Storyboard) Written(at Pos) (path, name string) {
	in := sb.source.part(at)
	return in.path, in.name
}

// Texts are the paths of the text files beside the storyboard that it was read from: included ones, and tables.
func (sb *Storyboard) Texts() []string { return sb.texts }

// lineOf names a line, and its file where that is an included one.
func (s *source) lineOf(at Pos) string {
	file, in := s.at(at)
	if file == s.file {
		return fmt.Sprintf("line %d", in.Line)
	}
	return fmt.Sprintf("line %d of %s", in.Line, file)
}
