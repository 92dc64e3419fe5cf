package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryFieldIsDocumented holds docs/json.md to the source: whatever a command prints with --json is explained.
func TestEveryFieldIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/json.md")
	require.NoError(t, err)
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	reports, err := filepath.Glob("../../chain/vet/*.go") // what vet prints is its report
	require.NoError(t, err)
	require.NotEmpty(t, reports)
	files, fields := append(files, reports...), 0
	for _, path := range files {
		base := filepath.Base(path)
		if strings.HasSuffix(base, "_test.go") || base == "trace.go" || base == "paid.go" { // Chrome's form, and Ark's
			continue
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(
			"json:\"(\\w+)|map\\[string\\](?:any|string)\\{\"(\\w+)\"").FindAllStringSubmatch(string(text), -1) {
			fields++
			require.True(t, strings.Contains(string(doc), "`"+m[1]+m[2]+"`"), "docs/json.md does not tell of `%s` of %s",
				m[1]+m[2], path)
		}
	}
	require.Greater(t, fields, 50)
}

// TestTheDocumentedErrorIsOne holds the example of the documentation.
func TestTheDocumentedErrorIsOne(t *testing.T) {
	doc, err := os.ReadFile("../../docs/json.md")
	require.NoError(t, err)
	m := regexp.MustCompile("(?s)```json\n(.*?)```").FindSubmatch(doc)
	require.NotNil(t, m)
	path := filepath.Join(t.TempDir(), "film.yaml")
	require.NoError(t,
		os.WriteFile(path,
			[]byte("look: { model: seedance-2.0, resolution: 720p, duration: 5s }\nscenes: [{ id: a, shots: [{ id: one, prompt: A boat. }] }]\n"), 0o644))
	code, out, _ := tryWith("a-key", "run", path, "--provider", "ark", "--max-cost", "1.00", "--json")
	require.Equal(t, exitBudget, code)
	require.JSONEq(t, string(m[1]), out)
}

// TestEveryCommandTellsItsSchema runs what needs no clip, right and wrong.
func TestEveryCommandTellsItsSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.yaml")
	require.NoError(t, os.WriteFile(path, []byte("scenes: [{ id: a, shots: [{ id: one, prompt: A boat. }] }]\n"), 0o644))
	for _, line := range []string{"check " + path, "plan " + path, "graph " + path, "models", "doctor", "version",
		"status " + path, "store ls " + path,
		"collect " + path, "cut " + path, "run", "check none.yaml", "plan " + path + " --only b/none", "trace " + path,
		"watch " + path + " --provider ark"} {
		_, out, said := try(append(strings.Fields(line), "--json")...)
		require.NotEmpty(t, out, "%s: %s", line, said)
		for _, l := range strings.Split(strings.TrimSpace(out), "\n") {
			var v struct{ Schema int }
			require.NoError(t, json.Unmarshal([]byte(l), &v), "%s: %s", line, l)
			require.Equal(t, schemaVersion, v.Schema, "%s: %s", line, l)
		}
	}
	code, out, _ := tryWith("a-key", "run", path, "--provider", "ark", "--json")
	require.Equal(t, exitUsage, code)
	require.Contains(t, out, `"retry_with":["--max-cost","`)
}
