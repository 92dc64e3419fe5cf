package storyboard

import "errors"

// Options change how a storyboard is read. The zero value reads it as it stands.
type Options struct {
	Vars       map[string]string // override `vars` of the same name; a name that the film does not have is a problem
	AllowPaths []string          // folders beside the storyboard's own that its paths may reach into
}

// Load reads and parses the storyboard at path. The error is Problems where the storyboard is wrong, and anything
// else where the file could not be read.
func Load(path string, o Options) (*Storyboard, error) { return nil, errors.New("not built yet") }

// Parse parses src. file names it in messages, dir is the folder that its paths are relative to. The error, if
// any, is Problems. Parse reads the stills that the storyboard names, and nothing else.
func Parse(file, dir string, src []byte, o Options) (*Storyboard, error) {
	return nil, errors.New("not built yet")
}

// Schema is the language as a JSON Schema (draft 2020-12), from the same table that the parser checks against.
func Schema() []byte { return nil }

// Suggest names the candidate nearest to word, for hints; "" where none is near.
func Suggest(word string, candidates []string) string { return "" }
