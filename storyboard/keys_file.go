package storyboard

// fileKeys are those of the picture in a cut's files, and of how it is encoded.
var fileKeys = []*key{
	{name: "size", in: inCut, kind: extent, expands: true,
		set:     sets(func(c *cutter) *Setting[Size] { return &c.cut.Size }),
		help:    "The picture's width and height in pixels. `reframe` says what becomes of clips of another shape.",
		without: "That of the cut's first clip.",
		example: "size: 1080x1920"},
	{name: "reframe", in: inCut, kind: choice, expands: true, choices: []string{"fit", "fill", "blur"},
		set: sets(func(c *cutter) *Setting[string] { return &c.cut.Reframe }),
		help: "What becomes of a clip of another shape than the picture's: `fit` puts bars beside it, `fill` " +
			"cuts its edges off, `blur` puts it before itself, enlarged and blurred.",
		usual: "fit", example: "reframe: blur"},
	{name: "quality", in: inCut, kind: choice, expands: true, choices: []string{"draft", "standard", "master"},
		set: sets(func(c *cutter) *Setting[string] { return &c.cut.Quality }),
		help: "How much care the encoder takes: `draft` is quick and for looking at a cut, `standard` looks like " +
			"the clips, `master` is large and for working on.",
		usual: "standard", example: "quality: master"},
	{name: "encoder", in: inCut, kind: part, of: inEncoder, set: told((*cutter).encoder),
		help: "Single options of the picture's encoder, for those who know it. They go before what `quality` " +
			"chooses.",
		without: "The encoder is set as `quality` says.",
		example: "encoder: { crf: 18, preset: slow }"},
	{name: "poster", in: inCut, kind: anchor, expands: true, set: told((*cutter).poster),
		help: "The frame that png and jpg outputs show: `2.5s` into the cut, at a shot (`arrival/boat`), some " +
			"time into a shot (`arrival/boat+1s`) or a part of it (`arrival/boat@50%`).",
		without: "The first frame of the cut.",
		example: "poster: storm/wave@50%"},

	{name: "crf", in: inEncoder, kind: whole, min: 0, max: 51, set: told((*cutter).option),
		help:    "The encoder's constant rate factor: lower is better and larger. Not together with bitrate.",
		without: asQuality, example: "crf: 18"},
	{name: "preset", in: inEncoder, kind: choice, expands: true, set: told((*cutter).option),
		choices: []string{"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower",
			"veryslow"},
		help:    "How long the encoder may look for what makes the file smaller.",
		without: asQuality, example: "preset: slow"},
	{name: "tune", in: inEncoder, kind: choice, expands: true,
		choices: []string{"film", "animation", "grain", "stillimage"},
		set:     told((*cutter).option),
		help:    "What kind of picture the encoder is to expect.",
		without: "It expects nothing in particular.",
		example: "tune: grain"},
	{name: "bitrate", in: inEncoder, kind: bitrate, expands: true, set: told((*cutter).option),
		help:    "Bits per second to aim at instead of a crf: `8M`, `800k`.",
		without: "The file is as large as its quality asks for.",
		example: "bitrate: 8M"},
	{name: "maxrate", in: inEncoder, kind: bitrate, expands: true, set: told((*cutter).option),
		help:    "Bits per second not to pass, measured over `bufsize`.",
		without: "There is no such limit.",
		example: "maxrate: 10M\nbufsize: 20M"},
	{name: "bufsize", in: inEncoder, kind: bitrate, expands: true, set: told((*cutter).option),
		help:    "Bits over which `maxrate` is measured.",
		without: "It goes with `maxrate` only.",
		example: "maxrate: 10M\nbufsize: 20M"},
}

const asQuality = "As `quality` chooses."
