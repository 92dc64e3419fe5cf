package ffmpeg

import (
	"fmt"
	"strings"
)

// Escape makes text the literal value of a filter's option, for [Filter] and everything else that escapes whole
// filters (ffmpeg-go does). Inside the quotes nothing but the quote itself has a meaning, and blanks at the ends
// stay. Filters that expand their text once more (drawtext) must be told not to. NUL cannot reach a program's
// arguments and is dropped.
func Escape(text string) string {
	text = strings.ReplaceAll(text, "\x00", "")
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// EscapeGraph is Escape for text that goes straight into a filter graph's string.
func EscapeGraph(text string) string {
	return strings.NewReplacer(`\`, `\\`, `'`, `\'`, `[`, `\[`, `]`, `\]`, `,`, `\,`, `;`, `\;`).Replace(Escape(text))
}

// MetadataFile is an ffmpeg metadata file (ffmetadata) with a title and chapters, for the demuxer of that name.
// Line breaks in titles become blanks: players show one line.
func MetadataFile(title, comment string, rate int, chapters []Chapter) string {
	var b strings.Builder
	b.WriteString(";FFMETADATA1\n")
	if title != "" {
		fmt.Fprintf(&b, "title=%s\n", escapeMetadata(title))
	}
	if comment != "" {
		fmt.Fprintf(&b, "comment=%s\n", escapeMetadata(comment))
	}
	for _, c := range chapters {
		fmt.Fprintf(&b, "[CHAPTER]\nTIMEBASE=1/%d\nSTART=%d\nEND=%d\ntitle=%s\n", rate, c.Start, c.End, escapeMetadata(c.Title))
	}
	return b.String()
}

// Chapter is a named range of frames, the end not included.
type Chapter struct {
	Title      string
	Start, End int
}

func escapeMetadata(s string) string {
	s = strings.ToValidUTF8(s, "�")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r == 0x7f:
			return -1
		}
		return r
	}, s)
	return strings.NewReplacer(`\`, `\\`, `=`, `\=`, `;`, `\;`, `#`, `\#`).Replace(s)
}
