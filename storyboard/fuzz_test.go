package storyboard

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"unicode/utf8"
)

// FuzzParse: no panic, every problem has a place in the file, and memory stays within bounds.
func FuzzParse(f *testing.F) {
	for _, quality := range []string{"good", "bad"} {
		for _, file := range testStoryboards(f, quality) {
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	dir := filepath.Join(storyboardsFolder, "bad")
	f.Fuzz(func(t *testing.T, src []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		sb, err := Parse("film.yaml", dir, src, Options{})
		runtime.ReadMemStats(&after)
		if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 200 {
			t.Fatalf("%d MiB for %d bytes", mib, len(src))
		}
		if err == nil {
			checkFilm(t, sb)
			return
		}
		var ps Problems
		if !errors.As(err, &ps) || len(ps) == 0 {
			t.Fatalf("not problems: %v", err)
		}
		for i, p := range ps {
			text := src
			if p.File != "film.yaml" {
				if text, err = os.ReadFile(filepath.Join(dir, p.File)); err != nil {
					t.Fatal(err)
				}
			}
			s, _ := newSource("", text)
			checkPlace(t, s, p)
			if i > 0 && p.File == ps[i-1].File && p.Pos.before(ps[i-1].Pos) {
				t.Fatalf("out of order: %v", ps)
			}
			if !utf8.ValidString(p.Format()) {
				t.Fatalf("not text: %q", p.Format())
			}
		}
	})
}

// checkPlace wants a problem to point into the file, at most one past the end of a line.
func checkPlace(t *testing.T, s *source, p Problem) {
	if p.Line < 1 || p.Column < 1 || p.Line > len(s.lines) || p.Column > utf8.RuneCountInString(s.lines[p.Line-1])+1 ||
		p.Source != s.lines[p.Line-1] && p.Source != "" {
		t.Fatalf("no such place: %d:%d %s", p.Line, p.Column, p.Message)
	}
}

// checkFilm wants what Parse promises of a film without problems.
func checkFilm(t *testing.T, sb *Storyboard) {
	if len(sb.Scenes) == 0 {
		t.Fatal("no scenes")
	}
	for _, s := range sb.Shots() {
		if got, ok := sb.Shot(s.Name()); !ok || got != s || (s.Prompt == "") != (s.Clip != nil) ||
			s.Clip != nil && (s.From != "" || s.FirstFrame != nil) || s.From != "" && s.FirstFrame != nil {
			t.Fatalf("half a shot: %+v", s)
		}
		steps := 0
		for from := s; from.From != ""; steps++ {
			next, ok := sb.Shot(from.From)
			if !ok || steps > len(sb.Shots()) {
				t.Fatalf("%s leads nowhere", s.Name())
			}
			from = next
		}
	}
}
