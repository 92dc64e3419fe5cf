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

// pictures reads a list of stills.
func (r *reader) pictures(f field) (all []*Still) {
	single := &key{name: f.key.name, kind: picture, expands: f.key.expands}
	for _, n := range r.list(f) {
		v, ok := r.scalar(field{single, f.name, n})
		if !ok {
			continue
		}
		if still := r.still(v); still != nil {
			all = append(all, still)
		}
	}
	return all
}
