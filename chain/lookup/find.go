package lookup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"shotchain/chain/provider"
)

// skew is how far the service's clock may be from ours for a task still to count as this attempt's.
const skew = 5 * time.Minute

// margin is what is left of the time for which a service lists a task, for clocks.
const margin = time.Hour

// Find looks for the task of an attempt in a service's list; see provider.Provider. It is found where the list has it,
// absent where it surely is not there – the list is complete, enough time has passed for a task to show up, and the
// list has shown us what we know to be there – and unclear where neither can be concluded. life is for how long the
// service lists a task.
func Find(ctx context.Context, l provider.Lister, a provider.Attempt, life time.Duration) (provider.Finding, error) {
	last := !time.Now().Before(a.Shown)
	tasks, complete, err := l.List(ctx, provider.Filter{ServiceTier: a.Request.ServiceTier})
	if err != nil {
		return provider.Finding{}, err
	}
	s := newSearch(a)
	task, verdict := s.match(tasks)
	switch {
	case verdict == provider.Found:
		return provider.Finding{Verdict: verdict, Made: provider.Created{Task: task.ID}}, nil
	case verdict == provider.Unclear:
		why := errors.New("the provider lists tasks that may or may not be it")
		return provider.Finding{Verdict: verdict, Why: why}, nil
	case !last:
		why := errors.New("the provider may not list it yet")
		return provider.Finding{Verdict: provider.NotYet, Until: a.Shown, Why: why}, nil
	}
	if why := s.doubt(tasks, complete, life-margin); why != nil {
		return provider.Finding{Verdict: provider.Unclear, Why: why, More: errors.Is(why, errUncontrolled)}, nil
	}
	return provider.Finding{Verdict: provider.Absent}, nil
}

// search is one look at a list.
type search struct {
	provider.Attempt
	expiry     int
	identifier string
	known      func() map[string]provider.Known
}

func newSearch(a provider.Attempt) search {
	s := search{Attempt: a, known: func() map[string]provider.Known { return nil }}
	if a.Known != nil {
		s.known = sync.OnceValue(a.Known)
	}
	s.expiry, s.identifier = Read(a.Request.Mark)
	return s
}

// doubt is why a list without the attempt's task does not prove that there is none; nil where it does.
func (s search) doubt(tasks []provider.Task, complete bool, life time.Duration) error {
	switch {
	case !complete:
		return errors.New("the provider's list is not complete")
	case time.Since(s.Intended) > life:
		return errors.New("the provider lists only the last 7 days")
	case time.Until(s.Intended) > skew, ahead(tasks):
		return errors.New("this machine's clock has been set back since, or is behind the provider's")
	}
	return s.control(tasks)
}

// ahead reports whether the provider lists something that by our clock has yet to happen: then what our clock says of
// the attempt's age cannot be trusted either.
func ahead(tasks []provider.Task) bool {
	return slices.ContainsFunc(tasks, func(t provider.Task) bool { return time.Until(t.Created) > skew })
}

// match looks for the attempt among the provider's tasks. What has its identifier is its task, whatever the clocks
// say and whatever else a gateway makes of it. Its expiry is all but unique too, and no two attempts of a run share
// one: the one task that has it, was made in the attempt's time and contradicts nothing is the attempt's. One that has
// the expiry but not the rest – the clocks differ, a gateway calls the model by another name – may be it, and so may
// any of about its length on a service that echoes no mark: that is not for us to guess. What another attempt has on
// record is not this one's.
func (s search) match(tasks []provider.Task) (task provider.Task, is provider.Verdict) {
	is = provider.Absent
	for _, t := range tasks {
		named := s.identifier != "" && t.SafetyIdentifier == s.identifier
		unmarked := t.ExpiresAfter == 0 && t.SafetyIdentifier == "" && !s.otherLength(t)
		if !named && !unmarked && (s.expiry == 0 || t.ExpiresAfter != s.expiry) {
			continue
		}
		if _, ok := s.known()[t.ID]; ok {
			continue
		}
		if is == provider.Found || unmarked || !named && (!inTime(s.Intended, s.Latest, t) || s.contradicts(t)) {
			return provider.Task{}, provider.Unclear
		}
		task, is = t, provider.Found
	}
	return task, is
}

// inTime reports whether a task was made, by the provider's clock, when a call was under way by ours.
func inTime(intended, latest time.Time, t provider.Task) bool {
	return !t.Created.Before(intended.Add(-skew)) && !t.Created.After(latest.Add(skew))
}

// otherLength reports whether a task surely makes a clip of another length.
func (s search) otherLength(t provider.Task) bool {
	return t.Duration > 0 && s.Request.Duration > 0 && t.Duration != s.Request.Duration
}

// contradicts reports whether something that the task echoes differs from what was asked for. An endpoint's id (ep-…)
// is echoed as the model behind it.
func (s search) contradicts(t provider.Task) bool {
	r := Marked(s.Request)
	sent := r.SafetyIdentifier
	switch {
	case t.Model != "" && t.Model != r.Model && !strings.HasPrefix(r.Model, "ep-"),
		t.Resolution != "" && t.Resolution != r.Resolution,
		s.otherLength(t),
		r.Seed != nil && *r.Seed >= 0 && t.Seed != nil && *t.Seed != *r.Seed,
		sent != "" && t.SafetyIdentifier != "" && t.SafetyIdentifier != sent:
		return true
	}
	return false
}
