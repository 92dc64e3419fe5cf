package storyboard

// Variants from a CSV file.

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"shotchain/internal/say"
)

// maxTable is the size in bytes that a table of variants may have.
const maxTable = 4 << 20

// table reads the variants of a CSV file: its first row names variables, keys of `look`, or `id`; each further row is
// one variant. Problems stand at their places in the file.
func (r *reader) table(f field) (all []variant) {
	v, ok := r.scalar(f)
	if !ok {
		return nil
	}
	raw, problem := r.stills.text(v.text, "save it as CSV, UTF-8")
	if problem != nil {
		r.report(v.at, problem.hint, "%s", problem.message)
		return nil
	}
	lines := splitLines(string(bytes.TrimPrefix(raw, byteOrderMark)))
	t := csvTable{Reader: csv.NewReader(strings.NewReader(strings.Join(lines, "\n"))), base: r.below(v.text, lines)}
	t.Comma = separator(lines[0])
	var heads []setting
	for len(all) <= maxVariants && len(r.found) <= maxProblems {
		cells, err := t.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		switch at := t.at; {
		case err != nil:
			r.report(t.broken(err), nil, "%v", rowProblem(err, len(cells), len(heads)))
			if cells == nil {
				return nil
			}
		case heads == nil:
			if heads, ok = r.heads(cells, at); !ok {
				return nil
			}
		default:
			if row, ok := r.row(heads, cells, at); ok {
				all = append(all, row)
			}
		}
	}
	if len(all) == 0 && len(r.found) == 0 {
		r.report(v.at, advise("the first row names variables, each further row is one variant"),
			"the table %s has no variants", quote(v.text))
	}
	return all
}

// csvTable is a table as it is read.
type csvTable struct {
	*csv.Reader
	base int // how many lines stand before it
}

// at is the place of a cell of the row that was read last.
func (t csvTable) at(cell int) Pos {
	line, column := t.FieldPos(cell)
	return Pos{t.base + line, column}
}

// broken is the place where a row cannot be read.
func (t csvTable) broken(err error) Pos {
	if p := (*csv.ParseError)(nil); errors.As(err, &p) && !errors.Is(err, csv.ErrFieldCount) {
		return Pos{t.base + p.Line, max(p.Column, 1)}
	}
	return t.at(0)
}

// rowProblem is what is wrong with a row that cannot be read.
func rowProblem(err error, cells, heads int) error {
	p := (*csv.ParseError)(nil)
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		return fmt.Errorf("the row has %s, not %d", say.Count(cells, "value"), heads)
	case errors.As(err, &p):
		return p.Err
	}
	return err
}

// separator is what stands between a table's values: the semicolons or tabs of spreadsheets whose commas are decimal
// ones, where the first row has more of them than commas.
func separator(first string) rune {
	comma := ','
	for _, r := range ";\t" {
		if strings.Count(first, string(r)) > strings.Count(first, string(comma)) {
			comma = r
		}
	}
	return comma
}

// cell is a value of a table as a YAML node at its place in the table.
func cell(text string, at Pos) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Line: at.Line, Column: at.Column}
}

// heads reads a table's first row. `id` is a setting without a meaning of its own.
func (r *reader) heads(cells []string, at func(int) Pos) (heads []setting, ok bool) {
	ok = true
	for i, name := range cells {
		name = strings.TrimSpace(name)
		if name == "id" && r.vars.raw["id"] == nil {
			heads = append(heads, setting{name: name})
			continue
		}
		s, fine := r.settingOf(cell(name, at(i)), func(n string) bool {
			for _, h := range heads {
				if h.name == n {
					return true
				}
			}
			return false
		})
		ok = ok && fine
		heads = append(heads, s)
	}
	return heads, ok
}

func (r *reader) row(heads []setting, cells []string, at func(int) Pos) (v variant, ok bool) {
	v.at, ok = at(0), true
	for i, s := range heads {
		n := cell(strings.TrimSpace(cells[i]), at(i))
		switch {
		case s.name == "id" && s.look == nil && r.vars.raw["id"] == nil:
			if n.Value != "" { // without one it gets one
				v.id = r.variantID(n)
				ok = ok && v.id != ""
			}
			continue
		case s.look == nil:
		case s.look.kind == toggle && (n.Value == "true" || n.Value == "false"):
			n.Tag = "!!bool"
		case s.look.kind == whole && decimal.MatchString(n.Value):
			n.Tag = "!!int"
		}
		var fine bool
		if s.value, fine = r.value(s, n); !fine {
			ok = false
			continue
		}
		v.sets = append(v.sets, s)
	}
	if ok && len(v.sets) == 0 {
		r.report(v.at, nil, "the variant sets nothing")
		ok = false
	}
	return v, ok
}

// text reads a small text file of one of the folders. save says what to do with one that is none.
func (s *stills) text(name, save string) ([]byte, *stillError) {
	if scheme.MatchString(name) || strings.Contains(name, `\`) {
		return nil, &stillError{message: quote(name) + " is not the path of a file beside the storyboard"}
	}
	root, real, rel, problem := s.find(name)
	if problem != nil {
		return nil, problem
	}
	unreadable := func(err error) ([]byte, *stillError) {
		return nil, &stillError{message: fmt.Sprintf("%s cannot be read: %s", quote(name), cause(err))}
	}
	if root.root == nil {
		opened, err := os.OpenRoot(root.real)
		if err != nil {
			return unreadable(err)
		}
		root.root = opened
	}
	f, _, err := openRegular(root.root, rel)
	if err != nil {
		return unreadable(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxTable+1))
	if edit, ok := s.edits[name]; ok {
		raw = edit
	}
	switch {
	case err != nil:
		return unreadable(err)
	case len(raw) > maxTable:
		return nil, &stillError{message: quote(name) + " is larger than 4 MiB"}
	case !utf8.Valid(raw) || control(strings.ReplaceAll(string(raw), "\r", "")):
		return nil, &stillError{quote(name) + " is not plain text", advise(save)}
	}
	s.texts[name] = textFile{real, sha256.Sum256(raw)}
	return raw, nil
}
