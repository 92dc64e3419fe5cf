package storyboard

// Slips of the pen: text that was pasted from a document, and the words of other tools. Each is told by its cause, for
// where YAML gives up is not where the mistake is.

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// slip is something on a line that YAML does not read as it is meant.
type slip struct {
	shape *regexp.Regexp // of a line; its first group is what is wrong, its second the key
	what  string
	hint  func(key, rest string) string // rest is what follows on the line
	valid bool                          // YAML reads it, as something else
	tail  int                           // bytes from the place that is told to the end of the shape; 0: the group or the key is told
}

var (
	quoteIt = func(string, string) string { return "put the text in quotes" }
	typeKey = func(key, rest string) string { return fmt.Sprintf("type `%s: ` with a plain colon and a blank", key) }
)

// slips are looked for in this order.
var slips = []slip{
	{regexp.MustCompile(`^[ \t]*([\x{a0}\x{2000}-\x{200b}\x{202f}\x{3000}\x{feff}])`), "a blank that is none to YAML",
		func(string, string) string { return "indent with plain blanks" }, false, 0},
	{regexp.MustCompile(`^[ \t]*([–—•·▪‣*])[ \t]`), "a bullet that is none to YAML",
		func(string, string) string { return "begin items with - and a blank" }, false, 0},
	{regexp.MustCompile(`^[ \t]*(?:- +)?()["“]?([a-z_]+)["”]?[ \t]*：`), "a full-width colon", typeKey, true, len("：")},
	{regexp.MustCompile(`[{,，][ \t]*()([a-z_]+)[ \t]*：`), "a full-width colon", typeKey, true, len("：")},
	{regexp.MustCompile(`[{,][^"']*(，)[ \t]*[a-z_]+:`), "a full-width comma",
		func(string, string) string { return "type a plain comma and a blank" }, true, 0},
	{regexp.MustCompile(`^[ \t]*(?:- +)?()([a-z_]+):[^\s:/]`), "no blank after the colon",
		func(key, _ string) string { return fmt.Sprintf("write `%s: ` with a blank after the colon", key) }, true, 0},
	{regexp.MustCompile(`(?:^[ \t]*(?:- +)?|[{,][ \t]*)()([a-z_]+): +(?:[\[{%@?` + "`" + `]|[|>!] *[^\s#|>+\-0-9]|\*\S*[ \t]+[^\s#])`),
		"text that begins with one of YAML's signs", quoteIt, false, 1},
	{regexp.MustCompile(`[{,][ \t]*()([a-z_]+): [^"'{}\[\]:,]+: `), "text with a colon", quoteIt, false, 2},
	{regexp.MustCompile(`^[ \t]*(?:- +)?()([a-z_]+): [^"'|>\[{&*!#][^:]*: `), "text with a colon", quoteIt, false, 2},
	{regexp.MustCompile(`[{,][ \t]*()([a-z_]+): “`), "typographic quotes, which are none to YAML",
		func(string, string) string { return `put the text in plain quotes: "…"` }, true, len("“")},
}

// maxSlip is the length of lines, bytes, that are looked at: nobody types longer ones.
const maxSlip = 2000

// slipBack is how many lines before the one where YAML gave up are looked at.
const slipBack = 5

// cause is the slip because of which YAML gave up at a place: the nearest one before it.
func (s *source) cause(at Pos) (finding, bool) {
	for line := at.Line; line > 0 && line >= at.Line-slipBack; line-- {
		if f, ok := s.slip(line, false); ok {
			return f, true
		}
	}
	return finding{}, false
}

// slip is the one on a line, if there is one; valid asks for those alone that YAML reads.
func (s *source) slip(line int, valid bool) (finding, bool) {
	text := s.line(Pos{line, 1})
	if len(text) > maxSlip {
		return finding{}, false
	}
	for i, sl := range slips {
		m := sl.shape.FindStringSubmatchIndex(text)
		if m == nil || valid && !sl.valid {
			continue
		}
		key := ""
		if len(m) > 4 {
			if key = text[m[4]:m[5]]; !textual(key, i) {
				continue
			}
		}
		at := m[2]
		switch {
		case sl.tail > 0:
			at = m[1] - sl.tail
		case key != "":
			at = m[4]
		}
		return finding{at: Pos{line, utf8.RuneCountInString(text[:at]) + 1}, message: sl.what,
			hint: advise(sl.hint(key, text[m[1]:]))}, true
	}
	return finding{}, false
}

// textual reports whether a key is one, and for the slips with text whether its value is text wherever it stands.
func textual(name string, of int) bool {
	known, always := false, true
	for _, k := range language {
		if k.name == name {
			known, always = true, always && (k.kind == text || k.kind == brief)
		}
	}
	return known && (always || !strings.HasPrefix(slips[of].what, "text "))
}

// synonyms are words of other tools and of people for keys.
var synonyms = map[string]string{
	"last_frame": "to", "end_frame": "to", "image_tail": "to", "last_image": "to", "tail_image": "to",
	"image": "first_frame", "start_frame": "first_frame", "init_image": "first_frame", "first_image": "first_frame",
	"image_url": "first_frame", "description": "prompt", "text": "prompt", "visual": "prompt",
	"generate_audio": "audio", "aspect_ratio": "ratio", "aspect": "ratio", "size": "ratio",
	"negative_prompt": "negative", "characters": "cast", "character": "cast", "actors": "cast",
	"length": "duration", "seconds": "duration", "time": "duration", "number": "id", "shot_number": "id", "name": "id",
	"subtitle": "caption", "subtitles": "caption", "comment": "notes", "note": "notes", "variables": "vars",
	"location": "prompt", "continue": "from", "continues": "from", "parent": "from", "camera_move": "camera",
	"movement": "camera", "lighting": "light", "mood": "light", "sfx": "sound", "dialog": "dialogue",
}

// elsewhere are words for what is said in another place of a storyboard.
var elsewhere = map[string]string{
	"transition": "joins belong in a cut: `cuts: [{ transitions: … }]`", "voiceover": "narration belongs in a cut: `cuts: [{ narration: … }]`",
	"voice_over": "narration belongs in a cut: `cuts: [{ narration: … }]`", "vo": "narration belongs in a cut: `cuts: [{ narration: … }]`",
	"music": "music belongs in a cut: `cuts: [{ music: … }]`",
}

func plainWord(name string) string { return strings.ReplaceAll(strings.ToLower(name), "-", "_") }

// meant is the key that a word stands for; "" where nobody knows it.
func meant(name string) string {
	name = plainWord(name)
	if synonyms[name] == "" && vocabulary[inShot][name] != nil {
		return name
	}
	return synonyms[name]
}

// wordFor is the hint for a key that is not one here: the key of that meaning; "" for none.
func wordFor(name string, in place) string {
	if k := vocabulary[in][meant(name)]; k != nil {
		return fmt.Sprintf("here it is `%s`", k.name)
	}
	name = plainWord(name)
	if in == inShot || in == inScene || in == inFilm {
		return elsewhere[name]
	}
	return ""
}

// loose is the hint for a key without a value between { and }, which is most often the rest of a text with a comma in it.
func (s *source) loose(name *yaml.Node) string {
	line := s.line(position(name))
	rest := strings.TrimLeft(line[min(len(line), byteColumn(line, name.Column)+len(name.Value)):], " ")
	if name.Style == 0 && (strings.HasPrefix(rest, ",") || strings.HasPrefix(rest, "}")) {
		return "between { and } a comma ends the text: put all of it in quotes"
	}
	return ""
}
