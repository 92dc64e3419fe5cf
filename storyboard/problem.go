package storyboard

import (
	"fmt"
	"sort"
	"strings"

	"github.com/mattn/go-runewidth"

	"shotchain/internal/say"
)

// Pos is a place in a storyboard. Line and Column count from 1, columns in characters; the zero Pos is nowhere. Lines of
// included files go on behind the storyboard's own: [Storyboard.Problem] says which file it is.
type Pos struct{ Line, Column int }

// Problem is one thing that is wrong with a storyboard.
type Problem struct {
	File string
	Pos
	Message string // a lower-case fact
	Hint    string // what would work, "" for nothing to say
	Source  string // the line, without its end; "" where there is none
}

// Error gives the place and the fact on one line: file:line:column: message.
func (p Problem) Error() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// maxExcerpt is the number of characters of a source line that an excerpt shows.
const maxExcerpt = 160

// Format gives the place, the line with a caret under the column, and the hint.
func (p Problem) Format() string {
	var b strings.Builder
	b.WriteString(p.Error())
	if line, at := excerpt(p.Source, p.Column); p.Line > 0 && line != "" {
		fmt.Fprintf(&b, "\n%5d | %s\n      | %s^", p.Line, line, at)
	}
	if p.Hint != "" {
		fmt.Fprintf(&b, "\n        hint: %s", p.Hint)
	}
	return b.String()
}

// excerpt cuts a window of maxExcerpt characters around column out of the line, and the blank that leads to it.
func excerpt(line string, column int) (text, indent string) {
	r := []rune(say.Clean(line))
	at := min(max(column-1, 0), len(r))
	if from := at - maxExcerpt/2; from > 0 && len(r) > maxExcerpt {
		r, at = r[from:], maxExcerpt/2
	}
	if len(r) > maxExcerpt {
		r = r[:maxExcerpt]
	}
	var b strings.Builder
	for _, c := range r[:min(at, len(r))] {
		b.WriteString(strings.Repeat(" ", cells(c)))
	}
	return string(r), b.String()
}

// widths are those of a terminal, whatever language the environment names: excerpts are the same everywhere.
var widths = runewidth.Condition{}

// cells is how many columns of a terminal a character takes.
func cells(r rune) int { return widths.RuneWidth(r) }

// Problems are all problems of a file in file order. As an error it reads one per line.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Sort puts the problems into file order, one file after the other; those of one place stay in the order they were found.
func (ps Problems) Sort() {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i], ps[j]
		return a.File < b.File || a.File == b.File && a.Pos.before(b.Pos)
	})
}

// Problem makes a problem at a place of this storyboard, for checks that live in other packages.
func (sb *Storyboard) Problem(at Pos, hint, format string, args ...any) Problem {
	p := Problem{Message: fmt.Sprintf(format, args...), Hint: hint, Source: sb.source.line(at)}
	p.File, p.Pos = sb.source.at(at)
	return p
}
