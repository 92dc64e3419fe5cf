package chain

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// Promotion is the draft that a final clip is made from.
type Promotion struct {
	Key  string // of the draft
	Task string

	from, to string // the tasks of the drafts that it grew from and ended on, "" for none
}

// promote looks for a draft that the provider can make the take's final clip from: kept, of the same model, young
// enough, and grown from the drafts of what the take itself grows from.
func (p *Plan) promote(t *graph.Take) *Promotion {
	drafts := p.Options.Drafts
	if drafts == nil || p.Graph.Service.Forgets || len(t.Uses) == 0 {
		return nil
	}
	of := drafts.Graph.TakesOf(t.Uses[0].Shot)
	if t.Uses[0].Number > len(of) {
		return nil
	}
	d := of[t.Uses[0].Number-1]
	clip := drafts.Of(d).Clip
	switch {
	case clip == nil || !d.Request.Draft || d.Model != t.Model || clip.Task == "",
		time.Since(clip.FinishedAt) > taskLife(p.Graph.Service.Can),
		len(t.Model.Drafts.Final) > 0 && !slices.Contains(t.Model.Drafts.Final, t.Request.Resolution):
		return nil
	}
	for _, pair := range [][2]*graph.Take{{t.From, d.From}, {t.To, d.To}} {
		if pair[0] != nil && (pair[1] == nil || drafts.Of(pair[1]).Clip == nil || !p.made(pair[0], drafts.Of(pair[1]))) {
			return nil
		}
	}
	made := &Promotion{Key: drafts.Of(d).Key, Task: clip.Task}
	if t.From != nil {
		made.from = drafts.Of(d.From).Clip.Task
	}
	if t.To != nil {
		made.to = drafts.Of(d.To).Clip.Task
	}
	return made
}

// finalFrame names a frame of the final clip of a draft: so the key of what is made from the next draft of a chain is
// known before that clip is there. The service itself starts the one from the other; nobody here sends the picture.
func finalFrame(task string, frame int) string {
	if frame == graph.Last {
		return "last frame of the final of " + task
	}
	return fmt.Sprintf("frame %d of the final of %s", frame, task)
}

// finals names the take's pictures by the drafts that what it grows from and ends on is made from; ok is false where
// one of them is made from none.
func finals(t *graph.Take, from, to string) (a graph.Anchors, ok bool) {
	if a.First = t.Request.FirstFrame.InKey(); t.From != nil {
		a.First = finalFrame(from, t.FromFrame())
	}
	if a.Last = t.Request.LastFrame.InKey(); t.To != nil {
		a.Last = finalFrame(to, t.ToFrame)
	}
	return a, (t.From == nil || from != "") && (t.To == nil || to != "")
}

// named are the pictures of a take's question, by their bytes where all that it needs is there, or by its drafts (final)
// where it is to be made from its own, or has been. ok is false where neither is known yet. up is only read if there.
func named(t *graph.Take, namespace string, st *store.Store, up Upstream, there bool, p *Promotion) (a graph.Anchors,
	final, ok bool) {
	var from, to string
	switch {
	case there && len(t.Needs()) == 0:
		return anchors(t, up), false, true
	case p != nil:
		from, to = p.from, p.to
	case there:
		from, to = up.promotedFrom()
	}
	if there {
		a = anchors(t, up)
	}
	finals, known := finals(t, from, to)
	if !known || there && begun(st.Take(t.Key(namespace, a))) {
		return a, false, there
	}
	if p != nil || begun(st.Take(t.Key(namespace, finals))) {
		return finals, true, true
	}
	return a, false, there
}

// promotedFrom are the tasks of the drafts that the clips were made from, "" for none.
func (u Upstream) promotedFrom() (from, to string) {
	if u.From != nil {
		from = u.From.Clip.PromotedFrom
	}
	if u.To != nil {
		to = u.To.Clip.PromotedFrom
	}
	return from, to
}

// begun reports whether a take has a clip, or an attempt that may turn into one.
func begun(take store.Take) bool {
	if _, err := take.Clip(); !errors.Is(err, fs.ErrNotExist) {
		return true
	}
	j, err := take.Journal()
	return err != nil || j.Last() != nil && j.Last().Open()
}

// attempts reports whether an unfinished attempt of the take at its key is one at this promotion.
func (m *Promotion) attempts(take store.Take) bool {
	j, err := take.Journal()
	return err == nil && j.Last() != nil && j.Last().PromotedFrom == m.Task
}

// made reports whether a take's clip is, or will be, made from a draft.
func (p *Plan) made(t *graph.Take, draft *Planned) bool {
	pt := p.Of(t)
	if pt.Clip != nil {
		return pt.Clip.Draft == "" && draft.Clip != nil && pt.Clip.PromotedFrom == draft.Clip.Task
	}
	return pt.Promotes != nil && pt.Promotes.Key == draft.Key
}

// promoting is the request that makes the final clip of a draft: nothing that the draft has settled is said again.
func (v *life) promoting(req provider.Request, from *Promotion) provider.Request {
	return provider.Request{Label: req.Label, Model: req.Model, DraftTask: from.Task, Resolution: req.Resolution,
		Watermark:   req.Watermark,
		ServiceTier: req.ServiceTier, Priority: req.Priority, ExpiresAfter: req.ExpiresAfter,
		SafetyIdentifier: req.SafetyIdentifier, CallbackURL: req.CallbackURL, Mark: req.Mark}
}

// promotion is what the plan promotes for the take; nil for nothing. What the take grows from must have come of the
// very draft that its own draft grew from – it may not have, where that one could not be promoted any more – and the
// draft must still be the clip that it was.
func (v *life) promotion() *Promotion {
	if v.t.StoredKey != "" {
		return nil
	}
	p := v.plan.Of(v.t).Promotes
	if p == nil {
		return nil
	}
	if from, to := "", ""; !v.final { // else its key says which drafts those must be
		if from, to = v.up.promotedFrom(); v.up.From != nil && from != p.from || v.up.To != nil && to != p.to {
			return nil
		}
	}
	if clip, err := v.how.Store.Take(p.Key).Clip(); err != nil || clip.Task != p.Task {
		return nil
	}
	return p
}

// drafted notes on a clip whether it is a draft, or was made from one.
func (v *life) drafted(clip *store.Clip, a *store.Attempt) {
	if v.t.Draft {
		clip.Draft = "lower resolution"
		if v.t.Request.Draft {
			clip.Draft = "draft mode"
		}
	}
	clip.PromotedFrom = a.PromotedFrom
}
