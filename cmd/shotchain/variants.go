package main

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/store"
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
				return nil, usage("write a * or a ? for what may be anything", "--variant %q is no pattern", say.Clean(pattern))
			}
			if ok && film.Variant != "" {
				ids, hit = append(ids, film.Variant), true
			}
		}
		if !hit {
			return nil, usage(say.DidYouMean(pattern, variantIDs(sb), "`shotchain plan` lists them"), "--variant: the film has no variant %q", say.Clean(pattern))
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
		if sb, err := f.load(context.Background(), args[0]); err == nil {
			return variantIDs(sb), cobra.ShellCompDirectiveNoFileComp
		}
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// films are the films that are made: one for each variant.
func (f *film) films() []*film {
	all := make([]*film, len(f.graph.Films))
	for i, filmed := range f.graph.Films {
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

// draftEnd marks the files of drafts.
const draftEnd = "-draft"

// name is the film's file name: its title, with the variant where the title does not tell it.
func (f *film) name() string {
	name := slug(f)
	if v := say.Slug(f.Variant, mostName); v != "" && !strings.Contains(name, v) {
		name += "-" + v
	}
	if f.draft {
		name += draftEnd
	}
	return name
}

// command is what a user would type for a verb on this film.
func (f *film) command(verb string) string {
	s := "shotchain " + verb + " " + say.ShellWord(say.Path(f.path))
	if f.draft {
		s += " --draft"
	}
	return s
}

// delivery is one film and the cuts that are made of it, each with its files.
type delivery struct {
	*film
	cuts []*storyboard.Cut
}

// deliveries are the films with their cuts. Two files of one name are refused: the second would replace the first.
func (f *film) deliveries(o outputFlags, st *store.Store) ([]delivery, error) {
	var all []delivery
	taken := map[string]string{} // variants by file, without case: not every file system tells it
	for _, one := range f.films() {
		cuts, err := one.editions(o, st)
		if err != nil {
			return nil, err
		}
		for _, c := range cuts {
			for _, out := range c.Outputs {
				key := strings.ToLower(out.Path)
				if other, twice := taken[key]; twice {
					return nil, one.sameName(out, other)
				}
				taken[key] = one.Variant
			}
		}
		all = append(all, delivery{one, cuts})
	}
	return all, nil
}

// sameName refuses a file that another variant has already.
func (f *film) sameName(out storyboard.Output, other string) error {
	message := fmt.Sprintf("variants %s and %s would both be %s", other, f.Variant, filepath.Base(out.Path))
	const hint = "put ${variant} into the name"
	if out.Pos.Line > 0 {
		return storyboard.Problems{f.Problem(out.Pos, hint, "%s", message)}
	}
	return usage(hint, "%s", message)
}

// wholes are the films with every shot, whatever their cuts show.
func (f *film) wholes() (all []delivery) {
	for _, one := range f.films() {
		all = append(all, delivery{one, []*storyboard.Cut{one.Whole()}})
	}
	return all
}

// missingOf are the shots of some films without a clip, by the names of their takes.
func missingOf(films []delivery, r *chain.Reel) (names []string) {
	for _, d := range films {
		for _, name := range missing(d.film, r, d.cuts) {
			if len(r.Graph.Films) > 1 {
				name = d.Variant + ":" + name
			}
			names = append(names, name)
		}
	}
	return names
}
