package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"shotchain/chain/store"
	"shotchain/render"
)

// traceFlags say whether the ffmpeg commands are shown, and whether they run.
type traceFlags struct{ dry, show bool }

func (t *traceFlags) add(cmd *cobra.Command, dry bool) {
	if dry {
		cmd.Flags().BoolVarP(&t.dry, "dry-run", "n", false, "print the ffmpeg commands that would run, and run none")
	}
	cmd.Flags().BoolVarP(&t.show, "commands", "x", false, "print each ffmpeg command as it runs")
}

// options are those of an assembly in the store. A dry run's commands are its product, so they go to stdout;
// otherwise they are talk.
func (t traceFlags) options(p *program, st *store.Store, moved func(done, total int)) render.Options {
	o := render.Options{Work: st.WorkDir(), Progress: moved, DryRun: t.dry}
	var w io.Writer
	switch {
	case t.dry:
		w, o.Progress = p.out, nil
	case t.show:
		w = p.err
	default:
		return o
	}
	o.Trace = func(argv []string) {
		if t.dry && p.json {
			p.printJSON(map[string]any{"command": argv})
			return
		}
		fmt.Fprintln(w, shellLine(argv))
	}
	return o
}

// shellLine writes a command so that it can be pasted into a shell.
func shellLine(argv []string) string {
	words := make([]string, len(argv))
	for i, a := range argv {
		words[i] = shellWord(a)
	}
	return strings.Join(words, " ")
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// shellWord quotes what a shell would take for something else. Control characters are written as their numbers,
// which bash, zsh and ksh understand: a terminal must not act on them.
func shellWord(s string) string {
	switch {
	case plainWord.MatchString(s):
		return s
	case strings.IndexFunc(s, unicode.IsControl) < 0:
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for _, r := range s {
		switch {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		case unicode.IsControl(r):
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + "'"
}
