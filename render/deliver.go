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
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// acceptable refuses what could only fail later.
func acceptable(ctx context.Context, tl *timeline.Timeline, outs []timeline.Output) error {
	if len(tl.Items) == 0 || tl.Frames < 1 {
		return fmt.Errorf("a film needs at least one clip")
	}
	if err := targetOf(tl).check(); err != nil {
		return err
	}
	for _, t := range tl.Burned() {
		if err := font.Check(t.Text, t.Style.Font); err != nil {
			return err
		}
	}
	if len(tl.Burned()) > 0 {
		if ok, err := ffmpeg.HasFilter(ctx, "ass"); err != nil || !ok {
			return orErr(err, "this ffmpeg cannot put words on a picture: it lacks libass")
		}
	}
	if ok, err := ffmpeg.HasEncoder(ctx, "libx264"); err != nil || !ok {
		return orErr(err, "this ffmpeg lacks the encoder libx264")
	}
	if err := present(tl); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, o := range outs {
		if err := accept(ctx, tl, o); err != nil {
			return fmt.Errorf("%s: %w", o.Path, err)
		}
		abs, err := filepath.Abs(o.Path)
		if err != nil {
			return err
		}
		if seen[abs] {
			return fmt.Errorf("%s is made twice", o.Path)
		}
		seen[abs] = true
	}
	return nil
}

// present refuses a timeline whose files are gone.
func present(tl *timeline.Timeline) error {
	for _, it := range tl.Items {
		if _, err := os.Stat(it.Path); err != nil {
			return fmt.Errorf("shot %s: %w", it.Shot, err)
		}
	}
	for _, s := range tl.Sounds {
		if _, err := os.Stat(s.Path); err != nil {
			return fmt.Errorf("%s: %w", s.Owner(), err)
		}
	}
	return nil
}

func orErr(err error, otherwise string) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%s", otherwise)
}

func accept(ctx context.Context, tl *timeline.Timeline, o timeline.Output) error {
	if err := spare(tl, o.Path); err != nil {
		return err
	}
	if !o.Known() {
		return fmt.Errorf("there is no format %s", strings.Trim(strings.ReplaceAll(o.Kind(), "/", " with "), " "))
	}
	if _, encodes := recipes[o.Kind()]; encodes {
		if _, err := encoder(ctx, o); err != nil {
			return err
		}
		if s := o.SoundEncoder(); s != "" && tl.Heard() {
			if ok, err := ffmpeg.HasEncoder(ctx, s); err != nil || !ok {
				return orErr(err, "this ffmpeg lacks the encoder "+s)
			}
		}
	}
	switch o.Ext() {
	case "png", "jpg":
		if o.Frame < 0 || o.Frame >= tl.Frames {
			return fmt.Errorf("the film has %d frames: there is no frame %d", tl.Frames, o.Frame)
		}
	case "wav":
		if !tl.Heard() {
			return fmt.Errorf("the film has no sound")
		}
	case "srt", "vtt":
		if len(tl.Captions) == 0 {
			return fmt.Errorf("the film has no captions")
		}
	}
	return nil
}

// spare refuses an output that is one of the sources.
func spare(tl *timeline.Timeline, out string) error {
	target, err := os.Stat(out)
	if err != nil {
		return nil
	}
	if target.IsDir() {
		return fmt.Errorf("is a folder")
	}
	same := func(path string) bool {
		st, err := os.Stat(path)
		return err == nil && os.SameFile(st, target)
	}
	for _, it := range tl.Items {
		if same(it.Path) {
			return fmt.Errorf("is the clip of shot %s: the film would overwrite it", it.Shot)
		}
	}
	for _, s := range tl.Sounds {
		if same(s.Path) {
			return fmt.Errorf("is the sound %s: the film would overwrite it", s.Name)
		}
	}
	return nil
}

// sorted has the film itself first: others are made from it.
func sorted(outs []timeline.Output) []timeline.Output {
	all := slices.Clone(outs)
	slices.SortStableFunc(all, func(a, b timeline.Output) int {
		x, y := a.Kind() != "mp4/h264", b.Kind() != "mp4/h264"
		switch {
		case x == y:
			return 0
		case y:
			return -1
		}
		return 1
	})
	return all
}

func inOrder(films []File, outs []timeline.Output) []File {
	all := make([]File, 0, len(outs))
	for _, o := range outs {
		for _, f := range films {
			if f.Path == o.Path {
				all = append(all, f)
				break
			}
		}
	}
	return all
}

// make makes one output.
func (d *delivery) make(ctx context.Context, o timeline.Output) (f File, err error) {
	switch o.Ext() {
	case "srt", "vtt":
		if !d.DryRun {
			err = d.captions(o)
		}
	case "png", "jpg":
		err = d.poster(ctx, o)
	case "otio", "fcpxml", "xml", "edl":
		f = d.file(o)
		f.Notes, err = d.handOver(ctx, o)
		return f, err
	case "wav":
		if err = d.mixed(ctx); err == nil && !d.DryRun {
			err = work.WriteFile(o.Path, func(w io.Writer) error { return d.sound.WAV(ctx, w) })
		}
	default:
		if err = d.parts(ctx); err != nil {
			return f, err
		}
		if _, encodes := recipes[o.Kind()]; encodes {
			err = d.transcode(ctx, o)
		} else if d.DryRun {
			d.joined = o.Path
		} else if err = d.join(ctx, o.Path); err == nil {
			d.joined = o.Path
		}
	}
	return d.file(o), err
}

func (d *delivery) captions(o timeline.Output) error {
	texts := slices.Clone(d.tl.Captions)
	for i := range texts {
		texts[i].Start, texts[i].End = max(0, texts[i].Start), min(texts[i].End, d.tl.Frames)
	}
	return work.WriteFile(o.Path, func(w io.Writer) error {
		if o.Ext() == "srt" {
			return writeSRT(w, texts, d.tl.Rate)
		}
		return writeVTT(w, texts, d.tl.Rate, "")
	})
}

// poster takes one frame of the film: only the segment that holds it must be there.
func (d *delivery) poster(ctx context.Context, o timeline.Output) error {
	cells, err := cells(d.tl)
	if err != nil {
		return err
	}
	at := 0
	for _, c := range cells {
		if n := c.to - c.from; o.Frame >= at+n {
			at += n
			continue
		}
		name, err := c.name(d.Shop)
		if err != nil {
			return err
		}
		if _, err := c.make(ctx, d.Shop, name, nil); err != nil {
			return fmt.Errorf("%s: %w", shotsOf(c.layers), err)
		}
		return d.still(ctx, d.Path(name), c.from+o.Frame-at, o)
	}
	return fmt.Errorf("there is no frame %d", o.Frame)
}

// still writes one frame of a segment as a picture.
func (d *delivery) still(ctx context.Context, segment string, frame int, o timeline.Output) error {
	return d.produce(o, func(tmp string) error {
		args := []string{"-threads", "1"}
		if frame > 0 {
			args = append(args, "-ss", fmt.Sprintf("%.6f", (float64(frame)-0.5)/float64(d.tl.Rate)))
		}
		args = append(append(args, ffmpeg.Input(segment)...), "-map", "0:v:0", "-frames:v", "1", "-update", "1")
		if o.Ext() == "jpg" {
			args = append(args, "-vf",
				"scale=out_range=pc:in_range=tv:in_color_matrix=bt709:out_color_matrix=bt601,format=yuvj420p", "-q:v", "2")
		} else {
			args = append(args, "-vf", "scale=flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix=bt709,format=rgb24")
		}
		return d.Run(ctx, append(args, "-f", "image2", "-c:v", o.Encoders()[0], ffmpeg.File(tmp)), ffmpeg.Options{})
	})
}

// produce has an output made, in a temporary file; where commands are only told, they are told of the output itself.
func (d *delivery) produce(o timeline.Output, make func(tmp string) error) error {
	if d.DryRun {
		return make(o.Path)
	}
	return work.Write(o.Path, "."+o.Ext(), make)
}

// transcode encodes the finished film in another format.
func (d *delivery) transcode(ctx context.Context, o timeline.Output) error {
	r := recipes[o.Kind()]
	codec, err := encoder(ctx, o)
	if err != nil {
		return err
	}
	film, closing, err := d.finished(ctx)
	if err != nil {
		return err
	}
	defer closing()
	made, err := d.madeOf(film, o, r, codec)
	if err != nil || made.stands(d, o.Path) {
		return err
	}
	sound := ""
	if o.SoundEncoder() != "" && d.tl.Heard() {
		sound = d.Temp(".wav")
		defer os.Remove(sound)
		if !d.DryRun {
			if err := work.WriteFile(sound, func(w io.Writer) error { return d.sound.WAV(ctx, w) }); err != nil {
				return err
			}
		}
	}
	words := ""
	if r.words == "webvtt" && d.tl.Soft() {
		words = d.Temp(".vtt")
		defer os.Remove(words)
		if !d.DryRun {
			if err := d.captions(timeline.Output{Path: words}); err != nil {
				return err
			}
		}
	}
	err = d.produce(o, func(tmp string) error {
		args := r.command(d.tl, o, codec, film, sound, words, tmp)
		if err := d.Run(ctx, args, ffmpeg.Options{Frames: func(int) {}}); err != nil || d.DryRun {
			return err
		}
		return checkOther(ctx, d.tl, o, tmp)
	})
	if err != nil || d.DryRun {
		return err
	}
	return made.note(d, o.Path)
}

// madeOf is the file of the work folder that says what an encoded output is made of: the film's bytes, and how they are
// encoded. "" where nothing runs.
type madeOf string

func (d *delivery) madeOf(film string, o timeline.Output, r recipe, codec string) (madeOf, error) {
	if d.DryRun {
		return "", nil
	}
	digest, err := work.Digest(film)
	if err != nil {
		return "", err
	}
	args := r.command(d.tl, o, codec, "/film.mp4", "/sound.wav", "/words.vtt", "/out")
	return madeOf(work.Key("output", digest, d.Tools.Version, args) + ".txt"), nil
}

// stands reports whether a file is what was made of this before, to the byte: then it is not encoded again.
func (m madeOf) stands(d *delivery, path string) bool {
	if m == "" || !d.Has(string(m)) {
		return false
	}
	was, err := os.ReadFile(d.Path(string(m)))
	if err != nil {
		return false
	}
	is, err := work.Digest(path)
	return err == nil && string(was) == is
}

// note notes the digest of what was made.
func (m madeOf) note(d *delivery, path string) error {
	digest, err := work.Digest(path)
	if err != nil {
		return err
	}
	return d.Write(string(m), func(w io.Writer) error { _, err := io.WriteString(w, digest); return err })
}

// finished is a file with the whole film: the output that is one, or a temporary one.
func (d *delivery) finished(ctx context.Context) (string, func(), error) {
	if d.joined != "" {
		return d.joined, func() {}, nil
	}
	tmp := d.Temp(".mp4")
	if d.DryRun {
		return tmp, func() {}, nil
	}
	if err := d.join(ctx, tmp); err != nil {
		os.Remove(tmp)
		return "", nil, err
	}
	return tmp, func() { os.Remove(tmp) }, nil
}

// checkOther counts the frames of what was encoded. A GIF has fewer, and times of its own.
func checkOther(ctx context.Context, tl *timeline.Timeline, o timeline.Output, path string) error {
	if o.Ext() == "gif" {
		st, err := os.Stat(path)
		if err == nil && st.Size() == 0 {
			return fmt.Errorf("nothing came out")
		}
		return err
	}
	f, err := ffmpeg.Probe(ctx, path)
	if err != nil {
		return err
	}
	if f.Frames != tl.Frames {
		return fmt.Errorf("%d of %d frames came out", f.Frames, tl.Frames)
	}
	if f.HasAudio() != tl.Heard() {
		return fmt.Errorf("the sound got lost")
	}
	if !tl.Heard() {
		return nil
	}
	s, err := ffmpeg.ProbeSound(ctx, path)
	if short := int64(tl.Frames)*timeline.PerFrame - timeline.Lasting(s.Duration); err == nil && short > timeline.Tail {
		return fmt.Errorf("%s of the sound got lost", timeline.Clock(short))
	}
	return err
}
