// Command house measures the shape of the code: files in each folder, the length of functions, lines that are too
// long to read side by side, the share of comments, and how many arrows run between the files of a package. It reads
// the checkout as text, tests left out, and judges nothing. Run it at the root: go run ./scripts/house
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// long is how many columns a line may have before it is counted.
const long = 120

// house is what is measured of a tree.
type house struct {
	fset      *token.FileSet
	rooms     map[string][]*ast.File // by folder
	lines     []int                  // of each file
	functions []int                  // lines of each
	comments  int                    // bytes of comments
	bytes     int
	over      int // lines that are too long
}

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	h := &house{fset: token.NewFileSet(), rooms: map[string][]*ast.File{}}
	if err := h.read(root); err != nil {
		fmt.Fprintln(os.Stderr, "house:", err)
		os.Exit(1)
	}
	h.print()
}

// read takes in every Go file below root that is no test and no fixture.
func (h *house) read(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return h.file(path, text)
	})
}

func (h *house) file(path string, text []byte) error {
	f, err := parser.ParseFile(h.fset, path, text, parser.ParseComments)
	if err != nil {
		return err
	}
	h.rooms[filepath.Dir(path)] = append(h.rooms[filepath.Dir(path)], f)
	all := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	h.lines = append(h.lines, len(all))
	for _, line := range all {
		if utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    ")) > long {
			h.over++
		}
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			h.functions = append(h.functions, h.fset.Position(fn.End()).Line-h.fset.Position(fn.Pos()).Line+1)
		}
	}
	h.bytes += len(text)
	h.comments += commented(path, text)
	return nil
}

// commented is how many bytes of a file are comments.
func commented(path string, text []byte) (n int) {
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile(path, -1, len(text)), text, nil, scanner.ScanComments)
	for {
		_, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			return n
		case token.COMMENT:
			n += len(lit)
		}
	}
}

// arrows counts the pairs of files of a folder of which one uses what the other declares. What is imported does not
// matter for that, so nothing is imported: the errors that this gives are passed over.
func (h *house) arrows(files []*ast.File) int {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Error: func(error) {}, Importer: nothing{}}
	_, _ = conf.Check("room", h.fset, files, info)
	seen := map[[2]string]bool{}
	for id, obj := range info.Uses {
		if obj.Pkg() == nil || obj.Pkg().Name() != files[0].Name.Name || !obj.Pos().IsValid() {
			continue
		}
		from, to := h.fset.Position(id.Pos()).Filename, h.fset.Position(obj.Pos()).Filename
		if from != to {
			seen[[2]string{from, to}] = true
		}
	}
	return len(seen)
}

// nothing imports nothing.
type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) {
	return nil, fmt.Errorf("%s is not looked at", path)
}

func (h *house) print() {
	slices.Sort(h.lines)
	slices.Sort(h.functions)
	fmt.Printf("files      %d, lines: mean %d, median %d, longest %d\n", len(h.lines), sum(h.lines)/max(1, len(h.lines)),
		at(h.lines, 50), at(h.lines, 100))
	fmt.Printf("functions  %d, lines: median %d, mean %.1f, p90 %d, longest %d\n", len(h.functions), at(h.functions, 50),
		float64(sum(h.functions))/float64(max(1, len(h.functions))), at(h.functions, 90), at(h.functions, 100))
	fmt.Printf("lines      %d, of them %d over %d columns\n", sum(h.lines), h.over, long)
	fmt.Printf("comments   %.1f %% of all bytes\n\n", 100*float64(h.comments)/float64(max(1, h.bytes)))
	fmt.Printf("%6s %7s  %s\n", "FILES", "ARROWS", "FOLDER")
	rooms := make([]string, 0, len(h.rooms))
	for room := range h.rooms {
		rooms = append(rooms, room)
	}
	slices.Sort(rooms)
	for _, room := range rooms {
		fmt.Printf("%6d %7d  %s\n", len(h.rooms[room]), h.arrows(h.rooms[room]), filepath.ToSlash(room))
	}
}

func sum(all []int) (n int) {
	for _, v := range all {
		n += v
	}
	return n
}

// at is the value at a percentage of sorted values; zero where there are none.
func at(all []int, percent int) int {
	if len(all) == 0 {
		return 0
	}
	return all[(len(all)-1)*percent/100]
}
