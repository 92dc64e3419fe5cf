package render

import "shotchain/render/ffmpeg"

// Clip is what Edit needs to know of a finished take.
type Clip struct {
	Shot      string // full name, for messages
	Title     string // of its chapter; "" takes the shot's name
	Caption   string // "" for none
	Path      string
	Digest    string // sha256 of the file, hex; "" has Assemble read the file
	Continues bool   // its first frame repeats the last frame of the clip before it in the cut
	Frames    int    // of the clip that are shown, from its beginning, at the film's rate; 0 for all
}

// Timeline is a cut resolved to whole frames. It does not change after Edit returned it.
type Timeline struct {
	Title         string
	Language      string // of the sound, ISO 639-2 (eng, chi); "" for unknown. Set it before Assemble
	Rate          int    // frames per second
	Width, Height int    // pixels, both even
	Frames        int    // of the whole film
	Sound         bool   // at least one clip has sound; a film of silent clips has no sound stream
	Items         []Item // in film order; each begins where the one before it ends
}

// Item is a range of a clip in the film. Frames are those of the timeline's rate.
type Item struct {
	Clip
	Source  ffmpeg.Facts
	Length  int // frames of the whole clip
	In, Out int // the range that is shown, Out not included
	At      int // where it begins in the film
	Place   Place
}

// Frames is how long the item is.
func (it Item) Frames() int { return it.Out - it.In }

// Place is where a clip's picture lies in the film's: scaled to Width × Height with its corner at X, Y.
type Place struct{ X, Y, Width, Height int }
