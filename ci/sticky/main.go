// Command sticky is what the action does beside running shotchain: it reads what `shotchain plan --json` and `run --json`
// print, on stdin, and turns problems into annotations (annotate), prices into outputs (outputs) and films into a folder to
// upload (collect); and it keeps one comment of a pull request up to date (comment). It is a program, not a script, for
// whatever a storyboard says must stay words.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "::error::"+line(err.Error()))
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer, env func(string) string) error {
	switch {
	case len(args) == 1 && args[0] == "annotate":
		return annotate(in, out)
	case len(args) == 1 && args[0] == "outputs":
		return outputs(in, out, env("MAX_COST"))
	case len(args) == 2 && args[0] == "collect":
		return collect(in, args[1])
	case len(args) == 2 && args[0] == "comment":
		body, err := os.ReadFile(args[1])
		if err != nil {
			return err
		}
		return newForge(env).keep(string(body))
	}
	return errors.New("usage: sticky annotate | outputs | collect DIR | comment FILE")
}

// line is text as workflow commands take it.
func line(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// property is text as a workflow command's properties take it.
func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(line(s))
}

// annotate writes the problems of a storyboard as annotations of its lines.
func annotate(in io.Reader, out io.Writer) error {
	var told struct {
		Problems []struct {
			File          string
			Line, Column  int
			Message, Hint string
		}
		Error struct{ Message string }
	}
	if err := json.NewDecoder(in).Decode(&told); err != nil {
		return fmt.Errorf("the plan cannot be read: %w", err)
	}
	for _, p := range told.Problems {
		text := p.Message
		if p.Hint != "" {
			text += "\n" + p.Hint
		}
		fmt.Fprintf(out, "::error file=%s,line=%d,col=%d::%s\n", property(p.File), p.Line, p.Column, line(text))
	}
	if len(told.Problems) == 0 {
		fmt.Fprintf(out, "::error::%s\n", line(told.Error.Message))
	}
	return nil
}

// outputs writes what a plan buys, and refuses one above a bound.
func outputs(in io.Reader, out io.Writer, most string) error {
	var plan struct {
		Buys  int
		Total struct {
			Amount   json.Number
			Currency string
		}
	}
	if err := json.NewDecoder(in).Decode(&plan); err != nil {
		return fmt.Errorf("the plan cannot be read: %w", err)
	}
	fmt.Fprintf(out, "changed=%t\nbuys=%d\nprice=%s\ncurrency=%s\n", plan.Buys > 0, plan.Buys, plan.Total.Amount,
		strings.Map(letter, plan.Total.Currency))
	if most == "" {
		return nil
	}
	bound, ok := new(big.Rat).SetString(most)
	price, fine := new(big.Rat).SetString(plan.Total.Amount.String())
	switch {
	case !ok || bound.Sign() < 0:
		return fmt.Errorf("max-cost is %q: write an amount, as 25.00", most)
	case !fine:
		return errors.New("the plan names no price")
	case price.Cmp(bound) > 0:
		return fmt.Errorf("the film would cost up to %s %s, above max-cost %s", plan.Total.Amount, plan.Total.Currency, most)
	}
	return nil
}

func letter(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r
	}
	return -1
}

// collect copies what a run has made into a folder: films, what made them, and the contact sheet beside them, so that its links
// go on leading to them.
func collect(in io.Reader, dir string) error {
	var made struct {
		Films []struct{ Path string }
		Sheet string
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		if strings.Contains(lines.Text(), `"films"`) {
			if err := json.Unmarshal(lines.Bytes(), &made); err != nil {
				return fmt.Errorf("the run's result cannot be read: %w", err)
			}
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	var all []string
	for _, f := range made.Films {
		all = append(all, f.Path)
		if side := strings.TrimSuffix(f.Path, filepath.Ext(f.Path)) + ".provenance.json"; there(side) {
			all = append(all, side)
		}
	}
	for _, path := range all {
		if err := copyFile(path, filepath.Join(dir, filepath.Base(path))); err != nil {
			return err
		}
	}
	if made.Sheet == "" {
		return nil
	}
	sheet := filepath.Dir(made.Sheet)
	return os.CopyFS(filepath.Join(dir, filepath.Base(sheet)), os.DirFS(sheet))
}

func there(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular()
}

func copyFile(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
