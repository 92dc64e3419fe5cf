package main

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"shotchain/internal/say"
)

// safe is where everything that the program prints goes through, whoever wrote it: storyboards, stores and services may
// hold what a terminal would act on. Line ends, tabs and the program's own colours pass; every other control character
// becomes a blank. Safe for concurrent use.
type safe struct {
	mu   sync.Mutex
	w    io.Writer
	rest []byte // the beginning of a character whose end has not been written yet
}

// ownColours are what paint writes.
var ownColours = regexp.MustCompile("\x1b\\[(0|" + strings.Join([]string{dim, red, green, amber}, "|") + ")m")

func (s *safe) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := append(s.rest, p...)
	whole := len(text) - unfinished(text)
	s.rest = bytes.Clone(text[whole:])
	if _, err := io.WriteString(s.w, harmless(string(text[:whole]))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// unfinished is how many bytes at the end of a text begin a character that is not all there.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// harmless is a text that a terminal only shows.
func harmless(text string) string {
	if say.Plain(text) {
		return text
	}
	var b strings.Builder
	at := 0
	for _, own := range append(ownColours.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		for i, line := range strings.Split(text[at:own[0]], "\n") {
			if i > 0 {
				b.WriteByte('\n')
			}
			for j, part := range strings.Split(line, "\t") {
				if j > 0 {
					b.WriteByte('\t')
				}
				b.WriteString(say.Clean(part))
			}
		}
		b.WriteString(text[own[0]:own[1]])
		at = own[1]
	}
	return b.String()
}

// escaped is JSON in which what a terminal would act on is written as its number: the value stays the same.
func escaped(line []byte) []byte {
	if say.Plain(string(line)) {
		return line
	}
	var b bytes.Buffer
	for _, r := range string(line) {
		if r != '\n' && say.Clean(string(r)) != string(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.Bytes()
}
