package main

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/storyboard"
)

// chosen are the ids of the variants that patterns name; nil for all.
func chosen(sb *storyboard.Storyboard, patterns []string) (ids []string, err error) {
	for _, pattern := range patterns {
		hit := false
		for _, film := range sb.Films() {
			ok, err := path.Match(pattern, film.Variant)
			if err != nil {
				return nil, usage("write a * or a ? for what may be anything", "--variant %q is no pattern", clean(pattern))
			}
			if ok && film.Variant != "" {
				ids, hit = append(ids, film.Variant), true
			}
		}
		if !hit {
			return nil, usage(near(pattern, variantIDs(sb), "`shotchain plan` lists them"), "--variant: the film has no variant %q", clean(pattern))
		}
	}
	return ids, nil
}

// variantIDs are the ids of a film's variants; nil where it has none.
func variantIDs(sb *storyboard.Storyboard) (ids []string) {
	for _, film := range sb.Films() {
		if film.Variant != "" {
			ids = append(ids, film.Variant)
		}
	}
	return ids
}

// completeVariants offers the variants of the storyboard that the command line names.
func (f *filmFlags) completeVariants(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		if sb, err := f.load(args[0]); err == nil {
			return variantIDs(sb), cobra.ShellCompDirectiveNoFileComp
		}
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// films are the films that are made: one for each variant.
func (f *film) films() []*film {
	all := make([]*film, len(f.graph.Films))
	for i, sb := range f.graph.Films {
		one := *f
		one.Storyboard = sb
		all[i] = &one
	}
	return all
}

// name is the film's file name: its title, with the variant where the title does not tell it.
func (f *film) name() string {
	name := slug(f)
	if v := slugOf(f.Variant); v != "" && !strings.Contains(name, v) {
		name += "-" + v
	}
	if f.draft {
		name += "-draft"
	}
	return name
}

// delivery is one film and the file that it goes to.
type delivery struct {
	*film
	out string
}

// deliveries are the films with their files. Two films of one name are refused: the second would replace the first.
func (f *film) deliveries(o outputFlags, st *store.Store) ([]delivery, error) {
	var all []delivery
	taken := map[string]string{} // variants by file, without case: not every file system tells it
	for _, one := range f.films() {
		out, err := one.output(o, st)
		if err != nil {
			return nil, err
		}
		if other, twice := taken[strings.ToLower(out)]; twice {
			return nil, usage("put ${variant} into the name", "variants %s and %s would both be %s", other, one.Variant, filepath.Base(out))
		}
		taken[strings.ToLower(out)] = one.Variant
		all = append(all, delivery{one, out})
	}
	return all, nil
}

// missingOf are the shots without a clip, in all films, by the names of their takes.
func (f *film) missingOf(r *chain.Reel) (names []string) {
	films := f.films()
	for _, one := range films {
		for _, name := range missing(one, r) {
			if len(films) > 1 {
				name = one.Variant + ":" + name
			}
			names = append(names, name)
		}
	}
	return names
}
