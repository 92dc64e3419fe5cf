package chain

// This file asks of a provider's list what every proof of absence needs first: that it shows what is known to be
// there, and shows it as it was asked for. A gateway that rounds, bounds or drops the marks of our tasks, or that lists
// nothing, would otherwise make anybody pay twice.

import (
	"errors"
	"fmt"

	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// errUncontrolled is wrapped where the list shows nothing by which it could be judged.
var errUncontrolled = errors.New("the provider's list shows none of our tasks by which to judge it, so nothing follows from what it does not show")

// record is what the store knows of a task.
type record struct {
	take    store.Take
	attempt store.Attempt
}

// recorded are the tasks that the store's attempts are known to have made.
func recorded(st *store.Store) map[string]record {
	known := map[string]record{}
	takes, _ := st.Takes() // what cannot be read only leaves more to the user
	for _, t := range takes {
		j, err := t.Journal()
		if err != nil {
			continue
		}
		for _, a := range j.Attempts {
			if a.Task != "" {
				known[a.Task] = record{t, a}
			}
		}
	}
	return known
}

// control holds a list that lacks the attempt's task against the tasks that it must show: those on record, of the same
// service and model, made in their time. nil: what is not listed is not there. That is so where all of them have the
// identifier that they were sent with, and the attempt was sent with one too. By expiries alone it is so where all of
// them are exact, and nothing that nobody knows was made at the attempt's time: one task cannot show what a gateway does
// to every number, nor to everything else that it echoes.
func (v *life) control(a *store.Attempt, tasks []provider.Task) error {
	known := recorded(v.how.Store)
	named, dated := tally{}, tally{}
	shown := 0
	for _, t := range tasks {
		r, ok := known[t.ID]
		if !ok || !v.inTime(r.attempt, t) || !v.like(r.take) {
			continue
		}
		shown++
		if r.attempt.Identifier != "" {
			named.add(t.SafetyIdentifier == r.attempt.Identifier)
		}
		dated.add(t.ExpiresAfter == r.attempt.Mark)
	}
	switch {
	case shown == 0:
		return errUncontrolled
	case a.Identifier != "" && named.all():
		return nil
	case !dated.all():
		return errors.New("the provider does not list our tasks with the marks that they were sent with")
	}
	for _, t := range tasks {
		if _, ok := known[t.ID]; !ok && (t.Created.IsZero() || v.inTime(*a, t)) {
			return fmt.Errorf("task %s, which nobody here knows, may be it", t.ID)
		}
	}
	return nil
}

// like reports whether a take was asked of the same service and model: gateways treat each model in its own way.
func (v *life) like(take store.Take) bool {
	r, err := take.Request()
	if err != nil || r.Provider != v.plan.Graph.Service.Namespace {
		return false
	}
	asked, err := requestOf(r)
	return err == nil && asked.Model == v.t.Request.Model
}

// tally counts what was echoed exactly and what was not.
type tally struct{ yes, no int }

func (t *tally) add(exact bool) {
	if exact {
		t.yes++
	} else {
		t.no++
	}
}

// all reports whether there was something, and all of it exact.
func (t *tally) all() bool { return t.yes > 0 && t.no == 0 }
