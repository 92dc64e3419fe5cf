package storyboard

// YAML's own mistakes, told at their place.

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// document parses the source as the one YAML document that it must be.
func (s *source) document() (root *yaml.Node, found []finding) {
	d := yaml.NewDecoder(strings.NewReader(s.text))
	var doc yaml.Node
	err := decode(d, &doc)
	if errors.Is(err, io.EOF) || err == nil && (len(doc.Content) == 0 || isNull(doc.Content[0])) {
		return nil, []finding{{at: Pos{1, 1}, message: "the storyboard is empty",
			hint: advise("`shotchain new` writes one to start from")}}
	}
	if err != nil {
		return nil, []finding{s.syntax(err)}
	}
	var second yaml.Node
	if err := decode(d, &second); !errors.Is(err, io.EOF) {
		found = append(found, s.secondDocument(&second, err))
	}
	return doc.Content[0], found
}

// isNull reports an empty value: nothing, ~ or null.
func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// decode is d.Decode without the panics that the library leaves to its callers.
func decode(d *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: %v", p)
		}
	}()
	return d.Decode(n)
}

func (s *source) secondDocument(n *yaml.Node, err error) finding {
	if err != nil {
		return s.syntax(err)
	}
	at := Pos{n.Line, n.Column}
	for i := min(at.Line, len(s.lines)) - 1; i > 0; i-- {
		if strings.HasPrefix(s.lines[i], "---") {
			at = Pos{i + 1, 1}
			break
		}
	}
	return finding{at: s.inside(at), message: "a second YAML document",
		hint: advise("one file is one film: move it to a file of its own")}
}

// syntaxHints are what usually helps, by a part of the library's message.
var syntaxHints = []struct{ part, hint string }{
	{"mapping values are not allowed", "text with a colon and a blank in it needs quotes; or the indentation is off"},
	{"cannot start any token", "text that begins with this character needs quotes"},
	{"found a tab character", "indent with blanks"},
	{"unexpected end of stream", "a quote is not closed"},
	{"did not find expected key", "the indentation is off, or a quote ended early"},
	{"did not find expected '-'", "the items of a list stand in one column"},
	{"expected ',' or ']'", "a list that begins with [ ends with ]"},
	{"expected ',' or '}'", "a mapping that begins with { ends with }; text with a comma or a colon in it needs quotes"},
	{"unknown escape character", "in double quotes a backslash is written twice"},
}

var (
	yamlLine      = regexp.MustCompile(`^line (\d+): `)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntax turns the library's error into a finding with a place.
func (s *source) syntax(err error) finding {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	said := 0
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		said, _ = strconv.Atoi(m[1])
		message = message[len(m[0]):]
	}
	hint := ""
	for _, h := range syntaxHints {
		if strings.Contains(message, h.part) {
			hint = h.hint
			break
		}
	}
	at := s.syntaxPlace(message, said)
	if f, ok := s.cause(at); ok {
		f.message = "not YAML: " + f.message
		return f
	}
	switch line := s.line(at); {
	case strings.HasPrefix(line[byteColumn(line, at.Column):], "\t"):
		hint = "indent with blanks"
	case strings.Contains(message, "did not find expected ','") && strings.Contains(line, "${"):
		hint = "between { and } or [ and ], text with ${…} needs quotes"
	}
	return finding{at: at, message: "not YAML: " + message, hint: advise(hint)}
}

// syntaxPlace finds where the library gave up. The line that it says is that of the surrounding construct, or one
// too low, or missing, and there is no column; but how far it had read when it failed is known.
func (s *source) syntaxPlace(message string, said int) Pos {
	read := s.readUntilFailure()
	if m := unknownAnchor.FindStringSubmatch(message); m != nil {
		if i := strings.LastIndex(s.text[:read], "*"+m[1]); i >= 0 {
			return s.place(i)
		}
	}
	if message == "found unexpected end of stream" {
		if said < 1 || said > len(s.lines) || !strings.ContainsAny(s.lines[said-1], `"'`) {
			said = 1
		}
		return s.inside(Pos{said,
			1 + utf8.RuneCountInString(s.lines[said-1][:max(0, strings.IndexAny(s.lines[said-1], `"'`))])})
	}
	return s.place(s.earliest(read, message))
}

// earliest steps back over what the library read ahead of the failure: to the shortest beginning of the file that
// fails in the same way. Only for files small enough to be parsed a few times more.
func (s *source) earliest(read int, message string) int {
	const ahead, small = 6, 1 << 20
	if read > small {
		return max(read-1, 0)
	}
	for i := 0; i < ahead && read > 0; i++ {
		_, width := utf8.DecodeLastRuneInString(s.text[:read])
		var n yaml.Node
		err := decode(yaml.NewDecoder(strings.NewReader(s.text[:read-width])), &n)
		if err == nil || !strings.HasSuffix(err.Error(), message) {
			return read - width
		}
		read -= width
	}
	return read
}

// readUntilFailure is the number of bytes that the library has read when it fails, given one at a time.
func (s *source) readUntilFailure() int {
	r := strings.NewReader(s.text)
	d := yaml.NewDecoder(oneByte{r})
	for {
		var n yaml.Node
		if decode(d, &n) != nil {
			return len(s.text) - r.Len()
		}
	}
}

type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

// place is that of a byte of the text.
func (s *source) place(offset int) Pos {
	head := s.text[:min(offset, len(s.text))]
	lines := splitLines(head)
	at := Pos{len(lines), utf8.RuneCountInString(lines[len(lines)-1]) + 1}
	return s.inside(at)
}

// inside moves a place that is past the text back to the end of its last line.
func (s *source) inside(at Pos) Pos {
	at.Line = min(max(at.Line, 1), max(len(s.lines), 1))
	at.Column = max(at.Column, 1)
	for at.Line > 1 && strings.TrimSpace(s.line(at)) == "" {
		at.Line--
		at.Column = utf8.RuneCountInString(s.line(at)) + 1
	}
	at.Column = min(at.Column, utf8.RuneCountInString(s.line(at))+1)
	return at
}
