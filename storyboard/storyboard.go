// Package storyboard is the film, written down: one YAML file becomes one [Storyboard].
//
// Start with [Load] (a file) or [Parse] (bytes). Both are strict: what they do not know they refuse, and they
// report every problem of a file together, in file order, as [Problems] – each with its place, its line, a caret
// and a hint where there is one. A Storyboard that they return has every variable expanded, every setting
// inherited, every reference resolved and every still looked at; it does not change after that and may be shared
// between goroutines. The package knows nothing of providers, money or ffmpeg: whether a model can do what a shot
// asks is decided by package chain/graph, which reports it with this package's positions.
package storyboard

import (
	"fmt"
	"slices"

	"shotchain/internal/exif"
)

// Storyboard is one film. Immutable after Parse.
type Storyboard struct {
	Title  string
	File   string            // the name the file was opened by, for messages
	Dir    string            // absolute folder that the file's paths are relative to
	Vars   map[string]string // after --var overrides
	Look   Look              // of the whole film, before scenes and shots override it
	Scenes []*Scene
	Cuts   []*Cut // in file order; empty where the film has one cut, every shot in order

	Variant string            // id of the variant that this is, "" for a film without variants
	Sets    map[string]string // the variables and keys of look that the variant sets, as they are written

	unread map[string]bool // keys that were written and could not be read; of a broken storyboard
	films  []*Storyboard   // the variants, in order; empty where there are none
	source *source         // what was read
	digest string
	texts  []string // paths of the text files beside it that were read
	index  index
}

// Scene is one continuous action: shots that, unless they say otherwise, continue one another.
type Scene struct {
	ID       string
	Pos      Pos    // of the id
	Location string // how the place looks, in words; "" for unsaid
	Time     string // "" for unsaid
	Shots    []*Shot
}

// Shot is one camera setup, with every setting resolved.
type Shot struct {
	Scene, ID string
	Pos       Pos // of the id

	Prompt     string // composed of all that is said of the shot, variables expanded; style and negative are separate
	PromptPos  Pos
	HeardPos   Pos    // of what the model is to speak or to sound: dialogue, effects, ambience; the zero Pos for nothing
	Negative   string // things to avoid, "" for none
	Caption    string // "" for none
	CaptionPos Pos
	Keep       bool // use the clip there is, whatever has changed since
	Look       Look // the nearest setting wins, key by key

	Takes   int          // how many are generated, at least 1; each has a seed of its own
	Pick    Setting[int] // the take that the film uses and later shots continue, 1 … Takes; Value 1 unless written
	Approve bool         // nothing that grows from the shot is bought until Pick is written

	From       string // full name of the shot that this one continues; "" opens on its own
	FromPos    Pos    // of the `from` value, or of the shot's id where the seam is implied
	FirstFrame *Still // nil for none; never together with From

	// The moment of From's clip that it continues, never 0; unset: its end. Without a Pos it is where From's shot ends,
	// which is shorter than its clip: see trims.
	At         Setting[Instant]
	ShowsEnd   bool         // of a clip that is longer than the shot the film shows the end, not the beginning
	To         string       // full name of the shot whose first frame this one ends on; "" for none
	ToStill    *Still       // the still that it ends on, nil for none; never together with To
	ToPos      Pos          // of the `to` value
	References []*Still     // what the model is to look at, in the film's order
	First      Setting[int] // it is to look at the opening of the chain before it, too: its place among References
	Cast       []*Member    // whom and which location the prompt names, in the order of their first mention
	Clip       *File        // own footage; Prompt, From and FirstFrame are then empty; nil for none

	Card *Card // a still of a cut, which is no shot of the film; nil for none. It has no scene

	Notes, Todo string // for people: never sent, shown on the sheet; "" for none

	Sound Sound           // what becomes of the clip's own sound
	Fit   Setting[string] // narration: its last frame stands until the narration that begins in it is over
}

// Member is one of the film's cast, or a location of it. Where a prompt says @Name it says Look instead.
type Member struct {
	Name       string
	Pos        Pos // of the name
	Look       string
	Voice      string // "" for unsaid
	References []*Still
}

// Unpicked reports whether the shot asks for a pick that nobody has written.
func (s *Shot) Unpicked() bool { return s.Approve && !s.Pick.Set }

// Name is the shot's full name, scene/shot; of a still in a cut it is the picture's path as it was written.
func (s *Shot) Name() string {
	if s.Card != nil {
		return s.ID
	}
	return s.Scene + "/" + s.ID
}

// Unread reports whether one of some keys was written somewhere in the film and could not be read. Only a broken
// storyboard, which Parse gives beside its problems, has any: what such a key leaves unsaid is no further problem.
func (sb *Storyboard) Unread(keys ...string) bool {
	return slices.ContainsFunc(keys, func(key string) bool { return sb.unread[key] })
}

// Digest is the sha256 of all that was read as text, the file and its tables, in hex.
func (sb *Storyboard) Digest() string { return sb.digest }

// Films are the storyboards that are made: one for each variant, in the file's order, or this one alone where the
// film has no variants. All have the same shots, with other settings and texts.
func (sb *Storyboard) Films() []*Storyboard {
	if len(sb.films) == 0 {
		return []*Storyboard{sb}
	}
	return sb.films
}

// Shots are all shots in film order.
func (sb *Storyboard) Shots() []*Shot {
	var all []*Shot
	for _, sc := range sb.Scenes {
		all = append(all, sc.Shots...)
	}
	return all
}

// Auto are the Seconds that leave the length to the model.
const Auto = -1

// Length is how long a shot is.
type Length struct {
	Seconds int // of its clip, at least: whole ones are made; or Auto
	Tenths  int // of a second that the film shows of it; 0: the whole clip
}

// Shown is the moment of the clip at which a shot of so many tenths of a second ends, if it shows its beginning.
func (l Length) Shown() Time { return Time{Micros: int64(l.Tenths) * 100_000} }

// String writes the length as a storyboard does: 5s, 2.5s, auto.
func (l Length) String() string {
	switch {
	case l.Seconds == Auto:
		return "auto"
	case l.Tenths == 0:
		return fmt.Sprintf("%ds", l.Seconds)
	}
	return fmt.Sprintf("%d.%ds", l.Tenths/10, l.Tenths%10)
}

// Setting is one value of the film together with the place where it was written.
type Setting[T any] struct {
	Value T
	Set   bool // false: nobody wrote it, Value is the zero value and Pos is empty
	Pos   Pos
}

// Look are the settings that scenes inherit from the film and shots from their scene. Which of them a model takes
// is not known here.
type Look struct {
	Provider         Setting[string] // who makes the clips; of the whole film only
	Model            Setting[string] // alias, full model id or ep-…
	Draft            Setting[string] // the model of drafts, named like Model
	Resolution       Setting[string] // 480p, 720p, 1080p, 4k
	Ratio            Setting[string] // 16:9, 4:3, 1:1, 3:4, 9:16, 21:9, adaptive
	Duration         Setting[Length]
	Audio            Setting[bool]   // generated sound
	Style            Setting[string] // appended to every prompt
	Seed             Setting[int64]  // -1 … 2147483647; -1 lets the service choose
	Watermark        Setting[bool]
	CameraFixed      Setting[bool]
	ServiceTier      Setting[string] // default, flex
	Priority         Setting[int]    // 0 … 9
	ExpiresAfter     Setting[int]    // seconds, 3600 … 259200
	SafetyIdentifier Setting[string] // at most 64 bytes
	Seam             Seam
	Anchor           Keyframes
}

// Seam is what is done where a shot continues another one, at its beginning. Settings that nobody wrote have the
// value that goes for them.
type Seam struct {
	Colour Setting[string] // none, match, level
	Align  Setting[bool]   // the first frames are moved onto the frame before them
	Still  Setting[string] // keep, skip: of frames that stand at the beginning
	Gate   Setting[string] // off, warn, stop: of a bad frame to grow from
}

// Keyframes lead a chain of shots back to a picture, before it has drifted too far from it.
type Keyframes struct {
	Every Setting[int] // this many links of a chain begin anew: the shot before each ends on the still; 0 for none
	Still *Still       // never nil where Every is above 0
}

// Still is a picture in the storyboard's folder, or on the web.
type Still struct {
	Pos  Pos
	Path string // absolute, inside an allowed folder; "" for a remote still
	URL  string // https; "" for a local still
	Of   string // the shot of own footage whose last frame it is; "" for a picture that the storyboard names
	// Of a local still, read from the file's own bytes. Zero for a remote one.
	Format        string    // jpeg, png, webp, bmp, tiff, gif
	Width, Height int       // pixels, as the picture is seen
	Turn          exif.Turn // what brings the stored picture upright
	Size          int64     // bytes

	root, rel string // the allowed folder that it is in, and the way from there
}
