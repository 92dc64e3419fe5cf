package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// Remedy is what is known of a take that was kept and is damaged, and which whole copies of its files there are: some
// were set aside earlier, and each take that grew from a last frame has that frame in its own folder.
type Remedy struct {
	Clip *Clip  // what was kept, by clip.json, or by task.json where that one is damaged
	Why  string // what is wrong with it

	facts  bool              // clip.json is to be written again
	bad    []File            // files that are not what was kept
	copies map[string]string // of those, where they are whole, as the store's FS names them
}

// NoClip reports whether the video is damaged and no whole copy is here.
func (r *Remedy) NoClip() bool { return r.lacks(r.Clip.Video) }

// NoFrame reports whether the last frame is damaged and no whole copy is here.
func (r *Remedy) NoFrame() bool { return r.lacks(r.Clip.LastFrame) }

// Away reports whether the video is not in its place, whether or not there is a copy of it.
func (r *Remedy) Away() bool { return slices.Contains(r.bad, r.Clip.Video) }

func (r *Remedy) lacks(f File) bool { return slices.Contains(r.bad, f) && r.copies[f.Name] == "" }

// Remedy looks for what would make a take whole again whose Clip is damaged or not there. It only reads. nil: nobody
// remembers what was kept, or nothing ever was. An error: something cannot be read that might tell.
func (t Take) Remedy() (*Remedy, error) {
	r := &Remedy{copies: map[string]string{}}
	clip, err := t.facts("clip.json")
	if err != nil {
		if !errors.Is(err, ErrDamaged) && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		r.facts, r.Why = true, "clip.json is missing"
		if errors.Is(err, ErrDamaged) {
			r.Why = strings.TrimPrefix(err.Error(), ErrDamaged.Error()+": ")
		}
		if clip, err = t.remembered(); clip == nil {
			return nil, err
		}
	}
	r.Clip = clip
	for _, f := range []File{clip.Video, clip.LastFrame} {
		wrong, err := t.sameBytes(f, false)
		if err != nil {
			return nil, err
		}
		if wrong == "" {
			continue
		}
		r.bad, r.Why = append(r.bad, f), strings.TrimPrefix(r.Why+", "+wrong, ", ")
		if r.copies[f.Name], err = t.copyOf(f); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// facts reads and checks a clip.json, or one that was set aside.
func (t Take) facts(name string) (*Clip, error) {
	c := new(Clip)
	if err := t.store.readRecord(t.rel(name), maxRecord, c); err != nil {
		return nil, err
	}
	return c, c.check(t.Key)
}

// remembered are the facts of the clip that the last attempt made, where clip.json is no longer to be read: from
// task.json, or from a clip.json that was set aside. nil where it made none or was given up.
func (t Take) remembered() (*Clip, error) {
	j, err := t.Journal()
	if errors.Is(err, ErrDamaged) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	a := j.Last()
	if a == nil || a.Task == "" || a.State == Abandoned {
		return nil, nil
	}
	if a.Kept != nil {
		c := *a.Kept
		c.Format, c.Key = Format, t.Key
		return &c, c.check(t.Key)
	}
	aside, err := t.aside("clip.json")
	for _, name := range aside {
		if c, err := t.facts(filepath.Base(name)); err == nil && c.Task == a.Task {
			return c, nil
		}
	}
	return nil, err
}

// aside are the files of that name that were set aside, as the store's FS names them.
func (t Take) aside(name string) (all []string, err error) {
	files, err := t.store.fs.ReadDir(t.rel(""))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), asidePrefix) && strings.HasSuffix(f.Name(), "-"+name) {
			all = append(all, t.rel(f.Name()))
		}
	}
	return all, err
}

// copyOf finds a whole copy of a kept file; "" for none.
func (t Take) copyOf(f File) (string, error) {
	aside, err := t.aside(f.Name)
	if err != nil {
		return "", err
	}
	for _, name := range aside {
		if t.is(f, filepath.Base(name)) {
			return name, nil
		}
	}
	if !strings.HasPrefix(f.Name, "last_frame.") {
		return "", nil
	}
	takes, err := t.store.Takes()
	if err != nil {
		return "", err
	}
	for _, other := range takes {
		files, _ := t.store.fs.ReadDir(other.rel("")) // one that cannot be read has no copy for us
		for _, file := range files {
			frozen := strings.HasPrefix(file.Name(), "first_frame.") || strings.HasPrefix(file.Name(), "end_frame.")
			if frozen && other.is(f, file.Name()) {
				return other.rel(file.Name()), nil
			}
		}
	}
	return "", nil
}

// is reports whether a file of the folder has the very bytes of another one.
func (t Take) is(f File, name string) bool {
	f.Name = name
	wrong, err := t.sameBytes(f, false)
	return err == nil && wrong == ""
}

// Mend does what the remedy says: what is damaged is set aside, and nothing else; whole copies take its place. Where
// none is here the file is missing afterwards.
func (l *Locked) Mend(r *Remedy) error {
	for _, f := range r.bad {
		if err := l.SetAside(f.Name); err != nil {
			return err
		}
		if from := r.copies[f.Name]; from != "" {
			if err := l.copyIn(from, f); err != nil {
				return err
			}
		}
	}
	if !r.facts {
		return nil
	}
	if err := l.SetAside("clip.json"); err != nil {
		return err
	}
	return l.PutClip(r.Clip)
}

// copyIn puts a whole copy in the place of a file. It is the wanted one, or nothing is put there.
func (l *Locked) copyIn(from string, f File) error {
	in, err := l.store.fs.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	temp := l.Temp(f.Name)
	defer func() { _ = l.Discard(temp) }()
	out, err := l.Create(temp)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	got, err := l.Describe(filepath.Base(temp))
	if err != nil {
		return err
	}
	if got.Digest != f.Digest {
		return fmt.Errorf("%w: %s is not the file that was kept", ErrDamaged, filepath.Base(from))
	}
	return l.Adopt(temp, f.Name)
}
