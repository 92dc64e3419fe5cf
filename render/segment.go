package render

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"shotchain/render/ffmpeg"
	"shotchain/render/font"
	"shotchain/render/work"
)

// name is the segment's file in the work folder: what it is made of, by the digests of its clips, the ffmpeg that
// makes it and the very arguments.
func (s *segment) name(sh *work.Shop) (string, error) {
	anywhere := *s
	anywhere.layers = nil
	var digests []string
	for i, l := range s.layers {
		if l.Digest == "" {
			var err error
			if l.Digest, err = sh.DigestOf(l.Path); err != nil {
				return "", err
			}
		}
		digests = append(digests, l.Digest)
		l.Path = fmt.Sprintf("/clip%d%s", i, filepath.Ext(l.Path))
		anywhere.layers = append(anywhere.layers, l)
	}
	words, script := "", ""
	if len(s.texts) > 0 {
		words, script = "/words.ass", assScript(s.texts, s.Width, s.Height, s.Rate, s.frames())
	}
	for _, path := range s.fonts() {
		digest, err := sh.DigestOf(path)
		if err != nil {
			return "", err
		}
		digests = append(digests, digest)
	}
	args, err := anywhere.graph("/out", words, "/fonts")
	if err != nil {
		return "", err
	}
	kind := "piece"
	switch {
	case s.dense:
		kind = "picture"
	case s.edge:
		kind = "edge"
	}
	return work.Key(kind, digests, sh.Tools.Version, args, script) + ".mp4", nil
}

// make makes the segment unless the work folder has it, and reports whether it was encoded. Excerpts, named by what
// they are made of, are made along with it.
func (s *segment) make(ctx context.Context, sh *work.Shop, name string, frames func(int),
	excerpts ...excerpt) (encoded bool, err error) {
	if sh.Has(name) {
		return false, nil
	}
	tmp, words, fonts := sh.Temp(".mp4"), "", ""
	if sh.DryRun {
		tmp, excerpts = sh.Path(name), nil
	} else {
		defer os.Remove(tmp)
	}
	names := make([]string, len(excerpts))
	for i := range excerpts {
		names[i], excerpts[i].path = excerpts[i].path, sh.Temp(".mp4")
		defer os.Remove(excerpts[i].path)
	}
	if len(s.texts) > 0 {
		var done func()
		if words, fonts, done, err = s.words(sh, name); err != nil {
			return false, err
		}
		defer done()
	}
	tapped := *s
	if tapped.tap, err = s.tapsFor(sh); err != nil {
		return false, err
	}
	if tapped.tap != nil {
		defer tapped.tap.drop()
	}
	args, err := tapped.graph(tmp, words, fonts, excerpts...)
	if err != nil {
		return false, err
	}
	if err := sh.Run(ctx, args, ffmpeg.Options{Frames: frames}); err != nil || sh.DryRun {
		return err == nil, err
	}
	for i, e := range excerpts {
		if err := e.check(ctx, e.path); err != nil {
			return false, err
		}
		if err := sh.Keep(e.path, names[i]); err != nil {
			return false, err
		}
	}
	if err := s.check(ctx, tmp); err != nil {
		return false, err
	}
	if tapped.tap != nil {
		if err := tapped.tap.keep(sh); err != nil {
			return false, err
		}
	}
	return true, sh.Keep(tmp, name)
}

// fonts are the files that the segment's texts are set in, each once.
func (s *segment) fonts() (paths []string) {
	for _, t := range s.texts {
		if f := t.Style.Font; font.IsFile(f) && !slices.Contains(paths, f) {
			paths = append(paths, f)
		}
	}
	return paths
}

// words writes the script of the segment's texts. Where commands are shown it stays, so that they can be run again.
func (s *segment) words(sh *work.Shop, name string) (path, fonts string, done func(), err error) {
	if fonts, err = fontFolder(sh, s.fonts()); err != nil {
		return "", "", nil, err
	}
	name = strings.TrimSuffix(name, ".mp4") + ".ass"
	path = sh.Path(name)
	script := assScript(s.texts, s.Width, s.Height, s.Rate, s.frames())
	err = sh.Write(name, func(w io.Writer) error { _, err := io.WriteString(w, script); return err })
	done = func() {}
	if sh.Trace == nil {
		done = func() { os.Remove(path) }
	}
	return path, fonts, done, err
}

// check counts what came out.
func (s *segment) check(ctx context.Context, tmp string) error {
	f, err := ffmpeg.Probe(ctx, tmp)
	if err != nil {
		return err
	}
	if want := s.frames(); f.Frames != want {
		return fmt.Errorf("%d of %d frames came out", f.Frames, want)
	}
	if f.Width != s.Width || f.Height != s.Height {
		return fmt.Errorf("came out as %d×%d, not %d×%d", f.Width, f.Height, s.Width, s.Height)
	}
	return nil
}
