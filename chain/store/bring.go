package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// Limits of what is brought in; clips of today's models stay far below.
const (
	maxFacts = 1 << 20
	maxBrung = 4 << 30
)

// Bring copies a kept take into the store from elsewhere, unless it is there. open reads a file of the take's folder
// there; fs.ErrNotExist where there is none. video and lastFrame are the digests that the files must have: nothing
// else is kept. The take is kept when Bring returns nil.
func (s *Store) Bring(ctx context.Context, key, video, lastFrame string,
	open func(ctx context.Context, name string) (io.ReadCloser, error)) error {
	if _, err := s.Take(key).Clip(); err == nil {
		return nil
	}
	l, err := s.Lock(ctx, key, nil)
	if err != nil {
		return err
	}
	defer l.Unlock()
	switch _, err := l.Clip(); {
	case err == nil:
		return nil
	case errors.Is(err, ErrDamaged):
		if err := l.SetAside("clip.json", "clip.mp4"); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	clip, err := l.facts(ctx, open)
	if err != nil {
		return err
	}
	if clip.Video.Digest != video || clip.LastFrame.Digest != lastFrame {
		return fmt.Errorf("%w: it is another clip than the one wanted", ErrDamaged)
	}
	for _, f := range []File{clip.Video, clip.LastFrame} {
		if err := l.bring(ctx, f, open); err != nil {
			return err
		}
	}
	return l.PutClip(clip)
}

// facts reads and checks clip.json.
func (l *Locked) facts(ctx context.Context, open func(context.Context, string) (io.ReadCloser, error)) (*Clip, error) {
	r, err := open(ctx, "clip.json")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxFacts))
	if err != nil {
		return nil, err
	}
	clip := new(Clip)
	if err := openRecord("clip.json", b, clip); err != nil {
		return nil, err
	}
	return clip, clip.check(l.Key)
}

// bring copies one file and puts it in place once its bytes are the right ones.
func (l *Locked) bring(ctx context.Context, f File, open func(context.Context, string) (io.ReadCloser, error)) error {
	r, err := open(ctx, f.Name)
	if err != nil {
		return err
	}
	defer r.Close()
	temp := l.Temp(f.Name)
	defer func() { _ = l.Discard(temp) }()
	out, err := l.Create(temp)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, io.LimitReader(r, maxBrung))
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	got, err := l.Describe(filepath.Base(temp))
	if err != nil {
		return err
	}
	if got.Digest != f.Digest {
		return fmt.Errorf("%w: %s is not the file that was kept", ErrDamaged, f.Name)
	}
	return l.Adopt(temp, f.Name)
}
