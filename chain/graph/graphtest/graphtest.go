// Package graphtest writes storyboards for tests: a film in a line a shot, and stills of any size.
package graphtest

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/storyboard"
)

// Film parses a storyboard whose shots are given as lines of "scene/shot key: value; key: value".
func Film(t testing.TB, shots ...string) *storyboard.Storyboard {
	t.Helper()
	return Parse(t, t.TempDir(), Written(shots...))
}

// Written is the file of such a storyboard.
func Written(shots ...string) string {
	var b strings.Builder
	b.WriteString("title: Test\nlook: {model: seedance-2.0}\nscenes:\n")
	scene := ""
	for _, s := range shots {
		name, rest, _ := strings.Cut(s, " ")
		sc, id, _ := strings.Cut(name, "/")
		if sc != scene {
			scene = sc
			fmt.Fprintf(&b, "  - id: %s\n    shots:\n", sc)
		}
		fmt.Fprintf(&b, "      - id: %s\n", id)
		for kv := range strings.SplitSeq(rest, ";") {
			if kv = strings.TrimSpace(kv); kv != "" {
				fmt.Fprintf(&b, "        %s\n", kv)
			}
		}
		if !strings.Contains(rest, "prompt:") {
			fmt.Fprintf(&b, "        prompt: %s\n", id)
		}
	}
	return b.String()
}

// Parse parses a storyboard as it stands; folder holds its stills.
func Parse(t testing.TB, folder, src string) *storyboard.Storyboard {
	t.Helper()
	sb, err := storyboard.Parse("film.yaml", folder, []byte(src), storyboard.Options{})
	require.NoError(t, err)
	return sb
}

// Still writes a grey picture of that many pixels into a folder.
func Still(t testing.TB, dir, name string, w, h int) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, name))
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, image.NewGray(image.Rect(0, 0, w, h))))
	require.NoError(t, f.Close())
}
