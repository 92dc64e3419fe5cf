package film

import (
	"context"
	"errors"
	"slices"
	"strings"

	"shotchain/chain/models"
	"shotchain/chain/money"
	"shotchain/storyboard"
)

// Quote is a film as one service would make it: what that would cost, or why it cannot.
type Quote struct {
	Service  Service
	Keyed    bool                // the user has a key for it
	Plan     *Plan               // of a film that is closed; nil where the service cannot make it
	Whole    money.Amount        // what all takes would cost at most, without a store
	Problems storyboard.Problems // what it cannot do, each at its line
}

// Keyed reports whether env has the service's key, or it needs none.
func (s Service) Keyed(env func(string) string) bool { return s.Simulated() || env(s.KeyEnv) != "" }

// Keyed refuses a film that is to be bought of a service whose key env does not have: at its line, where the storyboard
// names the service, and with those that have theirs. nil where nothing is to be bought, or the key is there.
// The services that may stand in need theirs too.
func (p *Plan) Keyed(env func(string) string) error {
	f := p.Film
	for _, other := range p.Failover {
		if other.Buys+other.collects() > 0 && !other.Film.Service.Keyed(env) {
			return other.Film.Service.Keyless()
		}
	}
	if p.Buys == 0 || f.Service.Keyed(env) {
		return nil
	}
	var others []string
	all, _ := Sellers(nil, env, f.models)
	for _, s := range all {
		if s.Keyed(env) {
			others = append(others, s.Name)
		}
	}
	fail := f.Service.Keyless()
	if len(others) > 0 {
		fail.Hint += "; or buy it at " + strings.Join(others, " or ") + ", whose key is there (--provider)"
	}
	if f.named.Line > 0 {
		fail.Place = place(storyboard.Problem{File: f.File, Pos: f.named})
		fail.Message = fail.Place + ": " + fail.Message
	}
	return fail
}

// Sellers are the services that a film is compared on: the named ones, or, where none is named, all that are paid – of
// gateways those whose key env has. A catalogue of nil is the built-in one.
func Sellers(names []string, env func(string) string, c *models.Catalogue) (all []Service, err error) {
	if c == nil {
		c = models.Default()
	}
	chosen := names
	if len(names) == 0 {
		chosen = append(ServiceNames(), c.GatewayNames()...)
	}
	for _, name := range chosen {
		_, gateway := c.Gateway(name)
		s, err := Choose(name, "", env, c)
		switch {
		case len(names) == 0 && (s.Simulated() || gateway && (err != nil || !s.Keyed(env))):
			continue
		case err != nil:
			return nil, err
		}
		if !slices.ContainsFunc(all, func(o Service) bool { return o.Name == s.Name }) {
			all = append(all, s)
		}
	}
	return all, nil
}

// Compare plans a film once for each service, on the store as it is: each keeps its clips apart. It sends and writes
// nothing, and needs no key. The error is that of Open where the storyboard is wrong whoever makes it.
func Compare(ctx context.Context, path string, o Options, among []Service, env func(string) string,
	how PlanOptions) ([]Quote, error) {
	o.Choose = nil
	sb, err := storyboard.Load(path, o.Reading(ctx))
	if err != nil {
		return nil, err
	}
	var all []Quote
	for _, s := range among {
		o.Service = s
		q := Quote{Service: s, Keyed: s.Keyed(env)}
		f, err := Of(ctx, sb, path, o)
		switch {
		case errors.As(err, &q.Problems):
		case err != nil:
			return nil, err
		default:
			q.Plan, err = f.Plan(ctx, how)
			f.Close()
			if err != nil {
				return nil, err
			}
			for _, t := range q.Plan.Graph.Takes {
				q.Whole = q.Whole.Add(t.Cost)
			}
		}
		all = append(all, q)
	}
	return all, nil
}
