package storyboard

// Limits of cuts.
const (
	maxMoment = 24 * 3600 * 1_000_000 // microseconds: a film lasts a day at most
	maxLead   = 60 * 1_000_000        // microseconds
	maxSide   = 8192                  // pixels; more than any model or common encoder makes
	minSide   = 16
	maxRate   = 400_000_000 // bits per second
)

// transitionTypes are the ways in which two shots can join. cut undoes the cut's own transition at one join.
var transitionTypes = []string{"cut", "dissolve", "fade-to-black", "fade-to-white", "wipe-left", "wipe-right",
	"wipe-up",
	"wipe-down", "slide-left", "slide-right", "slide-up", "slide-down", "smooth"}

// cutKeys are those of an edit: its shots, and how they join.
var cutKeys = []*key{
	{name: "cuts", in: inFilm, kind: parts, of: inCut, turn: 2, set: reads((*reader).cuts),
		help: "Edits of the same clips: the whole film, a teaser, an upright version. No cut buys anything that " +
			"another one has.",
		without: "There is one cut: every shot in order.",
		example: "cuts:\n  - id: full\n  - id: teaser\n    shots: [arrival/boat, storm/wave]"},

	{name: "id", in: inCut, kind: ident, required: true,
		set: reads(func(r *reader, c *cutter, f field) { r.id(f, c.ids, &c.cut.ID, &c.cut.Pos) }),
		help: "The cut's name: lower-case letters, digits and `-`, unique in the film. `cut --cut ID` makes it " +
			"alone.",
		example: "id: teaser"},
	{name: "output", in: inCut, kind: target, expands: true, set: told((*cutter).one),
		help: "The file to make, in the storyboard's folder; its ending says what: mp4, mov (ProRes), webm, gif, " +
			"png, jpg, wav, srt or vtt; or for editors otio, fcpxml, xml (Premiere) or edl, with the clips " +
			"beside it. ${title} and ${variant} keep films apart. It never overwrites what the " +
			"film is made of.",
		without: "Without `outputs` either, it is out/<title>-<id>.mp4.",
		example: "output: out/teaser.mp4"},
	{name: "outputs", in: inCut, kind: lines, of: inOutput, set: told((*cutter).outputs),
		help:    "Several files to make of the one cut: paths, or paths with a codec.",
		without: "There is one file, `output`.",
		example: "outputs: [out/teaser.mp4, out/teaser.gif, { file: out/small.mp4, codec: av1 }]"},
	{name: "file", in: inOutput, kind: target, expands: true, required: true,
		set:     reads(func(r *reader, o *outputDraft, f field) { o.file, o.ok = r.scalar(f) }),
		help:    "The file to make, as `output` is.",
		example: "file: out/teaser.mp4"},
	{name: "codec", in: inOutput, kind: choice, expands: true, choices: []string{"h264", "hevc", "av1"},
		set: sets(func(o *outputDraft) *Setting[string] { return &o.codec }),
		help: "How the picture of an mp4 is encoded: h264 plays everywhere, hevc and av1 are smaller and take " +
			"longer. For mp4 outputs only.",
		usual: "h264", example: "codec: hevc\nfile: out/teaser.mp4"},

	{name: "shots", in: inCut, kind: lines, of: inCutShot, turn: -1, set: told((*cutter).shots),
		help: "The shots in the order of this cut, by their full names; a shot may come more than once, or with " +
			"a part of its clip: { shot: storm/wave, trim: 0s..3s }.",
		without: "Every shot of the film, in order.",
		example: "shots:\n  - arrival/boat\n  - { shot: storm/wave, trim: 0s..3s, speed: 1.5 }"},
	{name: "shot", in: inCutShot, kind: reference, turn: -1, set: reads((*reader).cutShot),
		help:    "The shot's full name, scene/shot.",
		without: "The item is a `still`.",
		example: "shot: arrival/boat"},
	{name: "still", in: inCutShot, kind: picture, expands: true, turn: -1,
		set: reads(func(_ *reader, s *cutShot, f field) { s.of.stillShot(s, f) }),
		help: "A picture beside the storyboard that is shown as a shot: a title card, a photograph, a logo. Joins, " +
			"titles and narration name it by its path.",
		without: "The item is a `shot`.",
		example: "still: stills/card.png\nduration: 2s\nmove: slow-zoom"},
	{name: "duration", in: inCutShot, kind: moment, max: maxMoment, expands: true, set: reads((*reader).cardLength),
		help:    "How long a still stands, joins included.",
		without: "A still stands for 3s.",
		example: "still: stills/card.png\nduration: 2s"},
	{name: "move", in: inCutShot, kind: choice, expands: true,
		choices: []string{"none", "slow-zoom", "slow-zoom-out", "pan-left", "pan-right"}, set: reads((*reader).cardMove),
		help: "How a still comes alive: the picture grows or shrinks slowly, or the camera goes along it. Its edge is " +
			"outside the frame then.",
		without: "It stands still.",
		example: "still: stills/card.png\nmove: slow-zoom"},
	{name: "trim", in: inCutShot, kind: interval, expands: true,
		set: sets(func(s *cutShot) *Setting[Range] { return &s.Trim }),
		help: "The part of the clip that is used: `0.5s..3s`, `12f..` from frame 12 on, `..2s` the first two " +
			"seconds. In the clip's own time, before `speed`.",
		without: "The whole clip.",
		example: "trim: 0.5s..3s"},
	{name: "speed", in: inCutShot, kind: decimals, min: 100, max: 10_000,
		set:   sets(func(s *cutShot) *Setting[Ratio] { return &s.Speed }),
		help:  "How fast the clip plays: 2 is twice as fast, 0.5 half as fast. Sound keeps its pitch.",
		usual: "1", example: "speed: 1.5"},
	{name: "sound", in: inShot, kind: brief, of: inShotSound, set: reads((*reader).shotSound),
		help: "What is heard in the shot, and what becomes of the clip's own sound in every cut. `sound: gulls` is " +
			"short for `sound: { effects: gulls }`.",
		without: "It is heard with its picture.",
		example: "sound: { gain: -6dB }"},
	{name: "sound", in: inCutShot, kind: part, of: inSound, set: fills(func(s *cutShot) *Sound { return &s.Sound }),
		help:    "What becomes of the clip's own sound in this cut; it goes before the shot's own `sound`, key by key.",
		without: "The shot's own `sound` holds.",
		example: "sound: { lead: 500ms }"},
	{name: "fit", in: inShot, kind: choice, expands: true, choices: []string{"narration"},
		set:     sets(func(d *draft) *Setting[string] { return &d.Fit }),
		help:    "`narration`: the shot's last frame stands until the narration that begins in the shot is over.",
		without: "The shot is as long as its clip.",
		example: "fit: narration"},
	{name: "fit", in: inCutShot, kind: choice, expands: true, choices: []string{"narration"},
		set:     sets(func(s *cutShot) *Setting[string] { return &s.Fit }),
		help:    "As a shot's own `fit`, for this cut alone.",
		without: "The shot's own `fit` holds.",
		example: "fit: narration"},

	{name: "transition", in: inCut, kind: part, of: inTransition, set: told((*cutter).transition),
		help:    "How shots of this cut join that do not continue one another. Those that do have no join to be seen.",
		without: "They are cut.",
		example: "transition: { type: dissolve, duration: 0.5s }"},
	{name: "transitions", in: inCut, kind: parts, of: inJoin, turn: 1, set: told((*cutter).joins),
		help:    "How single joins look, whatever `transition` says.",
		without: "All joins are as `transition` says.",
		example: "transitions:\n  - { after: arrival/landing, type: fade-to-black, duration: 1s }"},
	{name: "after", in: inJoin, kind: reference, set: reads(func(_ *reader, j *join, f field) { j.after = f }),
		help:    "The shot before the join, by its full name. A join has either `after` or `before`.",
		without: "The join is named by `before`.",
		example: "after: arrival/boat"},
	{name: "before", in: inJoin, kind: reference, set: reads(func(_ *reader, j *join, f field) { j.before = f }),
		help:    "The shot behind the join, by its full name. A join has either `after` or `before`.",
		without: "The join is named by `after`.",
		example: "before: arrival/landing"},
	{name: "type", in: inTransition | inJoin, kind: choice, expands: true,
		choices: transitionTypes, required: true, turn: -1,
		set: reads((*reader).joinType),
		help: "What the join looks like. `smooth` is a dissolve so short that it only takes the edge off; `cut` " +
			"undoes the cut's own transition at one join.",
		example: "type: dissolve"},
	{name: "duration", in: inTransition | inJoin, kind: moment, max: maxLead, expands: true,
		set: reads((*reader).joinLength),
		help: "How long it lasts. The shots of a dissolve, wipe or slide overlap for that long, so the film becomes " +
			"shorter by it; a fade takes half of it from each. A `cut` has none, `smooth` lasts 0.25s unless said.",
		usual: "0.5s", example: "duration: 1s"},
}
