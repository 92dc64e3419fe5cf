package render

// This file hands a film over to editors: the document, and the media beside it.

import (
	"context"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"shotchain/render/ffmpeg"
	"shotchain/render/handoff"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// handOver writes a document for editors, with a folder of media beside it. What the document cannot say is noted.
func (d *delivery) handOver(ctx context.Context, o timeline.Output) (notes []string, err error) {
	m := newMedia(ctx, d, strings.TrimSuffix(o.Path, filepath.Ext(o.Path))+"-media")
	film := handoff.New(d.tl, m)
	if m.err != nil || d.DryRun {
		return nil, m.err
	}
	if err := m.bring(); err != nil {
		return nil, err
	}
	err = work.WriteFile(o.Path, func(w io.Writer) error {
		left, err := film.Write(w, o.Ext())
		for i, l := range left {
			if i < len(film.Left) {
				notes = append(notes, "editors do not get "+l)
			} else {
				notes = append(notes, fmt.Sprintf(".%s has not %s", o.Ext(), l))
			}
		}
		return err
	})
	return notes, err
}

// media are the files that editors get: the clips as they are, and where only the film's own machinery makes of a clip
// what is shown – at another speed, with a frame that stands, of a still, at another rate – that, made.
type media struct {
	ctx  context.Context
	d    *delivery
	dir  string
	of   map[string]*handoff.Source // by the file that it is a copy of
	from map[*handoff.Source]string
	all  []*handoff.Source
	err  error
}

func newMedia(ctx context.Context, d *delivery, dir string) *media {
	return &media{ctx: ctx, d: d, dir: dir, of: map[string]*handoff.Source{}, from: map[*handoff.Source]string{}}
}

// bare reports whether an item's frames are its clip's own, one for one.
func bare(it timeline.Item) bool {
	return it.Card == nil && it.Plain() && it.Hold == 0 && timeline.Steady(it.Source)
}

// Picture is handoff.Media's.
func (m *media) Picture(_ int, it timeline.Item) (*handoff.Source, int, []*handoff.Source, bool) {
	var others []*handoff.Source
	for _, t := range it.Takes {
		others = append(others, m.clip(it.Shot, t.Name, t.Path))
	}
	if bare(it) {
		return m.clip(it.Shot, "", it.Path), it.In, others, false
	}
	s, offset := mezzanine(targetOf(m.d.tl), it)
	name, err := s.name(m.d.Shop)
	if err == nil {
		_, err = s.make(m.ctx, m.d.Shop, name, nil)
	}
	if err != nil {
		m.fail(fmt.Errorf("%s: %w", shotsOf(s.layers), err))
		return &handoff.Source{Name: it.Shot}, 0, nil, true
	}
	src := m.add(m.d.Path(name), it.Shot, "as-shown", ".mp4")
	src.Frames, src.Width, src.Height = s.frames(), s.Width, s.Height
	return src, offset, others, true
}

// clip is a clip as it is.
func (m *media) clip(shot, take, path string) *handoff.Source {
	if s := m.of[path]; s != nil {
		return s
	}
	facts, err := ffmpeg.Probe(ffmpeg.For(m.ctx, shot), path)
	if err != nil {
		m.fail(fmt.Errorf("shot %s: %w", shot, err))
	}
	s := m.add(path, shot, take, filepath.Ext(path))
	s.Frames, s.Width, s.Height, s.Sound = timeline.Conformed(facts), facts.Width, facts.Height, facts.HasAudio()
	return s
}

// Sound is handoff.Media's.
func (m *media) Sound(s timeline.Sound) *handoff.Source {
	if s.Kind == timeline.KindClip {
		return m.clip(m.d.tl.Items[s.Item].Shot, "", s.Path)
	}
	if src := m.of[s.Path]; src != nil {
		return src
	}
	facts, err := ffmpeg.KnownSound(m.ctx, s.Path)
	if err != nil {
		m.fail(fmt.Errorf("%s: %w", s.Name, err))
		return nil
	}
	src := m.add(s.Path, strings.TrimSuffix(filepath.Base(s.Path), filepath.Ext(s.Path)), "", filepath.Ext(s.Path))
	src.Name, src.Sound = s.Name, true
	n := new(big.Rat).Mul(facts.Duration.Rat(), big.NewRat(timeline.SampleRate, 1))
	src.Samples = new(big.Int).Quo(n.Num(), n.Denom()).Int64()
	return src
}

func (m *media) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// add gives a file its name beside the document.
func (m *media) add(path, name, more, ext string) *handoff.Source {
	s := &handoff.Source{Name: name}
	if more != "" {
		s.Name += ", " + more
	}
	stem := plainName(name)
	if more != "" {
		stem += "-" + plainName(more)
	}
	file := stem + strings.ToLower(ext)
	for n := 2; slices.ContainsFunc(m.all, func(o *handoff.Source) bool {
		return strings.EqualFold(filepath.Base(o.Path), file)
	}); n++ {
		file = fmt.Sprintf("%s-%d%s", stem, n, strings.ToLower(ext))
	}
	s.Path = filepath.Join(m.dir, file)
	s.File = filepath.Base(m.dir) + "/" + file
	m.of[path], m.from[s] = s, path
	m.all = append(m.all, s)
	return s
}

// plainName is a name that every system takes for a file, and every editor finds again.
func plainName(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, s), "-")
}

// bring puts the media into their folder: the same files under other names where the disk can, else copies. Nothing in
// it is replaced that is the same already, and nothing else is touched.
func (m *media) bring() error {
	if st, err := os.Lstat(m.dir); err == nil && !st.IsDir() { // a link may lead anywhere
		return fmt.Errorf("%s is no folder: the media go there", m.dir)
	}
	if err := os.MkdirAll(m.dir, 0o755); err != nil {
		return err
	}
	for _, s := range m.all {
		from := m.from[s]
		if err := m.free(s.Path, from); err != nil {
			return err
		}
		if same(from, s.Path) {
			continue
		}
		if work.Write(s.Path, filepath.Ext(s.Path), func(tmp string) error { return os.Link(from, tmp) }) == nil {
			continue
		}
		if err := copied(from, s.Path); err != nil {
			return err
		}
	}
	return nil
}

// copied writes a file's bytes under another name.
func copied(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return work.WriteFile(to, func(w io.Writer) error { _, err := io.Copy(w, in); return err })
}

// free refuses to replace what the film is made of.
func (m *media) free(path, from string) error {
	for other := range m.of {
		a, err := os.Stat(path)
		if err != nil {
			return nil
		}
		if b, err := os.Stat(other); err == nil && other != from && os.SameFile(a, b) {
			return fmt.Errorf("%s is what the film is made of: a copy of another clip would overwrite it", path)
		}
	}
	return nil
}

// same reports whether a file is another one, or has its bytes.
func same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Lstat(b)
	if err != nil || !y.Mode().IsRegular() || x.Size() != y.Size() {
		return false
	}
	if os.SameFile(x, y) {
		return true
	}
	d, err := work.Digest(a)
	if err != nil {
		return false
	}
	e, err := work.Digest(b)
	return err == nil && d == e
}
