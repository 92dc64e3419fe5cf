package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"shotchain/film"

	"github.com/stretchr/testify/require"
)

// readme returns what the README shows in its fenced blocks of a language ("" for those that name none).
func readme(t *testing.T, language string) []string {
	t.Helper()
	b, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	var blocks []string
	for _, m := range regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```").FindAllStringSubmatch(string(b), -1) {
		if m[1] == language {
			blocks = append(blocks, m[2])
		}
	}
	require.NotEmpty(t, blocks)
	return blocks
}

// said runs the program in this process, keyless, and returns what it wrote.
func said(t *testing.T, wantExit int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	exit := run(t.Context(), args, strings.NewReader(""), &out, &err, func(string) string { return "" })
	require.Equal(t, wantExit, exit, err.String())
	return out.String(), err.String()
}

func TestTheReadmesStoryboardIsOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.yaml")
	board := readme(t, "yaml")[0]
	require.NoError(t, os.WriteFile(path, []byte(board), 0o644))
	out, _ := said(t, exitDone, "check", path)
	require.Contains(t, out, "3 shots, 15 s, 1 chain")

	// Its cuts belong to it.
	require.NoError(t, os.MkdirAll(filepath.Join(filepath.Dir(path), "audio"), 0o755))
	for _, name := range []string{"theme.mp3", "line.wav"} {
		hum(t, filepath.Join(filepath.Dir(path), "audio", name))
	}
	require.NoError(t, os.WriteFile(path, []byte(board+readme(t, "yaml")[1]), 0o644))
	out, _ = said(t, exitDone, "check", path, "--json")
	require.Contains(t, out, `"cuts":2`)

	// The problem that it shows is what a typing mistake in it gives.
	wrong := regexp.MustCompile(`from: arrival/landing.*`).ReplaceAllString(board, "from: arrival/landin")
	require.NoError(t, os.WriteFile(path, []byte(wrong), 0o644))
	_, got := said(t, exitStoryboard, "check", path)
	for _, line := range strings.Split(strings.TrimSpace(shownProblem(t)), "\n") {
		line = strings.TrimPrefix(line, "film.yaml")
		require.Contains(t, got, strings.TrimSpace(line))
	}
}

func shownProblem(t *testing.T) string {
	for _, block := range readme(t, "") {
		if strings.HasPrefix(block, "film.yaml:") && strings.Contains(block, "hint:") {
			return block
		}
	}
	t.Fatal("the README shows no problem")
	return ""
}

func TestTheReadmeNamesEveryCommandAndExitCode(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	p := &program{terminal: newTerminal(strings.NewReader(""), io.Discard, io.Discard, os.Getenv), env: os.Getenv,
		temps: &film.Scratch{}}
	for _, c := range p.root().Commands() {
		switch c.Name() {
		case "help", "completion", "version":
		default:
			require.Regexp(t, "`"+c.Name()+"[ `]", string(b), "the README's table lacks a command")
		}
	}
	for _, code := range exitOf {
		require.Regexp(t, regexp.MustCompile(`\b`+regexp.QuoteMeta(strconv.Itoa(code))+` [a-z]`), string(b))
	}
	require.Contains(t, string(b), "make demo")
	require.Contains(t, string(b), "make test")
}

// hum writes two seconds of sound.
func hum(t *testing.T, path string) {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=2", path).CombinedOutput()
	require.NoError(t, err, string(out))
}
