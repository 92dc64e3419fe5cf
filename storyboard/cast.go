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
func (r *reader) readCast(_ *Storyboard, f field) {
	n, ok := r.filled(f)
	if !ok {
		return
	}
	r.cast = map[string]*Member{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, ok := r.visit(n.Content[i])
		if !ok {
			continue
		}
		v, ok := r.ident(f.key, value{text: name.Value, at: position(name)})
		if !ok || name.Kind != yaml.ScalarNode {
			continue
		}
		if r.cast[v.text] != nil {
			r.report(v.at, nil, "%s is in the cast twice", quote(v.text))
			continue
		}
		m := &Member{Name: v.text, Pos: v.at}
		r.cast[v.text] = m
		fs, at, ok := r.mapping(n.Content[i+1], inCast)
		if !ok {
			continue
		}
		if len(fs) == 0 {
			r.report(at, advise("describe it: { look: … }"), "nothing is said of %s", quote(v.text))
		}
		r.fill(m, fs)
	}
}

// mention is @name, or @@ for a literal @.
var mention = regexp.MustCompile(`@@|@[A-Za-z][A-Za-z0-9-]*`)

// introduce replaces the names of the cast in a shot's prompt by their looks, and notes who is named.
func (r *reader) introduce(s *Shot, n *yaml.Node) {
	text := s.Prompt
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
		if b.WriteString(who.Look); who.Look == "" {
			b.WriteString(who.Name)
		}
		if !slices.Contains(s.Cast, who) {
			s.Cast = append(s.Cast, who)
		}
	}
	b.WriteString(text[last:])
	if s.Prompt = b.String(); len(s.Prompt) > maxText {
		r.report(position(n), nil, "`prompt` is longer than 64 KiB with its cast")
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
		var names []string
		for name := range r.cast {
			names = append(names, name)
		}
		slices.Sort(names)
		if hint := didYouMean(strings.TrimPrefix(piece, "@"), func() []string { return names })(); hint != "" {
			return hint
		}
		return "write @@ for a literal @"
	}, "nobody in the cast is called %s", quote(strings.TrimPrefix(piece, "@")))
}
