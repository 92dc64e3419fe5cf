package main

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"shotchain/chain/store"
	"shotchain/render/ffmpeg"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// footage are the film's shots that are the user's own.
func (f *film) footage() []*storyboard.Shot {
	var all []*storyboard.Shot
	for _, s := range f.Shots() {
		if s.Clip != nil {
			all = append(all, s)
		}
	}
	return all
}

// ownClip is a file of own footage, and what uses it.
type ownClip struct {
	shot     string
	file     *storyboard.File
	variants []string // nil for a film without any
}

// ownClips are the own footage of all variants that are made, each file of a shot once.
func (f *film) ownClips() (all []*ownClip) {
	type use struct{ shot, path string }
	of := map[use]*ownClip{}
	for _, one := range f.films() {
		for _, s := range one.footage() {
			key := use{s.Name(), s.Clip.Path}
			if of[key] == nil {
				of[key] = &ownClip{shot: s.Name(), file: s.Clip}
				all = append(all, of[key])
			}
			if one.Variant != "" {
				of[key].variants = append(of[key].variants, one.Variant)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *ownClip) int { return cmp.Compare(f.place(a.shot), f.place(b.shot)) })
	return all
}

// place is where a shot stands in the film.
func (f *film) place(shot string) int {
	return slices.IndexFunc(f.Shots(), func(s *storyboard.Shot) bool { return s.Name() == shot })
}

// name is the shot's as tables have it: with the variant that is the only one to use this file.
func (o *ownClip) name(f *film) string {
	if len(o.variants) == 1 && len(f.graph.Films) > 1 {
		return o.variants[0] + ":" + o.shot
	}
	return o.shot
}

// lastFrames are the last frames of the own footage that shots continue: those that the store keeps, and for the
// rest those that are decoded now, into a folder that goes when the program ends.
func (p *program) lastFrames(ctx context.Context, sb *storyboard.Storyboard, storeDir string) (map[string]*storyboard.Still, error) {
	var continued []*storyboard.Shot
	for _, film := range sb.Films() {
		continued = append(continued, film.Continued()...)
	}
	if len(continued) == 0 {
		return nil, nil
	}
	temp, err := p.temps.folder()
	if err != nil {
		return nil, err
	}
	frames := map[string]*storyboard.Still{}
	var wrong storyboard.Problems
	seen := map[string]bool{} // variants share most of their footage
	for _, s := range continued {
		if seen[s.Clip.Path] {
			continue
		}
		seen[s.Clip.Path] = true
		frame, err := lastFrame(ctx, s.Clip.Path, filepath.Join(storeDir, store.FootageName), temp)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			wrong = append(wrong, sb.Problem(s.Clip.Pos, "", "%s %v", s.Clip.Name, err))
			continue
		}
		frames[s.Clip.Path] = frame
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return frames, nil
}

func lastFrame(ctx context.Context, clip, kept, temp string) (*storyboard.Still, error) {
	digest, err := work.Digest(clip)
	if err != nil {
		return nil, err
	}
	name := digest + ".png"
	if still, err := stillAt(filepath.Join(kept, name)); err == nil {
		return still, nil
	}
	path := filepath.Join(temp, name)
	if !ffmpeg.Made(path) {
		if err := (inspector{}).LastFrame(ctx, clip, path); err != nil {
			return nil, err
		}
	}
	return stillAt(path)
}

func stillAt(path string) (*storyboard.Still, error) {
	facts, err := ffmpeg.VerifyImage(path)
	if err != nil {
		return nil, err
	}
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return &storyboard.Still{Path: path, Format: "png", Width: facts.Width, Height: facts.Height, Size: st.Size()}, nil
}

// keepFrames moves the last frames of own footage that this run decoded into the store.
func (p *program) keepFrames(f *film, st *store.Store) error {
	for _, t := range f.graph.Takes {
		still := t.Shot.FirstFrame
		if still == nil || still.Of == "" {
			continue
		}
		kept := filepath.Join(st.Dir(), store.FootageName, filepath.Base(still.Path))
		if still.Path == kept {
			ffmpeg.Made(kept) // it is used
			continue
		}
		b, err := still.Read()
		if err == nil {
			err = st.PutFootage(filepath.Base(kept), b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// scratch is a folder that the program makes for itself when it first needs one. Safe for concurrent use.
type scratch struct {
	mu  sync.Mutex
	dir string // "" for none yet; guarded by mu
}

func (s *scratch) folder() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "shotchain-footage-")
		if err != nil {
			return "", err
		}
		s.dir = dir
	}
	return s.dir, nil
}

// tidy removes what the program made for itself.
func (p *program) tidy() {
	p.temps.mu.Lock()
	defer p.temps.mu.Unlock()
	if p.temps.dir != "" {
		os.RemoveAll(p.temps.dir)
	}
}
