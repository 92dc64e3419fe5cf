package storyboard

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// readCast reads the film's people. Prompts name them with @.
func (r *reader) readCast(_ *Storyboard, f field) { r.cast = r.members(f, "in the cast") }

// readLocations reads the film's places. Scenes name them.
func (r *reader) readLocations(_ *Storyboard, f field) {
	r.places = r.members(f, "among the locations")
}

// members reads people or places, by name; nil where there are none.
func (r *reader) members(f field, where string) map[string]*Member {
	n, ok := r.filled(f)
	if !ok {
		return nil
	}
	all := map[string]*Member{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, ok := r.visit(n.Content[i])
		if !ok {
			continue
		}
		v, ok := r.ident(f.key, value{text: name.Value, at: position(name)})
		if !ok || name.Kind != yaml.ScalarNode {
			continue
		}
		if first := all[v.text]; first != nil {
			r.report(v.at, nil, "%s is %s twice, first at %s", quote(v.text), where, r.lineOf(first.Pos))
			continue
		}
		m := &Member{Name: v.text, Pos: v.at}
		all[v.text] = m
		fs, at, ok := r.mapping(n.Content[i+1], f.key.of)
		if !ok {
			continue
		}
		if len(fs) == 0 {
			r.report(at, advise("describe it: { look: … }"), "nothing is said of %s", quote(v.text))
		}
		r.fill(m, fs)
	}
	return all
}

// said is how a prompt says them: by their look, or where nothing is said of it by their name.
func (m *Member) said() string {
	if m.Look == "" {
		return m.Name
	}
	return m.Look
}

// mention is @name, or @@ for a literal @.
var mention = regexp.MustCompile(`@@|@[A-Za-z][A-Za-z0-9-]*`)

// introduced is a text of a shot's prompt with the looks of the cast in place of their names; who is named is noted.
func (r *reader) introduced(s *Shot, f field, text string) string {
	if r.cast == nil || f.value == nil {
		return text
	}
	n := f.value
	var b strings.Builder
	last := 0
	for _, m := range mention.FindAllStringIndex(text, -1) {
		word := text[m[0]+1 : m[1]]
		if before, _ := utf8.DecodeLastRuneInString(text[:m[0]]); word != "@" &&
			(unicode.IsLetter(before) || unicode.IsDigit(before)) {
			continue // an address such as me@example.com
		}
		b.WriteString(text[last:m[0]])
		last = m[1]
		if word == "@" {
			b.WriteByte('@')
			continue
		}
		word, tail := r.member(word)
		last -= len(tail)
		who := r.cast[word]
		if who == nil {
			r.unknownMember(n, "@"+word, strings.Count(text[:m[0]], "@"+word))
			continue
		}
		b.WriteString(who.said())
		s.meet(who)
	}
	b.WriteString(text[last:])
	if b.Len() > maxText {
		r.report(position(n), nil, "`%s` is longer than 64 KiB with its cast", f.key.name)
	}
	return b.String()
}

// meet notes who or what is in the shot.
func (s *Shot) meet(who *Member) {
	if !slices.Contains(s.Cast, who) {
		s.Cast = append(s.Cast, who)
	}
}

// member finds the longest name that a mention begins with: "@keeper-like" names the keeper.
func (r *reader) member(word string) (name, tail string) {
	for name = word; r.cast[name] == nil; {
		i := strings.LastIndexByte(name, '-')
		if i < 0 {
			return strings.TrimRight(word, "-"), ""
		}
		name = name[:i]
	}
	return name, word[len(name):]
}

func (r *reader) unknownMember(n *yaml.Node, piece string, nth int) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	r.report(r.locate(n, piece, nth), func() string {
		if hint := didYouMean(strings.TrimPrefix(piece, "@"), func() []string { return names(r.cast) })(); hint != "" {
			return hint
		}
		return "write @@ for a literal @"
	}, "nobody in the cast is called %s", quote(strings.TrimPrefix(piece, "@")))
}
