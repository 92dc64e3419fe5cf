package main

import (
	"os/exec"
	"strings"
	"testing"
	"unicode"

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
		argv := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("aZ0 '\"\\$`!*?[]{}();&|<>#~%=:,.-/\n\t\x1b\u0085é灯😀")), 0, 12, -1), 1, 6).Draw(t, "words")
		line := shellLine(argv)
		require.False(t, strings.ContainsFunc(line, unicode.IsControl), "a terminal would act on %q", line)
		out, err := exec.Command(shell, "-c", `printf '%s\0' `+line).Output()
		require.NoError(t, err, line)
		require.Equal(t, strings.Join(argv, "\x00")+"\x00", string(out))
	})
}

func TestPlainWordsStayPlain(t *testing.T) {
	require.Equal(t, `ffmpeg -i file:/a/b.mp4 -vf 'scale=1:2,format=yuv420p[v]' ''`,
		shellLine([]string{"ffmpeg", "-i", "file:/a/b.mp4", "-vf", "scale=1:2,format=yuv420p[v]", ""}))
}
