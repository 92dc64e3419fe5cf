package main

// What a plan would make, and where a cut shows it, in JSON.

import (
	"shotchain/chain/graph"
	"shotchain/chain/models"
	"shotchain/film"
	"shotchain/storyboard"
)

// What --json prints: a contract, documented in docs/json.md.

// jsonPlan is a plan in JSON.
type jsonPlan struct {
	Title           string        `json:"title"`
	Provider        string        `json:"provider"`
	Namespace       string        `json:"namespace"` // of the provider's clips in the store
	Charged         bool          `json:"charged"`   // false: the simulator's prices are what the real service would charge
	Takes           []jsonTake    `json:"takes"`
	Chains          []jsonStrand  `json:"chains,omitempty"`
	Footage         []jsonFootage `json:"footage,omitempty"` // shots that nothing is made for
	Variants        []jsonPart    `json:"variants,omitempty"`
	Drafts          *jsonDraft    `json:"drafts,omitempty"`   // the same film as drafts
	Separate        *price        `json:"separate,omitempty"` // what the variants would cost as films of their own
	Buys            int           `json:"buys"`
	Total           price         `json:"total"`            // at most
	Held            price         `json:"held"`             // at most, of tasks in flight
	Follow          int           `json:"follow,omitempty"` // clips that are bought once takes are picked
	Later           *price        `json:"later,omitempty"`  // what those cost at most
	Whole           price         `json:"whole"`            // what the film will have cost, at most
	Saved           price         `json:"saved"`
	ExpectedSeconds float64       `json:"expected_seconds"`

	Notes    []string      `json:"notes,omitempty"`
	Warnings []jsonWarning `json:"warnings,omitempty"`
}

// jsonStrand is a shot that opens on its own with all that grows from it.
type jsonStrand struct {
	Opening string   `json:"opening"`
	Links   int      `json:"links"`         // of the longest way
	Depth   int      `json:"depth"`         // the most in a row without a keyframe
	Led     []string `json:"led,omitempty"` // shots that end on a given picture, from which others begin anew
}

// strandsJSON are the chains of a graph.
func strandsJSON(g *graph.Graph) (all []jsonStrand) {
	for _, s := range g.Strands() {
		j := jsonStrand{Opening: s.Opening.Name(), Links: s.Links, Depth: s.Depth}
		for _, t := range s.Led {
			j.Led = append(j.Led, t.Name())
		}
		all = append(all, j)
	}
	return all
}

// jsonFootage is a shot of own footage.
type jsonFootage struct {
	Shot     string   `json:"shot"`
	Clip     string   `json:"clip"`
	Variants []string `json:"variants,omitempty"` // that use it
}

type jsonTake struct {
	Shot       string   `json:"shot"`
	Take       int      `json:"take"`
	Picked     bool     `json:"picked"`
	Variants   []string `json:"variants,omitempty"` // that use it
	Also       []string `json:"also,omitempty"`
	From       string   `json:"from,omitempty"`
	Links      int      `json:"links,omitempty"` // from the chain's opening to here
	Depth      int      `json:"depth,omitempty"` // the same, from where the chain began anew last
	At         float64  `json:"at,omitempty"`    // seconds of the clip of from, below 0 before its last frame; none: its end
	FirstFrame string   `json:"first_frame,omitempty"`
	To         string   `json:"to,omitempty"`     // the shot whose first frame, or the still, that it ends on
	Prompt     string   `json:"prompt,omitempty"` // as it is sent, with --prompts
	Fits       []string `json:"fits,omitempty"`   // how stills are cropped and scaled
	Draft      bool     `json:"draft,omitempty"`
	Promotes   string   `json:"promotes,omitempty"` // the task of the draft that it is made from
	State      string   `json:"state"`
	Reason     string   `json:"reason,omitempty"`
	Model      string   `json:"model"`
	Resolution string   `json:"resolution"`
	Ratio      string   `json:"ratio"`
	Width      int      `json:"width"`
	Height     int      `json:"height"`
	Seconds    int      `json:"seconds"`         // that are bought
	Shown      float64  `json:"shown,omitempty"` // seconds of them that the film shows, where it is less
	Tokens     int64    `json:"tokens"`
	Cost       price    `json:"cost"`            // at most
	Drags      int      `json:"drags,omitempty"` // takes that wait for this one, directly or not
	DragsCost  *price   `json:"drags_cost,omitempty"`
	Key        string   `json:"key,omitempty"`
}

func planJSON(plan *film.Plan) jsonPlan {
	f := plan.Film
	j := jsonPlan{Title: f.Title, Provider: f.Service.Name, Namespace: f.Service.About.Namespace,
		Charged: !f.Service.Simulated(),
		Takes:   []jsonTake{}, Chains: strandsJSON(plan.Graph), Buys: plan.Buys, Total: priceOf(plan.Total),
		Held: priceOf(plan.Held), Whole: priceOf(plan.Whole()), Saved: priceOf(plan.Saved),
		ExpectedSeconds: plan.Expected.Seconds(), Notes: notesOn(plan)}
	if plan.Follow > 0 {
		later := priceOf(plan.Later)
		j.Follow, j.Later = plan.Follow, &later
	}
	for i := range plan.Takes {
		pt := &plan.Takes[i]
		t := pt.Take
		n := jsonTake{Links: t.Links, Depth: t.Depth, To: f.EndsOn(t),
			Fits: f.Fits(t), Shot: t.Shot.Name(), Take: t.Number, Picked: t.Picked(), Variants: f.VariantsOf(t),
			State: string(pt.Standing), Reason: pt.Reason, Model: t.Request.Model,
			Resolution: t.Request.Resolution, Ratio: t.Request.Ratio, Width: t.Size.Width, Height: t.Size.Height,
			Seconds: t.Seconds, Tokens: pt.Tokens, Cost: priceOf(pt.Cost), Key: pt.Key}
		if t.At != 0 {
			n.At = t.Shot.At.Value.Seconds(models.Rate)
		}
		if tenths := film.Tenths(t.Shot, t); tenths < 10*t.Seconds {
			n.Shown = float64(tenths) / 10
		}
		if pt.Drags > 0 {
			drags := priceOf(pt.DragsCost)
			n.Drags, n.DragsCost = pt.Drags, &drags
		}
		for _, s := range t.Also {
			n.Also = append(n.Also, s.Name())
		}
		if n.Draft = t.Draft; pt.Promotes != nil {
			n.Promotes = pt.Promotes.Task
		}
		if t.From != nil {
			n.From = t.From.Shot.Name()
		} else if t.Shot.FirstFrame != nil && t.Shot.FirstFrame.Of != "" {
			n.From = f.GrowsFrom(t)
		} else if t.Shot.FirstFrame != nil {
			n.FirstFrame = f.GrowsFrom(t)
		}
		j.Takes = append(j.Takes, n)
	}
	if d := plan.Options.Drafts; d != nil {
		j.Drafts = &jsonDraft{d.Buys, priceOf(d.Total)}
	}
	if len(f.Graph.Films) > 1 {
		j.Variants, j.Separate = partsJSON(plan)
	}
	for _, own := range f.OwnClips() {
		j.Footage = append(j.Footage, jsonFootage{own.Shot, own.File.Path, own.Variants})
	}
	return j
}

// jsonTimeline is a cut resolved to frames, in JSON.
type jsonTimeline struct {
	Variant  string      `json:"variant,omitempty"`
	Cut      string      `json:"cut,omitempty"`
	Width    int         `json:"width"`
	Height   int         `json:"height"`
	Rate     int         `json:"rate"`   // frames per second
	Frames   int         `json:"frames"` // of the film
	Timecode string      `json:"timecode"`
	Items    []jsonItem  `json:"items"`
	Sounds   []jsonSound `json:"sounds"`
	Titles   []jsonText  `json:"titles"`
	Captions []jsonText  `json:"captions"`
	Shown    string      `json:"captions_in,omitempty"` // burn, soft or file; none where they are left out
	Outputs  []string    `json:"outputs"`
}

// jsonItem is a range of a clip in the film; all its numbers are frames.
type jsonItem struct {
	Shot       string `json:"shot"`
	Start      int    `json:"start"`
	End        int    `json:"end"` // not included
	Timecode   string `json:"timecode"`
	In         int    `json:"in"`
	Out        int    `json:"out"`
	Length     int    `json:"length"`
	Speed      string `json:"speed"` // a ratio
	Hold       int    `json:"hold,omitempty"`
	Continues  bool   `json:"continues"`
	Transition string `json:"transition,omitempty"`
	Overlap    int    `json:"overlap,omitempty"`
}

// jsonSound is a stretch of sound; its numbers are samples at 48 kHz.
type jsonSound struct {
	Kind    string  `json:"kind"`
	Name    string  `json:"name"`
	Start   int64   `json:"start"`
	End     int64   `json:"end"`
	From    int64   `json:"from"`
	Gain    float64 `json:"gain,omitempty"`
	FadeIn  int64   `json:"fade_in,omitempty"`
	FadeOut int64   `json:"fade_out,omitempty"`
	Loop    bool    `json:"loop,omitempty"`
	Ducked  bool    `json:"ducked,omitempty"`
	Bridged bool    `json:"bridged,omitempty"`
}

type jsonText struct {
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

func timelineJSON(c *storyboard.Cut, tl *film.Timeline) jsonTimeline {
	j := jsonTimeline{Cut: c.ID, Width: tl.Width, Height: tl.Height, Rate: tl.Rate, Frames: tl.Frames,
		Timecode: tl.Timecode(tl.Frames),
		Items:    []jsonItem{}, Sounds: []jsonSound{}, Titles: textsJSON(tl.Titles), Captions: textsJSON(tl.Captions),
		Shown:   tl.CaptionMode,
		Outputs: []string{}}
	for _, it := range tl.Items {
		j.Items = append(j.Items,
			jsonItem{it.Shot, it.At, it.End(), tl.Timecode(it.At), it.In, it.Out, it.Length, it.Speed.String(), it.Hold,
				it.Continues, it.Transition.Type, it.Transition.Overlap()})
	}
	for _, s := range tl.Sounds {
		j.Sounds = append(j.Sounds,
			jsonSound{s.Kind, s.Name, s.Start, s.End, s.From, s.Gain, s.FadeIn, s.FadeOut, s.Loop, s.Ducked, s.Bridged})
	}
	for _, o := range c.Outputs {
		j.Outputs = append(j.Outputs, o.Path)
	}
	return j
}

func textsJSON(texts []film.Text) []jsonText {
	all := []jsonText{}
	for _, t := range texts {
		all = append(all, jsonText{t.Text, t.Start, t.End})
	}
	return all
}
