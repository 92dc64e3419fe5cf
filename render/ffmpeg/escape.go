package ffmpeg

import "strings"

// Escape makes text the literal value of a filter's option, for [Filter] and everything else that escapes whole
// filters (ffmpeg-go does). Inside the quotes nothing but the quote itself has a meaning, and blanks at the ends
// stay. Filters that expand their text once more (drawtext) must be told not to. NUL cannot reach a program's
// arguments and is dropped.
func Escape(text string) string {
	text = strings.ReplaceAll(text, "\x00", "")
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
