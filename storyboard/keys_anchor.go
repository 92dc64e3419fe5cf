package storyboard

// maxEvery is more links than any chain lasts.
const maxEvery = 99

// anchorKeys are those of keyframes against drift.
var anchorKeys = []*key{
	{name: "anchor", in: inherited, kind: part, of: inAnchor,
		set: fills(func(to styled) *Keyframes { return &to.look().Anchor }),
		help: "A keyframe against drift: each link of a chain is a little further from its opening, in light, colour " +
			"and sharpness. With `every: 4`, a chain's every fourth link opens on a fresh keyframe, for the shot before " +
			"it ends on the still – the chain's fourth shot, its eighth, … – without a cut. Needs a model that takes a " +
			"first and a last frame. A shot's own `to` goes before it. Inherited key by key.",
		without: "A chain goes on for as long as its shots say.",
		example: "anchor: { every: 4, still: stills/boat.png }"},
	{name: "every", in: inAnchor, kind: whole, min: 0, max: maxEvery,
		set: sets(func(k *Keyframes) *Setting[int] { return &k.Every }),
		help: "Every how many links, counted from the chain's opening, a keyframe is met. Pictures degrade after 3 to 4. " +
			"0 turns it off, for a scene or a shot.",
		usual: "0", example: "every: 4\nstill: stills/boat.png"},
	{name: "still", in: inAnchor, kind: picture, expands: true, set: reads((*reader).keyframe),
		help: "The picture that the chain is led back to: a path in the storyboard's folder, or an https URL. What " +
			"the shot before is to end on, so its place, people and light should be those of the chain.",
		without: "There is none; `every` needs one.",
		example: "every: 4\nstill: stills/boat.png"},
}

func (r *reader) keyframe(k *Keyframes, f field) {
	if v, ok := r.scalar(f); ok {
		k.Still = r.still(v)
	}
}

// anchored refuses keyframes without a picture.
func (r *reader) anchored(s *Shot) {
	if k := s.Look.Anchor; k.Every.Value > 0 && k.Still == nil && !r.unread["still"] {
		r.report(k.Every.Pos, advise("write the picture that the chain is led back to: { every: 4, still: stills/boat.png }"),
			"`anchor` needs `still`")
	}
}
