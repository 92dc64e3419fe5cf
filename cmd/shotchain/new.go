package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/examples"
	"shotchain/film"
	"shotchain/internal/say"
)

func (p *program) newVerb() *cobra.Command {
	template := examples.Templates[0].Name
	cmd := &cobra.Command{
		Use:   "new [DIR]",
		Short: "write a first storyboard with its stills",
		Long: `New writes a film to start from: a storyboard whose comments explain the language, and the files that it names. DIR is
made where there is none; nothing that exists is overwritten. Templates:

` + templateList(),
		Example: "shotchain new lighthouse\nshotchain new my-advert --template advert",
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
			names := templateNames()
			if !slices.Contains(names, template) {
				return usage(say.DidYouMean(template, names, "`shotchain help new` lists them"), "there is no template %q", say.Clean(template))
			}
			files, err := writeExample(dir, template)
			if err != nil {
				return err
			}
			p.tellNew(dir, files)
			return nil
		},
	}
	cmd.Flags().StringVar(&template, "template", template, "the film to start from, by its `NAME`")
	_ = cmd.RegisterFlagCompletionFunc("template", cobra.FixedCompletions(templateNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func templateNames() (names []string) {
	for _, t := range examples.Templates {
		names = append(names, t.Name)
	}
	return names
}

// templateList is what each of them shows, for the manual.
func templateList() string {
	var b strings.Builder
	for _, t := range examples.Templates {
		fmt.Fprintf(&b, "  %-12s  %s\n", t.Name, t.Shows)
	}
	return strings.TrimRight(b.String(), "\n")
}

// filmFile is the name of each example's storyboard.
const filmFile = "film.yaml"

// writeExample writes an example's files and names them. It looks for all of them before it writes the first.
func writeExample(dir, name string) ([]string, error) {
	contents := map[string][]byte{}
	var files []string
	err := fs.WalkDir(examples.Films, name, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(name, filepath.FromSlash(path))
		if err != nil {
			return err
		}
		files = append(files, rel)
		contents[rel], err = examples.Films.ReadFile(path)
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
