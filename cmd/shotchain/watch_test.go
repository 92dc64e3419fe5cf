package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shotchain/film"

	"github.com/stretchr/testify/require"
)

// TestWatch saves a storyboard again and again: each time the film is there anew, a wrong one is told and leaves the
// film, and only what changed is drawn. A key in the environment is left alone.
func TestWatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.yaml")
	save := func(text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o644)) }
	text := strings.NewReplacer("480p", "720p", "The camera pans left.",
		"The sea. The camera pans left.").Replace(boardFilmText)
	save(text)
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	var said safeBuffer
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"watch", path, "--json"}, strings.NewReader(""), w, &said, func(name string) string {
			return map[string]string{film.EnvKey: "a-key-that-must-not-be-used"}[name]
		})
		w.Close()
	}()
	defer cancel()
	lines := bufio.NewScanner(r)
	next := func() (v jsonWatched) {
		require.True(t, lines.Scan(), said.String())
		require.NoError(t, json.Unmarshal(lines.Bytes(), &v), lines.Text())
		return v
	}
	first := next()
	require.Nil(t, first.Error)
	require.Equal(t, 2, first.Drawn)
	require.Equal(t, 480, first.Film.Height, "a draft is drawn sooner")
	require.True(t, strings.HasSuffix(first.Film.Path, "on-board-animatic.mp4"), "never over the film that run makes")

	save(strings.Replace(text, "pans left", "pans right", 1))
	second := next()
	require.Equal(t, 1, second.Drawn, "only what changed is made")
	require.Zero(t, second.Film.Encoded, "clips of one format are joined as they are")

	save("title: [\n")
	require.Equal(t, "storyboard", next().Error.Code)
	require.FileExists(t, first.Film.Path)
	save(text)
	require.Zero(t, next().Drawn, "what was there before is still there")
	cancel()
	require.False(t, lines.Scan())
	require.Equal(t, exitDone, <-code)

	done, _, told := try("watch", path, "--provider", "ark")
	require.Equal(t, exitUsage, done)
	require.Contains(t, told, "watch works with the simulator only")
}
