package storyboard

import "gopkg.in/yaml.v3"

// draft is a shot before its beginning is resolved.
type draft struct {
	*Shot
	from    string // as written, "" for nothing
	fromAt  Pos
	ownStep bool // something else than the shot before it was named, rightly or not
}

// film reads the whole storyboard.
func (r *reader) film(root *yaml.Node, over map[string]string) *Storyboard {
	sb := &Storyboard{File: r.file, lines: r.lines}
	fs, _, ok := r.mapping(root, inFilm)
	if !ok {
		r.readVars(nil, nil)
		return sb
	}
	vars, _ := fs.get("vars")
	r.readVars(vars.value, over)
	sb.Vars = r.vars.text
	if f, ok := fs.get("title"); ok {
		if v, ok := r.scalar(f); ok {
			sb.Title = v.text
		}
		r.vars.given = map[string]string{"title": sb.Title}
	}
	if f, ok := fs.get("look"); ok {
		if settings, _, ok := r.mapping(f.value, inLook); ok {
			sb.Look = r.look(settings, Look{})
		}
	}
	var drafts []draft
	if f, ok := fs.get("scenes"); ok {
		drafts = r.scenes(sb, f)
	}
	r.seams(sb, drafts)
	if f, ok := fs.get("cuts"); ok {
		r.cuts(sb, f)
	}
	return sb
}

// look lays the settings among some fields over those that are inherited.
func (r *reader) look(fs fields, inherited Look) Look {
	for _, f := range fs {
		if f.key.look == nil {
			continue
		}
		if v, ok := r.scalar(f); ok {
			f.key.look(&inherited, v)
		}
	}
	return inherited
}

func (r *reader) scenes(sb *Storyboard, f field) []draft {
	var drafts []draft
	seen := map[string]Pos{}
	for _, n := range r.list(f) {
		fs, at, ok := r.mapping(n, inScene)
		if !ok {
			continue
		}
		sc := &Scene{}
		sc.ID, sc.Pos = r.id(fs, at, seen, "scene")
		look := r.look(fs, sb.Look)
		if f, ok := fs.get("shots"); ok {
			drafts = append(drafts, r.shots(sc, f, look)...)
		}
		sb.Scenes = append(sb.Scenes, sc)
	}
	return drafts
}

// id reads an id and refuses one that was seen before.
func (r *reader) id(fs fields, otherwise Pos, seen map[string]Pos, what string) (string, Pos) {
	f, ok := fs.get("id")
	if !ok {
		return "", otherwise
	}
	v, ok := r.scalar(f)
	if v.at == (Pos{}) {
		v.at = position(f.name)
	}
	if !ok {
		return v.text, v.at
	}
	if first, twice := seen[v.text]; twice {
		r.report(v.at, nil, "%s `%s` is there twice, first at line %d", what, v.text, first.Line)
		return v.text, v.at
	}
	seen[v.text] = v.at
	return v.text, v.at
}

func (r *reader) shots(sc *Scene, f field, inherited Look) []draft {
	var drafts []draft
	seen := map[string]Pos{}
	for _, n := range r.list(f) {
		fs, at, ok := r.mapping(n, inShot)
		if !ok {
			continue
		}
		d := r.shot(fs, inherited)
		d.Scene = sc.ID
		if d.ID, d.Pos = r.id(fs, at, seen, "shot"); d.ID == noShot {
			r.report(d.Pos, nil, "a shot cannot be called `none`: `from: none` means no shot")
		}
		sc.Shots = append(sc.Shots, d.Shot)
		drafts = append(drafts, d)
	}
	return drafts
}

func (r *reader) shot(fs fields, inherited Look) draft {
	d := draft{Shot: &Shot{Look: r.look(fs, inherited)}}
	for _, f := range fs {
		switch f.key.name {
		case "prompt":
			v, _ := r.scalar(f)
			d.Prompt, d.PromptPos = v.text, v.at
		case "negative":
			v, _ := r.scalar(f)
			d.Negative = v.text
		case "caption":
			v, _ := r.scalar(f)
			d.Caption, d.CaptionPos = v.text, v.at
		case "keep":
			v, _ := r.scalar(f)
			d.Keep = v.yes
		case "from":
			v, _ := r.scalar(f)
			d.from, d.fromAt, d.ownStep = v.text, v.at, true
		case "first_frame":
			d.ownStep = true
			if v, ok := r.scalar(f); ok {
				d.FirstFrame = r.still(v)
			}
		case "sound":
			r.sound(&d.Sound, f)
		case "fit":
			if v, ok := r.scalar(f); ok {
				d.Fit = Setting[string]{v.text, true, v.at}
			}
		}
	}
	r.oneBeginning(fs)
	r.footage(&d, fs)
	return d
}

// oneBeginning refuses a shot that both continues another and opens on a still.
func (r *reader) oneBeginning(fs fields) {
	from, ok := fs.get("from")
	still, both := fs.get("first_frame")
	if !ok || !both {
		return
	}
	first, second := from, still
	if position(second.name).before(position(first.name)) {
		first, second = second, first
	}
	r.report(position(second.name), say("keep one of the two"), "a shot has one beginning: `%s` beside `%s` of line %d",
		second.key.name, first.key.name, first.name.Line)
}

func (p Pos) before(q Pos) bool { return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column }
