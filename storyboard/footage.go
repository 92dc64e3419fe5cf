package storyboard

// Filmed is the storyboard of what is to be generated: without the shots that are the user's own footage. A shot
// that continues one of those opens on its last frame instead; frames has it by the full name of the footage's shot.
// A film without footage is returned as it is.
func (sb *Storyboard) Filmed(frames map[string]*Still) *Storyboard {
	own := map[string]bool{}
	for _, s := range sb.Shots() {
		if s.Clip != nil {
			own[s.Name()] = true
		}
	}
	if len(own) == 0 {
		return sb
	}
	film := *sb
	film.Scenes = nil
	for _, sc := range sb.Scenes {
		scene := *sc
		scene.Shots = nil
		for _, s := range sc.Shots {
			switch {
			case s.Clip != nil:
				continue
			case own[s.From]:
				opens := *s
				opens.From = ""
				if frame := frames[s.From]; frame != nil {
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

// footage reads the clip of a shot that is not generated, and refuses what only a generated one can have.
func (r *reader) footage(d *draft, fs fields) {
	clip, ok := fs.get("clip")
	if !ok {
		return
	}
	d.ownStep = true
	if v, ok := r.scalar(clip); ok {
		d.Clip = r.sourceFile(v, "a clip")
	}
	for _, f := range fs {
		if f.key.generates() {
			r.report(position(f.name), say("own footage is used as it is; `trim` and `speed` belong in a cut"),
				"`%s` beside `clip` of line %d", f.key.name, clip.name.Line)
		}
	}
}

// generates reports a key that says how a clip is made.
func (k *key) generates() bool {
	switch k.name {
	case "prompt", "negative", "from", "first_frame", "keep":
		return true
	}
	return k.look != nil
}
