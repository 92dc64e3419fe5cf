package storyboard

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

var update = flag.Bool("update", false, "write the golden files anew; read the diff")

const storyboardsFolder = "../testdata/storyboards"

// unseen is the first line of a bad storyboard that only the parser can refuse.
const unseen = "# schema cannot see this"

func testStoryboards(t testing.TB, quality string) []string {
	files, err := filepath.Glob(filepath.Join(storyboardsFolder, quality, "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func compiledSchema(t testing.TB) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("storyboard.json", doc))
	s, err := c.Compile("storyboard.json")
	require.NoError(t, err)
	return s
}

// plainValue is a YAML node as an editor's schema check sees it: dates are text, numbers are numbers.
func plainValue(t testing.TB, n *yaml.Node) any {
	switch n.Kind {
	case yaml.AliasNode:
		return plainValue(t, n.Alias)
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, plainValue(t, c))
		}
		return list
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plainValue(t, n.Content[i+1])
		}
		return m
	}
	if n.Tag == "!!timestamp" {
		return n.Value
	}
	var v any
	require.NoError(t, n.Decode(&v))
	return v
}

func TestGoodStoryboardsPassParserAndSchema(t *testing.T) {
	schema := compiledSchema(t)
	for _, file := range testStoryboards(t, "good") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			sb, err := Load(file, Options{})
			require.NoError(t, err)
			require.NotEmpty(t, sb.Shots())
			src, err := os.ReadFile(file)
			require.NoError(t, err)
			var n yaml.Node
			require.NoError(t, yaml.Unmarshal(src, &n))
			require.NoError(t, schema.Validate(plainValue(t, n.Content[0])))
		})
	}
}

func TestBadStoryboardsFailParserAndSchema(t *testing.T) {
	schema := compiledSchema(t)
	for _, file := range testStoryboards(t, "bad") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			require.NoError(t, err)
			_, err = Parse(filepath.Base(file), filepath.Dir(file), src, Options{})
			golden(t, strings.TrimSuffix(file, ".yaml")+".txt", formatted(t, err))
			if strings.HasPrefix(string(src), unseen) {
				return
			}
			var n yaml.Node
			require.NoError(t, yaml.Unmarshal(src, &n))
			require.Error(t, schema.Validate(plainValue(t, n.Content[0])))
		})
	}
}

func formatted(t testing.TB, err error) string {
	var ps Problems
	require.True(t, errors.As(err, &ps), "want problems, got %v", err)
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.Format() + "\n")
	}
	return b.String()
}

func golden(t testing.TB, file, got string) {
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// Every key of the language is in a good storyboard, so that the schema and the parser are compared on all of them.
func TestGoodStoryboardsUseEveryKey(t *testing.T) {
	var all strings.Builder
	for _, file := range testStoryboards(t, "good") {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(src)
	}
	for _, k := range language {
		require.Contains(t, all.String(), k.name+":")
	}
}

func TestSchemaDocumentsEveryKey(t *testing.T) {
	s := string(Schema())
	for _, k := range language {
		require.NotEmpty(t, k.help, k.name)
		require.Contains(t, s, `"`+k.name+`": {`)
	}
}
