package film

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
func (f *Film) footage() []*storyboard.Shot {
	var all []*storyboard.Shot
	for _, s := range f.Shots() {
		if s.Clip != nil {
			all = append(all, s)
		}
	}
	return all
}

// OwnClip is a file of own footage, and what uses it.
type OwnClip struct {
	Shot     string
	File     *storyboard.File
	Variants []string // nil for a film without any
}

// OwnClips are the own footage of all variants that are made, each file of a shot once.
func (f *Film) OwnClips() (all []*OwnClip) {
	type use struct{ shot, path string }
	of := map[use]*OwnClip{}
	for _, one := range f.Variants() {
		for _, s := range one.footage() {
			key := use{s.Name(), s.Clip.Path}
			if of[key] == nil {
				of[key] = &OwnClip{Shot: s.Name(), File: s.Clip}
				all = append(all, of[key])
			}
			if one.Variant != "" {
				of[key].Variants = append(of[key].Variants, one.Variant)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *OwnClip) int { return cmp.Compare(f.place(a.Shot), f.place(b.Shot)) })
	return all
}

// place is where a shot stands in the film.
func (f *Film) place(shot string) int {
	return slices.IndexFunc(f.Shots(), func(s *storyboard.Shot) bool { return s.Name() == shot })
}

// Name is the shot's as tables have it: with the variant that is the only one to use this file.
func (o *OwnClip) Name(f *Film) string {
	if len(o.Variants) == 1 && len(f.Graph.Films) > 1 {
		return o.Variants[0] + ":" + o.Shot
	}
	return o.Shot
}

// lastFrames are the last frames of the own footage that shots continue: those that the store keeps, and for the
// rest those that are decoded now, into a folder that goes with the scratch.
func lastFrames(ctx context.Context, sb *storyboard.Storyboard, storeDir string,
	temps *Scratch) (map[string]*storyboard.Still, error) {
	var continued []*storyboard.Shot
	for _, film := range sb.Films() {
		continued = append(continued, film.Continued()...)
	}
	if len(continued) == 0 {
		return nil, nil
	}
	temp, err := temps.folder()
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
func (f *Film) keepFrames() error {
	for _, t := range f.Graph.Takes {
		still := t.Shot.FirstFrame
		if still == nil || still.Of == "" {
			continue
		}
		kept := filepath.Join(f.Store.Dir(), store.FootageName, filepath.Base(still.Path))
		if still.Path == kept {
			ffmpeg.Made(kept) // it is used
			continue
		}
		b, err := still.Read()
		if err == nil {
			err = f.Store.PutFootage(filepath.Base(kept), b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Scratch is a folder that Open makes for itself when it first needs one. Safe for concurrent use.
type Scratch struct {
	mu  sync.Mutex
	dir string // "" for none yet; guarded by mu
}

func (s *Scratch) folder() (string, error) {
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

// Remove removes the folder and what is in it. The next film makes another.
func (s *Scratch) Remove() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir != "" {
		os.RemoveAll(s.dir)
		s.dir = ""
	}
}
