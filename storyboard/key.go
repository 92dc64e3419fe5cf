package storyboard

// The language is one table of keys. The parser walks a file by it, each key stores its own value, and the JSON Schema
// and the reference are made from it.

import "slices"

// place is where in a storyboard a key may stand; places are combined as bits.
type place uint32

const (
	inFilm place = 1 << iota
	inLook
	inScene
	inShot
	inVariants
	inFrom
	inCast
	inCut
	inCutShot
	inOutput
	inTransition // the one of a whole cut
	inJoin       // the one of a single join
	inMusic
	inNarration
	inCaptions
	inTitle
	inStyle
	inSound
	inShotSound // that of a shot itself, which may say what is heard
	inCamera
	inDialogue
	inLocation
	inEncoder
	inSeam
	inAnchor
)

// inherited are the places of a setting that scenes inherit from the film and shots from their scene.
const inherited = inLook | inScene | inShot

// placeNames say a place in messages: "a shot needs `id`".
var placeNames = map[place]string{inFilm: "the film", inLook: "`look`", inScene: "a scene", inShot: "a shot",
	inVariants: "`variants`", inFrom: "`from`", inCast: "a member of the cast", inCut: "a cut",
	inCutShot: "a shot of a cut", inOutput: "an output", inTransition: "`transition`", inJoin: "a transition",
	inMusic: "`music`", inNarration: "a narration", inCaptions: "`captions`", inTitle: "a title", inStyle: "`style`",
	inSound: "`sound`", inShotSound: "a shot's `sound`", inCamera: "`camera`", inDialogue: "a line of `dialogue`",
	inLocation: "a location", inEncoder: "`encoder`", inSeam: "`seam`", inAnchor: "`anchor`"}

// whereNames say where a key stands.
var whereNames = func() map[place]string {
	names := map[place]string{}
	for p, name := range placeNames {
		names[p] = "in " + name
	}
	names[inFilm], names[inCast], names[inLocation] = "at the top of the file", "in the cast", "in `locations`"
	return names
}()

// kind is what a key's value is.
type kind uint8

const (
	text      kind = iota // prose
	word                  // text without blanks
	choice                // one of key.choices
	seconds               // 5s, or auto
	span                  // 3600s, 90m, 48h
	whole                 // a whole number in [key.min, key.max]
	toggle                // true or false
	ident                 // an id
	reference             // a shot's name, or none
	origin                // as reference, or a mapping of a shot and a moment
	aim                   // a shot's name, or a picture
	instant               // 3.5s, 12f; -5f before the end
	pictures              // a list of pictures
	people                // a mapping of names to mappings of the keys of key.of
	members               // a list of names of the cast
	picture               // a path or an https URL
	texts                 // a mapping of names to plain values
	settings              // a mapping of look keys
	versions              // the variants of a film
	axes                  // a mapping of names to lists of plain values
	cases                 // a list of mappings of names to plain values
	file                  // a path
	paths                 // a path, or a list of paths
	part                  // a mapping of the keys of key.of
	parts                 // a list of such mappings
	lines                 // a list of such mappings, each of which may be written as its first key's value alone
	brief                 // one such mapping, which may be written so too
	audio                 // the path of a sound file

	footage  // the path of a video file
	target   // the path of a file to write
	moment   // 1.5s, 500ms, 12f; in key.max microseconds at most
	interval // 0s..3s, 0.5s.., ..2s
	anchor   // a moment of the film, or of one of its shots
	decimals // a number with at most three decimals, in [key.min, key.max] thousandths
	decibels // -14dB, in thousandths as well
	percent  // 5%, in thousandths as well
	extent   // 1920x1080
	paint    // "#rrggbb", or "#rrggbbaa"
	bitrate  // 8M, 800k: bits per second
)

// Limits of the language.
const (
	maxSeconds   = 3600      // of one clip; what a model takes is far less and known to package chain
	maxID        = 64        // characters, so that ids fit into file names
	maxText      = 64 << 10  // bytes of one expanded value
	maxPrompt    = 1 << 20   // bytes of all that is said of a shot
	maxSpoken    = 100       // lines of dialogue in one shot
	maxTakes     = 99        // of one shot
	maxFilmTakes = 100_000   // of a film with all its variants
	maxSeed      = 1<<31 - 1 // ark-api.md §2, as are the ranges below
	minExpiry    = 3600      // seconds
	maxExpiry    = 259200    // seconds
)

// key is one word of the language.
type key struct {
	name     string
	in       place
	kind     kind
	of       place // part, parts, lines, brief, people: the mapping's
	choices  []string
	min, max int64 // the range of a number; word: max is the length in bytes
	expands  bool  // ${name} is replaced
	prompted bool  // the service sees the text as (part of) the prompt
	required bool
	made     bool   // says how a clip is generated: own footage has no such key
	turn     int    // keys of a lower turn are read first, whatever the file's order: later ones need what they hold
	set      setter // stores the value

	help    string // what it means, in a filmmaker's words
	usual   string // what goes for it where it is absent: the value as it would be written …
	without string // … or, where there is no such value, what then happens; "" for a required key
	example string // YAML that may stand at the key's place
}

// value is what a setting's node was read as.
type value struct {
	text   string
	number int64
	tenths int // of a second, where a length is written in them
	yes    bool
	time   Time   // of a moment or an instant
	back   bool   // the instant is counted from the end
	span   Range  // of an interval
	anchor Anchor // its shot as written
	size   Size
	at     Pos
}

var (
	language   []*key                        // every key that is built
	vocabulary = map[place]map[string]*key{} // the same by place and name
)

func init() { // not where they are declared: keys store their values by functions that read by these tables
	language = slices.Concat(filmKeys, sceneKeys, shotListKeys, lookKeys, seamKeys, anchorKeys, cutKeys, soundKeys, wordKeys, fileKeys)
	for p := range placeNames {
		vocabulary[p] = map[string]*key{}
		for _, k := range language {
			if k.in&p != 0 {
				vocabulary[p][k.name] = k
			}
		}
	}
}

// inherits reports a setting that scenes inherit from the film and shots from their scene.
func (k *key) inherits() bool { return k.in&inherited == inherited }

// keyNames are the names of the keys that may stand at a place, in the language's order.
func keyNames(in place) []string {
	var names []string
	for _, k := range language {
		if k.in&in != 0 {
			names = append(names, k.name)
		}
	}
	return names
}

// homes are the places where a key of that name may stand; 0 for no such key.
func homes(name string) place {
	var p place
	for _, k := range language {
		if k.name == name {
			p |= k.in
		}
	}
	return p
}
