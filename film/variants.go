package film

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"shotchain/chain/graph"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

// chosen are the ids of the variants that meet all that the options ask of them; nil for all.
func (o Options) chosen(sb *storyboard.Storyboard) (ids []string, err error) {
	if len(o.Variants)+len(o.Rows)+len(o.Where) == 0 {
		return nil, nil
	}
	films := sb.Films()
	if films[0].Variant == "" {
		return nil, misused("leave it out, or write `variants`", "the film has no variants to choose from")
	}
	meets := slices.Repeat([]bool{true}, len(films))
	for _, choose := range []func(*storyboard.Storyboard, []bool) error{o.byID, o.byRow, o.byValue} {
		hit := make([]bool, len(films))
		if err := choose(sb, hit); err != nil {
			return nil, err
		}
		for i, ok := range hit {
			meets[i] = meets[i] && ok
		}
	}
	for i, film := range films {
		if meets[i] {
			ids = append(ids, film.Variant)
		}
	}
	if len(ids) == 0 {
		return nil, misused("`shotchain plan` without them lists all", "no variant meets all of --variant, --rows and --where")
	}
	return ids, nil
}

// byID marks the variants that have an id, or one like a pattern.
func (o Options) byID(sb *storyboard.Storyboard, hit []bool) error {
	for i := range hit {
		hit[i] = len(o.Variants) == 0
	}
	for _, pattern := range o.Variants {
		some := false
		for i, film := range sb.Films() {
			ok, err := path.Match(pattern, film.Variant)
			if err != nil {
				return misused("write a * or a ? for what may be anything", "--variant %q is no pattern", say.Clean(pattern))
			}
			hit[i] = hit[i] || ok
			some = some || ok
		}
		if !some {
			return misused(say.DidYouMean(pattern, VariantIDs(sb), "`shotchain plan` lists them"),
				"--variant: the film has no variant %q", say.Clean(pattern))
		}
	}
	return nil
}

// byRow marks the variants at some places, counted from 1.
func (o Options) byRow(_ *storyboard.Storyboard, hit []bool) error {
	for i := range hit {
		hit[i] = len(o.Rows) == 0
	}
	for _, rows := range o.Rows {
		from, to, ranged := strings.Cut(rows, "-")
		first, err := strconv.Atoi(from)
		last := first
		if ranged && err == nil {
			last, err = strconv.Atoi(to)
		}
		switch {
		case err != nil || first < 1 || last < first:
			return misused("write 7, or 100-199", "--rows %q names no rows", say.Clean(rows))
		case last > len(hit):
			return misused("", "--rows %s: the film has %s", rows, say.Count(len(hit), "variant"))
		}
		for i := first - 1; i < last; i++ {
			hit[i] = true
		}
	}
	return nil
}

// byValue marks the variants that set what is asked for.
func (o Options) byValue(sb *storyboard.Storyboard, hit []bool) error {
	for i := range hit {
		hit[i] = true
	}
	for _, asked := range o.Where {
		name, value, ok := strings.Cut(asked, "=")
		if !ok {
			return misused("write --where name=value", "--where %q asks for no value", say.Clean(asked))
		}
		some, names := false, map[string]bool{}
		for i, film := range sb.Films() {
			for n := range film.Sets {
				names[n] = true
			}
			met := film.Sets[name] == value && film.Variant != ""
			some, hit[i] = some || met, hit[i] && met
		}
		switch {
		case !names[name]:
			return misused(say.DidYouMean(name, slices.Sorted(maps.Keys(names)), ""), "--where: no variant sets %q", say.Clean(name))
		case !some:
			return misused("", "--where: no variant sets %s to %q", name, say.Clean(value))
		}
	}
	return nil
}

// VariantIDs are the ids of a film's variants; nil where it has none.
func VariantIDs(sb *storyboard.Storyboard) (ids []string) {
	for _, film := range sb.Films() {
		if film.Variant != "" {
			ids = append(ids, film.Variant)
		}
	}
	return ids
}

// Variants are the films that are made: one for each variant, the film itself where it has none.
func (f *Film) Variants() []*Film {
	all := make([]*Film, len(f.Graph.Films))
	written := map[string]*storyboard.Storyboard{}
	for _, sb := range f.Films() {
		written[sb.Variant] = sb
	}
	for i, filmed := range f.Graph.Films {
		one := *f
		one.Storyboard, one.filmed, one.number = written[filmed.Variant], filmed, i
		all[i] = &one
	}
	return all
}

// usersOf are the films that use a take, by their place in the graph.
func usersOf(t *graph.Take) (films []int) {
	for _, u := range t.Uses {
		if len(films) == 0 || films[len(films)-1] != u.Film {
			films = append(films, u.Film)
		}
	}
	return films
}

// VariantsOf are the variants that use a take; nil for a film without variants.
func (f *Film) VariantsOf(t *graph.Take) (ids []string) {
	for _, i := range usersOf(t) {
		if id := f.Graph.Films[i].Variant; id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// draftEnd marks the files of drafts.
const draftEnd = "-draft"

// mostName bounds a file's name without its ending, in bytes: file systems take 255.
const mostName = 120

// slug is the film's title as a file name: its letters and digits, of any script.
func (f *Film) slug() string {
	if s := say.Slug(f.Title, mostName); s != "" {
		return s
	}
	return strings.TrimSuffix(filepath.Base(f.Path), filepath.Ext(f.Path))
}

// fileName is the film's file name: its title, with the variant where the title does not tell it.
func (f *Film) fileName() string {
	name := f.slug()
	if v := say.Slug(f.Variant, mostName); v != "" && !strings.Contains(name, v) {
		name += "-" + v
	}
	if f.Draft {
		name += draftEnd
	}
	return name
}

// Command is what a user would type for a verb on this film.
func (f *Film) Command(verb string) string {
	s := "shotchain " + verb + " " + say.ShellWord(say.Path(f.Path))
	if f.Draft {
		s += " --draft"
	}
	return s
}

// ShotsOf names a take by all shots that use it.
func ShotsOf(t *graph.Take) string {
	names := []string{t.Name()}
	for _, s := range t.Also {
		names = append(names, s.Name())
	}
	shots := strings.Join(names, " = ")
	if n := len(usersOf(t)); t.Variant() != "" && n > 1 {
		shots += fmt.Sprintf(" (+%d)", n-1)
	}
	return shots
}
