package render

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"shotchain/render/ffmpeg"
)

// Options of an assembly. The zero value works in a temporary folder on all cores and says nothing.
type Options struct {
	Work     string                // folder that keeps segments between runs, "" for none
	Workers  int                   // ffmpeg processes at once, each on one core and in about 200 MB; 0: one per core
	Progress func(done, total int) // frames of the film that are ready to be joined; calls never overlap
}

// Film is a film that was assembled.
type Film struct {
	Path          string
	Frames        int
	Width, Height int
	Duration      time.Duration
	Sound         bool
	Encoded       int // segments whose picture was encoded
	Reused        int // segments that the work folder had
}

// Assemble makes the film of a timeline at out, an MP4. The film takes its name when it is whole and its frames are
// counted; until then, and when anything fails, what was at out before stays. Errors name the shot.
func Assemble(ctx context.Context, tl *Timeline, out string, o Options) (Film, error) {
	tools, err := ffmpeg.Find()
	if err != nil {
		return Film{}, err
	}
	if err := tl.spare(out); err != nil {
		return Film{}, err
	}
	w, done, err := openWork(o.Work)
	if err != nil {
		return Film{}, err
	}
	defer done()
	film := Film{Path: out, Frames: tl.Frames, Width: tl.Width, Height: tl.Height, Sound: tl.Heard(),
		Duration: time.Duration(tl.Frames) * time.Second / time.Duration(tl.Rate)}
	segments, err := tl.segments(ctx, w, tools, o, &film)
	if err != nil {
		return Film{}, err
	}
	track := ""
	if tl.Heard() {
		if track, err = tl.track(ctx, w, tools, segments); err != nil {
			return Film{}, fmt.Errorf("sound of the film: %w", err)
		}
	}
	if err := tl.join(ctx, w, segments, track, out); err != nil {
		return Film{}, fmt.Errorf("%s: %w", out, err)
	}
	return film, nil
}

// spare refuses an output that is one of the clips.
func (tl *Timeline) spare(out string) error {
	target, err := os.Stat(out)
	if err != nil {
		return nil
	}
	if target.IsDir() {
		return fmt.Errorf("%s is a folder", out)
	}
	for _, it := range tl.Items {
		if st, err := os.Stat(it.Path); err == nil && os.SameFile(st, target) {
			return fmt.Errorf("%s is the clip of shot %s: the film would overwrite it", out, it.Shot)
		}
	}
	return nil
}

// segments makes what the work folder does not have, as many at once as there are workers. The first failure ends
// the others: there is no film without it.
func (tl *Timeline) segments(ctx context.Context, w work, t ffmpeg.Tools, o Options, film *Film) ([]segment, error) {
	all, made := make([]segment, len(tl.Items)), make([]bool, len(tl.Items))
	p := &tally{total: tl.Frames, report: o.Progress}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers(o.Workers))
	for i, it := range tl.Items {
		group.Go(func() error {
			s, err := tl.plan(it, t)
			if err == nil {
				all[i] = s
				part := p.part(it.Frames())
				made[i], err = s.make(ctx, w, part.frames)
				part.finish()
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				return fmt.Errorf("shot %s: %w", it.Shot, err)
			}
			return err
		})
	}
	err := group.Wait()
	for _, encoded := range made {
		if encoded {
			film.Encoded++
		} else {
			film.Reused++
		}
	}
	return all, err
}

func workers(n int) int {
	if n > 0 {
		return n
	}
	return runtime.NumCPU()
}

// track is the film's sound, mixed sample by sample and encoded in one pass, kept by what it is made of.
func (tl *Timeline) track(ctx context.Context, w work, t ffmpeg.Tools, segments []segment) (string, error) {
	spans := tl.spans()
	settings := []string{"-c:a", "aac", "-b:a", "192k", "-ar", "48000", "-ac", "2", "-threads", "1",
		"-map_metadata", "-1", "-flags:a", "+bitexact", "-fflags", "+bitexact", "-movie_timescale", "48000", "-f", "mp4"}
	var parts []string
	for _, s := range spans {
		parts = append(parts, fmt.Sprint(segments[s.item].sound, s.start, s.end, s.from, s.fadeIn, s.fadeOut))
	}
	name := key("mix", t.Version, settings, tl.Frames, parts) + ".m4a"
	if w.has(name) {
		return name, nil
	}
	tmp := w.temp(".m4a")
	defer os.Remove(tmp)
	m := &mixer{spans: spans, total: int64(tl.Frames) * perFrame, open: openSamples(w, segments)}
	args := append([]string{"-protocol_whitelist", "pipe", "-f", "f32le", "-ar", "48000", "-ac", "2", "-i", "pipe:0"}, settings...)
	if err := ffmpeg.Run(ctx, append(args, ffmpeg.File(tmp)), ffmpeg.Options{Feed: m.mix}); err != nil {
		return "", err
	}
	return name, w.keep(tmp, name)
}

// join copies the packets of all segments and the sound into one file.
func (tl *Timeline) join(ctx context.Context, w work, segments []segment, track, out string) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	list, meta := w.temp(".txt"), w.temp(".meta")
	tmp := filepath.Join(filepath.Dir(out), fmt.Sprintf(".%d-%s.tmp", os.Getpid(), strings.TrimPrefix(filepath.Base(w.temp("")), "tmp-")))
	for _, f := range []string{list, meta, tmp} {
		defer os.Remove(f)
	}
	if err := ffmpeg.WriteFile(list, func(o io.Writer) error { return concatList(o, segments) }); err != nil {
		return err
	}
	if err := os.WriteFile(meta, []byte(ffmpeg.MetadataFile(tl.Title, "", tl.Rate, tl.chapters())), 0o644); err != nil {
		return err
	}
	// The list names its files without folders, and ffmpeg runs in theirs: no folder's name needs quoting.
	args := tl.joinArgs(filepath.Base(list), filepath.Base(meta), track)
	if err := ffmpeg.Run(ctx, append(args, ffmpeg.File(tmp)), ffmpeg.Options{Dir: w.dir}); err != nil {
		return err
	}
	if err := tl.check(ctx, tmp); err != nil {
		return err
	}
	if err := syncFile(tmp); err != nil {
		return err
	}
	return os.Rename(tmp, out)
}

func (tl *Timeline) joinArgs(list, meta, track string) []string {
	args := []string{"-protocol_whitelist", "file,pipe", "-f", "concat", "-safe", "1", "-auto_convert", "0", "-i", list,
		"-protocol_whitelist", "file,pipe", "-f", "ffmetadata", "-i", meta}
	if track != "" {
		args = append(args, "-protocol_whitelist", "file,pipe", "-f", "mov", "-i", track)
	}
	args = append(args, "-map", "0:v:0")
	if track != "" {
		args = append(args, "-map", "2:a:0")
		if tl.Language != "" {
			args = append(args, "-metadata:s:a:0", "language="+tl.Language)
		}
	}
	return append(args, "-map_metadata", "1", "-map_chapters", "1", "-c", "copy",
		"-video_track_timescale", fmt.Sprint(100*tl.Rate), "-movie_timescale", fmt.Sprint(1000*tl.Rate),
		"-movflags", "+faststart", "-fflags", "+bitexact", "-flags", "+bitexact", "-f", "mp4")
}

func concatList(w io.Writer, segments []segment) error {
	_, err := io.WriteString(w, "ffconcat version 1.0\n")
	for _, s := range segments {
		if err == nil {
			_, err = fmt.Fprintf(w, "file %s\n", s.picture)
		}
	}
	return err
}

func (tl *Timeline) chapters() []ffmpeg.Chapter {
	var all []ffmpeg.Chapter
	for _, it := range tl.Items {
		all = append(all, ffmpeg.Chapter{Title: it.Title, Start: it.At, End: it.At + it.Frames()})
	}
	return all
}

// check compares the film with what the timeline promised.
func (tl *Timeline) check(ctx context.Context, path string) error {
	f, err := ffmpeg.Probe(ctx, path)
	switch {
	case err != nil:
		return err
	case f.Frames != tl.Frames:
		return fmt.Errorf("the join has %d frames, not %d", f.Frames, tl.Frames)
	case !f.Regular || !f.Rate.Is(int64(tl.Rate), 1):
		return fmt.Errorf("the join's frames are not %d per second", tl.Rate)
	case f.HasAudio() != tl.Heard():
		return errors.New("the join lost its sound")
	}
	return nil
}
