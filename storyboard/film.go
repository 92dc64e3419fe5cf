package storyboard

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// draft is a shot before its beginning is resolved.
type draft struct {
	*Shot
	from    string // as written, "" for nothing
	fromAt  Pos
	to      string // a shot's name as written, "" for none
	ownStep bool   // something else than the shot before it was named, rightly or not
}

// film reads the whole storyboard, as one of its variants (nil: as it stands).
func (r *reader) film(root *yaml.Node, over map[string]string, as *variant) *Storyboard {
	sb := &Storyboard{File: r.file, lines: r.lines}
	r.cast = nil
	fs, _, ok := r.mapping(root, inFilm)
	if !ok {
		r.readVars(nil, nil, nil)
		return sb
	}
	vars, _ := fs.get("vars")
	if _, has := fs.get("variants"); has && as == nil {
		as = &variant{id: variantVar} // any word: what is read without a variant is only looked at
	}
	r.readVars(vars.value, over, as)
	sb.Vars = r.vars.text
	if f, ok := fs.get("title"); ok {
		if v, ok := r.scalar(f); ok {
			sb.Title = v.text
		}
		r.vars.given = map[string]string{"title": sb.Title}
	}
	var settings fields
	if f, ok := fs.get("look"); ok {
		settings, _, _ = r.mapping(f.value, inLook)
	}
	sb.Look = r.look(settings.as(as), Look{})
	if f, ok := fs.get("cast"); ok {
		r.readCast(f)
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

// as are the settings of a film's look as a variant has them.
func (fs fields) as(v *variant) fields {
	if v == nil {
		return fs
	}
	all := append(fields{}, fs...)
	for _, s := range v.sets {
		if s.look == nil {
			continue
		}
		i := slices.IndexFunc(all, func(f field) bool { return f.key == s.look })
		if i < 0 {
			i = len(all)
			all = append(all, field{})
		}
		all[i] = field{s.look, s.value, s.value}
	}
	return all
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
	d := draft{Shot: &Shot{Look: r.look(fs, inherited), Takes: 1, Pick: Setting[int]{Value: 1}}}
	for _, f := range fs {
		switch f.key.name {
		case "prompt":
			v, _ := r.scalar(f)
			d.Prompt, d.PromptPos = v.text, v.at
			if r.cast != nil && f.value != nil {
				r.introduce(d.Shot, f.value)
			}
		case "negative":
			v, _ := r.scalar(f)
			d.Negative = v.text
		case "caption":
			v, _ := r.scalar(f)
			d.Caption, d.CaptionPos = v.text, v.at
		case "keep":
			v, _ := r.scalar(f)
			d.Keep = v.yes
		case "takes":
			if v, ok := r.scalar(f); ok {
				d.Takes = int(v.number)
			}
		case "pick":
			if v, ok := r.scalar(f); ok {
				d.Pick = Setting[int]{int(v.number), true, v.at}
			}
		case "approve":
			v, _ := r.scalar(f)
			d.Approve = v.yes
		case "from":
			r.origin(&d, f)
		case "to":
			r.aim(&d, f)
		case "references":
			d.References = r.pictures(f)
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
	r.oneOfTheTakes(fs, d.Shot)
	r.footage(&d, fs)
	return d
}

// oneOfTheTakes refuses a pick that is not among the takes, and seeds that run past the last there is.
func (r *reader) oneOfTheTakes(fs fields, s *Shot) {
	if takes, ok := fs.get("takes"); s.Pick.Value > s.Takes {
		hint := fmt.Sprintf("write `takes: %d`", s.Pick.Value)
		if ok {
			hint = fmt.Sprintf("pick one of 1 to %d, or ask for more `takes` in line %d", s.Takes, takes.name.Line)
		}
		r.report(s.Pick.Pos, advise(hint), "take %d is picked of %d", s.Pick.Value, s.Takes)
	}
	if s.Look.Seed.Value >= 0 && s.Look.Seed.Value+int64(s.Takes-1) > maxSeed {
		takes, _ := fs.get("takes")
		r.report(position(takes.name), advise("each take has the seed after the one before it: choose a smaller `seed`"),
			"the seeds of %d takes from %d on are larger than %d", s.Takes, s.Look.Seed.Value, maxSeed)
	}
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
	r.report(position(second.name), advise("keep one of the two"), "a shot has one beginning: `%s` beside `%s` of line %d",
		second.key.name, first.key.name, first.name.Line)
}

func (p Pos) before(q Pos) bool { return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column }
