package main

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	"shotchain/film"
	"shotchain/internal/say"
)

// mostMarkdown bounds what a plan becomes in Markdown, in bytes: GitHub takes comments of 65,536 characters, and the job's
// own words are to fit, too.
const mostMarkdown = 60_000

// printMarkdown writes the plan as a comment for a pull request: what it buys and for how much first, then a row for each take
// that is made, and why. It begins with a mark by which a bot finds its own comment again. A storyboard is somebody's: nothing
// of its words is markup here, or mentions anybody.
func (p *program) printMarkdown(plan *film.Plan) {
	fmt.Fprint(p.out, markdownOf(plan))
}

func markdownOf(plan *film.Plan) string {
	f := plan.Film
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- shotchain:%s -->\n### %s\n\n%s\n", marked(f.File), inert(f.Name()), inert(plan.BottomLine()))
	j := planJSON(plan)
	var rows []string
	for _, t := range j.Takes {
		switch t.State {
		case "cached", "unpicked":
			continue
		}
		drags := "–"
		if t.Drags > 0 {
			drags = say.Count(t.Drags, "take")
		}
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | %d s | %s | %s | %s |\n", inert(takeName(t)), inert(cmp.Or(t.From, "–")), inert(t.State), t.Seconds,
			inert(amountOf(t.Cost)), inert(drags), inert(t.Reason)))
	}
	if len(rows) == 0 {
		return b.String()
	}
	b.WriteString("\n| shot | grows from | state | length | at most | drags along | why |\n|---|---|---|---:|---:|---|---|\n")
	for i, row := range rows {
		if b.Len()+len(row) > mostMarkdown {
			fmt.Fprintf(&b, "\nand %s more\n", say.Count(len(rows)-i, "take"))
			break
		}
		b.WriteString(row)
	}
	return b.String()
}

func takeName(t jsonTake) string {
	name := t.Shot
	if t.Take > 1 {
		name += fmt.Sprintf(", take %d", t.Take)
	}
	if n := len(t.Variants); n > 0 && n <= 3 {
		name += " (" + strings.Join(t.Variants, ", ") + ")"
	} else if n > 3 {
		name += fmt.Sprintf(" (%s and %d more)", strings.Join(t.Variants[:2], ", "), n-2)
	}
	return name
}

// amountOf is a price as it is read.
func amountOf(p price) string { return fmt.Sprintf("%s %s", p.Amount, p.Currency) }

// inert is text that stands for itself in a row of a table: nothing in it is markup, a link, a mention or a line's end.
func inert(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "�") {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
		case r == '@': // a zero-width joiner keeps it from naming anybody
			b.WriteString("@\u200d")
		case strings.ContainsRune("\\`*_{}[]<>()#+!|~&", r):
			fmt.Fprintf(&b, "&#%d;", r)
		case r == ':': // and from becoming a link or a picture of a face
			b.WriteString("&#58;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// marked is a file's name inside of an HTML comment.
func marked(file string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '-' || r == '.' || r == '/' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return r
		}
		return '_'
	}, strings.ReplaceAll(file, "--", "-_"))
}
