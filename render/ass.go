package render

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gobolditalic"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"

	"shotchain/render/ffmpeg"
	"shotchain/render/font"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// assScript is an ASS script that shows texts, with times in frames from 0, and nothing but their own characters:
// ASS's commands are taken out of their meaning.
func assScript(texts []timeline.Text, width, height, rate, frames int) string {
	var b strings.Builder
	fmt.Fprintf(&b,
		"[Script Info]\nScriptType: v4.00+\nPlayResX: %d\nPlayResY: %d\nWrapStyle: 0\nScaledBorderAndShadow: yes\nYCbCr Matrix: None\n\n", width, height)
	b.WriteString(
		"[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, " +
			"ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n")
	for i, t := range texts {
		b.WriteString(assStyle(i, t, width, height))
	}
	b.WriteString("\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n")
	for i, t := range texts {
		fmt.Fprintf(&b, "Dialogue: %d,%s,%s,s%d,,0,0,0,,%s%s\n", i, assTime(t.Start, rate), assTime(min(t.End, frames), rate),
			i, assFade(t, rate), assText(t, width, height))
	}
	return b.String()
}

// assTime is the time half a frame before one, so that no rounding moves it to another.
func assTime(frame, rate int) string {
	cs := max(0, (frame*2-1)*100/(2*rate))
	if frame <= 0 {
		cs = 0
	}
	return fmt.Sprintf("%d:%02d:%02d.%02d", cs/360000, cs/6000%60, cs/100%60, cs%100)
}

// lineHeight is the height of a line in pixels: a twentieth of the picture where the style does not say.
func lineHeight(s timeline.Style, height int) int {
	if s.Size > 0 {
		return s.Size
	}
	return max(12, height/18)
}

func assStyle(i int, t timeline.Text, width, height int) string {
	s := t.Style
	size := lineHeight(s, height)
	border, edge, back, shadow := 1, float64(size)/14, "#00000080", float64(size)/40
	if s.Outline == "" {
		edge = 0
	}
	if s.Background != "" { // one box behind all lines, shadow pixels wider than they are: a box for each would overlap
		border, back, shadow = 4, s.Background, float64(size)/6
	}
	alignment := map[string]int{"top": 8, "middle": 5}[s.Position]
	if alignment == 0 {
		alignment = 2
	}
	if s.Left {
		alignment--
	}
	name := font.OwnFamily
	if runs, err := font.Set(t.Text, s.Font); err == nil && len(runs) > 0 {
		name = runs[0].Family
	}
	bold, italic := 0, 0
	if s.Bold || s.Rest > 0 {
		bold = -1
	}
	if s.Italic {
		italic = -1
	}
	// Encoding -1 has libass find out the direction of each paragraph.
	return fmt.Sprintf("Style: s%d,%s,%d,%s,%s,%s,%s,%d,%d,0,0,100,100,0,0,%d,%.1f,%.1f,%d,%d,%d,%d,-1\n", i, name, size,
		assColor(s.Color, "#ffffff"), assColor(s.Color, "#ffffff"), assColor(s.Outline, "#000000"), assColor(back, "#000000"),
		bold, italic,
		border, edge, shadow, alignment, width/20, width/20, height/18+int(s.Raise*float64(height)))
}

// assColor turns #rrggbb or #rrggbbaa into &HAABBGGRR, where AA counts transparency.
func assColor(color, otherwise string) string {
	v, err := strconv.ParseUint(strings.TrimPrefix(color, "#"), 16, 32)
	if n := len(color); err != nil || n != 7 && n != 9 {
		return assColor(otherwise, "#ffffff")
	}
	alpha := uint64(0xff)
	if len(color) == 9 {
		alpha, v = v&0xff, v>>8
	}
	return fmt.Sprintf("&H%02X%02X%02X%02X", 0xff-alpha, v&0xff, v>>8&0xff, v>>16&0xff)
}

// assText is a text with its lines broken, each stretch in a font that has it.
func assText(t timeline.Text, width, height int) string {
	size, room := float64(lineHeight(t.Style, height)), float64(width)*0.9
	if t.Style.Rest == 0 {
		return assRuns(breakLines(t.Text, size*0.86, room), t.Style.Font)
	}
	first, others, more := strings.Cut(plainLines(t.Text), "\n")
	text := assRuns(breakLines(first, size*0.86, room), t.Style.Font)
	if more {
		text += fmt.Sprintf(`\N{\b0\fs%.0f}`, size*t.Style.Rest) +
			assRuns(breakLines(others, size*t.Style.Rest*0.86, room), t.Style.Font)
	}
	return text
}

// assFade has a text come and go. Its times count from where the segment shows it first, which may be after its start.
func assFade(t timeline.Text, rate int) string {
	if t.Style.Fade == 0 {
		return ""
	}
	ms := func(frame int) int { return (frame - max(0, t.Start)) * 1000 / rate }
	fade := min(t.Style.Fade, (t.End-t.Start)/2)
	return fmt.Sprintf(`{\fade(255,0,255,%d,%d,%d,%d)}`, ms(t.Start), ms(t.Start+fade), ms(t.End-fade), ms(t.End))
}

// assRuns is text in the fonts that have it.
func assRuns(text, family string) string {
	runs, err := font.Set(text, family)
	if err != nil {
		return assEscape(text) // checked before: see font.Check
	}
	if len(runs) == 1 {
		return assEscape(runs[0].Text)
	}
	var b strings.Builder
	for _, r := range runs {
		b.WriteString(`{\fn` + r.Family + "}" + assEscape(r.Text))
	}
	return b.String()
}

func plainLines(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// breakLines wraps a text to a width in pixels, keeping its own line breaks.
func breakLines(text string, size, width float64) string {
	w := font.NewPen(font.Regular, size)
	var lines []string
	for line := range strings.SplitSeq(plainLines(text), "\n") {
		if w.Width(line) <= width {
			lines = append(lines, line)
			continue
		}
		lines = append(lines, directed(w.Wrap(line, width, 50))...)
	}
	return strings.Join(lines, "\n")
}

// directed gives the lines that a text was broken into the direction of its first: on its own, one that happens to
// begin with a number or a word of another script would run the other way.
func directed(lines []string) []string {
	runs := direction(strings.Join(lines, " "))
	for i, line := range lines {
		switch {
		case direction(line) == runs:
		case runs == rightToLeft:
			lines[i] = "\u200f" + line // a mark that has a direction, and nothing to see
		default:
			lines[i] = "\u200e" + line
		}
	}
	return lines
}

// Directions of writing.
const (
	leftToRight = iota
	rightToLeft
)

// direction is a text's: that of its first letter.
func direction(text string) int {
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam) &&
			unicode.IsLetter(r):
			return rightToLeft
		case unicode.IsLetter(r):
			return leftToRight
		}
	}
	return leftToRight
}

// wordJoiner has no width and no glyph.
const wordJoiner = "\u2060"

// assEscape takes every character out of ASS's meaning: braces begin commands unless a backslash stands before them,
// and a backslash begins one unless something else follows it – a word joiner is nothing to see. Blanks at the ends
// of a line would be dropped.
func assEscape(text string) string {
	var b strings.Builder
	text = strings.ToValidUTF8(text, "�")
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteString(`\N`)
		}
		body := strings.TrimLeft(line, " ")
		b.WriteString(strings.Repeat(`\h`, len(line)-len(body)))
		rest := strings.TrimRight(body, " ")
		for _, r := range rest {
			switch {
			case r == '\\':
				b.WriteString(`\` + wordJoiner)
			case r == '{' || r == '}':
				b.WriteString(`\` + string(r))
			case r == '\t':
				b.WriteString(`\h\h\h\h`)
			case unicode.IsControl(r):
			default:
				b.WriteRune(r)
			}
		}
		b.WriteString(strings.Repeat(`\h`, len(body)-len(rest)))
	}
	if b.Len() == 0 {
		return `\h`
	}
	return b.String()
}

// fontFolder puts the program's own fonts where libass finds them, and those that the film brings along: in a folder
// for these very files, since two of them may go by one name.
func fontFolder(sh *work.Shop, brought []string) (string, error) {
	fonts := map[string][]byte{"Go-Regular.ttf": goregular.TTF, "Go-Bold.ttf": gobold.TTF,
		"Go-Italic.ttf": goitalic.TTF, "Go-Bold-Italic.ttf": gobolditalic.TTF}
	folder := "fonts"
	if len(brought) > 0 {
		var digests []string
		for _, path := range brought {
			digest, err := sh.DigestOf(path)
			if err != nil {
				return "", err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return "", err
			}
			digests = append(digests, digest)
			fonts[digest+strings.ToLower(filepath.Ext(path))] = b
		}
		folder = work.Key(folder, digests)
	}
	for name, ttf := range fonts {
		name = filepath.Join(folder, name)
		if st, err := os.Stat(sh.Path(name)); err == nil && st.Size() == int64(len(ttf)) && ffmpeg.Made(sh.Path(name)) {
			continue
		}
		if err := os.MkdirAll(sh.Path(folder), 0o755); err != nil {
			return "", err
		}
		if err := sh.Write(name, func(w io.Writer) error { _, err := w.Write(ttf); return err }); err != nil {
			return "", err
		}
	}
	return sh.Path(folder), nil
}
