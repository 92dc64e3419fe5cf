package storyboard

// filmKeys are those of the film as a whole: its words, its people, its variants.
var filmKeys = []*key{
	{name: "title", in: inFilm, kind: text, expands: true, turn: -1, set: reads((*reader).title),
		help: "The film's title. It names the files that are made, stands on the contact sheet, and is the variable " +
			"${title} below.",
		without: "The files are named after the storyboard's own file.",
		example: "title: The Lighthouse"},
	{name: "vars", in: inFilm, kind: texts, set: readBefore,
		help: "Text that is used again and again, each under a name: ${name} below stands for it, in other variables " +
			"too. `--var name=value` on the command line overrides one. $${ is a literal ${.",
		without: "The film has no variables of its own.",
		example: "vars:\n  keeper: an old keeper in a yellow raincoat\n  weather: overcast"},
	{name: "look", in: inFilm, kind: settings, set: reads((*reader).filmLook),
		help: "The settings of the whole film, such as model, ratio and duration. Scenes inherit them, then " +
			"shots; the nearest setting wins, key by key.",
		without: "Each setting is as its own entry says.",
		example: "look:\n  resolution: 720p\n  ratio: \"16:9\"\n  duration: 5s"},
	{name: "cast", in: inFilm, kind: people, of: inCast, set: reads((*reader).readCast),
		help: "Who is in the film, by name. @name in a shot's prompt stands for that person's look, word for " +
			"word, so that everybody looks the same in every shot; @@ is a literal @.",
		without: "@ in a prompt is an ordinary character.",
		example: "cast:\n  keeper: { look: an old keeper in a yellow raincoat }"},
	{name: "locations", in: inFilm, kind: people, of: inLocation, set: reads((*reader).readLocations),
		help: "Where the film plays, by name. A scene's `location` names one, and each of its shots then says how it " +
			"looks, word for word.",
		without: "A scene's `location` is the words of the prompt itself.",
		example: "locations:\n  lighthouse: { look: a white lighthouse on black rocks }"},
	{name: "scenes", in: inFilm, kind: parts, of: inScene, required: true, turn: 1, set: reads((*reader).scenes),
		help: "The film's scenes, in order. A scene is one continuous action.",
		example: "scenes:\n  - id: arrival\n    shots:\n" +
			"      - id: boat\n        prompt: He rows towards the lighthouse."},
	{name: "variants", in: inFilm, kind: versions, set: readBefore,
		help: "The whole film once for each variant: another language, another product, another shape. Clips " +
			"that come out the same in several variants are made and paid for once. ${variant} is the variant's id.",
		without: "There is one film.",
		example: "variants:\n  matrix:\n    ratio: [\"16:9\", \"9:16\"]"},

	{name: "include", in: inFilm, kind: paths, set: readBefore,
		help: "Files beside the storyboard that say a part of it: a path, or a list of them. Their scenes come before the " +
			"film's own, their cast and locations stand beside its; of `vars` and `look` they give what the film itself " +
			"does not say, and a later file goes before an earlier one. Paths in them are from the storyboard's folder.",
		without: "The film is in one file.",
		example: "include: [cast.yaml, arrival.yaml]"},

	{name: "matrix", in: inVariants, kind: axes, set: told((*versionsDraft).matrix),
		help: "Variables of the film, or keys of `look`, each with a list of values: every combination of the " +
			"values is a variant. Its id is made of them.",
		without: "The variants are those of `from` and `include`.",
		example: "matrix:\n  keeper: [an old keeper, a young keeper]\n  ratio: [\"16:9\", \"9:16\"]"},
	{name: "exclude", in: inVariants, kind: cases, turn: 1, set: told((*versionsDraft).exclude),
		help: "Combinations of the matrix that are left out. An entry leaves out every combination that has all " +
			"of its values.",
		without: "Every combination is made.",
		example: "matrix:\n  keeper: [an old keeper, a young keeper]\n  ratio: [\"16:9\", \"9:16\"]\n" +
			"exclude:\n  - { keeper: a young keeper, ratio: \"9:16\" }"},
	{name: "include", in: inVariants, kind: cases, turn: 3, set: told((*versionsDraft).include),
		help: "Further variants, one by one: each with the variables and keys of `look` that it sets and, if it " +
			"likes, an `id`.",
		without: "There are no others than those of `matrix` and `from`.",
		example: "include:\n  - { keeper: a robot, ratio: \"1:1\", id: robot }"},
	{name: "from", in: inVariants, kind: file, turn: 2, set: told((*versionsDraft).table),
		help: "A CSV file of further variants, in the storyboard's folder. Its first row names variables of the " +
			"film, keys of `look`, or `id`; each further row is a variant. Commas, semicolons or tabs stand between the values. At most 4 MiB of UTF-8.",
		without: "There is no table.",
		example: "from: languages.csv"},

	{name: "look", in: inCast | inLocation, kind: text, expands: true, prompted: true,
		set:     stores(func(m *Member) *string { return &m.Look }),
		help:    "What the prompt says instead of @name, or of the location's name.",
		without: "The prompt says the name.",
		example: "look: an old keeper in a yellow raincoat"},
	{name: "voice", in: inCast, kind: text, expands: true, prompted: true,
		set: stores(func(m *Member) *string { return &m.Voice }),
		help: "How the person speaks, as in: says, in a low, hoarse voice. It is said with their first line of a shot's " +
			"`dialogue`.",
		without: "The model chooses a voice.",
		example: "look: an old keeper\nvoice: a low, hoarse voice"},
	{name: "references", in: inCast | inLocation, kind: pictures, expands: true,
		set: reads(func(r *reader, m *Member, f field) { m.References = r.pictures(f) }),
		help: "Stills of the person or the place, which the model is to look at in every shot that names them – where the " +
			"model takes references, and the shot has no first frame.",
		without: "The model knows them from words alone.",
		example: "references: [stills/keeper.png]"},
}
