package lookup

import (
	"errors"
	"fmt"

	"shotchain/chain/provider"
)

// errUncontrolled says that the list shows nothing by which it could be judged.
var errUncontrolled = errors.New("the provider's list shows none of our tasks by which to judge it," +
	" so nothing follows from what it does not show")

// control asks of a list what every proof of absence needs first: that it shows what is known to be there, and shows it
// as it was asked for. It holds a list that lacks the attempt's task against the tasks that it must show: those on
// record, of the same service and model, made in their time. nil: what is not listed is not there. That is so where all
// of them have the identifier that they were sent with, and the attempt was sent with one too. By expiries alone it is
// so where all of them are exact, and nothing that nobody knows was made at the attempt's time: one task cannot show
// what a gateway does to every number, nor to everything else that it echoes.
func (s search) control(tasks []provider.Task) error {
	named, dated := tally{}, tally{}
	shown := 0
	for _, t := range tasks {
		k, ok := s.known()[t.ID]
		if !ok || !k.Alike || !inTime(k.Intended, k.Latest, t) {
			continue
		}
		shown++
		expiry, identifier := Read(k.Mark)
		if identifier != "" {
			named.add(t.SafetyIdentifier == identifier)
		}
		dated.add(t.ExpiresAfter == expiry)
	}
	switch {
	case shown == 0:
		return errUncontrolled
	case s.identifier != "" && named.all():
		return nil
	case s.expiry == 0:
		return errors.New("it was sent without a mark by which it could be told")
	case !dated.all():
		return errors.New("the provider does not list our tasks with the marks that they were sent with")
	}
	for _, t := range tasks {
		if _, ok := s.known()[t.ID]; !ok && (t.Created.IsZero() || inTime(s.Intended, s.Latest, t)) {
			return fmt.Errorf("task %s, which nobody here knows, may be it", t.ID)
		}
	}
	return nil
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
