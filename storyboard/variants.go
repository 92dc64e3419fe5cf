package storyboard

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"shotchain/internal/say"
)

// maxVariants bounds the films that one file can ask for.
const maxVariants = 10_000

// variantVar is the variable that holds a variant's id, in films that have variants.
const variantVar = "variant"

// variant is one film of several: what it sets, and what it is called.
type variant struct {
	id   string
	at   Pos
	sets []setting
}

// setting is one value of a variant: of a variable, or of a key of `look`.
type setting struct {
	name  string
	value *yaml.Node
	look  *key // nil: it is a variable
}

// get is the variant's value of a name, nil for none.
func (v *variant) get(name string) *setting {
	for i := range v.sets {
		if v.sets[i].name == name {
			return &v.sets[i]
		}
	}
	return nil
}

// variants walks the film once for each of its variants. base was read from root without any.
func (r *reader) variants(base *Storyboard, root *yaml.Node, over map[string]string) {
	n := lookup(root, "variants")
	if n == nil {
		return
	}
	each := r.visits
	all := r.readVariants(n, over)
	if len(r.found) > 0 {
		return
	}
	if each*len(all) > maxVersed {
		r.report(position(n), advise("split the film into several files"),
			"%d variants of this film are more than can be read", len(all))
		return
	}
	if takes := r.takes * len(all); takes > maxFilmTakes {
		r.report(position(n), advise("split the film into several files"),
			"%d variants of this film are more than can be read: %d takes, at most %d are possible",
			len(all), takes, maxFilmTakes)
		return
	}
	said := map[string]bool{}
	r.takes = 0 // the film itself is only looked at
	for i := range all {
		r.visits = 0
		before := len(r.found)
		r.texts = map[textOf]reading{}
		film := r.film(root, over, &all[i])
		film.Dir, film.Variant, film.Sets = base.Dir, all[i].id, all[i].values()
		base.films = append(base.films, film)
		r.nameVariant(before, all[i].id, said)
		if len(r.found) >= maxProblems {
			return
		}
	}
}

// nameVariant says of the problems found from there on which variant has them; each is told for the first only.
func (r *reader) nameVariant(from int, id string, said map[string]bool) {
	fresh := r.found[:from]
	for _, f := range r.found[from:] {
		what := fmt.Sprintf("%d:%d:%s", f.at.Line, f.at.Column, f.message)
		if !said[what] {
			said[what] = true
			f.message += fmt.Sprintf(" (in variant %s)", quote(id))
			fresh = append(fresh, f)
		}
	}
	r.found = fresh
}

// readVariants lists the film's variants: the matrix less what is excluded, the rows of a table, and what is included.
func (r *reader) readVariants(n *yaml.Node, over map[string]string) (all []variant) {
	fs, at, ok := r.mapping(n, inVariants)
	if !ok {
		return nil
	}
	if len(fs) == 0 {
		r.report(at, advise("write a `matrix`, `include`, or `from: table.csv`"), "`variants` is empty")
		return nil
	}
	d := versionsDraft{reader: r}
	r.fill(&d, fs)
	all = d.all
	if len(all) > maxVariants {
		r.report(at, nil, "the film has more than %d variants", maxVariants)
		return nil
	}
	if len(all) == 0 && len(r.found) == 0 {
		r.report(at, nil, "no variant is left")
	}
	r.nameVariants(all)
	r.overridden(all, over)
	return all
}

// versionsDraft are the variants as they are being listed.
type versionsDraft struct {
	*reader
	axes []axis
	all  []variant
}

func (d *versionsDraft) matrix(f field) {
	d.axes = d.reader.matrix(f)
	d.all = d.combine(f, d.axes)
}

func (d *versionsDraft) exclude(f field) { d.all = d.reader.exclude(f, d.axes, d.all) }
func (d *versionsDraft) table(f field)   { d.all = append(d.all, d.reader.table(f)...) }
func (d *versionsDraft) include(f field) { d.all = append(d.all, d.reader.include(f)...) }

// overridden refuses a `--var` that a variant would override.
func (r *reader) overridden(all []variant, over map[string]string) {
	if r.vars.raw[variantVar] != nil && !r.vars.own[variantVar] {
		r.report(position(r.vars.raw[variantVar]), advise("choose another name"),
			"the variable `variant` is the id of the film's variant")
	}
	for name := range over {
		if slices.ContainsFunc(all, func(v variant) bool { return v.get(name) != nil }) {
			r.report(Pos{}, advise("choose variants with --variant"), "variable %s is set by the film's variants",
				quote(name))
		}
	}
}

// axis is one key of the matrix with its values.
type axis struct {
	setting
	values []*yaml.Node
}

func (r *reader) matrix(f field) (axes []axis) {
	n, ok := r.filled(f)
	if !ok {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		s, ok := r.settingOf(n.Content[i], func(name string) bool {
			return slices.ContainsFunc(axes, func(a axis) bool { return a.name == name })
		})
		values, fine := r.visit(n.Content[i+1])
		if !ok || !fine {
			continue
		}
		if values.Kind != yaml.SequenceNode || len(values.Content) == 0 {
			r.report(position(values), advise("write a list: [a, b]"), "`matrix` needs a list of values for %s",
				quote(s.name))
			continue
		}
		a := axis{setting: s}
		for _, v := range values.Content {
			v, ok := r.value(s, v)
			if !ok {
				continue
			}
			if slices.ContainsFunc(a.values, func(o *yaml.Node) bool { return o.Value == v.Value }) {
				r.report(position(v), nil, "the value %s of %s is there twice", quote(v.Value), quote(s.name))
				continue
			}
			a.values = append(a.values, v)
		}
		axes = append(axes, a)
	}
	return axes
}

// filledHints show what belongs into a mapping of names.
var filledHints = map[kind]string{axes: "write name: [value, …]", people: "write name: { look: … }"}

// filled reads a field as a mapping that has something in it.
func (r *reader) filled(f field) (*yaml.Node, bool) {
	n, ok := r.visit(f.value)
	if !ok {
		return nil, false
	}
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		if isNull(n) || n.Kind == yaml.MappingNode {
			r.report(position(n), advise(filledHints[f.key.kind]), "`%s` is empty", f.key.name)
		} else {
			r.report(position(n), advise(filledHints[f.key.kind]), "`%s` must be a mapping of names to values",
				f.key.name)
		}
		return nil, false
	}
	return n, true
}

// settingOf finds what the name of a variant's value means: a variable first, then a key of `look`.
func (r *reader) settingOf(n *yaml.Node, taken func(string) bool) (setting, bool) {
	n, ok := r.visit(n)
	if !ok {
		return setting{}, false
	}
	name := n.Value
	look := vocabulary[inLook][name]
	switch {
	case n.Kind != yaml.ScalarNode:
		r.report(position(n), nil, "a key must be text")
	case name == "<<":
		r.report(position(n), nil, "merge keys (`<<`) are not supported")
	case taken(name):
		r.report(position(n), nil, "%s is written twice", quote(name))
	case r.vars.raw[name] != nil && !r.vars.own[name]:
		return setting{name: name}, true
	case r.vars.bad[name]:
	case look != nil && !look.inherits():
		r.report(position(n), advise("write it once, under the film's `look`"), "`%s` is the same for every variant", name)
	case look != nil:
		return setting{name: name, look: look}, true
	default:
		r.report(position(n), didYouMean(name, func() []string { return append(r.vars.names(), keyNames(inLook)...) }),
			"%s is neither a variable of the film nor a key of `look`", quote(name))
	}
	return setting{name: name}, false
}

// value reads one value of a variant and checks it by its key.
func (r *reader) value(s setting, n *yaml.Node) (*yaml.Node, bool) {
	n, ok := r.visit(n)
	switch {
	case !ok:
		return nil, false
	case isNull(n) || n.Kind != yaml.ScalarNode:
		r.report(position(n), advise(`write "" for no text`), "a variant's %s must be a plain value", quote(s.name))
		return nil, false
	}
	plain := *n
	plain.Anchor = ""
	if s.look != nil {
		_, ok = r.scalarOf(s.look, &plain)
	} else {
		_, ok = r.vars.expand(r, &plain)
	}
	return &plain, ok
}

// combine is every combination of the matrix, the last key moving fastest.
func (r *reader) combine(f field, axes []axis) []variant {
	count := 1
	for _, a := range axes {
		if count *= len(a.values); count > maxVariants {
			r.report(position(f.name), nil, "the film has more than %d variants", maxVariants)
			return nil
		}
	}
	if len(axes) == 0 {
		return nil
	}
	all := make([]variant, 0, count)
	for i := range count {
		v := variant{at: position(f.name), sets: make([]setting, len(axes))}
		for k := len(axes) - 1; k >= 0; k-- {
			v.sets[k] = axes[k].setting
			v.sets[k].value = axes[k].values[i%len(axes[k].values)]
			i /= len(axes[k].values)
		}
		all = append(all, v)
	}
	return all
}

// exclude takes combinations out of the matrix. One that excludes nothing is a slip of the pen.
func (r *reader) exclude(f field, axes []axis, all []variant) []variant {
	for _, n := range r.list(f) {
		v, ok := r.caseOf(n, false)
		if !ok {
			continue
		}
		for _, s := range v.sets {
			if !slices.ContainsFunc(axes, func(a axis) bool { return a.name == s.name }) {
				r.report(v.at, nil, "%s is not in the matrix", quote(s.name))
			}
		}
		before := len(all)
		all = slices.DeleteFunc(all, func(c variant) bool {
			return !slices.ContainsFunc(v.sets, func(s setting) bool {
				has := c.get(s.name)
				return has == nil || has.value.Value != s.value.Value
			})
		})
		if len(all) == before && len(r.found) == 0 {
			r.report(v.at, nil, "it excludes nothing: no combination is like this")
		}
	}
	return all
}

func (r *reader) include(f field) (all []variant) {
	for _, n := range r.list(f) {
		if v, ok := r.caseOf(n, true); ok {
			all = append(all, v)
		}
	}
	return all
}

// caseOf reads one item of `include` or `exclude`.
func (r *reader) caseOf(n *yaml.Node, named bool) (v variant, ok bool) {
	n, ok = r.visit(n)
	if !ok {
		return v, false
	}
	v.at = position(n)
	if n.Kind != yaml.MappingNode {
		r.report(v.at, advise("write { name: value, … }"), "a variant must be a mapping of names to values")
		return v, false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if named && n.Content[i].Value == "id" && r.vars.raw["id"] == nil {
			v.id = r.variantID(n.Content[i+1])
			continue
		}
		s, fine := r.settingOf(n.Content[i], func(name string) bool { return v.get(name) != nil })
		if !fine {
			ok = false
			continue
		}
		if s.value, fine = r.value(s, n.Content[i+1]); !fine {
			ok = false
			continue
		}
		v.sets = append(v.sets, s)
	}
	if ok && len(v.sets) == 0 {
		r.report(v.at, nil, "the variant sets nothing")
		return v, false
	}
	return v, ok
}

// variantID reads an id that the film gives itself.
func (r *reader) variantID(n *yaml.Node) string {
	n, ok := r.visit(n)
	if !ok {
		return ""
	}
	v, ok := r.scalarOf(vocabulary[inShot]["id"], n)
	if !ok {
		return ""
	}
	return v.text
}

// nameVariants gives those without an id one that tells their values, and refuses an id, or a variant, that is there
// twice.
func (r *reader) nameVariants(all []variant) {
	names, same := map[string]Pos{}, map[string]Pos{}
	for _, v := range all {
		if v.id == "" {
			continue
		}
		if first, twice := names[v.id]; twice {
			r.report(v.at, nil, "two variants are called %s, the first in %s", quote(v.id), r.lineOf(first))
		}
		names[v.id] = v.at
	}
	for i := range all {
		v := &all[i]
		what := v.meaning()
		if first, twice := same[what]; twice {
			r.report(v.at, nil, "the variant is there twice, first in %s", r.lineOf(first))
			continue
		}
		same[what] = v.at
		if v.id == "" {
			v.id = v.telling(func(id string) bool { _, taken := names[id]; return taken })
			names[v.id] = v.at
		}
	}
}

// values are what a variant sets, as it is written.
func (v *variant) values() map[string]string {
	all := map[string]string{}
	for _, s := range v.sets {
		all[s.name] = s.value.Value
	}
	return all
}

// meaning is what a variant sets, in one order.
func (v *variant) meaning() string {
	var all []string
	for _, s := range v.sets {
		all = append(all, fmt.Sprintf("%q=%q", s.name, s.value.Value))
	}
	slices.Sort(all)
	return strings.Join(all, ",")
}

// maxVariantID is the length of an id in bytes: it becomes part of file names.
const maxVariantID = 60

// telling is an id made of a variant's values, with a number where they do not tell it from another one.
func (v *variant) telling(taken func(string) bool) string {
	each := max(maxVariantID/max(len(v.sets), 1)-1, 4)
	var parts []string
	for _, s := range v.sets {
		if word := say.Slug(times(s.value.Value), each); word != "" {
			parts = append(parts, word)
		}
	}
	stem := cmp.Or(say.Slug(strings.Join(parts, "-"), maxVariantID), "v")
	id := stem
	for n := 2; taken(id); n++ {
		id = fmt.Sprintf("%s-%d", stem, n)
	}
	return id
}

var colon = regexp.MustCompile(`(\p{Nd}):(\p{Nd})`)

// times writes 16:9 as 16x9. Matches share no digit, so 1:2:3 needs a second look.
func times(value string) string {
	return colon.ReplaceAllString(colon.ReplaceAllString(value, "${1}x${2}"), "${1}x${2}")
}
