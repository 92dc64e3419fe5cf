package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/render"
	"shotchain/storyboard"
)

// outputFlags say where the film goes.
type outputFlags struct{ path string }

func (f *outputFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.path, "output", "o", "", "the film's `FILE`; ${title} and ${variant} are replaced (default out/<title>.mp4 beside the storyboard, with the variant)")
}

// output is where the film goes. It refuses what would be overwritten wrongly, before anything is bought.
func (f *film) output(o outputFlags, st *store.Store) (string, error) {
	path, own := strings.NewReplacer("${title}", slug(f), "${variant}", f.Variant).Replace(o.path), o.path == ""
	if own {
		path = filepath.Join(f.Dir, "out", f.name()+".mp4")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if !strings.EqualFold(filepath.Ext(abs), ".mp4") {
		return "", usage("give it a name that ends with .mp4", "films are mp4 files, %s is not", clean(path))
	}
	if own {
		// A storyboard is somebody else's: its folder may hold an `out` that leads elsewhere.
		if real, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil && real != within(f.Dir, "out") {
			return "", fmt.Errorf("%s leads out of the storyboard's folder: name the film's file with --output", filepath.Dir(path))
		}
	}
	if err := spare(abs, f.inputs(), st.Dir()); err != nil {
		return "", err
	}
	return abs, nil
}

func within(dir, name string) string {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return filepath.Join(dir, name)
}

// inputs are the files that the film is made of.
func (f *film) inputs() []string {
	all := []string{f.path}
	for _, s := range f.Shots() {
		stills := append([]*storyboard.Still{s.FirstFrame, s.ToStill}, s.References...)
		for _, who := range s.Cast {
			stills = append(stills, who.References...)
		}
		for _, still := range stills {
			if still != nil && still.Path != "" {
				all = append(all, still.Path)
			}
		}
	}
	return all
}

// spare refuses an output that is an input, a folder, or a place in the store.
func spare(out string, inputs []string, storeDir string) error {
	if rel, err := filepath.Rel(within(storeDir, ""), within(filepath.Dir(out), "")); err == nil && filepath.IsLocal(rel) {
		return fmt.Errorf("%s is inside the store: choose another --output", out)
	}
	st, err := os.Stat(out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !st.Mode().IsRegular():
		return fmt.Errorf("%s is no plain file: choose another --output", out)
	}
	for _, in := range inputs {
		if other, err := os.Stat(in); err == nil && os.SameFile(st, other) {
			return fmt.Errorf("%s is what the film is made of: choose another --output", out)
		}
	}
	return nil
}

// slug is the film's title as a file name: its letters and digits, of any script.
func slug(f *film) string {
	if s := slugOf(f.Title); s != "" {
		return s
	}
	return strings.TrimSuffix(filepath.Base(f.path), filepath.Ext(f.path))
}

// slugOf is a text's letters and digits, of any script, as a file name; "" where it has none.
func slugOf(text string) string {
	const most = 120 // bytes, of the 255 that file systems take
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !word(r) })
	s := strings.Join(words, "-")
	for len(s) > most {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return strings.Trim(s, "-")
}

// clips are the film's clips in its order.
func clips(f *film, r *chain.Reel) []render.Clip {
	var all []render.Clip
	before := ""
	for _, s := range f.Shots() {
		o := f.of(r, s)
		all = append(all, render.Clip{Shot: s.Name(), Title: s.Name(), Caption: s.Caption, Path: o.Dir.Path(o.Clip.Video.Name),
			Digest: o.Clip.Video.Digest, Continues: s.From != "" && s.From == before})
		if n := len(all) - 2; n >= 0 && all[n+1].Continues && s.At.Set {
			all[n].Frames = o.Take.At + 1 // the clip before ends on the frame that this one continues
		}
		before = s.Name()
	}
	return all
}

// missing are the shots of one film that have no clip.
func missing(f *film, r *chain.Reel) (names []string) {
	for _, s := range f.Shots() {
		if !f.of(r, s).Ok() {
			names = append(names, s.Name())
		}
	}
	return names
}

// assemble makes the film of a whole reel.
func (p *program) assemble(ctx context.Context, f *film, r *chain.Reel, st *store.Store, out string, moved func(done, total int)) (render.Film, error) {
	tl, err := render.Edit(ctx, f.Title, clips(f, r))
	if err != nil {
		return render.Film{}, err
	}
	return render.Assemble(ctx, tl, out, render.Options{Work: st.WorkDir(), Progress: moved})
}

// shown is a path as a person at the working folder would write it.
func shown(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(wd, path)
	if err != nil || !filepath.IsLocal(rel) {
		return path
	}
	return rel
}

// jsonFilm is a film in JSON.
type jsonFilm struct {
	Path    string  `json:"path"`
	Variant string  `json:"variant,omitempty"`
	Width   int     `json:"width"`
	Height  int     `json:"height"`
	Frames  int     `json:"frames"`
	Seconds float64 `json:"seconds"`
	Sound   bool    `json:"sound"`
	Encoded int     `json:"encoded"` // clips whose picture was conformed anew
	Reused  int     `json:"reused"`
}

func filmJSON(f render.Film) *jsonFilm {
	return &jsonFilm{Path: f.Path, Width: f.Width, Height: f.Height, Frames: f.Frames, Seconds: f.Duration.Seconds(), Sound: f.Sound,
		Encoded: f.Encoded, Reused: f.Reused}
}

// told says what a film turned out to be.
func (p *program) tellFilm(film render.Film) {
	p.say("film: %d×%d, %s, %s conformed, %d as they were", film.Width, film.Height, took(film.Duration), count(film.Encoded, "clip"), film.Reused)
}
