package storyboard

// Filmed is the storyboard of what is to be generated: without the shots that are the user's own footage. A shot
// that continues one of those opens on its last frame instead; frames has it by the path of the clip, which may be
// another in each variant. The variants are filtered likewise. A film without footage is returned as it is.
func (sb *Storyboard) Filmed(frames map[string]*Still) *Storyboard {
	own := map[string]*File{}
	for _, s := range sb.Shots() {
		if s.Clip != nil {
			own[s.Name()] = s.Clip
		}
	}
	if len(own) == 0 { // then no variant has any: all have the same shots
		return sb
	}
	film := *sb
	film.films = nil
	for _, v := range sb.films {
		film.films = append(film.films, v.Filmed(frames))
	}
	film.Scenes = nil
	for _, sc := range sb.Scenes {
		scene := *sc
		scene.Shots = nil
		for _, s := range sc.Shots {
			switch {
			case s.Clip != nil:
				continue
			case own[s.From] != nil:
				opens := *s
				opens.From = ""
				if frame := frames[own[s.From].Path]; frame != nil {
					still := *frame
					still.Of, still.Pos = s.From, s.FromPos
					opens.FirstFrame = &still
				}
				s = &opens
			}
			scene.Shots = append(scene.Shots, s)
		}
		if len(scene.Shots) > 0 {
			film.Scenes = append(film.Scenes, &scene)
		}
	}
	film.index = film.newIndex()
	return &film
}

// Continued are the shots of own footage that some shot continues, in film order.
func (sb *Storyboard) Continued() []*Shot {
	grown := map[string]bool{}
	for _, s := range sb.Shots() {
		grown[s.From] = true
	}
	var all []*Shot
	for _, s := range sb.Shots() {
		if s.Clip != nil && grown[s.Name()] {
			all = append(all, s)
		}
	}
	return all
}

// clip reads the footage of a shot that is not generated.
func (r *reader) clip(d *draft, f field) {
	d.ownStep = true
	if v, ok := r.scalar(f); ok {
		d.Clip = r.sourceFile(v, "a clip")
	}
}

// besideClip refuses what only a generated shot can have.
func (r *reader) besideClip(fs fields) {
	clip, ok := fs.get("clip")
	if !ok {
		return
	}
	for _, f := range fs {
		if f.key.generates() {
			r.report(position(f.name), advise("own footage is used as it is; `trim` and `speed` belong in a cut"),
				"`%s` beside `clip` of %s", f.key.name, r.lineOf(position(clip.name)))
		}
	}
}

// generates reports a key that says how a clip is made.
func (k *key) generates() bool { return k.made || k.inherits() }

// besideFootage refuses seams that own footage cannot have: it is only continued, and only at its end.
func (r *reader) besideFootage(sb *Storyboard, s *Shot) {
	if from := sb.index.full[s.From]; from != nil && from.Clip != nil && s.At.Set {
		r.report(s.At.Pos, advise("leave `at` out, or shorten the file itself"),
			"own footage is continued at its end: %s is `clip: %s`", s.From, from.Clip.Name)
	}
	if to := sb.index.full[s.To]; to != nil && to.Clip != nil {
		r.report(s.ToPos, advise("write the path of a still"), "a shot cannot end on own footage: %s is `clip: %s`",
			s.To, to.Clip.Name)
	}
}
