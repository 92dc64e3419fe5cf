package storyboard

// What a shot begins and ends on: `from`, `to`, and lists of stills.

import (
	"regexp"

	"gopkg.in/yaml.v3"
)

// origin reads what a shot continues: a shot's name, or a shot and a moment of its clip.
func (r *reader) origin(d *draft, f field) {
	d.ownStep = true
	n, ok := r.visit(f.value)
	if !ok {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.originShot(d, f)
		return
	}
	fs, _, ok := r.mapping(n, inFrom)
	if !ok {
		return
	}
	r.fill(d, fs)
	if d.from == noShot {
		r.report(d.fromAt, advise("write `from: none`"), "`from: {shot: none}` continues nothing, so it has no moment")
	}
}

func (r *reader) originShot(d *draft, f field) {
	v, _ := r.scalar(f)
	d.from, d.fromAt = v.text, v.at
}

var shotName = regexp.MustCompile(`^` + idPattern + `(/` + idPattern + `)?$`)

// aim reads what a shot ends on. What looks like a shot's name is one; ./name is a still.
func (r *reader) aim(d *draft, f field) {
	v, ok := r.scalar(f)
	if d.ToPos = v.at; !ok {
		return
	}
	if shotName.MatchString(v.text) {
		d.to = v.text
		return
	}
	d.ToStill = r.still(v)
}

// theFirst is what `references` calls the picture that the chain before a shot opens on.
const theFirst = "first"

// references reads what a shot is to look at.
func (r *reader) references(d *draft, f field) {
	d.References = r.picturesOr(f, func(v value, before int) bool {
		switch {
		case v.text != theFirst:
			return false
		case d.First.Set:
			r.report(v.at, advise("leave one out; a file of that name is written ./first"), "`first` is there twice")
		}
		d.First = Setting[int]{Value: before, Set: true, Pos: v.at}
		return true
	})
}

// pictures reads a list of stills.
func (r *reader) pictures(f field) []*Still {
	return r.picturesOr(f, func(value, int) bool { return false })
}

// picturesOr reads a list of stills, and words that are taken for something else.
func (r *reader) picturesOr(f field, word func(value, int) bool) (all []*Still) {
	single := &key{name: f.key.name, kind: picture, expands: f.key.expands}
	for _, n := range r.list(f) {
		v, ok := r.scalar(field{single, f.name, n})
		if !ok || word(v, len(all)) {
			continue
		}
		if still := r.still(v); still != nil {
			all = append(all, still)
		}
	}
	return all
}
