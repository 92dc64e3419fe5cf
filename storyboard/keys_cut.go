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
var transitionTypes = []string{"cut", "dissolve", "fade-to-black", "fade-to-white", "wipe-left", "wipe-right", "wipe-up", "wipe-down",
	"slide-left", "slide-right", "slide-up", "slide-down", "smooth"}

// cutKeys are those of how clips become films.
var cutKeys = []*key{
	{name: "cuts", in: inFilm, kind: parts, of: inCut, doc: "Edits of the same clips. Without it there is one: every shot in order."},

	{name: "id", in: inCut, kind: ident, required: true, doc: "The cut's name: lower-case letters, digits and `-`, unique in the film."},
	{name: "output", in: inCut, kind: target, expands: true, doc: "The file to make, in the storyboard's folder: mp4, mov (ProRes), webm, gif, png, jpg, wav, srt or vtt, by its ending. Without output and outputs it is out/<title>-<id>.mp4."},
	{name: "outputs", in: inCut, kind: lines, of: inOutput, doc: "Several files to make of the one cut."},
	{name: "file", in: inOutput, kind: target, expands: true, required: true, doc: "The file to make."},
	{name: "codec", in: inOutput, kind: choice, expands: true, choices: []string{"h264", "hevc", "av1"}, doc: "How the picture of an mp4 is encoded; h264 unless said."},

	{name: "shots", in: inCut, kind: lines, of: inCutShot, doc: "The shots, in the order of this cut; a shot may come more than once. Without it: every shot of the film in order."},
	{name: "shot", in: inCutShot, kind: reference, required: true, doc: "The shot's full name, scene/shot."},
	{name: "trim", in: inCutShot, kind: interval, expands: true, doc: "The part of the clip that is used: `0.5s..3s`, `12f..` from frame 12 on, `..2s` the first two seconds. In the clip's own time, before speed."},
	{name: "speed", in: inCutShot, kind: decimals, min: 100, max: 10_000, doc: "How fast it plays, 0.1 to 10; 2 is twice as fast. Sound keeps its pitch."},
	{name: "sound", in: inShot | inCutShot, kind: part, of: inSound, doc: "What becomes of the clip's own sound; a cut's setting goes before the shot's, key by key."},
	{name: "fit", in: inShot | inCutShot, kind: choice, expands: true, choices: []string{"narration"}, doc: "`narration`: the shot's last frame stands until the narration that begins in the shot is over."},

	{name: "lead", in: inSound, kind: moment, max: maxLead, expands: true, doc: "How long before the picture the sound is heard, from the part of the clip that is cut away (J cut)."},
	{name: "lag", in: inSound, kind: moment, max: maxLead, expands: true, doc: "How long after the picture the sound goes on, from the part of the clip that is cut away (L cut)."},
	{name: "gain", in: inSound | inMusic | inNarration, kind: decibels, min: -60_000, max: 20_000, expands: true, doc: "How much louder, -60dB to +20dB."},
	{name: "mute", in: inSound, kind: toggle, doc: "Whether the sound is left out."},

	{name: "transition", in: inCut, kind: part, of: inTransition, doc: "How shots of this cut join that do not continue one another. Without it they are cut."},
	{name: "transitions", in: inCut, kind: parts, of: inJoin, doc: "How single joins look, whatever `transition` says."},
	{name: "after", in: inJoin, kind: reference, doc: "The shot before the join, by its full name. Either after or before."},
	{name: "before", in: inJoin, kind: reference, doc: "The shot behind the join, by its full name. Either after or before."},
	{name: "type", in: inTransition | inJoin, kind: choice, expands: true, choices: transitionTypes, required: true, doc: "What the join looks like."},
	{name: "duration", in: inTransition | inJoin, kind: moment, max: maxLead, expands: true, doc: "How long it lasts, half a second unless said. The shots of a dissolve, wipe or slide overlap for that long; a fade takes half of it from each."},

	{name: "music", in: inCut, kind: part, of: inMusic, doc: "Music under the whole cut."},
	{name: "file", in: inMusic | inNarration, kind: audio, expands: true, required: true, doc: "The sound's file: a path relative to this file."},
	{name: "duck", in: inMusic, kind: toggle, doc: "Whether the music steps back under the clips' sound and the narration."},
	{name: "loop", in: inMusic, kind: toggle, doc: "Whether the music starts anew when it ends before the film."},
	{name: "fade_in", in: inMusic, kind: moment, max: maxLead, expands: true, doc: "How long the music takes to come."},
	{name: "fade_out", in: inMusic, kind: moment, max: maxLead, expands: true, doc: "How long the music takes to go, at the end of the film or its own."},

	{name: "narration", in: inCut, kind: parts, of: inNarration, doc: "Spoken lines."},
	{name: "at", in: inNarration | inTitle, kind: anchor, expands: true, required: true, doc: "When it begins: `2.5s` into the cut, at a shot (`arrival/boat`), some time into a shot (`arrival/boat+1s`) or a part of it (`arrival/boat@50%`)."},

	{name: "loudness", in: inCut, kind: decimals, min: -40_000, max: -5_000, doc: "How loud the cut is to be in LUFS, -40 to -5; the true peak stays below -1 dBTP."},

	{name: "captions", in: inCut, kind: part, of: inCaptions, doc: "What becomes of the shots' captions."},
	{name: "mode", in: inCaptions, kind: choice, expands: true, choices: []string{"burn", "soft", "file"}, required: true, doc: "`burn` puts them on the picture, `soft` beside it for players to show, `file` only into the outputs that end with .srt or .vtt."},
	{name: "style", in: inCaptions | inTitle, kind: part, of: inStyle, doc: "How the words look."},
	{name: "titles", in: inCut, kind: parts, of: inTitle, doc: "Words on the picture."},
	{name: "text", in: inTitle, kind: text, expands: true, required: true, doc: "The words, shown as they are."},
	{name: "duration", in: inTitle, kind: moment, max: maxMoment, expands: true, required: true, doc: "How long they stand."},
	{name: "font", in: inStyle, kind: text, expands: true, doc: "The font's family; without it one that has the letters is looked for."},
	{name: "size", in: inStyle, kind: percent, min: 1_000, max: 50_000, expands: true, doc: "The height of a line as part of the picture's, 1% to 50%."},
	{name: "color", in: inStyle, kind: paint, expands: true, doc: "The letters' colour, `\"#ffffff\"`."},
	{name: "outline", in: inStyle, kind: paint, expands: true, doc: "The colour of the letters' edge."},
	{name: "background", in: inStyle, kind: paint, expands: true, doc: "The colour of a box behind the words; the last two of eight digits say how dense it is."},
	{name: "position", in: inStyle, kind: choice, expands: true, choices: []string{"top", "middle", "bottom"}, doc: "Where on the picture the words stand."},
	{name: "bold", in: inStyle, kind: toggle, doc: "Whether the letters are bold."},
	{name: "italic", in: inStyle, kind: toggle, doc: "Whether the letters are slanted."},

	{name: "size", in: inCut, kind: extent, expands: true, doc: "The picture's size, `1080x1920`, both even. Without it: that of the first clip."},
	{name: "reframe", in: inCut, kind: choice, expands: true, choices: []string{"fit", "fill", "blur"}, doc: "What becomes of a clip of another shape: `fit` puts bars beside it, `fill` cuts its edges off, `blur` puts it before itself, enlarged and blurred."},
	{name: "quality", in: inCut, kind: choice, expands: true, choices: []string{"draft", "standard", "master"}, doc: "How much care the encoder takes; standard unless said."},
	{name: "encoder", in: inCut, kind: part, of: inEncoder, doc: "Single options of the picture's encoder, over those of quality."},
	{name: "poster", in: inCut, kind: anchor, expands: true, doc: "The frame that png and jpg outputs show, written as `at` is; without it the first."},

	{name: "crf", in: inEncoder, kind: whole, min: 0, max: 51, doc: "The encoder's constant rate factor: lower is better and larger."},
	{name: "preset", in: inEncoder, kind: choice, expands: true, choices: []string{"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"}, doc: "The encoder's preset."},
	{name: "tune", in: inEncoder, kind: choice, expands: true, choices: []string{"film", "animation", "grain", "stillimage"}, doc: "What kind of picture the encoder expects."},
	{name: "bitrate", in: inEncoder, kind: bitrate, expands: true, doc: "Bits per second to aim at instead of crf: `8M`, `800k`."},
	{name: "maxrate", in: inEncoder, kind: bitrate, expands: true, doc: "Bits per second not to pass; with bufsize."},
	{name: "bufsize", in: inEncoder, kind: bitrate, expands: true, doc: "Bits over which maxrate is measured."},
}
