package render

import (
	"fmt"
	"io"
	"strings"

	"shotchain/render/timeline"
)

// writeSRT writes captions as SubRip.
func writeSRT(w io.Writer, texts []timeline.Text, rate int) error {
	for i, t := range texts {
		if _, err := fmt.Fprintf(w, "%d\n%s --> %s\n%s\n\n", i+1, stamp(t.Start, rate, ","), stamp(t.End, rate, ","),
			cueText(t.Text)); err != nil {
			return err
		}
	}
	return nil
}

// writeVTT writes captions as WebVTT. Of its syntax, text needs to keep clear of tags, entities and the arrow.
func writeVTT(w io.Writer, texts []timeline.Text, rate int, language string) error {
	head := "WEBVTT\n\n"
	if language != "" {
		head = "WEBVTT\nLanguage: " + language + "\n\n"
	}
	if _, err := io.WriteString(w, head); err != nil {
		return err
	}
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	for i, t := range texts {
		place := ""
		switch t.Style.Position {
		case "top":
			place = " line:5%"
		case "middle":
			place = " line:50%"
		}
		if _, err := fmt.Fprintf(w, "%d\n%s --> %s%s\n%s\n\n", i+1, stamp(t.Start, rate, "."), stamp(t.End, rate, "."), place,
			escape.Replace(cueText(t.Text))); err != nil {
			return err
		}
	}
	return nil
}

// stamp is a frame's time to the millisecond.
func stamp(frame, rate int, point string) string {
	ms := (int64(frame)*1000 + int64(rate)/2) / int64(rate)
	return fmt.Sprintf("%02d:%02d:%02d%s%03d", ms/3600000, ms/60000%60, ms/1000%60, point, ms%1000)
}

// cueText is a text without empty lines, which end a cue in both formats, and without control characters.
func cueText(text string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text,
		"�")), "\n") {
		line = strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' || r == 0x7f {
				return -1
			}
			return r
		}, line)
		if strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	if lines == nil {
		return " "
	}
	return strings.Join(lines, "\n")
}
