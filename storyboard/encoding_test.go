package storyboard

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEncodings holds that a text in another encoding is named once, and that nothing is guessed.
func TestEncodings(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"UTF-16LE":             {"\xff\xfet\x00i\x00t\x00l\x00e\x00", "film.yaml:1:1: the file is UTF-16, not UTF-8"},
		"UTF-16BE":             {"\xfe\xff\x00t\x00i\x00t\x00l\x00e", "film.yaml:1:1: the file is UTF-16, not UTF-8"},
		"UTF-16 without a BOM": {"t\x00i\x00t\x00l\x00e\x00", "film.yaml:1:1: the file is UTF-16, not UTF-8"},
		"GBK":                  {"title: \xb5\xc6\xcb\xfe\xa3\xac\xce\xde\n", "film.yaml:1:1: the file is GBK, not UTF-8"},
		"Latin-1":              {"title: caf\xe9\n", "film.yaml:1:11: not UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("film.yaml", t.TempDir(), []byte(c.text), Options{})
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "UTF-8")
			var ps Problems
			require.ErrorAs(t, err, &ps)
			require.Len(t, ps, 1)
		})
	}
}
