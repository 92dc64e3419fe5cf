package render

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"shotchain/render/ffmpeg"
)

// shop is where segments are made: the work folder, the tools and how to run them. Safe for concurrent use.
type shop struct {
	work
	tools ffmpeg.Tools
	Options
	slots   chan struct{} // one for each process that may run
	digests sync.Map      // of files by path, for clips that came without
}

// digest is that of a file, read once.
func (sh *shop) digest(path string) (string, error) {
	if d, ok := sh.digests.Load(path); ok {
		return d.(string), nil
	}
	d, err := Digest(path)
	if err == nil {
		sh.digests.Store(path, d)
	}
	return d, err
}

func (sh *shop) run(ctx context.Context, args []string, o ffmpeg.Options) error {
	o.Trace, o.DryRun = sh.Trace, sh.DryRun
	select {
	case sh.slots <- struct{}{}:
		defer func() { <-sh.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return ffmpeg.Run(ctx, args, o)
}

// name is the segment's file in the work folder: what it is made of, by the digests of its clips, the ffmpeg that
// makes it and the very arguments.
func (s *segment) name(sh *shop) (string, error) {
	anywhere := *s
	anywhere.layers = nil
	var digests []string
	for i, l := range s.layers {
		if l.Digest == "" {
			var err error
			if l.Digest, err = sh.digest(l.Path); err != nil {
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
	return key(kind, digests, sh.tools.Version, args, script) + ".mp4", nil
}

// key is a file name for what parts say.
func key(kind string, parts ...any) string {
	b, err := json.Marshal(parts)
	if err != nil {
		panic(err) // strings and numbers only
	}
	sum := sha256.Sum256(b)
	return kind + "-" + hex.EncodeToString(sum[:])
}

// Digest is the SHA-256 of a file's bytes, in hexadecimal: what clips are known by here.
func Digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// make makes the segment unless the work folder has it, and reports whether it was encoded. Sides, named by what they
// are made of, are made along with it.
func (s *segment) make(ctx context.Context, sh *shop, name string, frames func(int), excerpts ...excerpt) (encoded bool, err error) {
	if sh.has(name) {
		return false, nil
	}
	tmp, words, fonts := sh.temp(".mp4"), "", ""
	if sh.DryRun {
		tmp, excerpts = sh.path(name), nil
	} else {
		defer os.Remove(tmp)
	}
	names := make([]string, len(excerpts))
	for i := range excerpts {
		names[i], excerpts[i].path = excerpts[i].path, sh.temp(".mp4")
		defer os.Remove(excerpts[i].path)
	}
	if len(s.texts) > 0 {
		var done func()
		if words, fonts, done, err = s.words(sh, name); err != nil {
			return false, err
		}
		defer done()
	}
	args, err := s.graph(tmp, words, fonts, excerpts...)
	if err != nil {
		return false, err
	}
	if err := sh.run(ctx, args, ffmpeg.Options{Frames: frames}); err != nil || sh.DryRun {
		return err == nil, err
	}
	for i, e := range excerpts {
		if err := e.check(ctx, e.path); err != nil {
			return false, err
		}
		if err := sh.keep(e.path, names[i]); err != nil {
			return false, err
		}
	}
	if err := s.check(ctx, tmp); err != nil {
		return false, err
	}
	return true, sh.keep(tmp, name)
}

// words writes the script of the segment's texts. Where commands are shown it stays, so that they can be run again.
func (s *segment) words(sh *shop, name string) (path, fonts string, done func(), err error) {
	if fonts, err = sh.fontFolder(); err != nil {
		return "", "", nil, err
	}
	path = sh.path(strings.TrimSuffix(name, ".mp4") + ".ass")
	script := assScript(s.texts, s.Width, s.Height, s.Rate, s.frames())
	err = ffmpeg.WriteFile(path, func(w io.Writer) error { _, err := io.WriteString(w, script); return err })
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
