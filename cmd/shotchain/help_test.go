package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shotchain/internal/say"

	"github.com/stretchr/testify/require"

	"shotchain/film"
)

// try runs the program in this process, without a key and without a terminal.
func try(args ...string) (code int, out, err string) { return tryWith("", args...) }

// tryWith is try for somebody who has a key of Ark.
func tryWith(key string, args ...string) (code int, out, err string) {
	var o, e bytes.Buffer
	code = run(context.Background(), args, strings.NewReader(""), &o, &e, func(name string) string {
		if name == film.EnvKey {
			return key
		}
		return ""
	})
	return code, o.String(), e.String()
}

// TestHelp holds the manual of every command to its golden file, and to the width of a terminal.
func TestHelp(t *testing.T) {
	verbs := []string{"", "new", "check", "plan", "run", "cut", "pick", "take", "freeze", "sheet", "board", "watch",
		"graph", "trace", "status", "collect", "cancel", "store", "store ls", "store verify", "store gc", "models", "vet",
		"schema", "sim", "doctor", "version", "completion"}
	for _, verb := range verbs {
		t.Run(verb, func(t *testing.T) {
			code, out, said := try(strings.Fields("help " + verb)...)
			require.Zero(t, code)
			require.Empty(t, said)
			for _, line := range strings.Split(out, "\n") {
				require.LessOrEqual(t, say.Width(line), 100, line)
			}
			require.Contains(t, out, "Example:\n  ")
			_, short, _ := try(append(strings.Fields(verb), "--help")...)
			require.Equal(t, out, short)
			golden(t, filepath.Join("testdata", "help", "shotchain-"+strings.ReplaceAll(verb, " ", "-")+".txt"), out)
		})
	}
	code, out, _ := try()
	require.Zero(t, code)
	for _, verb := range verbs[1:] {
		if strings.Contains(verb, " ") {
			continue
		}
		require.Contains(t, out, "\n  "+verb+" ", "the first page lists every command")
	}
}

// TestHelpTellsTheLanguage holds that the terminal tells what docs/language.md does: all of it, or one key.
func TestHelpTellsTheLanguage(t *testing.T) {
	code, out, said := try("help", "language")
	require.Zero(t, code)
	require.Empty(t, said)
	page, err := os.ReadFile("../../docs/language.md")
	require.NoError(t, err)
	require.Equal(t, string(page), out)

	_, out, _ = try("help", "takes")
	require.Contains(t, out, "### `takes` in a shot\n")
	require.Contains(t, out, "whole number from 1 to 99")
	require.NotContains(t, out, "`pick` in a shot")
	_, out, _ = try("help", "gain")
	require.Equal(t, 3, strings.Count(out, "### `gain` in "), "a key of several places is told at each")
	_, out, _ = try("help", "pick")
	require.Contains(t, out, "shotchain pick", "a command goes before a key of its name")
	_, out, _ = try("help", "language", "pick")
	require.Contains(t, out, "### `pick` in a shot\n")
}

// golden compares with a file, or rewrites it with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "-update rewrites %s", path)
}

// TestUsage holds what a mistyped command line gets: exit 2, one line, and what was probably meant.
func TestUsage(t *testing.T) {
	for _, c := range []struct{ args, says, hint string }{
		{"chekc", `unknown command "chekc"`, `did you mean "check"?`},
		{"check", "check needs the storyboard's file", "shotchain check film.yaml"},
		{"check a.yaml b.yaml", "check takes one storyboard, not 2", ""},
		{"plan a.yaml --provder sim", "plan: unknown flag: --provder", `did you mean "--provider"?`},
		{"plan a.yaml --provider fall", `no provider is called "fall"`, `did you mean "fal"?`},
		{"plan ../../examples/branches/film.yaml --base-url http://x", "the built-in simulator has no base URL",
			"set ARK_API_KEY"},
		{"plan a.yaml --provider ark --base-url nowhere", "the base URL is not an absolute URL", "it looks like https://"},
		{"plan a.yaml --concurrency many", "plan: invalid argument", "`shotchain help plan` lists the options"},
		{"graph a.yaml --format svg", `a graph cannot be drawn as "svg"`, "--format is text, mermaid, dot, json"},
		{"version now", "version takes no arguments", ""},
		{"help rnu", `unknown command "rnu"`, `did you mean "run"?`},
		{"help promt", `unknown command "promt"`, `did you mean "prompt"?`},
		{"help language promt", `unknown command "promt"`, `did you mean "prompt"?`},
		{"help takes pic", `unknown command "pic"`, `did you mean "pick"?`},
		{"help store gcc", `unknown command "gcc"`, `did you mean "gc"?`},
		{"project a.yaml", `unknown command "project"`, "`shotchain help` lists the commands"},
		{"pick a.yaml", "pick needs a storyboard, a shot and a number", "shotchain pick film.yaml arrival/boat 2"},
	} {
		t.Run(c.args, func(t *testing.T) {
			code, out, said := try(strings.Fields(c.args)...)
			require.Equal(t, exitUsage, code, said)
			require.Empty(t, out)
			require.Contains(t, said, "shotchain: "+c.says)
			require.Contains(t, said, c.hint)
			require.LessOrEqual(t, strings.Count(said, "\n"), 2)
		})
	}
}
