// Package say puts things into words that may be printed: what strangers wrote without the characters that a terminal
// would act on ([Clean]), counts and durations as people say them ([Count], [Took]), texts as file names ([Slug]),
// paths and words that can be pasted ([Path], [ShellWord]), and what was probably meant ([DidYouMean]). It knows
// nothing of films; all functions are safe for concurrent use.
package say

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Clean makes a stranger's text fit for one line of a terminal: control characters, line ends, and those that turn
// the direction of what follows become blanks, one for one; what is no UTF-8 becomes U+FFFD.
func Clean(s string) string {
	if Plain(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}

// Plain reports text of printable ASCII alone, a column a byte: most of what there is.
func Plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Count is "1 clip", "2 clips".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Took writes a duration as people do: 45 s, 2 min 05 s, 1 h 10 min.
func Took(d time.Duration) string {
	s := int((d + time.Second/2) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	}
	return fmt.Sprintf("%d h %02d min", s/3600, s/60%60)
}

// Slug is a text's letters and digits, of any script, as (part of) a file name: lower case, `-` between the words,
// at most so many bytes; "" where it has none.
func Slug(text string, most int) string {
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }
	var words []string
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !inWord(r) }) {
		if w = strings.TrimLeftFunc(w, unicode.IsMark); w != "" { // a mark that follows a sign, as emoji have them
			words = append(words, w)
		}
	}
	s := strings.Join(words, "-")
	for len(s) > most {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return strings.Trim(s, "-")
}

// Path is a path as a person at the working folder would write it.
func Path(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(wd, path)
	if err != nil || !filepath.IsLocal(rel) {
		return path
	}
	return rel
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// ShellWord quotes what a shell would take for something else. Control characters are written as their numbers,
// which bash, zsh and ksh understand: a terminal must not act on them.
func ShellWord(s string) string {
	switch {
	case plainWord.MatchString(s):
		return s
	case strings.IndexFunc(s, unicode.IsControl) < 0:
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for _, r := range s {
		switch {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		case unicode.IsControl(r):
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + "'"
}

// ShellLine writes a command so that it can be pasted into a shell.
func ShellLine(argv []string) string {
	words := make([]string, len(argv))
	for i, a := range argv {
		words[i] = ShellWord(a)
	}
	return strings.Join(words, " ")
}
