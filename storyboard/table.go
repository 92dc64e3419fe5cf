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
)

// maxTable is the size in bytes that a table of variants may have.
const maxTable = 1 << 20

// table reads the variants of a CSV file: its first row names variables, keys of `look`, or `id`; each further row is
// one variant. Problems stand at the file's name in the storyboard and tell the row.
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
	defer func() { r.context = "" }()
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, byteOrderMark)))
	var heads []setting
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line := 0
		if err == nil {
			line, _ = rows.FieldPos(0)
		}
		if p := (*csv.ParseError)(nil); errors.As(err, &p) {
			if errors.Is(err, csv.ErrFieldCount) {
				err = fmt.Errorf("%d values, not %d", len(cells), len(heads))
			} else {
				err = p.Err
			}
			line = p.Line
		}
		r.context = fmt.Sprintf("%s:%d: ", v.text, line)
		switch {
		case err != nil:
			r.report(v.at, nil, "%v", err)
			if cells == nil {
				return nil
			}
		case heads == nil:
			if heads, ok = r.heads(cells, v.at); !ok {
				return nil
			}
		default:
			if row, ok := r.row(heads, cells, v.at); ok {
				all = append(all, row)
			}
		}
		if len(all) > maxVariants || len(r.found) > maxProblems {
			break
		}
	}
	r.context = v.text + ": "
	if len(all) == 0 && len(r.found) == 0 {
		r.report(v.at, advise("the first row names variables, each further row is one variant"),
			"the table has no variants")
	}
	return all
}

// cell is a value of a table as a YAML node that stands at the table's name.
func cell(text string, at Pos) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Line: at.Line, Column: at.Column}
}

// heads reads a table's first row. `id` is a setting without a meaning of its own.
func (r *reader) heads(cells []string, at Pos) (heads []setting, ok bool) {
	ok = true
	for _, name := range cells {
		name = strings.TrimSpace(name)
		if name == "id" && r.vars.raw["id"] == nil {
			heads = append(heads, setting{name: name})
			continue
		}
		s, fine := r.settingOf(cell(name, at), func(n string) bool {
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

func (r *reader) row(heads []setting, cells []string, at Pos) (v variant, ok bool) {
	v.at, ok = at, true
	for i, s := range heads {
		n := cell(strings.TrimSpace(cells[i]), at)
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
		r.report(at, nil, "the variant sets nothing")
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
		return nil, &stillError{message: quote(name) + " is larger than 1 MiB"}
	case !utf8.Valid(raw) || control(strings.ReplaceAll(string(raw), "\r", "")):
		return nil, &stillError{quote(name) + " is not plain text", advise(save)}
	}
	s.texts[name] = textFile{real, sha256.Sum256(raw)}
	return raw, nil
}
