package film

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"shotchain/chain/graph"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

// chosen are the ids of the variants that patterns name; nil for all.
func chosen(sb *storyboard.Storyboard, patterns []string) (ids []string, err error) {
	for _, pattern := range patterns {
		hit := false
		for _, film := range sb.Films() {
			ok, err := path.Match(pattern, film.Variant)
			if err != nil {
				return nil, misused("write a * or a ? for what may be anything", "--variant %q is no pattern", say.Clean(pattern))
			}
			if ok && film.Variant != "" {
				ids, hit = append(ids, film.Variant), true
			}
		}
		if !hit {
			return nil, misused(say.DidYouMean(pattern, VariantIDs(sb), "`shotchain plan` lists them"),
				"--variant: the film has no variant %q", say.Clean(pattern))
		}
	}
	return ids, nil
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
	for i, filmed := range f.Graph.Films {
		one := *f
		one.filmed, one.number = filmed, i
		for _, sb := range f.Films() {
			if sb.Variant == filmed.Variant {
				one.Storyboard = sb
			}
		}
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
