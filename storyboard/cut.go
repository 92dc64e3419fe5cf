package storyboard

import "math/big"

// Cut is one edit of the film's clips. Times are as they were written; package render turns them into frames.
type Cut struct {
	ID  string
	Pos Pos // of the id

	Shots      []CutShot // in the order of the cut, never empty
	Outputs    []Output  // empty where the cut names none
	Transition *Transition
	Music      *Music // nil for none
	Narration  []Narration
	Loudness   Setting[float64] // LUFS
	Captions   *Captions        // nil: shown nowhere, but written to srt and vtt outputs
	Titles     []Title
	Size       Setting[Size]
	Reframe    Setting[string] // fit, fill, blur
	Quality    Setting[string] // draft, standard, master
	Encoder    []EncoderOption // in file order
	Poster     *Anchor         // nil: the first frame
	Label      Setting[bool]   // the film says on its picture that it is generated
}

// CutShot is a shot's place in a cut.
type CutShot struct {
	Shot  *Shot
	Pos   Pos            // of the shot's name; of the cut's id where the cut lists no shots
	Trim  Setting[Range] // of the clip, before Speed
	Speed Setting[Ratio]
	Sound Sound // the cut's settings over the shot's
	Fit   Setting[string]
	Join  *Transition // asked for at the join to the shot before it; nil for the cut's own
}

// Sound is what becomes of a clip's own sound.
type Sound struct {
	Lead, Lag Setting[Time]
	Gain      Setting[float64] // dB
	Mute      Setting[bool]
}

// Time is a length of time or a moment, as it was written: in microseconds or in frames of the film.
type Time struct {
	Micros int64
	Frames int64
}

// At is the time in whole frames at a rate, the nearest.
func (t Time) At(rate int) int64 {
	if t.Frames != 0 {
		return t.Frames
	}
	return (t.Micros*int64(rate) + 500_000) / 1_000_000
}

// String writes the time as a storyboard does.
func (t Time) String() string {
	if t.Frames != 0 {
		return big.NewInt(t.Frames).String() + "f"
	}
	return decimal3(big.NewRat(t.Micros, 1_000_000)) + "s"
}

// decimal3 writes a number with at most six decimals and none that says nothing.
func decimal3(r *big.Rat) string {
	s := r.FloatString(6)
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s
}

// Range is a part of a clip. Open ends at the clip's own.
type Range struct {
	From Time
	To   Time
	Open bool // To is the end
}

// Ratio is a positive rational number in lowest terms.
type Ratio struct{ Num, Den int64 }

// Size is a picture's, in pixels, both even.
type Size struct{ Width, Height int }

// Transition is how two shots join.
type Transition struct {
	Pos      Pos    // of the type
	Type     string // cut, dissolve, fade-to-black, fade-to-white, wipe-left, …, smooth
	Duration Time   // of the whole of it; zero for a cut
}

// Anchor is a moment of a cut: Offset after its beginning, or after that of a shot, or a part of the way through one.
type Anchor struct {
	Pos    Pos
	Shot   string // full name of a shot of the cut, whose first place in it counts; "" for the cut itself
	Offset Time
	Part   Setting[Ratio] // 0 to 1 of the shot as it is in the cut
}

// Music is played under a cut from its beginning.
type Music struct {
	File            File
	Gain            Setting[float64] // dB
	Duck, Loop      bool
	FadeIn, FadeOut Time
}

// Narration is a spoken line.
type Narration struct {
	File File
	At   Anchor
	Gain Setting[float64] // dB
}

// Captions are what becomes of the captions of a cut's shots.
type Captions struct {
	Pos   Pos    // of the mode
	Mode  string // burn, soft, file
	Style Style
}

// Title is words on the picture.
type Title struct {
	Text     string
	Pos      Pos // of the text
	At       Anchor
	Duration Time
	Style    Style
}

// Style is how words look. What is not set is for package render to choose.
type Style struct {
	Like       Setting[string]  // plain, lower-third, headline, credits, boxed: what the rest goes before
	Font       Setting[string]  // a family, or the absolute path of a .ttf or .otf file
	Size       Setting[float64] // per cent of the picture's height
	Color      Setting[string]  // #rrggbb or #rrggbbaa, lower case, as the two below
	Outline    Setting[string]
	Background Setting[string]
	Position   Setting[string] // top, middle, bottom
	Bold       Setting[bool]
	Italic     Setting[bool]
}

// Output is a file that a cut becomes.
type Output struct {
	Pos    Pos
	Name   string // as written, variables replaced
	Path   string // absolute, in the storyboard's folder or an allowed one
	Format string // mp4, mov, webm, gif, png, jpg, wav, srt, vtt
	Codec  Setting[string]
}

// EncoderOption is one option of the picture's encoder.
type EncoderOption struct {
	Name, Value string // crf, preset, tune, bitrate, maxrate, bufsize; rates in plain bits per second
	Pos         Pos
}

// File is a file of the storyboard's folder that a cut uses. Whether it holds what it should, only ffmpeg can tell.
type File struct {
	Pos  Pos
	Name string // as written
	Path string // absolute, without symbolic links, inside an allowed folder
}

// Cut finds a cut by its id.
func (sb *Storyboard) Cut(id string) (*Cut, bool) {
	for _, c := range sb.Cuts {
		if c.ID == id {
			return c, true
		}
	}
	return nil, false
}

// Whole is the cut of a film that has none: every shot in order.
func (sb *Storyboard) Whole() *Cut {
	c := &Cut{}
	for _, s := range sb.Shots() {
		c.Shots = append(c.Shots, CutShot{Shot: s, Pos: s.Pos, Sound: s.Sound, Fit: s.Fit})
	}
	return c
}
