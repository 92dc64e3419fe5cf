package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

// addDraft lets a verb work on drafts.
func (f *filmFlags) addDraft(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.draft, "draft", false, "drafts instead: in the model's draft mode, at its lowest resolution, or with the model of look.draft")
}

// draftFlags say whether drafts may stand in for clips.
type draftFlags struct{ allow bool }

func (f *draftFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.allow, "allow-drafts", false, "let drafts stand in for clips that are missing")
}

// into notes the drafts that may stand in for a film's clips.
func (f draftFlags) into(film *film, plan *chain.Plan, st *store.Store) {
	if d := plan.Options.Drafts; f.allow && d != nil {
		film.fallback = chain.Stored(d, st)
	}
}

// of is the outcome that the film shows for a shot: its pick, or the draft of it that may stand in.
func (f *film) of(r *chain.Reel, s *storyboard.Shot) chain.Outcome {
	made, ok := f.filmed.Shot(s.Name())
	if !ok {
		return chain.Outcome{} // own footage
	}
	o := r.Of(made)
	if o.Ok() || f.fallback == nil {
		return o
	}
	if d := f.fallback.Of(made); d.Ok() {
		return d
	}
	return o
}

// tellDrafts says which shots of the films are drafts although the films are none.
func (p *program) tellDrafts(f *film, r *chain.Reel) {
	n := 0
	for _, one := range f.films() {
		for _, s := range one.Shots() {
			if o := one.of(r, s); o.Ok() && o.Clip.Draft != "" && !f.draft {
				n++
			}
		}
	}
	if n > 0 {
		p.say("%s", fmt.Sprintf("%s shown as drafts", say.Count(n, "shot")))
	}
}

// jsonDraft is what a film costs as drafts.
type jsonDraft struct {
	Buys  int   `json:"buys"`
	Total price `json:"total"` // at most
}
