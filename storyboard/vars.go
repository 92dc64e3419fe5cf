package storyboard

import (
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// maxExpanded bounds the bytes that a whole film's expansions come to: variables may use variables, so a few lines
// could otherwise ask for any amount of memory.
const maxExpanded = 16 << 20

var varName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// vars are the film's variables. Each is expanded once, when it is first needed.
type vars struct {
	raw      map[string]*yaml.Node
	text     map[string]string // expanded
	own      map[string]bool   // those that the language gives, not the film
	given    map[string]string // the film's own words, for those that it does not define itself
	open     []string          // being expanded, outermost first
	bad      map[string]bool   // reported already
	expanded int               // bytes so far
	full     bool              // maxExpanded was passed
}

// readVars reads `vars` and lays the overrides over them, and then what a variant sets (nil: the film has none).
func (r *reader) readVars(n *yaml.Node, over map[string]string, as *variant) {
	last := r.vars
	r.vars = &vars{raw: map[string]*yaml.Node{}, text: map[string]string{}, bad: map[string]bool{},
		own: map[string]bool{}}
	if last != nil {
		r.vars.expanded = last.expanded // the limit holds for all variants together
	}
	if n != nil {
		r.collectVars(n)
	}
	r.overrideVars(over)
	if as != nil {
		r.vars.set(as)
	}
	for _, name := range r.vars.names() {
		r.vars.value(r, name)
	}
}

// set lays a variant's values over the variables.
func (v *vars) set(as *variant) {
	for _, s := range as.sets {
		if s.look == nil {
			v.raw[s.name] = s.value
		}
	}
	if v.raw[variantVar] == nil {
		v.raw[variantVar] = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: as.id}
		v.own[variantVar] = true
	}
}

func (v *vars) names() []string {
	names := make([]string, 0, len(v.raw))
	for name := range v.raw {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (r *reader) collectVars(n *yaml.Node) {
	n, ok := r.visit(n)
	if !ok {
		return
	}
	if isNull(n) {
		r.report(position(n), nil, "`vars` is empty")
		return
	}
	if n.Kind != yaml.MappingNode {
		r.report(position(n), nil, "`vars` must be a mapping of names to text")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, ok := r.visit(n.Content[i])
		if !ok || !r.varName(name) {
			continue
		}
		if old := r.vars.raw[name.Value]; old != nil || r.vars.bad[name.Value] {
			r.report(position(name), nil, "variable %s is written twice", quote(name.Value))
			continue
		}
		r.vars.bad[name.Value] = true
		val, ok := r.visit(n.Content[i+1])
		switch {
		case !ok:
		case isNull(val):
			r.report(position(val), advise(`write "" for no text`), "variable %s is empty", quote(name.Value))
		case val.Kind != yaml.ScalarNode:
			r.report(position(val), nil, "variable %s must be text", quote(name.Value))
		default:
			r.vars.raw[name.Value], r.vars.bad[name.Value] = val, false
		}
	}
}

func (r *reader) varName(n *yaml.Node) bool {
	switch {
	case n.Kind != yaml.ScalarNode:
		r.report(position(n), nil, "a variable's name must be text")
	case n.Value == "<<":
		r.report(position(n), advise("write the variables out"), "merge keys (`<<`) are not supported")
	case !varName.MatchString(n.Value):
		r.report(position(n), nil,
			"a variable's name is made of letters, digits, `_` and `-`, and begins with a letter: %s", quote(n.Value))
	default:
		return true
	}
	return false
}

// overrideVars replaces the text of variables that the film has.
func (r *reader) overrideVars(over map[string]string) {
	names := make([]string, 0, len(over))
	for name := range over {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		old, text := r.vars.raw[name], over[name]
		switch {
		case old == nil && r.vars.bad[name]: // said already
		case old == nil:
			r.report(Pos{}, didYouMean(name, r.vars.names), "the film has no variable %s to override", quote(name))
		case !utf8.ValidString(text) || control(text):
			r.report(Pos{}, nil, "the value given for variable %s is not plain text", quote(name))
		default:
			n := *old
			n.Value, n.Anchor = text, ""
			r.vars.raw[name] = &n
		}
	}
}

// value is a variable's expanded text.
func (v *vars) value(r *reader, name string) (string, bool) {
	if s, done := v.text[name]; done {
		return s, true
	}
	n := v.raw[name]
	if n == nil || v.bad[name] {
		return "", false
	}
	for i, open := range v.open {
		if open == name {
			r.report(position(v.raw[v.open[i]]), nil, "variables use one another in a circle: %s", circle(v.open[i:]))
			return "", false
		}
	}
	if len(v.open) >= maxVarDepth {
		r.report(position(n), nil, "variables use one another more than %d deep", maxVarDepth)
		return "", false
	}
	v.open = append(v.open, name)
	s, ok := v.expand(r, n)
	v.open = v.open[:len(v.open)-1]
	if ok && control(s) {
		r.report(position(n), nil, "variable %s holds a control character", quote(name))
		ok = false
	}
	if v.bad[name] = !ok; ok {
		v.text[name] = s
	}
	return s, ok
}

// maxVarDepth is how deep variables may use variables.
const maxVarDepth = 100

func circle(names []string) string {
	const most = 8
	shown := names
	if len(shown) > most {
		shown = append(append([]string{}, names[:most]...), "…")
	}
	return strings.Join(append(append([]string{}, shown...), names[0]), " → ")
}

// maxWrong is how many of one text's variables are reported: pointing at each means reading the text again.
const maxWrong = 20

// expand replaces the variables in a scalar's text.
func (v *vars) expand(r *reader, n *yaml.Node) (string, bool) {
	s := n.Value
	if !strings.Contains(s, "${") {
		return s, true
	}
	var b strings.Builder
	wrong := 0
	for i := 0; i < len(s) && wrong < maxWrong; {
		j := strings.Index(s[i:], "${")
		if j < 0 {
			b.WriteString(s[i:])
			break
		}
		j += i
		if j > i && s[j-1] == '$' {
			b.WriteString(s[i:j-1] + "${")
			i = j + 2
			continue
		}
		b.WriteString(s[i:j])
		text, end, fine := v.use(r, n, j)
		if end < 0 {
			return "", false
		}
		if !fine {
			wrong++
		}
		b.WriteString(text)
		if i = end; !v.room(r, n, b.Len()) {
			return "", false
		}
	}
	v.expanded += b.Len()
	return b.String(), wrong == 0 && v.room(r, n, b.Len())
}

// use reads the variable that is used at s[j:] of a scalar. end is where the text goes on, -1 for nowhere.
func (v *vars) use(r *reader, n *yaml.Node, j int) (text string, end int, ok bool) {
	s := n.Value
	where := func(piece string) Pos { return r.locate(n, piece, strings.Count(s[:j], piece)) }
	length := strings.IndexByte(s[j:], '}')
	if length < 0 {
		r.report(where("${"), advise("write $${ for a literal ${"), "`${` is not closed with `}`")
		return "", -1, false
	}
	name := s[j+2 : j+length]
	end = j + length + 1
	switch {
	case !varName.MatchString(name):
		r.report(where("${"), advise("write $${ for a literal ${"), "%s is not the name of a variable", quote(name))
		return "", end, false
	case v.raw[name] == nil:
		if text, ok := v.given[name]; ok && !v.bad[name] {
			return text, end, true
		}
		if !v.bad[name] {
			r.report(where(s[j:end]), didYouMean(name, v.names), "undefined variable %s", quote(name))
		}
		return "", end, false
	}
	text, ok = v.value(r, name)
	return text, end, ok
}

// room reports whether a text of that many bytes, and what was expanded before, is within the limits.
func (v *vars) room(r *reader, n *yaml.Node, length int) bool {
	switch {
	case v.full:
		return false
	case length > maxText:
		r.report(position(n), nil, "the text is longer than 64 KiB when its variables are replaced")
		return false
	case v.expanded > maxExpanded:
		v.full = true
		r.report(position(n), nil, "the film's text is longer than 16 MiB when its variables are replaced")
		return false
	}
	return true
}
