package font

// This file reads fonts that a film brings along.

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// IsFile tells the path of a font file from the name of a family.
func IsFile(family string) bool {
	ending := strings.ToLower(filepath.Ext(family))
	return filepath.IsAbs(family) && (ending == ".ttf" || ending == ".otf")
}

// opened are the fonts that were read from files, by path, size and time of change.
var opened sync.Map

// fileFont is the font of a file, by its full name: a family may have several, and this one is meant.
func fileFont(path string) (family, error) {
	st, err := os.Stat(path)
	if err != nil {
		return family{}, err
	}
	if st.Size() > maxFont {
		return family{}, fmt.Errorf("%s has %d bytes: too many for a font", filepath.Base(path), st.Size())
	}
	key := fmt.Sprint(path, st.Size(), st.ModTime().UnixNano())
	if f, ok := opened.Load(key); ok {
		return f.(family), nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return family{}, err
	}
	f, err := parsed(b)
	if err != nil {
		return family{}, fmt.Errorf("%s is no font that can be read: %w", filepath.Base(path), err)
	}
	opened.Store(key, f)
	return f, nil
}

// parsed reads a font of whatever origin. A reader that panics has met none.
func parsed(b []byte) (f family, err error) {
	defer func() {
		if p := recover(); p != nil {
			f, err = family{}, fmt.Errorf("%v", p)
		}
	}()
	font, err := opentype.Parse(b)
	if err != nil {
		return family{}, err
	}
	name, err := font.Name(nil, sfnt.NameIDFull)
	if err == nil && (strings.TrimSpace(name) == "" || strings.ContainsAny(name, ",{}\\\n\r")) {
		err = fmt.Errorf("its name is %q", name)
	}
	return family{name, font}, err
}
