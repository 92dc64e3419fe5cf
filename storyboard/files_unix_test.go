//go:build unix

package storyboard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Outputs and sound files stay in the folder, wherever links lead.
func TestCutsStayInTheFolder(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "real.wav"), []byte("x"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(elsewhere, "other.wav"), []byte("x"), 0o644))
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(dir, "out")))
	require.NoError(t, os.Symlink(filepath.Join(elsewhere, "film.mp4"), filepath.Join(dir, "film.mp4")))
	require.NoError(t, os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "dangling.mp4")))
	require.NoError(t, os.Symlink("real.wav", filepath.Join(dir, "link.wav")))
	require.NoError(t, os.Symlink(filepath.Join(elsewhere, "other.wav"), filepath.Join(dir, "away.wav")))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder.mp4"), 0o755))

	parse := func(cut string, allow ...string) string {
		src := "scenes: [{id: a, shots: [{id: b, prompt: x}]}]\ncuts: [{id: c, " + cut + "}]\n"
		_, err := Parse("film.yaml", dir, []byte(src), Options{AllowPaths: allow})
		if err == nil {
			return ""
		}
		return strings.SplitN(err.Error(), "\n", 2)[0]
	}
	for cut, want := range map[string]string{
		"output: out/a.mp4":                         "`out/a.mp4` is outside the storyboard's folder",
		"output: film.mp4":                          "cannot be written",
		"output: dangling.mp4":                      "cannot be written",
		"output: folder.mp4":                        "is there and is no plain file",
		"output: new/folder/a.mp4":                  "",
		"output: link.wav":                          "",
		"output: link.wav, music: {file: real.wav}": "is what the film is made of",
		"music: {file: link.wav}":                   "",
		"music: {file: away.wav}":                   "is outside the storyboard's folder",
		`output: "${title}/../../a.mp4"`:            "undefined variable",
	} {
		got := parse(cut)
		if want == "" {
			require.Empty(t, got, cut)
		} else {
			require.Contains(t, got, want, cut)
		}
	}
	require.Empty(t, parse("output: out/a.mp4", elsewhere))
	require.Empty(t, parse("music: {file: away.wav}", elsewhere))
	require.Contains(t, parse("output: out/a.wav, music: {file: out/a.wav}", elsewhere), "no such file")
}

// A title is no way out of the folder either.
func TestTitlesInOutputs(t *testing.T) {
	src := "title: ../../x\nscenes: [{id: a, shots: [{id: b, prompt: x}]}]\ncuts: [{id: c, output: \"${title}.mp4\"}]\n"
	_, err := Parse("film.yaml", t.TempDir(), []byte(src), Options{})
	require.ErrorContains(t, err, "is outside the storyboard's folder")
}
