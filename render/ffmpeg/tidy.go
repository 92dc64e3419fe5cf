package ffmpeg

import (
	"regexp"
	"strings"
)

var (
	logContext = regexp.MustCompile(`^\[[^\]]* @ (0x)?[0-9a-fA-F]+\]\s*`)
	urls       = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://\S+`)
)

// tidy makes one line of a log fit for an error: no addresses of memory or the net, no control characters.
func tidy(line string) string {
	for logContext.MatchString(line) {
		line = logContext.ReplaceAllString(line, "")
	}
	line = urls.ReplaceAllString(line, "(url)")
	line = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, line)
	return strings.TrimSpace(line)
}
