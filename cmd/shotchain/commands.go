package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/internal/say"
)

// traceFlags say whether the ffmpeg commands are shown, and whether they run.
type traceFlags struct{ dry, show bool }

func (t *traceFlags) add(cmd *cobra.Command, dry bool) {
	if dry {
		cmd.Flags().BoolVarP(&t.dry, "dry-run", "n", false, "print the ffmpeg commands that would run, and run none")
	}
	cmd.Flags().BoolVarP(&t.show, "commands", "x", false, "print each ffmpeg command as it runs")
}

// commands is told of each ffmpeg command; nil where nobody asked. A dry run's are its product, so they go to stdout;
// otherwise they are talk.
func (t traceFlags) commands(p *program) func(argv []string) {
	switch {
	case t.dry && p.json:
		return func(argv []string) { p.printJSON(map[string]any{"command": argv}) }
	case t.dry:
		return newScript(p.out).add
	case t.show:
		return func(argv []string) { fmt.Fprintln(p.err, say.ShellLine(argv)) }
	}
	return nil
}

// ran is told of each command that ran in a dry run all the same.
func (t traceFlags) ran(p *program) func(argv []string) {
	switch {
	case t.dry && p.json:
		return func(argv []string) { p.printJSON(map[string]any{"ran": argv}) }
	case t.dry:
		return func(argv []string) { fmt.Fprintf(p.out, "# ran, to measure a seam:\n# %s\n", say.ShellLine(argv)) }
	}
	return nil
}

// script writes commands that were not run as a shell would run them. What no shell can run is a comment.
type script struct {
	w    io.Writer
	told map[string]bool // lines, and the files and folders that there will be
}

func newScript(w io.Writer) *script { return &script{w, map[string]bool{}} }

func (s *script) add(argv []string) {
	line := say.ShellLine(argv)
	if s.told[line] { // a part that several outputs need
		return
	}
	s.told[line] = true
	for i, a := range argv[:len(argv)-1] {
		if path, ok := strings.CutPrefix(argv[i+1], "file:"); a == "-i" && ok && !s.there(path) {
			fmt.Fprintf(s.w, "# reads what is made on the way, %s:\n# %s\n", say.ShellWord(filepath.Base(path)), line)
			return
		}
	}
	if slices.Contains(argv, "pipe:0") {
		fmt.Fprintf(s.w, "# gets the sound of the film as it is mixed:\n# %s\n", line)
		return
	}
	if out, ok := strings.CutPrefix(argv[len(argv)-1], "file:"); ok {
		s.told[out] = true
		if dir := filepath.Dir(out); !s.there(dir) {
			s.told[dir] = true
			fmt.Fprintln(s.w, say.ShellLine([]string{"mkdir", "-p", dir}))
		}
	}
	fmt.Fprintln(s.w, line)
}

// there reports whether a file is there, or will be when a command is run.
func (s *script) there(path string) bool {
	_, err := os.Stat(path)
	return err == nil || s.told[path]
}
