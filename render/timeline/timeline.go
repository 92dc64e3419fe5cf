// Package timeline lays out a film in whole numbers. [Machine.Edit] looks at the clips of a cut and resolves it to a
// [Timeline]: which frames of which clip are shown when, how one follows another, what is heard from which sample on,
// which words are read, and what files are made of it all. Whoever renders a timeline computes nothing: all arithmetic
// of a film is here. What a cut asks for and clips cannot give is found here too, with its line in the storyboard, and
// without clips as far as that goes ([Machine.Check], [Machine.Foresee]), before anything is bought. It encodes
// nothing and writes no file.
package timeline

import (
	"cmp"
	"math/big"
	"slices"

	"shotchain/render/ffmpeg"
	"shotchain/render/seam"
	"shotchain/storyboard"
)

// Clip is what Edit needs to know of a finished take.
type Clip struct {
	Shot      string // full name, for messages
	Title     string // of its chapter; "" takes the shot's name
	Caption   string // "" for none
	Path      string
	Digest    string // sha256 of the file, hex; "" has Deliver read the file
	Card      *Card  // Path is a picture; nil for a clip
	Notes     string // for editors; "" for none
	Takes     []Take // that could stand in its place
	Continues bool   // its first frame is the last one of the clip before it: it grew from that, or that was led to it

	Correction seam.Correction // of its picture, where it grew from another clip
}

// Take is another clip of a shot.
type Take struct {
	Name string // as people call it: take 2
	Path string
}

// Timeline is a cut resolved to whole frames. It does not change after Edit returned it.
type Timeline struct {
	Title         string // of the film; "" for none
	Language      string // of the sound, ISO 639-2 (eng, chi); "" for unknown. Set it before Deliver
	Rate          int    // frames per second
	Width, Height int    // pixels, both even
	Frames        int    // of the whole film
	Items         []Item // in film order; Items[i] overlaps the one before it by Items[i].Transition.Overlap() frames
	Sounds        []Sound
	Duck          *Duck    // how music steps back; nil where none does
	Loudness      float64  // LUFS to reach, 0 leaves it as it is
	Titles        []Text   // burned in, in order of Start
	Captions      []Text   // in order of Start
	CaptionMode   string   // burn, soft, file; "" for none
	Poster        int      // the frame that pictures of the film show
	Generated     []string // the models that made clips of it, for its metadata; nil for none. Set it before Deliver

	Quality string            // draft, standard, master; "" is standard
	Encoder map[string]string // plain options of the picture's encoder over the preset's, without their dash
}

// Heard reports whether the film has sound: one without has no sound stream.
func (tl *Timeline) Heard() bool { return len(tl.Sounds) > 0 }

// Shots are the names of the film's shots, each once, in the order in which they begin.
func (tl *Timeline) Shots() (names []string) {
	for _, it := range tl.Items {
		if !slices.Contains(names, it.Shot) {
			names = append(names, it.Shot)
		}
	}
	return names
}

// Item is a range of a clip in the film. Frames are those of the timeline's rate.
type Item struct {
	Clip
	Source     ffmpeg.Facts
	Length     int          // frames of the whole clip, conformed to the film's rate
	In, Out    int          // the range that is shown, before Speed; Out is not included
	Speed      ffmpeg.Ratio // 3/2 plays it in two thirds of the time; the zero Ratio is 1/1
	Hold       int          // frames for which the last one stands still after it
	At         int          // where it begins in the film
	Transition Transition   // to the item before it; the first item has none
	Place      Place
}

// Moving is how many frames the item's range lasts at its speed, before it holds.
func (it Item) Moving() int {
	n := int64(it.Out - it.In)
	if it.Plain() {
		return int(n)
	}
	// ceil(n·den/num), exactly: a rest of a frame still shows one.
	x := new(big.Int).Mul(big.NewInt(n), big.NewInt(it.Speed.Den))
	num := big.NewInt(it.Speed.Num)
	x.Add(x, num).Sub(x, big.NewInt(1)).Div(x, num)
	return int(x.Int64())
}

// Plain reports whether the item plays at its own speed.
func (it Item) Plain() bool { return it.Speed.Den == 0 || it.Speed.Is(1, 1) }

// Frames is how long the item is in the film, overlaps included.
func (it Item) Frames() int { return it.Moving() + it.Hold }

// End is the frame of the film before which the item ends.
func (it Item) End() int { return it.At + it.Frames() }

// Transition is how an item follows the one before it. The zero Transition is a hard cut.
type Transition struct {
	Type   string // "", dissolve, fade-to-black, fade-to-white, wipe-left…down, slide-left…down, smooth
	Frames int    // length of the whole transition; 0 for a cut
}

// Fades reports a fade through a colour: the items do not overlap, each fades in its own half of the frames.
func (t Transition) Fades() bool { return t.Type == "fade-to-black" || t.Type == "fade-to-white" }

// Overlap is how many frames the two items share.
func (t Transition) Overlap() int {
	if t.Fades() {
		return 0
	}
	return t.Frames
}

// Before and After are how many frames at the end of the item before, and at the beginning of this one, the
// transition changes.
func (t Transition) Before() int {
	if t.Fades() {
		return t.Frames / 2
	}
	return t.Frames
}

func (t Transition) After() int {
	if t.Fades() {
		return t.Frames - t.Frames/2
	}
	return t.Frames
}

// Place is where a clip's picture lies in the film's: the middle of it, cut to the shape CropWidth × CropHeight of
// its stored pixels where these are set, is scaled to Width × Height with its corner at X, Y. Around it is black, or,
// with Blur, the same picture, enlarged and blurred.
type Place struct {
	X, Y, Width, Height   int
	CropWidth, CropHeight int // of the clip's own pixels, centred; 0 for the whole picture
	Blur                  bool
}

// Kinds of sound.
const (
	KindClip      = "clip"
	KindMusic     = "music"
	KindNarration = "narration"
)

// Sound is a stretch of an audio source in the film. Times are samples at 48 kHz. Sounds overlap freely and are
// added up; what a source lacks at its end is silence.
type Sound struct {
	Kind       string // KindClip, KindMusic, KindNarration
	Item       int    // of a clip's sound: whose it is in Timeline.Items; -1 for others
	Path       string
	Digest     string       // sha256 of the file, hex; "" has Deliver read it
	Name       string       // for messages: the shot, or the file as written
	Start, End int64        // in the film
	From       int64        // where Start is in the source, as it sounds at Speed
	Speed      ffmpeg.Ratio // of a clip's sound, its pitch kept; the zero Ratio is 1/1
	Channels   int          // of the source
	Loop       bool         // the source starts anew when it ends
	Gain       float64      // dB
	FadeIn     int64        // samples from Start, with equal power (a quarter of a sine), as all fades are
	FadeOut    int64        // samples before End
	Ducked     bool         // steps back under what is not ducked, as Timeline.Duck says
	Bridged    bool         // another clip's sound takes over at End: where the source ends a little early, no hole is left
}

// Duck is a compressor on music, driven by the sum of all other sounds.
type Duck struct {
	Threshold       float64 // amplitude of the other sounds from which on music steps back, 0 to 1
	Ratio           float64
	Attack, Release int // milliseconds
}

// Text is words on the picture, literally: nothing in it means anything.
type Text struct {
	Text       string
	Start, End int // frames of the film
	Style      Style
	// For messages, and no part of what a film is made of.
	Shot string         `json:"-"` // of a caption
	Pos  storyboard.Pos `json:"-"` // where it was asked for
}

// Style is how words look.
type Style struct {
	Font       string // family; "" for one that has the glyphs
	Size       int    // height of a line in pixels of the film
	Color      string // #rrggbb
	Outline    string // #rrggbb around the letters; "" for none
	Background string // #rrggbb or #rrggbbaa of a box behind them; "" for none
	Position   string // top, middle, bottom
	Bold       bool
	Italic     bool

	Left  bool    // the words stand at the left, not in the middle
	Rest  float64 // height of the lines after the first, as a part of it, the first being bold; 0: all are alike
	Raise float64 // how far from the picture's edge they stand more than usual, as a part of its height
	Fade  int     // frames in which they come, and go
}

// Output is a file that is made of a timeline.
type Output struct {
	Path   string
	Format string // mp4, mov, webm, gif, png, jpg, wav, srt, vtt
	Codec  string // h264, hevc, av1 for mp4; "" for the format's first
	Frame  int    // of the film: what a poster (png, jpg) shows
}

// Burned are the texts that go into the picture, in order.
func (tl *Timeline) Burned() []Text {
	all := slices.Clone(tl.Titles)
	if tl.CaptionMode == "burn" {
		all = append(all, tl.Captions...)
	}
	slices.SortStableFunc(all, func(a, b Text) int { return cmp.Compare(a.Start, b.Start) })
	return all
}

// Soft reports whether the film has captions that can be switched off.
func (tl *Timeline) Soft() bool { return tl.CaptionMode == "soft" && len(tl.Captions) > 0 }

// Owner names whose sound it is, for messages.
func (s Sound) Owner() string {
	if s.Kind == KindClip {
		return "shot " + s.Name
	}
	return s.Name
}
