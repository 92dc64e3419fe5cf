package storyboard

// Changes of one key in a storyboard's text that leave all else as it was written.

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// SetPick returns the source of a storyboard with `pick: n` at a shot (its full name, or its id where only one shot
// has it). SetTakes does the same with `takes: n`. Nothing else of the text changes: every comment, blank line, quote
// and line end stays as it is. The error says what to write by hand where the file is written in a way – through an
// alias, for example – that cannot be changed in one place.
func SetPick(src []byte, shot string, n int) ([]byte, error) {
	return rewrite(src, shot, number("pick", n))
}

// SetTakes is SetPick for `takes`.
func SetTakes(src []byte, shot string, n int) ([]byte, error) {
	return rewrite(src, shot, number("takes", n))
}

// rewrite splices one key of a shot, and proves on the YAML that nothing else has changed.
func rewrite(src []byte, shot string, to change) ([]byte, error) {
	s, found := newSource("", src)
	if len(found) > 0 {
		return nil, s.problems(found)
	}
	root, found := s.document()
	if root == nil {
		return nil, s.problems(found)
	}
	m, err := shotNode(root, shot)
	if err != nil {
		return nil, err
	}
	line := m.Line
	m, k := to(m)
	byHand := fmt.Errorf("line %d: the shot is written in a way that cannot be changed in place: "+
		"write `%s: %s` there yourself", line, k.name, k.text)
	if m.Kind != yaml.MappingNode {
		return nil, byHand
	}
	out, ok := s.splice(m, k.name, k.text)
	if !ok {
		return nil, byHand
	}
	if len(src) > len(s.text) { // the byte order mark
		out = string(src[:len(src)-len(s.text)]) + out
	}
	setNode(m, k.name, k.means)
	after, _ := newSource("", []byte(out))
	if is, found := after.document(); len(found) > 0 || !sameNode(root, is, 0) {
		return nil, byHand
	}
	return []byte(out), nil
}

// shotNode finds a shot's mapping. It is an alias node, or one without a kind, where the way leads through an anchor:
// what is written there means several places.
func shotNode(root *yaml.Node, name string) (*yaml.Node, error) {
	var hits []*yaml.Node
	for _, scene := range items(root, "scenes") {
		for _, shot := range items(scene, "shots") {
			id := plain(shot, "id")
			if id != name && plain(scene, "id")+"/"+id != name {
				continue
			}
			if anchored(root, "scenes") || anchored(scene, "shots") || scene.Anchor != "" || shot.Anchor != "" {
				shot = &yaml.Node{Kind: yaml.AliasNode, Line: shot.Line}
			}
			hits = append(hits, shot)
		}
	}
	switch len(hits) {
	case 0:
		return nil, fmt.Errorf("there is no shot %q", name)
	case 1:
		return hits[0], nil
	}
	return nil, fmt.Errorf("several shots are called %q: name it scene/shot", name)
}

// anchored reports whether a mapping, or the value of one of its keys, stands at an anchor or is an alias.
func anchored(m *yaml.Node, name string) bool {
	if m.Kind != yaml.MappingNode || m.Anchor != "" {
		return true
	}
	v := valueNode(m, name)
	return v == nil || v.Kind == yaml.AliasNode || v.Anchor != ""
}

// valueNode is the value of a key of a mapping as it is written, nil for none.
func valueNode(m *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			return m.Content[i+1]
		}
	}
	return nil
}

// splice writes a key into the text of a mapping: over its value, or behind the key that stands before it by custom.
func (s *source) splice(m *yaml.Node, name, value string) (string, bool) {
	if v := valueNode(m, name); v != nil {
		from := s.offset(position(v))
		to, err := s.tokenEnd(from)
		if err != nil || v.Anchor != "" {
			return "", false
		}
		return s.text[:from] + value + s.text[to:], true
	}
	sister := ""
	for _, sister = range []string{"takes", "id", "shot"} {
		if valueNode(m, sister) != nil {
			break
		}
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if k := m.Content[i]; k.Value == sister {
			return s.insert(m, k, m.Content[i+1], name, value)
		}
	}
	return "", false
}

// insert writes a new key behind another one.
func (s *source) insert(m, sister, behind *yaml.Node, name, value string) (string, bool) {
	end, err := s.tokenEnd(s.offset(position(behind)))
	if err != nil {
		return "", false
	}
	if sister.Style&yaml.DoubleQuotedStyle != 0 {
		name = strconv.Quote(name)
	}
	if m.Style&yaml.FlowStyle != 0 {
		return s.text[:end] + ", " + name + ": " + value + s.text[end:], true
	}
	line := strings.Repeat(" ", sister.Column-1) + name + ": " + value
	i := strings.IndexAny(s.text[end:], "\r\n")
	if i < 0 {
		return s.text + s.lineEnd() + line, true
	}
	at := end + i + 1
	if strings.HasPrefix(s.text[end+i:], "\r\n") {
		at++
	}
	return s.text[:at] + line + s.text[end+i:at] + s.text[at:], true
}

// lineEnd is what the file's lines end with.
func (s *source) lineEnd() string {
	if strings.Contains(s.text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// offset is the byte at a place.
func (s *source) offset(at Pos) int {
	o := 0
	for i := 0; i < at.Line-1 && i < len(s.lines); i++ {
		o += len(s.lines[i])
		if strings.HasPrefix(s.text[o:], "\r\n") {
			o++
		}
		o++
	}
	return min(o+byteColumn(s.line(at), at.Column), len(s.text))
}

var errToken = errors.New("not a plain token")

// tokenEnd is where the one-line scalar or alias ends that begins at a byte.
func (s *source) tokenEnd(from int) (int, error) {
	rest := s.text[from:]
	if i := strings.IndexAny(rest, "\r\n"); i >= 0 {
		rest = rest[:i]
	}
	if rest == "" {
		return 0, errToken
	}
	switch rest[0] {
	case '"', '\'':
		for i := 1; i < len(rest); i++ {
			switch {
			case rest[i] == '\\' && rest[0] == '"', rest[i] == '\'' && rest[0] == '\'' &&
				strings.HasPrefix(rest[i+1:], "'"):
				i++
			case rest[i] == rest[0]:
				return from + i + 1, nil
			}
		}
		return 0, errToken
	case '&', '!', '|', '>', '{', '[':
		return 0, errToken
	}
	if i := strings.IndexAny(rest, " \t,]}"); i >= 0 { // numbers, ids and aliases hold none of these
		rest = rest[:i]
	}
	return from + len(rest), nil
}

// setNode is the splice as it should come out.
func setNode(m *yaml.Node, name string, value *yaml.Node) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			m.Content[i+1] = value
			return
		}
	}
	m.Content = append(m.Content, words(name), value)
}

// maxDepth bounds a comparison of nodes.
const maxDepth = 1000

// sameNode compares what two nodes mean; the order of a mapping's keys means nothing.
func sameNode(a, b *yaml.Node, depth int) bool {
	if a == nil || b == nil || depth > maxDepth || a.Kind != b.Kind || a.Tag != b.Tag || a.Value != b.Value ||
		a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind != yaml.MappingNode {
		for i := range a.Content {
			if !sameNode(a.Content[i], b.Content[i], depth+1) {
				return false
			}
		}
		return true
	}
	at := make(map[string]*yaml.Node, len(b.Content)/2)
	for i := 0; i+1 < len(b.Content); i += 2 {
		at[b.Content[i].Value] = b.Content[i+1]
	}
	if len(at) != len(b.Content)/2 {
		return false
	}
	for i := 0; i+1 < len(a.Content); i += 2 {
		if !sameNode(a.Content[i+1], at[a.Content[i].Value], depth+1) {
			return false
		}
	}
	return true
}
