package render

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"shotchain/render/ffmpeg"
	"shotchain/render/mux"
	"shotchain/render/sound"
	"shotchain/render/timeline"
	"shotchain/render/work"
)

// File is a file that was made of a timeline.
type File struct {
	Path          string
	Format        string // as in Output
	Frames        int
	Width, Height int
	Duration      time.Duration
	Sound         bool
	Encoded       int      // segments whose picture was encoded
	Reused        int      // segments that the work folder had, or clips that are in the film as they are
	Notes         []string // what was done otherwise than asked, in plain words
}

// Deliver makes the outputs of a timeline. What can be known to fail – an encoder that this ffmpeg lacks, words that
// no font has, an output that is one of the sources – fails before anything is encoded. Each output takes its name
// when it is whole and checked; until then, and when anything fails, what was there before stays. Errors name the
// shot or the output.
func Deliver(ctx context.Context, tl *timeline.Timeline, outs []timeline.Output, o work.Options) ([]File, error) {
	sh, done, err := work.Open(o)
	if err != nil {
		return nil, err
	}
	defer done()
	ctx = ffmpeg.For(ctx, tl.Shots()...)
	if err := acceptable(ctx, tl, outs); err != nil {
		return nil, err
	}
	d := &delivery{Shop: sh, tl: tl}
	films := make([]File, 0, len(outs))
	for _, out := range sorted(outs) {
		f, err := d.make(ctx, out)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", out.Path, err)
		}
		films = append(films, f)
	}
	return inOrder(films, outs), nil
}

// delivery is one timeline on its way to several outputs: what they share is made once. Used by one goroutine.
type delivery struct {
	*work.Shop
	tl     *timeline.Timeline
	cells  []cell
	video  []mux.Range
	track  []mux.Range
	sound  *sound.Track
	counts File
	joined string // a file with the whole film
}

// parts makes the film's picture and sound, at the same time.
func (d *delivery) parts(ctx context.Context) (err error) {
	if d.video != nil || d.cells != nil {
		return nil
	}
	if d.cells, err = cells(d.tl); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		if d.video = asTheyAre(d.tl); d.video != nil {
			d.counts.Reused = len(d.tl.Items)
			d.counts.Notes = []string{"the clips' pictures are in the film as they are: nothing was encoded"}
			if d.Progress != nil {
				d.Progress(d.tl.Frames, d.tl.Frames)
			}
			if d.DryRun {
				return nil
			}
			return decodes(ctx, d.Shop, d.tl)
		}
		d.video, err = picture(ctx, d.Shop, d.cells, &d.counts)
		return err
	})
	if d.tl.Heard() {
		group.Go(func() error {
			if err := d.mixed(ctx); err != nil {
				return err
			}
			var err error
			d.track, err = d.sound.AAC(ctx)
			if err != nil && ctx.Err() == nil {
				return fmt.Errorf("sound of the film: %w", err)
			}
			return err
		})
	}
	return group.Wait()
}

// mixed prepares the film's sound.
func (d *delivery) mixed(ctx context.Context) (err error) {
	if d.sound == nil {
		d.sound, err = sound.New(ctx, d.Shop, d.tl, targetOf(d.tl).quality().audio)
	}
	return err
}

func (d *delivery) file(out timeline.Output) File {
	tl := d.tl
	return File{Path: out.Path, Format: out.Ext(), Frames: tl.Frames, Width: tl.Width, Height: tl.Height,
		Sound:    tl.Heard(),
		Duration: time.Duration(tl.Frames) * time.Second / time.Duration(tl.Rate), Encoded: d.counts.Encoded,
		Reused: d.counts.Reused, Notes: d.counts.Notes}
}

// movie is the film as packets.
func (d *delivery) movie() *mux.Movie {
	tl := d.tl
	m := &mux.Movie{Title: tl.Title, Language: tl.Language, Rate: tl.Rate, Width: tl.Width, Height: tl.Height,
		Video: d.video, Audio: d.track,
		AudioRate: timeline.SampleRate, Priming: sound.Priming, Samples: int64(tl.Frames) * timeline.PerFrame,
		Chapters: chapters(tl), CaptionsIn: tl.Language}
	if len(tl.Generated) > 0 {
		m.Comment = "AI-generated: " + strings.Join(tl.Generated, ", ")
		m.Tags = []mux.Tag{{Key: "AIGC", Value: aigc}}
	}
	if tl.CaptionMode == "soft" {
		m.Captions = cues(tl)
	}
	return m
}

// aigc is the label that China's rules ask for in a file (GB 45438-2025, in force since 2025-09-01): generated. Who
// produced and spread it is for those to say who know: nothing is invented.
const aigc = `{"Label":"1","ContentProducer":"","ProduceID":"","ReservedCode1":"","ContentPropagator":"",` +
	`"PropagateID":"","ReservedCode2":""}`

// cues are the captions one after the other: where two overlap, the later one takes over.
func cues(tl *timeline.Timeline) []mux.Cue {
	var all []mux.Cue
	for _, t := range tl.Captions {
		if n := len(all); n > 0 && all[n-1].End > t.Start {
			all[n-1].End = t.Start
		}
		if t.Start < t.End {
			all = append(all, mux.Cue{Text: t.Text, Start: t.Start, End: t.End})
		}
	}
	return all
}

// join copies the packets of picture and sound into one file.
func (d *delivery) join(ctx context.Context, out string) error {
	return work.Write(out, ".mp4", func(tmp string) error {
		f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
		if err != nil {
			return err
		}
		m := d.movie()
		if err := m.Write(f); err != nil {
			f.Close()
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
		return checkFilm(ctx, d.tl, tmp)
	})
}

func chapters(tl *timeline.Timeline) []mux.Chapter {
	var all []mux.Chapter
	for i, it := range tl.Items {
		end := tl.Frames
		if i+1 < len(tl.Items) {
			end = tl.Items[i+1].At
		}
		if it.At < end { // chapters follow each other: one ends where the next shot begins to show
			all = append(all, mux.Chapter{Title: it.Title, Start: it.At, End: end})
		}
	}
	return all
}

// checkFilm compares the film with what the timeline promised.
func checkFilm(ctx context.Context, tl *timeline.Timeline, path string) error {
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
