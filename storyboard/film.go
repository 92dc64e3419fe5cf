package storyboard

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// sceneDraft is a scene that is being read.
type sceneDraft struct {
	*Scene
	ids      *ids
	inherits Look
	place    *Member // where it plays, nil for none of the film's locations
	drafts   []draft
}

func (s *sceneDraft) look() *Look { return &s.inherits }

// draft is a shot before its beginning is resolved.
type draft struct {
	*Shot
	ids     *ids
	from    string // as written, "" for nothing
	fromAt  Pos
	to      string // a shot's name as written, "" for none
	ownStep bool   // something else than the shot before it was named, rightly or not

	list shotList
}

func (d *draft) look() *Look { return &d.Look }

// ids are the names that were given so far to things of one kind.
type ids struct {
	what string
	seen map[string]Pos
}

func newIDs(what string) *ids { return &ids{what, map[string]Pos{}} }

// film reads the whole storyboard, as one of its variants (nil: as it stands).
func (r *reader) film(root *yaml.Node, over map[string]string, as *variant) *Storyboard {
	sb := &Storyboard{File: r.file, source: r.source, Look: Look{Seam: unsaidSeam}}
	r.cast, r.places = nil, nil
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
	sb.Vars, r.as = r.vars.text, as
	if _, has := fs.get("look"); !has { // a variant may have one
		fs = append(fs, field{key: vocabulary[inFilm]["look"]})
	}
	r.fill(sb, fs)
	return sb
}

func (r *reader) title(sb *Storyboard, f field) {
	if v, ok := r.scalar(f); ok {
		sb.Title = v.text
	}
	r.vars.given = map[string]string{"title": sb.Title}
}

func (r *reader) filmLook(sb *Storyboard, f field) {
	var fs fields
	if f.value != nil {
		fs, _, _ = r.mapping(f.value, inLook)
	}
	r.fill(&sb.Look, fs.as(r.as))
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

func (r *reader) scenes(sb *Storyboard, f field) {
	var drafts []draft
	names := newIDs("scene")
	for _, n := range r.list(f) {
		fs, at, ok := r.mapping(n, inScene)
		if !ok {
			continue
		}
		s := &sceneDraft{Scene: &Scene{Pos: at}, ids: names, inherits: sb.Look}
		r.fill(s, fs)
		sb.Scenes = append(sb.Scenes, s.Scene)
		drafts = append(drafts, s.drafts...)
	}
	found := len(r.found)
	if r.seams(sb, drafts); len(r.found) > found {
		r.spoil("from")
	}
	r.trims(sb)
}

// id reads an id and refuses one that was given before.
func (r *reader) id(f field, among *ids, id *string, at *Pos) {
	v, ok := r.scalar(f)
	if v.at == (Pos{}) {
		v.at = position(f.name)
	}
	if *id, *at = v.text, v.at; !ok {
		return
	}
	if first, twice := among.seen[v.text]; twice {
		r.report(v.at, nil, "%s `%s` is there twice, first at %s", among.what, v.text, r.lineOf(first))
		return
	}
	among.seen[v.text] = v.at
}

func (r *reader) shots(sc *sceneDraft, f field) {
	names := newIDs("shot")
	for _, n := range r.list(f) {
		fs, at, ok := r.mapping(n, inShot)
		if !ok {
			continue
		}
		d := draft{Shot: &Shot{Scene: sc.ID, Pos: at, Look: sc.inherits, Takes: 1, Pick: Setting[int]{Value: 1}},
			ids: names}
		r.fill(&d, fs)
		r.compose(sc, &d)
		r.oneBeginning(fs)
		r.oneOfTheTakes(fs, d.Shot)
		r.besideClip(fs)
		r.anchored(d.Shot)
		r.count(fs, d)
		sc.Shots = append(sc.Shots, d.Shot)
		sc.drafts = append(sc.drafts, d)
	}
}

func (r *reader) shotID(d *draft, f field) {
	if r.id(f, d.ids, &d.ID, &d.Pos); d.ID == noShot {
		r.report(d.Pos, nil, "a shot cannot be called `none`: `from: none` means no shot")
	}
}

func (r *reader) prompt(d *draft, f field) {
	v, _ := r.scalar(f)
	d.Prompt, d.PromptPos = r.introduced(d.Shot, f, v.text), v.at
}

func (r *reader) caption(d *draft, f field) {
	v, _ := r.scalar(f)
	d.Caption, d.CaptionPos = v.text, v.at
}

func (r *reader) firstFrame(d *draft, f field) {
	d.ownStep = true
	if v, ok := r.scalar(f); ok {
		d.FirstFrame = r.still(v)
	}
}

// count adds a shot's takes to the film's, and ends the reading of a film that asks for more than there can be: each
// is held in memory several times over.
func (r *reader) count(fs fields, d draft) {
	if d.Clip != nil || r.halted {
		return
	}
	if r.takes += d.Takes; r.takes <= maxFilmTakes {
		return
	}
	last := fs[len(fs)-1] // any key, where nothing says how many takes
	if takes, ok := fs.get("takes"); ok {
		last = takes
	}
	r.report(position(last.name), advise("ask for fewer `takes`, or split the film into several files"),
		"with this shot the film has %d takes: at most %d are possible", r.takes, maxFilmTakes)
	r.halted = true
}

// oneOfTheTakes refuses a pick that is not among the takes, and seeds that run past the last there is.
func (r *reader) oneOfTheTakes(fs fields, s *Shot) {
	if takes, ok := fs.get("takes"); s.Pick.Value > s.Takes {
		hint := fmt.Sprintf("write `takes: %d`", s.Pick.Value)
		if ok {
			hint = fmt.Sprintf("pick one of 1 to %d, or ask for more `takes` in %s", s.Takes, r.lineOf(position(takes.name)))
		}
		r.report(s.Pick.Pos, advise(hint), "take %d is picked of %d", s.Pick.Value, s.Takes)
	}
	if s.Look.Seed.Value >= 0 && s.Look.Seed.Value+int64(s.Takes-1) > maxSeed {
		takes, _ := fs.get("takes")
		r.report(position(takes.name),
			advise("each take has the seed after the one before it: choose a smaller `seed`"),
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
	r.report(position(second.name), advise("keep one of the two"),
		"a shot has one beginning: `%s` beside `%s` of %s",
		second.key.name, first.key.name, r.lineOf(position(first.name)))
}

func (p Pos) before(q Pos) bool { return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column }
