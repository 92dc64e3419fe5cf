package ffmpeg

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestGraphCompiles(t *testing.T) {
	var g Graph
	in := g.Input("/a.mp4")
	v := g.Filter(in.Video(), "hflip", nil, nil)
	v = g.Filter(v, "scale", []string{"64", "36"}, nil)
	g.Output("/v.mp4", Args{"c:v": "libx264"}, v)
	g.Output("/a.wav", nil, g.Filter(in.Audio(), "apad", nil, nil))
	args, err := g.Compile()
	require.NoError(t, err)
	line := strings.Join(args, " ")
	require.Contains(t, line, "-f mov -protocol_whitelist file,pipe -thread_queue_size 8 -threads 1 -i file:")
	require.Contains(t, line, "hflip[s0];[s0]scale=64:36")
}

// ffmpeg-go takes filters for one that differ only in name or in the order of options; that must not go unseen.
func TestGraphSeesWhatWasLost(t *testing.T) {
	var g Graph
	in := g.Input("/a.mp4")
	g.Output("/x.mp4", nil, g.Filter(in.Video(), "hflip", nil, nil))
	g.Output("/y.mp4", nil, g.Filter(in.Video(), "vflip", nil, nil))
	_, err := g.Compile()
	require.Error(t, err)

	var empty Graph
	_, err = empty.Compile()
	require.EqualError(t, err, "filter graph: no output")
}

func TestSameClipTwiceIsTwoInputs(t *testing.T) {
	var g Graph
	a, b := g.Input("/a.mp4"), g.Input("/a.mp4")
	g.Output("/x.mp4", nil, a.Video(), b.Video())
	args, err := g.Compile()
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(strings.Join(args, " "), "-i file:"))
}

var hostile = []string{"", " ", "it's", `a:b=c,d;e[f]g\h`, "%{pts} %n", "line\nbreak", " blanks at the ends ", `\`,
	`\\'`, `'`, "''", "[out]",
	"tab\tand\rreturn", "emoji 🎬 漢字 \u202e", `',drawtext=textfile=/etc/passwd,'`, `:text=x`, "\x1b[31m", "#;=\\",
	"$(id) `id` \"q\""}

// What goes in comes out of ffmpeg's own parser: texts are hung onto a frame as metadata by a filter and printed
// by another.
func parsed(t require.TestingT, dir string, texts []string) {
	var g Graph
	s := g.input("color=s=16x16:r=1:d=1", Args{"f": "lavfi"})
	for i, text := range texts {
		s = g.Filter(s, "metadata", nil, Args{"mode": "add", "key": fmt.Sprintf("k%d", i), "value": Escape("<" + text + ">")})
	}
	out := filepath.Join(dir, "out.txt")
	g.Output(filepath.Join(dir, "null"), Args{"f": "null"},
		g.Filter(s, "metadata", nil, Args{"mode": "print", "file": Escape(filepath.ToSlash(out))}))
	args, err := g.Compile()
	require.NoError(t, err)
	require.NoError(t, Run(context.Background(), args, Options{}))
	b, err := os.ReadFile(out)
	require.NoError(t, err)
	for i, text := range texts {
		require.Contains(t, string(b), fmt.Sprintf("k%d=<%s>\n", i, text))
	}
}

func TestEscapeThroughTheRealParser(t *testing.T) {
	parsed(t, t.TempDir(), hostile)
}

func TestEscapeOfAnyText(t *testing.T) {
	dir := t.TempDir()
	text := rapid.StringOfN(rapid.OneOf(rapid.SampledFrom([]rune(`\':=,;[]%# "`+"\n")), rapid.Rune()), 0, 12, -1)
	for i := range 4 {
		texts := rapid.SliceOfN(text, 40, 40).Example(i)
		for j := range texts {
			texts[j] = strings.ReplaceAll(texts[j], "\x00", "")
		}
		parsed(t, dir, texts)
	}
}

// escapeGraph is Escape for text that goes straight into a filter graph's string.
func escapeGraph(text string) string {
	return strings.NewReplacer(`\`, `\\`, `'`, `\'`, `[`, `\[`, `]`, `\]`, `,`, `\,`, `;`, `\;`).Replace(Escape(text))
}

func TestEscapeGraph(t *testing.T) {
	for _, text := range hostile {
		var out bytes.Buffer
		chain := "color=s=16x16:r=1:d=1,metadata=mode=add:key=k:value=" + escapeGraph("<"+text+">") +
			",metadata=mode=print:file=-"
		require.NoError(t, Run(t.Context(), []string{"-f", "lavfi", "-i", chain, "-f", "null", "-"}, Options{Stdout: &out}),
			text)
		require.Contains(t, out.String(), "k=<"+text+">\n")
	}
}

func FuzzEscape(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		const most = 200 // bytes: ffmpeg's metadata filter cuts what it prints at 255, key and all
		text = strings.ReplaceAll(text, "\x00", "")
		parsed(t, dir, []string{text[:min(len(text), most)]})
	})
}

func TestListing(t *testing.T) {
	for name, want := range map[string]bool{"libx264": true, "aac": true, "nonsense": false, "=": false} {
		got, err := HasEncoder(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
	for name, want := range map[string]bool{"scale": true, "aresample": true, "concat": true, "nonsense": false} {
		got, err := HasFilter(t.Context(), name)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
}
