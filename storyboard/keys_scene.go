package storyboard

// sceneKeys are those of scenes and of their shots: what is to be seen, and how shots hang together.
var sceneKeys = []*key{
	{name: "id", in: inScene, kind: ident, required: true,
		set:     reads(func(r *reader, s *sceneDraft, f field) { r.id(f, s.ids, &s.ID, &s.Pos) }),
		help:    "The scene's name: lower-case letters, digits and `-`, unique in the film.",
		example: "id: sunrise"},
	{name: "id", in: inShot, kind: ident, required: true, set: reads((*reader).shotID),
		help: "The shot's name: lower-case letters, digits and `-`, unique in its scene. Elsewhere the shot is " +
			"called scene/shot. Not `none`.",
		example: "id: boat"},
	{name: "shots", in: inScene, kind: parts, of: inShot, required: true, turn: 1, set: reads((*reader).shots),
		help: "The scene's shots, in order. Each continues the one before it – it starts from that clip's last " +
			"frame – unless it says otherwise.",
		example: "shots:\n  - id: boat\n    prompt: He rows towards the lighthouse.\n" +
			"  - id: landing\n    prompt: The camera follows as he steps onto the rocks."},

	{name: "look", in: inScene, kind: settings, turn: -1, set: reads((*reader).sceneLook),
		help: "The settings of the scene's shots, as in the film's `look`. They may as well stand in the scene itself, " +
			"which goes before this.",
		without: "They are the film's.",
		example: "look: { style: \"16 mm, grainy\" }"},
	{name: "location", in: inScene, kind: text, expands: true, prompted: true, set: reads((*reader).location),
		help:    "Where the scene plays: one of the film's `locations`, or words. The prompt of each of its shots begins with it.",
		without: "The prompts say it, if they like.",
		example: "location: a white lighthouse on black rocks"},
	{name: "time", in: inScene, kind: text, expands: true, prompted: true,
		set:     stores(func(s *sceneDraft) *string { return &s.Time }),
		help:    "When the scene plays, said beside its location.",
		without: "The prompts say it, if they like.",
		example: "time: at dusk"},

	{name: "prompt", in: inShot, kind: text, expands: true, prompted: true, required: true, made: true,
		set: reads((*reader).prompt),
		help: "What the shot shows: subject, action, camera, light, sound – as one text, or what is left of it beside " +
			"the keys of a shot list. Parameters such as `--dur 5` are refused in it; they have keys of their own. A " +
			"shot has a prompt, an `action` or a `clip`.",
		example: "prompt: Wide shot. An old keeper rows towards a lighthouse at dusk."},
	{name: "clip", in: inShot, kind: footage, expands: true, set: reads((*reader).clip),
		help: "Own footage, a video file in the storyboard's folder, used as it is in place of a prompt. It " +
			"costs nothing, and shots may continue it.",
		without: "The shot is generated from its `prompt`.",
		example: "clip: footage/harbour.mp4"},
	{name: "negative", in: inShot, kind: text, expands: true, prompted: true, made: true,
		set:     stores(func(d *draft) *string { return &d.Negative }),
		help:    "What to avoid. It is appended to the prompt as \"Avoid: …\".",
		without: "The prompt says nothing of it.",
		example: "negative: text, logos, people in the background"},
	{name: "caption", in: inShot, kind: text, expands: true, set: reads((*reader).caption),
		help: "The words that captions show during the shot. A cut's `captions` says where; outputs that end " +
			"with .srt or .vtt have them always.",
		without: "The shot has no caption.",
		example: "caption: Nobody had lit the lamp for three nights."},
	{name: "keep", in: inShot, kind: toggle, made: true, set: stores(func(d *draft) *bool { return &d.Keep }),
		help: "Use the clip that the shot used last, whatever has changed since in the storyboard: nothing is " +
			"bought anew for it.",
		usual: "false", example: "keep: true"},
	{name: "takes", in: inShot, kind: whole, min: 1, max: maxTakes, made: true,
		set: stores(func(d *draft) *int { return &d.Takes }),
		help: "How many takes of the shot are generated and paid for, each with its own seed. `pick` says which " +
			"one is used. A shot has at most 99, a film with all its variants at most 100000.",
		usual: "1", example: "takes: 3"},
	{name: "pick", in: inShot, kind: whole, min: 1, max: maxTakes, made: true,
		set: sets(func(d *draft) *Setting[int] { return &d.Pick }),
		help: "The number of the take that the film uses and that later shots continue from, at most `takes`. " +
			"`shotchain pick` writes it.",
		usual: "1", example: "takes: 3\npick: 2"},
	{name: "approve", in: inShot, kind: toggle, made: true, set: stores(func(d *draft) *bool { return &d.Approve }),
		help:  "Wait for a person: nothing that grows from the shot is bought before `pick` is written.",
		usual: "false", example: "approve: true"},

	{name: "from", in: inShot, kind: origin, made: true, set: reads((*reader).origin),
		help: "The shot that this one continues: `shot` of the same scene, `scene/shot` of any, or `none` to " +
			"open on its own. Two shots may continue the same one. { shot: …, at: -5f } continues from an earlier " +
			"moment, at which that clip then ends where the two follow each other in a film. Not together with " +
			"first_frame.",
		without: "The shot continues the one before it in its scene; a scene's first shot opens on its own.",
		example: "from: arrival/boat"},
	{name: "shot", in: inFrom, kind: reference, required: true, set: reads((*reader).originShot),
		help:    "The shot that is continued, named as in `from`.",
		example: "shot: arrival/boat"},
	{name: "at", in: inFrom, kind: instant, expands: true, required: true,
		set: sets(func(d *draft) *Setting[Instant] { return &d.At }),
		help: "The moment of its clip that is continued: `3.5s` or `84f` (frames) from its first frame, `-5f` or " +
			"`-0.2s` from its last. Where the two shots follow each other in the film, the earlier clip ends there. " +
			"The frame is decoded here, not the service's own picture: a service that refuses faces of people may " +
			"refuse it.",
		example: "at: -5f"},
	{name: "to", in: inShot, kind: aim, expands: true, made: true, set: reads((*reader).aim),
		help: "What the shot ends on: the first frame of another shot (its name), or a still (its path, or an " +
			"https URL). A still whose name looks like a shot's is written ./name.",
		without: "The shot ends as the model likes.",
		example: "to: stills/end.png"},
	{name: "references", in: inShot, kind: pictures, expands: true, made: true,
		set: reads((*reader).references),
		help: "Stills that the model is to look at for people, things or style, where the model takes them. `first` " +
			"among them is the still that the chain before the shot opens on, so that a shot that opens anew looks as " +
			"that one did; a file of that name is written ./first. Not together with a first frame.",
		without: "The model has the prompt alone, and the stills of the cast that it names.",
		example: "references: [stills/lamp.png]"},
	{name: "first_frame", in: inShot, kind: picture, expands: true, made: true, set: reads((*reader).firstFrame),
		help: "A still that the shot opens on: a path in the storyboard's folder, or an https URL. Not together " +
			"with from.",
		without: "The shot opens on the frame of the shot that it continues, or on whatever its prompt brings.",
		example: "first_frame: stills/boat.png"},
}
