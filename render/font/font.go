// Package font knows the letters that this machine can draw. It sets words in fonts that have their characters ([Set],
// [Check], for libass, which burns them in by a family's name) and draws them itself ([Pen], for slates). Latin, Greek
// and Cyrillic come with the program, a film may bring fonts of its own ([IsFile]); for other scripts the system's fonts are looked through once, when a text first
// needs one, so a text that no font can show is known before anything is encoded.
package font

import (
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// wanted are parts of the names of fonts with many scripts, the better ones first.
var wanted = []string{"notosanscjk", "notosanssc", "sourcehansans", "pingfang", "hiragino sans gb", "hiraginosansgb",
	"wqy-microhei",
	"wqy-zenhei", "msyh", "yahei", "simhei", "simsun", "droidsansfallback", "stheiti", "arial unicode", "arialunicode",
	"malgun",
	"notosansarabic", "notosanshebrew", "notosansdevanagari", "notosansthai", "dejavusans.ttf", "freesans.ttf",
	"segoeui.ttf"}

func fontFolders() []string {
	home, _ := os.UserHomeDir()
	switch runtime.GOOS {
	case "darwin":
		return []string{"/System/Library/Fonts", "/Library/Fonts", filepath.Join(home, "Library/Fonts")}
	case "windows":
		return []string{filepath.Join(os.Getenv("WINDIR"), "Fonts")}
	}
	return []string{"/usr/share/fonts", "/usr/local/share/fonts", filepath.Join(home, ".fonts"),
		filepath.Join(home, ".local/share/fonts")}
}

// maxFont bounds the memory that one of the system's fonts may take.
const maxFont = 64 << 20

// System are the files of the system's fonts that slates fall back to, the preferred first.
func System() []string { return systemFonts() }

var systemFonts = sync.OnceValue(func() []string {
	rank := map[string]int{}
	for _, folder := range fontFolders() {
		filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil
			}
			name := strings.ToLower(d.Name())
			if ext := filepath.Ext(name); ext != ".ttf" && ext != ".ttc" && ext != ".otf" && ext != ".otc" {
				return nil
			}
			for i, w := range wanted {
				if strings.Contains(name, w) {
					rank[path] = i
					break
				}
			}
			return nil
		})
	}
	all := make([]string, 0, len(rank))
	for p := range rank {
		all = append(all, p)
	}
	sort.Slice(all, func(i, j int) bool {
		if rank[all[i]] != rank[all[j]] {
			return rank[all[i]] < rank[all[j]]
		}
		return all[i] < all[j]
	})
	return all
})

var fallbacks = sync.OnceValue(func() []*sfnt.Font {
	var fonts []*sfnt.Font
	for _, path := range System() {
		if st, err := os.Stat(path); err != nil || st.Size() > maxFont {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if f, err := opentype.Parse(repack(b)); err == nil {
			fonts = append(fonts, f)
		}
		if len(fonts) == 6 {
			break
		}
	}
	return fonts
})

// Face is one of the fonts that come with the program.
type Face int

// The program's own faces.
const (
	Regular Face = iota
	Bold
	Mono
)

var own = map[Face]func() *sfnt.Font{Regular: builtin(goregular.TTF), Bold: builtin(gobold.TTF),
	Mono: builtin(gomono.TTF)}

func builtin(ttf []byte) func() *sfnt.Font {
	return sync.OnceValue(func() *sfnt.Font {
		f, err := opentype.Parse(ttf)
		if err != nil {
			panic(err) // a font that is compiled in
		}
		return f
	})
}

// Pen draws text in one size, each character in the first font that has it. Used by one goroutine.
type Pen struct {
	Size  float64
	fonts []*sfnt.Font
	faces []font.Face
	whole bool // the system's fonts are among them
	buf   sfnt.Buffer
}

// NewPen writes in a face, size pixels high.
func NewPen(first Face, size float64) *Pen {
	w := &Pen{Size: size}
	w.append(own[first]())
	if first != Regular {
		w.append(own[Regular]())
	}
	return w
}

func (w *Pen) append(f *sfnt.Font) {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: w.Size, DPI: 72, Hinting: font.HintingNone})
	if err == nil {
		w.fonts, w.faces = append(w.fonts, f), append(w.faces, face)
	}
}

// face is the face for a character, nil where no font has it.
func (w *Pen) face(r rune) font.Face {
	for i := 0; ; i++ {
		if i == len(w.fonts) {
			if w.whole {
				return nil
			}
			w.whole = true
			for _, f := range fallbacks() {
				w.append(f)
			}
			if i == len(w.fonts) {
				return nil
			}
		}
		if g, err := w.fonts[i].GlyphIndex(&w.buf, r); err == nil && g != 0 {
			return w.faces[i]
		}
	}
}

// Width is a text's in pixels.
func (w *Pen) Width(text string) float64 {
	sum := fixed.Int26_6(0)
	for _, r := range text {
		sum += w.advance(r)
	}
	return float64(sum) / 64
}

func (w *Pen) advance(r rune) fixed.Int26_6 {
	if f := w.face(r); f != nil {
		if a, ok := f.GlyphAdvance(r); ok {
			return a
		}
	}
	return fixed.Int26_6(w.Size * 0.7 * 64)
}

// Draw writes text with its baseline at x, y into the mask. A character that no font has is an empty box.
func (w *Pen) Draw(dst *image.Alpha, x, y float64, text string) {
	dot := fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}
	for _, r := range text {
		if f := w.face(r); f == nil {
			w.missing(dst, dot)
		} else if box, mask, at, _, ok := f.Glyph(dot, r); ok {
			draw.DrawMask(dst, box, image.Opaque, image.Point{}, mask, at, draw.Over)
		}
		dot.X += w.advance(r)
	}
}

func (w *Pen) missing(dst *image.Alpha, dot fixed.Point26_6) {
	s := int(w.Size)
	b := image.Rect(0, -s*7/10, s*5/10, 0).Add(image.Pt(dot.X.Round()+s/10, dot.Y.Round()))
	t := max(1, s/14)
	for _, side := range []image.Rectangle{{b.Min, image.Pt(b.Max.X, b.Min.Y+t)}, {image.Pt(b.Min.X, b.Max.Y-t), b.Max},
		{b.Min, image.Pt(b.Min.X+t, b.Max.Y)}, {image.Pt(b.Max.X-t, b.Min.Y), b.Max}} {
		draw.Draw(dst, side, image.Opaque, image.Point{}, draw.Over)
	}
}

// Missing are the characters of a text that neither the program's nor the system's fonts can show.
func Missing(text string) []rune {
	w := NewPen(Regular, 16)
	var lost []rune
	seen := map[rune]bool{}
	for _, r := range text {
		if r > ' ' && !seen[r] && w.face(r) == nil {
			lost = append(lost, r)
		}
		seen[r] = true
	}
	return lost
}

// Wrap breaks a text into at most n lines of a width in pixels: at blanks, or anywhere between characters of scripts
// that are written without them. What does not fit ends in an ellipsis.
func (w *Pen) Wrap(text string, width float64, n int) []string {
	var lines []string
	rest := []rune(strings.Join(strings.Fields(text), " "))
	for len(rest) > 0 && len(lines) < n {
		k := w.fits(rest, width)
		if k < len(rest) && len(lines) == n-1 {
			for k > 0 && w.Width(string(rest[:k])+"…") > width {
				k--
			}
			return append(lines, strings.TrimRight(string(rest[:k]), " ")+"…")
		}
		lines = append(lines, strings.TrimSpace(string(rest[:k])))
		rest = []rune(strings.TrimLeft(string(rest[k:]), " "))
	}
	return lines
}

// fits is how many characters go on one line.
func (w *Pen) fits(text []rune, width float64) int {
	sum, cut := 0.0, 0
	for i, r := range text {
		sum += float64(w.advance(r)) / 64
		if sum > width && i > 0 {
			if cut == 0 {
				cut = i
			}
			return cut
		}
		if r == ' ' || r >= 0x2e80 {
			cut = i + 1
		}
	}
	return len(text)
}
