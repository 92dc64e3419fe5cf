package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"shotchain/examples"
	"shotchain/film"
)

func (p *program) newVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "new [DIR]",
		Short: "write a first storyboard with its stills",
		Long: `New writes a film to start from: a storyboard whose comments explain the language, and its stills. DIR is made where
there is none; nothing that exists is overwritten.`,
		Example: "shotchain new lighthouse",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("", "new takes one folder, not %d", len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			files, err := writeExample(dir)
			if err != nil {
				return err
			}
			p.tellNew(dir, files)
			return nil
		},
	}
}

// firstFilm is the example that new writes, and its storyboard.
const (
	firstFilm = "lighthouse"
	filmFile  = "film.yaml"
)

// writeExample writes the example's files and names them. It looks for all of them before it writes the first.
func writeExample(dir string) ([]string, error) {
	contents := map[string][]byte{}
	var files []string
	err := fs.WalkDir(examples.Lighthouse, firstFilm, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(firstFilm, filepath.FromSlash(path))
		if err != nil {
			return err
		}
		files = append(files, rel)
		contents[rel], err = examples.Lighthouse.ReadFile(path)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, f)); !errors.Is(err, fs.ErrNotExist) {
			if err != nil {
				return nil, err
			}
			return nil, &film.Failure{Kind: film.Failed, Message: filepath.Join(dir, f) + " is there already",
				Hint: "name a folder that is new: shotchain new my-film"}
		}
	}
	for _, f := range files {
		if err := writeNew(filepath.Join(dir, f), contents[f]); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// writeNew writes a file that must not exist.
func writeNew(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(b); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func (p *program) tellNew(dir string, files []string) {
	path := filepath.Join(dir, filmFile)
	if p.json {
		p.printJSON(map[string]any{"storyboard": path, "files": files})
		return
	}
	fmt.Fprintln(p.out, path)
	p.say("now: shotchain run %s", path)
}
