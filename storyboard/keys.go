package storyboard

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
	inEncoder
)

// inherited are the places of a setting that scenes inherit from the film and shots from their scene.
const inherited = inLook | inScene | inShot

// placeNames say a place in messages: "a shot needs `id`".
var placeNames = map[place]string{inFilm: "the film", inLook: "`look`", inScene: "a scene", inShot: "a shot",
	inVariants: "`variants`", inFrom: "`from`", inCast: "a member of the cast",
	inCut: "a cut", inCutShot: "a shot of a cut", inOutput: "an output", inTransition: "`transition`", inJoin: "a transition",
	inMusic: "`music`", inNarration: "a narration", inCaptions: "`captions`", inTitle: "a title", inStyle: "`style`",
	inSound: "`sound`", inEncoder: "`encoder`"}

// whereNames say where a key stands.
var whereNames = map[place]string{inFilm: "at the top of the file", inLook: "in `look`", inScene: "in a scene", inShot: "in a shot",
	inVariants: "in `variants`", inFrom: "in `from`", inCast: "in the cast",
	inCut: "in a cut", inCutShot: "in a shot of a cut", inOutput: "in an output", inTransition: "in `transition`", inJoin: "in a transition",
	inMusic: "in `music`", inNarration: "in a narration", inCaptions: "in `captions`", inTitle: "in a title", inStyle: "in `style`",
	inSound: "in `sound`", inEncoder: "in `encoder`"}

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
	instant               // 3.5s
	pictures              // a list of pictures
	people                // a mapping of names to members of the cast
	picture               // a path or an https URL
	texts                 // a mapping of names to plain values
	settings              // a mapping of look keys
	versions              // the variants of a film
	axes                  // a mapping of names to lists of plain values
	cases                 // a list of mappings of names to plain values
	file                  // a path
	part                  // a mapping of the keys of key.of
	parts                 // a list of such mappings
	lines                 // a list of such mappings, each of which may be written as its first key's value alone
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
	maxSeconds = 3600      // of one clip; what a model takes is far less and known to package chain
	maxID      = 64        // characters, so that ids fit into file names
	maxText    = 64 << 10  // bytes of one expanded value
	maxTakes   = 99        // of one shot
	maxSeed    = 1<<31 - 1 // ark-api.md §2, as are the ranges below
	minExpiry  = 3600      // seconds
	maxExpiry  = 259200    // seconds
)

// key is one word of the language.
type key struct {
	name     string
	in       place
	kind     kind
	of       place // part, parts, lines: the mapping's
	choices  []string
	min, max int64 // the range of a number; word: max is the length in bytes
	expands  bool  // ${name} is replaced
	prompted bool  // the service sees the text as (part of) the prompt
	required bool
	doc      string
	look     func(*Look, value) // stores a setting; nil for keys that are none
}

// value is what a setting's node was read as.
type value struct {
	text   string
	number int64
	yes    bool
	time   Time   // of a moment
	span   Range  // of an interval
	anchor Anchor // its shot as written
	size   Size
	at     Pos
}

// language is every key that is built: the parser walks by it and the JSON Schema is made from it.
var language = slices.Concat(filmKeys, cutKeys)

// filmKeys are those of what is to be made.
var filmKeys = []*key{
	{name: "title", in: inFilm, kind: text, expands: true, doc: "The film's title."},
	{name: "vars", in: inFilm, kind: texts, doc: "Text that is used below as ${name}; `--var name=value` overrides it. $${ is a literal ${."},
	{name: "look", in: inFilm, kind: settings, doc: "Settings of the whole film. Scenes inherit them, then shots; the nearest setting wins, key by key."},
	{name: "cast", in: inFilm, kind: people, doc: "Who is in the film, by name: @name in a prompt stands for the member's look."},
	{name: "scenes", in: inFilm, kind: parts, of: inScene, required: true, doc: "The film's scenes, in order."},
	{name: "variants", in: inFilm, kind: versions, doc: "The whole film once for each variant. Clips that come out the same in several are made once. ${variant} is a variant's id."},

	{name: "matrix", in: inVariants, kind: axes, doc: "Each variable, or key of look, with a list of values: every combination is a variant."},
	{name: "exclude", in: inVariants, kind: cases, doc: "Combinations of the matrix that are left out."},
	{name: "include", in: inVariants, kind: cases, doc: "Further variants, each with its values and, if it likes, an `id`."},
	{name: "from", in: inVariants, kind: file, expands: false, doc: "A CSV file of further variants: its first row names variables, keys of look, or `id`; each row is a variant."},

	{name: "id", in: inScene | inShot, kind: ident, required: true, doc: "The name: lower-case letters, digits and `-`. Scene ids are unique in the film, shot ids in their scene."},
	{name: "shots", in: inScene, kind: parts, of: inShot, required: true, doc: "The scene's shots, in order. Each continues the one before it unless it says otherwise."},

	{name: "prompt", in: inShot, kind: text, expands: true, prompted: true, required: true, doc: "What the shot shows."},
	{name: "clip", in: inShot, kind: footage, expands: true, doc: "Own footage, a path relative to this file, used as it is in place of a prompt. It costs nothing, and shots may continue it."},
	{name: "negative", in: inShot, kind: text, expands: true, prompted: true, doc: "What to avoid; appended to the prompt."},
	{name: "caption", in: inShot, kind: text, expands: true, doc: "The shot's caption."},
	{name: "keep", in: inShot, kind: toggle, doc: "Use the clip that the shot used last, whatever has changed since."},
	{name: "takes", in: inShot, kind: whole, min: 1, max: maxTakes, doc: "How many takes of the shot are generated, each with its own seed. 1 unless said."},
	{name: "pick", in: inShot, kind: whole, min: 1, max: maxTakes, doc: "The take that the film uses and that later shots continue from. 1 unless said; at most `takes`."},
	{name: "approve", in: inShot, kind: toggle, doc: "Nothing that grows from the shot is bought before `pick` is written."},
	{name: "from", in: inShot, kind: origin, doc: "The shot that this one continues: `shot` of the same scene, `scene/shot` of any, or `none` to open on its own; { shot: …, at: 3.5s } continues from an earlier moment, at which that clip ends where the two follow each other in a film. Not together with first_frame."},
	{name: "shot", in: inFrom, kind: reference, required: true, doc: "The shot that is continued."},
	{name: "at", in: inFrom, kind: instant, required: true, doc: "The moment of its clip: `3.5s`. Where the two follow each other in the film, the clip ends there."},
	{name: "to", in: inShot, kind: aim, expands: true, doc: "What the shot ends on: the first frame of another shot (its name), or a still (its path, or an https URL)."},
	{name: "references", in: inShot | inCast, kind: pictures, expands: true, doc: "Stills that the model is to look at, where it takes them. Not together with a first frame."},
	{name: "first_frame", in: inShot, kind: picture, expands: true, doc: "A still that the shot opens from: a path relative to this file, or an https URL. Not together with from."},

	{name: "look", in: inCast, kind: text, expands: true, prompted: true, doc: "What the prompt says instead of @name."},

	{name: "model", in: inherited, kind: word, max: 200, expands: true, doc: "The video model: an alias of the catalogue, a full model id, or an endpoint id (ep-…).",
		look: setText(func(l *Look) *Setting[string] { return &l.Model })},
	{name: "draft", in: inherited, kind: word, max: 200, expands: true, doc: "The video model that `run --draft` makes drafts with. Without it they are made with the shot's own model, in its draft mode or at its lowest resolution.",
		look: setText(func(l *Look) *Setting[string] { return &l.Draft })},
	{name: "resolution", in: inherited, kind: choice, expands: true, choices: []string{"480p", "720p", "1080p", "4k"}, doc: "The picture's size.",
		look: setText(func(l *Look) *Setting[string] { return &l.Resolution })},
	{name: "ratio", in: inherited, kind: choice, expands: true, choices: []string{"16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "adaptive"}, doc: "The picture's shape.",
		look: setText(func(l *Look) *Setting[string] { return &l.Ratio })},
	{name: "duration", in: inherited, kind: seconds, expands: true, doc: "The clip's length in whole seconds (`5s`), or `auto` for the model to choose, priced at its longest.",
		look: setInt(func(l *Look) *Setting[int] { return &l.Duration })},
	{name: "audio", in: inherited, kind: toggle, doc: "Whether the model makes sound.",
		look: setBool(func(l *Look) *Setting[bool] { return &l.Audio })},
	{name: "style", in: inherited, kind: text, expands: true, prompted: true, doc: "Text that is appended to every prompt.",
		look: setText(func(l *Look) *Setting[string] { return &l.Style })},
	{name: "seed", in: inherited, kind: whole, min: -1, max: maxSeed, doc: "The seed; -1 lets the service choose.",
		look: func(l *Look, v value) { l.Seed = Setting[int64]{v.number, true, v.at} }},
	{name: "watermark", in: inherited, kind: toggle, doc: "Whether the service marks the picture.",
		look: setBool(func(l *Look) *Setting[bool] { return &l.Watermark })},
	{name: "camera_fixed", in: inherited, kind: toggle, doc: "Whether the camera stands still.",
		look: setBool(func(l *Look) *Setting[bool] { return &l.CameraFixed })},
	{name: "service_tier", in: inherited, kind: choice, expands: true, choices: []string{"default", "flex"}, doc: "`flex` is offline and costs half, where the model has it.",
		look: setText(func(l *Look) *Setting[string] { return &l.ServiceTier })},
	{name: "priority", in: inherited, kind: whole, min: 0, max: 9, doc: "The task's priority at the service, 0 to 9.",
		look: setInt(func(l *Look) *Setting[int] { return &l.Priority })},
	{name: "expires_after", in: inherited, kind: span, expands: true, doc: "How long the service may try, from 1h to 72h: `3600s`, `90m`, `48h`.",
		look: setInt(func(l *Look) *Setting[int] { return &l.ExpiresAfter })},
	{name: "safety_identifier", in: inherited, kind: word, max: 64, expands: true, doc: "A hashed id of the end user, at most 64 bytes.",
		look: setText(func(l *Look) *Setting[string] { return &l.SafetyIdentifier })},
}

// vocabulary finds a key by place and name.
var vocabulary = func() map[place]map[string]*key {
	all := map[place]map[string]*key{}
	for p := range placeNames {
		all[p] = map[string]*key{}
		for _, k := range language {
			if k.in&p != 0 {
				all[p][k.name] = k
			}
		}
	}
	return all
}()

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

func setText(of func(*Look) *Setting[string]) func(*Look, value) {
	return func(l *Look, v value) { *of(l) = Setting[string]{v.text, true, v.at} }
}

func setInt(of func(*Look) *Setting[int]) func(*Look, value) {
	return func(l *Look, v value) { *of(l) = Setting[int]{int(v.number), true, v.at} }
}

func setBool(of func(*Look) *Setting[bool]) func(*Look, value) {
	return func(l *Look, v value) { *of(l) = Setting[bool]{v.yes, true, v.at} }
}
