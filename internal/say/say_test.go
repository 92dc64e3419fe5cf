package say

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A command that is shown can be pasted: a shell reads back the very words, whatever is in them.
func TestShownCommandsCanBePasted(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	rapid.Check(t, func(t *rapid.T) {
		argv := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("aZ0 '\"\\$`!*?[]{}();&|<>#~%=:,.-/\n\t\x1b\u0085é灯😀")),
			0, 12, -1), 1, 6).Draw(t, "words")
		line := ShellLine(argv)
		require.False(t, strings.ContainsFunc(line, unicode.IsControl), "a terminal would act on %q", line)
		out, err := exec.Command(shell, "-c", `printf '%s\0' `+line).Output()
		require.NoError(t, err, line)
		require.Equal(t, strings.Join(argv, "\x00")+"\x00", string(out))
	})
}

func TestPlainWordsStayPlain(t *testing.T) {
	require.Equal(t, `ffmpeg -i file:/a/b.mp4 -vf 'scale=1:2,format=yuv420p[v]' ''`,
		ShellLine([]string{"ffmpeg", "-i", "file:/a/b.mp4", "-vf", "scale=1:2,format=yuv420p[v]", ""}))
}

// TestCleanIsSafe holds that no text of others moves a cursor, rings a bell or turns what follows around.
func TestCleanIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text") + "\u202e\u061c\x9b\x1b"
		for _, r := range Clean(s) {
			require.False(t, unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r), "%U", r)
		}
	})
	require.Equal(t, "海上 的灯塔 🎬", Clean("海上\n的灯塔\t🎬"))
}

func TestTook(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 s", 59*time.Second + 499*time.Millisecond: "59 s",
		90 * time.Second: "1 min 30 s", 3600 * time.Second: "1 h 00 min"} {
		require.Equal(t, want, Took(d))
	}
}

func TestNearest(t *testing.T) {
	keys := []string{"prompt", "ratio", "seed", "720p"}
	for word, want := range map[string]string{"promt": "prompt", "rpompt": "prompt", "PROMPT": "prompt", "sed": "seed",
		"720":    "720p",
		"prompt": "", "zebra": "", "": "", "x": "", strings.Repeat("a", 100): ""} {
		require.Equal(t, want, Nearest(word, keys), word)
	}
}

func TestDidYouMean(t *testing.T) {
	require.Equal(t, `did you mean "prompt"?`, DidYouMean("promt", []string{"seed", "prompt"}, "write it"))
	require.Equal(t, "write it", DidYouMean("zebra", []string{"seed", "prompt"}, "write it"))
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 clips", 1: "1 clip", 2: "2 clips"} {
		require.Equal(t, want, Count(n, "clip"))
	}
}

// TestSlug holds that a slug is a file name on every system, and whole characters.
func TestSlug(t *testing.T) {
	for text, want := range map[string]string{"The Lighthouse!": "the-lighthouse", "海上的灯塔 – Teil 2": "海上的灯塔-teil-2",
		"हिन्दी": "हिन्दी", "  ../..\\ ": "", "a ❤️ b": "a-b", "9:30": "9-30"} {
		require.Equal(t, want, Slug(text, 24), text)
	}
	require.Equal(t, "灯塔", Slug("灯塔灯", 8), "no character is cut in two")
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(0, 40).Draw(t, "most")
		s := Slug(rapid.String().Draw(t, "text"), most)
		require.LessOrEqual(t, len(s), most)
		require.True(t, utf8.ValidString(s))
		require.False(t, strings.ContainsAny(s, `/\:.`) || strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-"), "%q", s)
		require.Equal(t, s, Slug(s, most), "a slug is its own slug")
	})
}

func TestPath(t *testing.T) {
	wd, err := os.Getwd()
	require.NoError(t, err)
	require.Equal(t, filepath.Join("a", "film.mp4"), Path(filepath.Join(wd, "a", "film.mp4")))
	out := filepath.Join(filepath.Dir(wd), "film.mp4")
	require.Equal(t, out, Path(out), "what is outside is named in full")
}
