package film

import (
	"context"
	"errors"
	"fmt"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

// offered holds what a plan buys against the service's own list of models, where it has one, before anything is
// bought: a shot that the list has no model for is refused at its line, and so is a price above the planned one.
func (p *Plan) offered(ctx context.Context, client provider.Provider) error {
	list, ok := provider.As[provider.Offerer](client)
	if !ok || p.Buys == 0 {
		return nil
	}
	offers, err := list.Offers(ctx)
	var f *provider.Fault
	switch {
	case errors.As(err, &f):
		// The service refuses the account, is out of reach or has no list after all. What goes out then is what was
		// planned with the catalogue; the create calls meet the same, and the run knows what to do about it.
		return nil
	case err != nil:
		return err
	}
	var wrong storyboard.Problems
	for i := range p.Takes {
		t := p.Takes[i].Take
		if p.Takes[i].Cost.Micros == 0 {
			continue
		}
		no := unlisted(t, offers)
		if no == "" {
			continue
		}
		wrong = append(wrong, p.Film.Problem(t.Shot.Pos, "`shotchain plan --compare` says who else makes it",
			"shot %q: %s says %s; nothing was bought", t.Name(), p.Film.Service.Name, no))
	}
	if len(wrong) > 0 {
		wrong.Sort()
		return wrong
	}
	return p.dearer(offers)
}

// unlisted is what the service's list does not have of a take, "" for nothing.
func unlisted(t *graph.Take, offers map[string]provider.Offer) string {
	o, ok := offers[t.Request.Model]
	if !ok {
		return "that it has no model " + say.Clean(t.Request.Model)
	}
	if no := o.Refuses(t.Request); no != "" {
		return "of " + t.Model.Alias + ": " + say.Clean(no)
	}
	return ""
}

// dearer refuses to buy above the prices that were planned with.
func (p *Plan) dearer(offers map[string]provider.Offer) error {
	for i := range p.Takes {
		t := p.Takes[i].Take
		asks := offers[t.Request.Model].PerMillion[t.Request.Resolution]
		if p.Takes[i].Cost.Micros == 0 || asks <= t.Price.PerMillion {
			continue
		}
		now := t.Price
		now.PerMillion = asks
		return &Failure{Kind: OverBudget,
			Message: fmt.Sprintf("shot %q: %s asks up to %s for it now, more than the %s of the plan; nothing was bought",
				t.Name(), p.Film.Service.Name, now.Worst(t.Tokens, t.Seconds).String(), t.Cost.String()),
			Hint: "give the model its new price in a catalogue of your own: --models FILE"}
	}
	return nil
}
