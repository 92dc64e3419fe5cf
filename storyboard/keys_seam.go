package storyboard

// unsaidSeam is the seam of a film that says nothing of it.
var unsaidSeam = Seam{Colour: Setting[string]{Value: "none"}, Still: Setting[string]{Value: "keep"},
	Gate: Setting[string]{Value: "warn"}}

// seamKeys are those of where one clip continues another.
var seamKeys = []*key{
	{name: "seam", in: inherited, kind: part, of: inSeam, set: fills(func(to styled) *Seam { return &to.look().Seam }),
		help: "What is done where a shot continues another one, at its beginning: the first frame of its clip is the " +
			"last frame of the one before it, filmed again, and a model changes it a little. Inherited key by key. " +
			"Hard cuts are never touched, and the clips themselves stay as they are.",
		without: "Nothing is corrected; seams are measured and told all the same.",
		example: "seam: { colour: level, still: skip }"},
	{name: "colour", in: inSeam, kind: choice, expands: true, choices: []string{"none", "match", "level"},
		set: sets(func(s *Seam) *Setting[string] { return &s.Colour }),
		help: "`match` takes the seam's own step of light and colour out of the clip's beginning, fading away over a " +
			"second: for a single seam. `level` takes all steps since the chain's opening out of the whole clip: for " +
			"chains, whose drift stays with `match`.",
		usual: "none", example: "colour: level"},
	{name: "align", in: inSeam, kind: toggle, set: sets(func(s *Seam) *Setting[bool] { return &s.Align }),
		help:  "Whether the clip's first frames are moved onto the frame before them, less with each frame.",
		usual: "false", example: "align: true"},
	{name: "still", in: inSeam, kind: choice, expands: true, choices: []string{"keep", "skip"},
		set: sets(func(s *Seam) *Setting[string] { return &s.Still }),
		help: "`skip` leaves out the frames at the clip's beginning that stand still though both clips move, picture " +
			"and sound: the film gets that much shorter.",
		usual: "keep", example: "still: skip"},
	{name: "gate", in: inSeam, kind: choice, expands: true, choices: []string{"off", "warn", "stop"},
		set: sets(func(s *Seam) *Setting[string] { return &s.Gate }),
		help: "What happens where the frame that the shot is to grow from is black, fading, of another size, or " +
			"blurred: `warn` says so, `stop` also buys nothing that grows from it – but for blur, which real motion " +
			"looks like.",
		usual: "warn", example: "gate: stop"},
}
