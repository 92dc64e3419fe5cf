package fal

import (
	"context"
	crypto "crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"shotchain/chain/provider"
)

// When the history proves that a submit made nothing: a request that nobody follows starts within startWithin or not at
// all, runs for at most longest, and shows up in the history within lag of its end.
const (
	longest = 30 * time.Minute
	lag     = time.Hour
	proven  = startWithin*time.Second + longest + lag
)

// skew is how far fal's clock may be from ours.
const skew = 5 * time.Minute

// abilities are what fal can do (fal-api.md). What ends without a clip is free where the runner failed, and may be billed
// where the input was refused: the task says which.
var abilities = provider.Abilities{
	Lookup:     provider.History,
	Conclusive: proven,
	Cancel:     provider.CancelQueued,
	LastFrame:  provider.No,
	OwnFrames:  provider.No,
	Seed:       provider.Yes,
	Pictures:   "@Image%d",
	TaskLife:   30 * 24 * time.Hour,
}

// Mark makes the end_user_id of an attempt, by which the history finds it; see provider.Provider. Of a film that names
// its end user, it begins with a hash of that name: fal has one place for both.
func (c *Client) Mark(r provider.Request) string {
	mark := "shotchain-" + crypto.Text()
	if r.SafetyIdentifier != "" {
		mark = fmt.Sprintf("%x", sha256.Sum256([]byte(r.SafetyIdentifier)))[:16] + "." + mark
	}
	return mark
}

// Find looks for a lost submit in the history; see provider.Provider. The history may leave out what has not ended, so
// that absence is proven only late, only of a request that carries its mark in a field of its own, and only by a history
// that shows a task which the store knows, at the time at which it was asked for.
func (c *Client) Find(ctx context.Context, a provider.Attempt) (provider.Finding, error) {
	tasks, whole, err := c.read(ctx, a.Request.Model, a.Intended.Add(-skew))
	if err != nil {
		return c.unableOr(err)
	}
	for _, t := range tasks {
		if a.Request.Mark == "" || t.SafetyIdentifier != a.Request.Mark {
			continue
		}
		if _, other := knownTo(a)[t.ID]; other {
			return provider.Finding{Verdict: provider.Unclear,
				Why: errors.New("another attempt has on record the request that carries its mark")}, nil
		}
		return provider.Finding{Verdict: provider.Found, Made: provider.Created{Task: t.ID}}, nil
	}
	until := a.Latest.Add(proven)
	if time.Now().Before(until) {
		return provider.Finding{Verdict: provider.NotYet, Until: until,
			Why: errors.New("fal.ai's history does not show it, which proves nothing while it may still run")}, nil
	}
	if why, err := c.doubt(ctx, a, tasks, whole); err != nil || why != nil {
		return provider.Finding{Verdict: provider.Unclear, Why: why}, err
	}
	return provider.Finding{Verdict: provider.Absent}, nil
}

// knownTo are the tasks that the store has on record.
func knownTo(a provider.Attempt) map[string]provider.Known {
	if a.Known == nil {
		return nil
	}
	return a.Known()
}

// unableOr tells a service without a history from one that could not be asked.
func (c *Client) unableOr(err error) (provider.Finding, error) {
	var f *provider.Fault
	if asFault(err, &f) && f.Code == noHistory {
		return provider.Finding{Verdict: provider.Unable, Why: fmt.Errorf("%s: %s", f.Message, f.Hint)}, nil
	}
	return provider.Finding{}, err
}

// doubt is why a history without the attempt proves nothing even now; nil where it proves that nothing was made.
func (c *Client) doubt(ctx context.Context, a provider.Attempt, tasks []provider.Task, whole bool) (why, err error) {
	switch {
	case a.Request.Mark == "" || !c.takes(a.Request.Model, "end_user_id"):
		return errors.New("requests to this model carry no mark that fal.ai's history could show"), nil
	case !whole:
		return errors.New("fal.ai's history was not read to its end"), nil
	case time.Until(a.Intended) > skew:
		return errors.New("this machine's clock has been set back since"), nil
	}
	for _, t := range tasks {
		if t.SafetyIdentifier == "" {
			return errors.New("fal.ai's history shows requests without what was asked: payload storage is off"), nil
		}
	}
	earliest, known := a.Intended, knownTo(a)
	if len(known) == 0 {
		return errUnproven, nil
	}
	for _, k := range known {
		if k.Alike && k.Intended.Before(earliest) && time.Since(k.Intended) < historyDays {
			earliest = k.Intended
		}
	}
	all, _, err := c.read(ctx, a.Request.Model, earliest.Add(-skew))
	if err != nil {
		return nil, err
	}
	why = errUnproven
	for _, t := range all {
		k, ours := known[t.ID]
		switch {
		case !ours || !k.Alike:
		case t.Created.Before(k.Intended.Add(-skew)) || t.Created.After(k.Latest.Add(skew)):
			return errors.New("fal.ai's clock and this machine's did not agree"), nil
		case k.Mark == t.SafetyIdentifier:
			why = nil
		}
	}
	return why, nil
}

// errUnproven: a history that shows nothing of ours may show nothing at all.
var errUnproven = errors.New("fal.ai's history shows none of our requests for this model, and so proves nothing")
