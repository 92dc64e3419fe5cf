package timeline

// This file resolves a cut to a timeline; items.go, sounds.go and words.go lay its picture, sound and words.

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"

	"shotchain/render/ffmpeg"
	"shotchain/storyboard"
)

// maxFrames bounds a film: 24 hours.
const maxFrames = 24 * 3600 * Rate

// Machine is what an edit asks about files and the computer that it runs on. The zero value asks the ffmpeg that is
// found, and takes every font to have every letter.
type Machine struct {
	See      func(ctx context.Context, path string) (ffmpeg.Facts, error)
	Hear     func(ctx context.Context, path string) (ffmpeg.SoundFacts, error)
	Encoders func(ctx context.Context) ([]string, error)
	Letters  func(text, family string) error // why words cannot be set in a family of fonts, "" for any
}

// complete fills in what is not said.
func (m Machine) complete() Machine {
	if m.See == nil {
		m.See = ffmpeg.Probe
	}
	if m.Hear == nil {
		m.Hear = ffmpeg.KnownSound
	}
	if m.Encoders == nil {
		m.Encoders = ffmpeg.Encoders
	}
	if m.Letters == nil {
		m.Letters = func(string, string) error { return nil }
	}
	return m
}

// Edit probes the clips and lays them as the cut says. With a cut the clips may come in any order, one for each
// shot, and Edit itself decides which of them continue each other; without one, they are the film in order, end to end,
// and a clip whose Continues is set loses its first frame, which would stand still otherwise. film gives problems their
// places; it is needed with a cut.
//
// What the cut asks for and the clips cannot give is returned as storyboard.Problems, all together, at the lines that
// ask for it. Other errors name the shot.
func (m Machine) Edit(ctx context.Context, film *storyboard.Storyboard, cut *storyboard.Cut,
	clips []Clip) (*Timeline, error) {
	return m.editor(film, cut).edit(ctx, clips)
}

// Check reports what of a cut cannot be done whatever its clips will be: sound files without sound, words that no
// font has the letters of, encoders that are missing. It needs no clips, so that nothing is bought for a film that
// cannot be made.
func (m Machine) Check(ctx context.Context, film *storyboard.Storyboard, cut *storyboard.Cut) error {
	e := m.editor(film, cut)
	return e.steps(ctx, e.machine)
}

// Foresee is Edit for clips that are not there yet: it reports what the cut asks for beyond what its clips can be.
// longest are the frames that each of them has at most, by its shot's full name. Own footage is looked at as it is.
func (m Machine) Foresee(ctx context.Context, film *storyboard.Storyboard, cut *storyboard.Cut,
	longest map[string]int) error {
	const generated = "generated:"
	see := m.complete().See
	m.See = func(ctx context.Context, path string) (ffmpeg.Facts, error) {
		shot, ok := strings.CutPrefix(path, generated)
		if !ok {
			return see(ctx, path)
		}
		return ffmpeg.Facts{Width: 16, Height: 16, SAR: ffmpeg.Ratio{Num: 1, Den: 1}, Frames: longest[shot], Regular: true,
			Rate: ffmpeg.Ratio{Num: Rate, Den: 1}, Audio: "aac", Channels: Channels}, nil
	}
	var clips []Clip
	for _, s := range cut.Shots {
		c := Clip{Shot: s.Shot.Name(), Caption: s.Shot.Caption, Path: generated + s.Shot.Name()}
		if s.Shot.Clip != nil {
			c.Path = s.Shot.Clip.Path
		}
		if s.Shot.Card != nil {
			c = Still(s.Shot, s.Shot.Card.Still.Path)
		}
		clips = append(clips, c)
	}
	_, err := m.editor(film, cut).edit(ctx, clips)
	return err
}

func (m Machine) editor(film *storyboard.Storyboard, cut *storyboard.Cut) *editor {
	e := &editor{Machine: m.complete(), film: film, cut: cut, spec: cut, tl: &Timeline{Rate: Rate}}
	if film != nil {
		e.tl.Title = film.Title
	}
	if cut == nil {
		e.spec = &storyboard.Cut{}
	}
	return e
}

func (e *editor) edit(ctx context.Context, clips []Clip) (*Timeline, error) {
	if err := e.entries(clips); err != nil {
		return nil, err
	}
	if err := e.steps(ctx, e.machine, e.probe, e.frame, e.lay, e.listen, e.audible, e.words); err != nil {
		return nil, err
	}
	return e.tl, nil
}

// steps goes on as long as there is no problem: each step relies on those before it.
func (e *editor) steps(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
		if len(e.problems) > 0 {
			e.problems.Sort()
			return e.problems
		}
	}
	return nil
}

// editor makes one timeline.
type editor struct {
	Machine
	film     *storyboard.Storyboard
	cut      *storyboard.Cut // nil for every clip in order
	spec     *storyboard.Cut // the same, empty for none
	tl       *Timeline
	list     []entry
	first    map[string]int    // the first place of a shot in the list
	lines    []line            // narration
	bed      ffmpeg.SoundFacts // music
	problems storyboard.Problems
}

// entry is one item to be.
type entry struct {
	storyboard.CutShot
	clip  Clip
	facts ffmpeg.Facts
}

// problem notes what cannot be done, at the line that asks for it.
func (e *editor) problem(at storyboard.Pos, hint, format string, args ...any) {
	if e.film == nil {
		e.problems = append(e.problems, storyboard.Problem{Pos: at, Hint: hint, Message: fmt.Sprintf(format, args...)})
		return
	}
	e.problems = append(e.problems, e.film.Problem(at, hint, format, args...))
}

// entries finds the clip of each shot of the cut.
func (e *editor) entries(clips []Clip) error {
	if e.cut == nil {
		for i, c := range clips {
			c.Continues = c.Continues && i > 0
			e.list = append(e.list, entry{clip: c})
		}
	} else {
		of := make(map[string]Clip, len(clips))
		for _, c := range clips {
			of[c.Shot] = c
		}
		var before *storyboard.Shot
		for _, s := range e.spec.Shots {
			c, ok := of[s.Shot.Name()]
			if !ok {
				return fmt.Errorf("there is no clip of shot %s", s.Shot.Name())
			}
			c.Continues = before != nil && (s.Shot.From == before.Name() || before.To == s.Shot.Name())
			e.list = append(e.list, entry{CutShot: s, clip: c})
			before = s.Shot
		}
	}
	if len(e.list) == 0 {
		return errors.New("a film needs at least one clip")
	}
	e.first = make(map[string]int, len(e.list))
	for i := len(e.list) - 1; i >= 0; i-- {
		e.first[e.list[i].clip.Shot] = i
	}
	return nil
}

// probe looks at each clip once.
func (e *editor) probe(ctx context.Context) error {
	known := map[string]ffmpeg.Facts{}
	for i := range e.list {
		c := &e.list[i]
		if c.clip.Title == "" {
			c.clip.Title = c.clip.Shot
		}
		if c.clip.Card != nil {
			c.facts = c.clip.Card.facts()
			continue
		}
		f, ok := known[c.clip.Path]
		if !ok {
			var err error
			if f, err = e.See(ffmpeg.For(ctx, c.clip.Shot), c.clip.Path); err != nil {
				return fmt.Errorf("shot %s: %w", c.clip.Shot, err)
			}
			if n := Conformed(f); n < 1 || n > maxFrames {
				return fmt.Errorf("shot %s: has %d frames", c.clip.Shot, n)
			}
			known[c.clip.Path] = f
		}
		c.facts = f
	}
	return nil
}

// frame decides what the whole film looks like.
func (e *editor) frame(context.Context) error {
	tl := e.tl
	tl.Width, tl.Height = filmSize(e.sized())
	if e.spec.Size.Set {
		tl.Width, tl.Height = e.spec.Size.Value.Width, e.spec.Size.Value.Height
	}
	tl.Quality = e.spec.Quality.Value
	tl.Encoder = EncoderOptions(e.spec)
	if e.spec.Loudness.Set {
		tl.Loudness = e.spec.Loudness.Value
	}
	return nil
}

// EncoderOptions are a cut's own as ffmpeg names them; nil for none.
func EncoderOptions(c *storyboard.Cut) map[string]string {
	var all map[string]string
	for _, o := range c.Encoder {
		if all == nil {
			all = map[string]string{}
		}
		name := o.Name
		if name == "bitrate" {
			name = "b:v"
		}
		all[name] = o.Value
	}
	return all
}

// Conformed is a clip's length in frames of the film: its own frames where its rate is the film's, else the whole
// number nearest to its duration.
func Conformed(f ffmpeg.Facts) int {
	if Steady(f) {
		return f.Frames
	}
	d := f.Duration.Rat()
	if d.Sign() <= 0 && f.Rate.Num > 0 {
		d = new(big.Rat).Quo(new(big.Rat).SetInt64(int64(f.Frames)), f.Rate.Rat())
	}
	n, _ := new(big.Rat).Mul(d, big.NewRat(Rate, 1)).Float64()
	return int(math.Round(min(n, maxFrames+1)))
}

// Steady reports whether a clip's frames are the film's, one for one.
func Steady(f ffmpeg.Facts) bool { return f.Regular && f.Rate.Is(Rate, 1) }

// seconds writes a number of frames for people.
func seconds(frames int) string {
	return fmt.Sprintf("%s (%d frames)", storyboard.Time{Micros: int64(frames) * 1_000_000 / Rate / 10_000 * 10_000},
		frames)
}
