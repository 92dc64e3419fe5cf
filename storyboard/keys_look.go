package storyboard

// lookKeys are the settings that scenes inherit from the film and shots from their scene.
var lookKeys = []*key{
	{name: "provider", in: inLook, kind: word, max: 64,
		set: looks(func(l *Look) *Setting[string] { return &l.Provider }),
		help: "Who makes the clips: ark, byteplus, fal, openrouter, sim or a gateway of the catalogue. It is one for the whole film, " +
			"and `--provider` wins over it. Each provider's clips are kept apart, so a film can go back.",
		without: "Ark where its key is set, else the built-in simulator.",
		example: "provider: fal"},
	{name: "model", in: inherited, kind: word, max: 200, expands: true,
		set: looks(func(l *Look) *Setting[string] { return &l.Model }),
		help: "The video model: an alias of the catalogue, a full model id, or an endpoint id (ep-…). `shotchain " +
			"models` lists them with what they can do and cost.",
		without: "The first model of the catalogue that is served.",
		example: "model: seedance-2.0"},
	{name: "draft", in: inherited, kind: word, max: 200, expands: true,
		set:     looks(func(l *Look) *Setting[string] { return &l.Draft }),
		help:    "The video model that `run --draft` makes drafts with, named as `model` is.",
		without: "Drafts are made with the shot's own model, in its draft mode or at its lowest resolution.",
		example: "draft: seedance-1.0-pro-fast"},
	{name: "resolution", in: inherited, kind: choice, expands: true, choices: []string{"480p", "720p", "1080p", "4k"},
		set:     looks(func(l *Look) *Setting[string] { return &l.Resolution }),
		help:    "How fine the picture is. Models differ in which they make, and finer ones cost more.",
		without: "The model's own, which the catalogue tells.",
		example: "resolution: 1080p"},
	{name: "ratio", in: inherited, kind: choice, expands: true,
		choices: []string{"16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "adaptive"},
		set:     looks(func(l *Look) *Setting[string] { return &l.Ratio }),
		help: "The picture's shape, width to height. A shot that continues another one has that one's; " +
			"`adaptive` is the shape of the still that the shot opens on. Put it in quotes, as with all that has a " +
			"colon.",
		without: "16:9, or the shape of the still that the shot opens on.",
		example: "ratio: \"9:16\""},
	{name: "duration", in: inherited, kind: seconds, expands: true,
		set: looks(func(l *Look) *Setting[Length] { return &l.Duration }),
		help: "The clip's length in whole seconds, or `auto` for the model to choose, priced at its longest. " +
			"What a model makes is less than the language allows: 4 s to 15 s, for example. Written in tenths, as " +
			"`2.5s`, it is the shot's length in the film: the next longer clip that the model makes is bought, and " +
			"cut at the end that no other shot grows from. In the middle of a chain, the next shot grows from where " +
			"the shot ends.",
		usual: "5s", example: "duration: 8s"},
	{name: "audio", in: inherited, kind: toggle,
		set: looks(func(l *Look) *Setting[bool] { return &l.Audio }),
		help: "Whether the model makes sound along with the picture, where it can. With some models a silent " +
			"clip costs less.",
		usual: "true", example: "audio: false"},
	{name: "style", in: inherited, kind: text, expands: true, prompted: true,
		set:     looks(func(l *Look) *Setting[string] { return &l.Style }),
		help:    "How everything looks: film stock, light, colours. It is appended to every prompt as \"Style: …\".",
		without: "Nothing is appended.",
		example: "style: 35 mm film, overcast, muted teal palette"},
	{name: "seed", in: inherited, kind: whole, min: -1, max: maxSeed,
		set: looks(func(l *Look) *Setting[int64] { return &l.Seed }),
		help: "The number that the model's chance begins with; the same one gives a similar clip again, where " +
			"the model takes it. Several takes have this seed and those after it. -1 lets the service choose.",
		without: "The service chooses.",
		example: "seed: 7"},
	{name: "watermark", in: inherited, kind: toggle,
		set:   looks(func(l *Look) *Setting[bool] { return &l.Watermark }),
		help:  "Whether the service puts its mark on the picture.",
		usual: "false", example: "watermark: true"},
	{name: "camera_fixed", in: inherited, kind: toggle,
		set: looks(func(l *Look) *Setting[bool] { return &l.CameraFixed }),
		help: "Whether the camera stands still, for models that have such a switch; with others, say it in the " +
			"prompt.",
		usual: "false", example: "camera_fixed: true"},
	{name: "service_tier", in: inherited, kind: choice, expands: true, choices: []string{"default", "flex"},
		set: looks(func(l *Look) *Setting[string] { return &l.ServiceTier }),
		help: "How soon the service makes the clip: `flex` is done when there is room, costs half, and is there " +
			"for some models only.",
		usual: "default", example: "service_tier: flex"},
	{name: "priority", in: inherited, kind: whole, min: 0, max: 9,
		set:   looks(func(l *Look) *Setting[int] { return &l.Priority }),
		help:  "The task's priority at the service, for models that take one.",
		usual: "0", example: "priority: 5"},
	{name: "expires_after", in: inherited, kind: span, expands: true,
		set: looks(func(l *Look) *Setting[int] { return &l.ExpiresAfter }),
		help: "How long the service may try before it gives up, in seconds, minutes or hours. What is asked for " +
			"differs from it by up to an hour: by that number a task is known again whose answer was lost.",
		without: "Something between one and three days.",
		example: "expires_after: 24h"},
	{name: "safety_identifier", in: inherited, kind: word, max: 64, expands: true,
		set:     looks(func(l *Look) *Setting[string] { return &l.SafetyIdentifier }),
		help:    "A hashed id of the end user for whom the clip is made, which the service asks platforms for.",
		without: "None is sent.",
		example: "safety_identifier: 5f1d7a84db00d2fc"},
}
