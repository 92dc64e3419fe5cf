package font

// This file finds the font that each character of words on the picture is set in.

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// family is a font that words on the picture can be set in, by the name that libass finds it by.
type family struct {
	name string
	font *sfnt.Font
}

// has reports whether the font has a glyph. Not for concurrent use: buf is the caller's.
func (f family) has(buf *sfnt.Buffer, r rune) bool {
	g, err := f.font.GlyphIndex(buf, r)
	return err == nil && g != 0
}

// library are the fonts for words on the picture: the program's own, then the system's, the preferred first, each
// read when first needed.
type library struct {
	mu    sync.Mutex // guards what follows
	files []string   // not read yet
	read  []family
}

// mostFonts bounds how many of the system's fonts are looked into.
const mostFonts = 500

// OwnFamily is the family of the fonts that come with the program.
const OwnFamily = "Go"

var fonts = sync.OnceValue(func() *library {
	files := slices.Clone(System())
	for _, f := range everyFont() {
		if !slices.Contains(files, f) && len(files) < mostFonts {
			files = append(files, f)
		}
	}
	return &library{files: files, read: []family{{OwnFamily, own[Regular]()}}}
})

// everyFont are all font files of the system, but those of coloured pictures, which libass cannot draw.
func everyFont() (all []string) {
	for _, folder := range fontFolders() {
		filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil
			}
			name := strings.ToLower(d.Name())
			ext := filepath.Ext(name)
			if ext != ".ttf" && ext != ".ttc" && ext != ".otf" && ext != ".otc" ||
				strings.Contains(strings.ReplaceAll(name, " ", ""), "coloremoji") {
				return nil
			}
			all = append(all, path)
			return nil
		})
	}
	slices.Sort(all)
	return all
}

// at is the i-th font, false after the last.
func (l *library) at(i int) (family, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i >= len(l.read) && len(l.files) > 0 {
		path := l.files[0]
		l.files = l.files[1:]
		if st, err := os.Stat(path); err != nil || st.Size() > maxFont {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		f, err := opentype.Parse(repack(b))
		if err != nil {
			continue
		}
		if name, err := f.Name(nil, sfnt.NameIDFamily); err == nil && name != "" && !strings.ContainsAny(name, ",{}\\\n") {
			l.read = append(l.read, family{name, f})
		}
	}
	if i < len(l.read) {
		return l.read[i], true
	}
	return family{}, false
}

// drawn reports whether a character needs a glyph.
func drawn(r rune) bool {
	return r > ' ' && !unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Zs, r) && !unicode.Is(unicode.Cc, r) &&
		!unicode.Is(unicode.Variation_Selector, r)
}

// Run is a stretch of text in one font, by the family that libass finds it by.
type Run struct{ Family, Text string }

func (l *library) set(text, wanted string) ([]Run, error) {
	if wanted != "" {
		if f, ok := l.named(wanted); ok && f.all(text) {
			return []Run{{f.name, text}}, nil
		} else if ok && IsFile(wanted) {
			return l.mixed(text, wanted)
		}
	}
	for i := 0; ; i++ {
		f, ok := l.at(i)
		if !ok {
			break
		}
		if f.all(text) {
			return []Run{{f.name, text}}, nil
		}
	}
	return l.mixed(text, wanted)
}

func (l *library) named(name string) (family, bool) {
	if IsFile(name) {
		f, err := fileFont(name)
		return f, err == nil
	}
	for i := 0; ; i++ {
		f, ok := l.at(i)
		if !ok || strings.EqualFold(f.name, name) {
			return f, ok
		}
	}
}

func (f family) all(text string) bool {
	var buf sfnt.Buffer
	for _, r := range text {
		if drawn(r) && !f.has(&buf, r) {
			return false
		}
	}
	return true
}

// mixed sets a text of several scripts that no one font has.
func (l *library) mixed(text, wanted string) ([]Run, error) {
	var runs []Run
	var buf sfnt.Buffer
	var now family
	for _, r := range text {
		if now.font == nil || drawn(r) && !now.has(&buf, r) {
			f, ok := l.first(&buf, r, wanted)
			if !ok {
				return nil, fmt.Errorf("no font of this system has the %s character %q of %q: install one that does (%s)",
					script(r), r, shorten(text), suggestion(r))
			}
			now = f
			runs = append(runs, Run{Family: f.name})
		}
		runs[len(runs)-1].Text += string(r)
	}
	return runs, nil
}

func (l *library) first(buf *sfnt.Buffer, r rune, wanted string) (family, bool) {
	if wanted != "" {
		if f, ok := l.named(wanted); ok && (!drawn(r) || f.has(buf, r)) {
			return f, true
		}
	}
	for i := 0; ; i++ {
		f, ok := l.at(i)
		if !ok || !drawn(r) || f.has(buf, r) {
			return f, ok
		}
	}
}

// script is the name of a character's script in Unicode.
func script(r rune) string {
	if r >= 0x1f000 && r < 0x20000 {
		return "Emoji"
	}
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return name
		}
	}
	return "special"
}

func suggestion(r rune) string {
	switch s := script(r); s {
	case "Han", "Hiragana", "Katakana", "Hangul", "Bopomofo":
		return "fonts-noto-cjk, fonts-wqy-microhei"
	case "Emoji", "special":
		return "fonts-symbola, Noto Sans Symbols"
	default:
		return "Noto Sans " + strings.ReplaceAll(s, "_", " ")
	}
}

func shorten(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Set chooses fonts for a text: one for all of it where there is one, the wanted family first, else as few changes
// as its characters ask for. The error names the text and the script that no font has.
func Set(text, wanted string) ([]Run, error) { return fonts().set(text, wanted) }

// Check reports whether words can be shown on the picture in a family, "" for any: the error names the text and
// the script for which no font has the glyphs.
func Check(text, family string) error {
	if IsFile(family) {
		if _, err := fileFont(family); err != nil {
			return err
		}
	} else if family != "" {
		if _, ok := fonts().named(family); !ok {
			return fmt.Errorf("there is no font %q on this system", family)
		}
	}
	_, err := Set(text, family)
	return err
}
