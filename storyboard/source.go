package storyboard

// The text of a file, before YAML sees it.

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Limits of a file, so that opening a stranger's costs little. A film of 10,000 shots stays below a quarter of each.
const (
	maxFile       = 8 << 20 // bytes
	maxLines      = 400_000
	maxIndicators = 400_000 // characters that may begin a YAML node; each makes at most two nodes of some 170 bytes
)

// source is a storyboard's text.
type source struct {
	file  string
	text  string
	lines []string // without their ends; those of included files behind the file's own
	parts []inclusion
}

var byteOrderMark = []byte("\ufeff")

// newSource checks the text before YAML sees it: its size, its encoding and its characters. The YAML library would
// refuse some of them too, but without saying where.
func newSource(file string, raw []byte) (*source, []finding) {
	s := &source{file: file}
	if len(raw) > maxFile {
		return s, []finding{{at: Pos{1, 1}, message: "the file is larger than 8 MiB"}}
	}
	if name := encodingOf(raw); name != "" {
		s.lines = []string{""}
		return s, []finding{{at: Pos{1, 1}, message: "the file is " + name + ", not UTF-8",
			hint: advise("save it as UTF-8; editors have that at \"Save as\"")}}
	}
	raw = bytes.TrimPrefix(raw, byteOrderMark)
	s.text = string(raw)
	if strings.Count(s.text, "\n")+strings.Count(s.text, "\r") > maxLines {
		return s, []finding{{at: Pos{1, 1}, message: "the file has more than 400000 lines"}}
	}
	s.lines = splitLines(s.text)
	if indicators(s.text) > maxIndicators {
		return s, []finding{{at: Pos{1, 1}, message: "the file has more keys and items than a storyboard can have"}}
	}
	return s, s.illegal()
}

// splitLines cuts the text where YAML does: at \n, \r\n and \r. The line ends of Unicode are refused elsewhere, for
// editors and YAML disagree about them and positions would be off.
func splitLines(text string) []string {
	lines := make([]string, 0, strings.Count(text, "\n")+1)
	for {
		i := strings.IndexAny(text, "\r\n")
		if i < 0 {
			return append(lines, text)
		}
		lines = append(lines, text[:i])
		if strings.HasPrefix(text[i:], "\r\n") {
			i++
		}
		text = text[i+1:]
	}
}

// indicators counts the characters that can begin a YAML node.
func indicators(text string) int {
	n := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ',', '[', '{':
			n++
		case ':', '-', '?':
			if i+1 == len(text) || strings.IndexByte(" \t\r\n,[]{}", text[i+1]) >= 0 {
				n++
			}
		}
	}
	return n
}

// illegal finds what is not text, the first of each line.
func (s *source) illegal() []finding {
	var found []finding
	for i, line := range s.lines {
		column := 1
		for at, r := range line {
			message, hint := illegalRune(r, line[at:])
			if message == "" {
				column++
				continue
			}
			found = append(found, finding{at: Pos{i + 1, column}, message: message, hint: advise(hint)})
			break
		}
		if len(found) > maxProblems {
			break
		}
	}
	return found
}

// illegalRune says what is wrong with a character of a file.
func illegalRune(r rune, rest string) (message, hint string) {
	switch {
	case r == utf8.RuneError && !strings.HasPrefix(rest, "\ufffd"):
		return "not UTF-8", "save the file as UTF-8"
	case r == '\t', r >= ' ' && r < 0x7f:
		return "", ""
	case r < ' ', r >= 0x7f && r < 0xa0:
		return "a control character", "remove it"
	case r == '\u2028', r == '\u2029':
		return "a Unicode line separator", "use a plain line end"
	}
	return "", ""
}

// control reports whether expanded text holds a character that no text of a film needs. They can come out of
// escapes in quoted text and out of overridden variables.
func control(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0
	}) >= 0
}

// maxLocate bounds, in bytes, how far into the file a piece of a value is looked for.
const maxLocate = 256 << 10

// locate finds the nth (from 0) occurrence of piece in the source of a scalar, which is nearer than the scalar's
// beginning. Where escapes hide it the scalar's beginning has to do.
func (s *source) locate(n *yaml.Node, piece string, nth int) Pos {
	start := Pos{n.Line, n.Column}
	scanned := 0
	for i := n.Line - 1; i >= 0 && i < len(s.lines) && scanned < maxLocate; i++ {
		line, from := s.lines[i], 0
		if i == n.Line-1 {
			from = byteColumn(line, n.Column)
		}
		for {
			j := strings.Index(line[from:], piece)
			if j < 0 {
				break
			}
			if nth == 0 {
				return Pos{i + 1, utf8.RuneCountInString(line[:from+j]) + 1}
			}
			nth, from = nth-1, from+j+len(piece)
		}
		scanned += len(line) + 1
	}
	return start
}

// byteColumn turns a column in characters, from 1, into an index of the line.
func byteColumn(line string, column int) int {
	for i := range line {
		if column--; column <= 0 {
			return i
		}
	}
	return len(line)
}

// line gives the source of a position, "" for none.
func (s *source) line(at Pos) string {
	if at.Line < 1 || at.Line > len(s.lines) {
		return ""
	}
	return s.lines[at.Line-1]
}
