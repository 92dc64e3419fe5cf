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

	"shotchain/render/ffmpeg"
)

// segment is an item's part of the film: what it is made of, and the names of the two files it becomes.
type segment struct {
	tl      *Timeline
	item    Item
	picture string // file name in the work folder
	sound   string // file name, "" for a silent clip
}

// plan names an item's files by the digest of its clip, the ffmpeg that makes them and the very arguments.
func (tl *Timeline) plan(it Item, t ffmpeg.Tools) (segment, error) {
	var err error
	if it.Digest == "" {
		if it.Digest, err = digest(it.Path); err != nil {
			return segment{}, err
		}
	}
	s := segment{tl: tl, item: it}
	anywhere := it
	anywhere.Path = "/clip" + filepath.Ext(it.Path)
	if s.picture, err = name("picture", ".mp4", it.Digest, t.Version, func() ([]string, error) {
		return tl.command(anywhere, "/picture", "")
	}); err != nil {
		return s, err
	}
	if it.Source.HasAudio() {
		s.sound, err = name("sound", ".f32", it.Digest, t.Version, func() ([]string, error) {
			return tl.command(anywhere, "", "/sound")
		})
	}
	return s, err
}

func name(kind, ext, digest, version string, command func() ([]string, error)) (string, error) {
	args, err := command()
	if err != nil {
		return "", err
	}
	return key(kind, digest, version, args) + ext, nil
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

func digest(path string) (string, error) {
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

// command is the one ffmpeg run that makes an item's picture, its sound, or both. A path of "" leaves that one out.
func (tl *Timeline) command(it Item, picture, samples string) ([]string, error) {
	var g ffmpeg.Graph
	in := g.Input(it.Path)
	if picture != "" {
		g.Output(picture, tl.videoSettings(it.Frames()), tl.picture(&g, in.Video(), it))
	}
	if samples != "" {
		g.Output(samples, soundSettings, sound(&g, in.Audio(), it))
	}
	args, err := g.Compile()
	// A clip that does not decode must not get into a film: the first decoding error ends the run.
	// Times are the file's own, so that sound can be laid by the first frame's.
	return append([]string{"-xerror", "-copyts", "-filter_complex_threads", "1"}, args...), err
}

// make makes those of the segment's files that the work folder does not have, and reports whether it encoded
// picture.
func (s segment) make(ctx context.Context, w work, frames func(int)) (encoded bool, err error) {
	needPicture := !w.has(s.picture)
	needSound := s.sound != "" && !w.has(s.sound)
	if !needPicture && !needSound {
		return false, nil
	}
	var picture, samples string
	if needPicture {
		picture = w.temp(".mp4")
		defer os.Remove(picture)
	}
	if needSound {
		samples = w.temp(".f32")
		defer os.Remove(samples)
	}
	args, err := s.tl.command(s.item, picture, samples)
	if err != nil {
		return false, err
	}
	if err := ffmpeg.Run(ctx, args, ffmpeg.Options{Frames: frames}); err != nil {
		return false, err
	}
	if needSound {
		if err := s.keepSound(w, samples); err != nil {
			return false, err
		}
	}
	if needPicture {
		return true, s.keepPicture(ctx, w, picture)
	}
	return false, nil
}

func (s segment) keepPicture(ctx context.Context, w work, tmp string) error {
	f, err := ffmpeg.Probe(ctx, tmp)
	if err != nil {
		return err
	}
	if want := s.item.Frames(); f.Frames != want {
		return fmt.Errorf("%d of %d frames came out", f.Frames, want)
	}
	if f.Width != s.tl.Width || f.Height != s.tl.Height {
		return fmt.Errorf("came out as %d×%d, not %d×%d", f.Width, f.Height, s.tl.Width, s.tl.Height)
	}
	return w.keep(tmp, s.picture)
}

func (s segment) keepSound(w work, tmp string) error {
	st, err := os.Stat(tmp)
	if err != nil {
		return err
	}
	if want := int64(s.item.Length) * perFrame * sampleBytes; st.Size() != want {
		return fmt.Errorf("%d of %d bytes of sound came out", st.Size(), want)
	}
	return w.keep(tmp, s.sound)
}
