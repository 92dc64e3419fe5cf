package film

import (
	"os"
	"path/filepath"
	"slices"
)

// leftover notes which files the film's cuts become, and names those of an earlier list of cuts that are still there:
// nothing makes them any more, and nobody should take them for the film. nil where only a part of the cuts is made, or
// where they go elsewhere than the storyboard says.
func (p *Plan) leftover() []string {
	f := p.Film
	if f.Draft || p.into.Path != "" || p.into.Cuts != nil || p.into.Aside || len(p.Films) != len(f.Storyboard.Films()) {
		return nil
	}
	film, err := f.Store.Film(f.id())
	if err != nil {
		return nil
	}
	var now, left []string
	for _, d := range p.Films {
		for _, c := range d.Cuts {
			for _, out := range c.Outputs {
				now = append(now, f.beside(out.Path))
			}
		}
	}
	for _, name := range film.Outputs {
		if slices.Contains(now, name) || !filepath.IsLocal(filepath.FromSlash(name)) {
			continue
		}
		if info, err := os.Lstat(filepath.Join(f.Dir, filepath.FromSlash(name))); err == nil && info.Mode().IsRegular() {
			left = append(left, name)
		}
	}
	film.Title = f.Title
	film.Outputs = slices.Concat(now, left)
	slices.Sort(film.Outputs)
	_ = f.Store.PutFilm(f.id(), film) // it only serves to explain
	return left
}

// beside is a file's name from the storyboard's folder.
func (f *Film) beside(path string) string {
	if rel, err := filepath.Rel(f.Dir, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(path)
}
