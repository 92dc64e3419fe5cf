// Package trouble is how simulated services go wrong: faults that are armed and used up ([Fault], [List]), and what they
// do to a connection ([Reset], [Truncate], [Hang], [Trickle]). It knows no service's words: what an answer says is the
// simulator's own. A List is guarded by its owner's mutex.
package trouble

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Fault is one way in which the service is to go wrong.
type Fault struct {
	// Op is what goes wrong: create, get, list, delete, and where they are calls of their own result and upload; video
	// or last_frame, the downloads; task, what becomes of a task that was created; callback; echo, what a gateway makes
	// of a task in every answer that shows it.
	Op string `json:"op"`
	// Match narrows it to the tasks whose label or prompt holds this text, or whose id it is. "": all. A list
	// belongs to no task.
	Match string `json:"match,omitempty"`
	Skip  int    `json:"skip,omitempty"`  // so many go well first
	Times int    `json:"times,omitempty"` // so many go wrong; 0: one, -1: all
	// For is how long all go wrong, as 3s, from the first that does, by the service's clock; "": Times counts.
	For string `json:"for,omitempty"`

	// Action is how. Of a call or download:
	//   answer       Status, Code, Message and RetryAfter are the answer, nothing is done
	//   answer-after the same, after it was done
	//   drop-before  the connection is reset, nothing is done
	//   drop-after   it is done, then the connection is reset
	//   empty200     it is done; the answer is empty
	//   html200      it is done; the answer is a page of HTML
	//   html502      nothing is done; a proxy answers
	//   html502-after  it is done; a proxy answers
	//   hang         nothing is done, and no answer comes until the client gives up
	//   hang-after   it is done, and no answer comes until the client gives up
	//   truncate     the answer ends in the middle
	//   corrupt      some bytes of the answer or file are turned over
	//   slow         the answer comes after Delay
	// Of a download alone:
	//   trickle      it comes byte by byte, with Delay between them
	//   redirect     it is to be had at Location
	// Of a task:
	//   fail         it ends as failed, with Code and Message
	//   stall        it runs until it expires
	//   expire       it expires when it should have finished
	//   cancel       somebody cancels it before it runs
	// Of a list only: empty, there is nothing in it.
	// Of a callback: drop, it is not sent.
	// Of an echo, of which all that match are done to a task:
	//   bound-expiry    no execution_expires_after is more than 172800
	//   round-expiry    it is in whole minutes
	//   milli-expiry    it is in milliseconds
	//   no-expiry       it is left out
	//   no-identifier   safety_identifier is left out
	//   hash-identifier it is another text
	//   other-words     the status is called as other gateways do, in capitals
	//   odd-word        a status that is not final is called by a word that nobody knows
	//   flat-video      the clip's URL stands beside content, not in it
	// Of an answer, what a gateway makes of the service's, of which all are done:
	//   envelope        it is wrapped: {"code":200,"data":{…}}
	//   named-envelope  it is wrapped, and the wrapping has an id of its own: {"id":"req-…","data":{…}}
	//   refused200      a refusal is an HTTP 200 with {"code":400,"message":"no channel"}
	//   false-gzip      its header says gzip over plain JSON, unless it was asked for with Accept-Encoding: identity
	Action string `json:"action"`

	Status     int    `json:"status,omitempty"`      // 0: 500
	Code       string `json:"code,omitempty"`        // "": InternalServiceError
	Message    string `json:"message,omitempty"`     // "": a message
	RetryAfter string `json:"retry_after,omitempty"` // the header's value; "": none
	Delay      string `json:"delay,omitempty"`       // of slow and trickle, as 250ms; "": 1s
	Location   string `json:"location,omitempty"`    // of redirect
}

// Does reports whether the fault is of that action. A nil fault does nothing.
func (f *Fault) Does(action string) bool { return f != nil && f.Action == action }

// Span is the fault's delay, a second where it names none.
func (f *Fault) Span() time.Duration {
	d, _ := time.ParseDuration(cmp.Or(f.Delay, "1s"))
	return d
}

// Armed is a fault that waits, and what it has met.
type Armed struct {
	Fault
	Met   int       `json:"met"`            // what it matched
	Hit   int       `json:"hit"`            // what went wrong
	Since time.Time `json:"since,omitzero"` // when the first went wrong
}

// List are the armed faults of a service, in the order in which they were armed.
type List []*Armed

// Arm adds a fault, where actions has it: the actions of each operation. Of two that match, the one armed first is used
// until it is used up.
func (l *List) Arm(f Fault, actions map[string][]string) error {
	known, ok := actions[f.Op]
	switch {
	case !ok:
		return fmt.Errorf("sim: there is no operation %q to go wrong", f.Op)
	case !slices.Contains(known, f.Action):
		return fmt.Errorf("sim: %q of %s is not one of %s", f.Action, f.Op, strings.Join(known, ", "))
	case f.Skip < 0 || f.Times < -1:
		return fmt.Errorf("sim: skip %d, times %d of a fault", f.Skip, f.Times)
	case f.Status != 0 && (f.Status < 100 || f.Status > 599):
		return fmt.Errorf("sim: status %d of a fault", f.Status)
	}
	if _, err := time.ParseDuration(cmp.Or(f.Delay, "1s")); err != nil {
		return fmt.Errorf("sim: delay of a fault: %w", err)
	}
	if d, err := time.ParseDuration(cmp.Or(f.For, "1s")); err != nil || d <= 0 {
		return fmt.Errorf("sim: for %q of a fault is no time span such as 3s", f.For)
	}
	if f.For != "" {
		f.Times = -1
	}
	f.Times, f.Status, f.Code, f.Message = cmp.Or(f.Times, 1), cmp.Or(f.Status, 500), cmp.Or(f.Code,
		"InternalServiceError"),
		cmp.Or(f.Message, "The service encountered an unexpected internal error.")
	*l = append(*l, &Armed{Fault: f})
	return nil
}

// Use is the first fault that is meant for what has that id, label or prompt, nil where nothing is to go wrong.
func (l List) Use(op, id, label, prompt string, now time.Time) *Fault {
	for _, a := range l {
		if a.Op == op && a.Matches(id, label, prompt) && a.Use(now) {
			f := a.Fault
			return &f
		}
	}
	return nil
}

// All are copies of the faults.
func (l List) All() []Armed {
	all := []Armed{}
	for _, a := range l {
		all = append(all, *a)
	}
	return all
}

// over reports whether the time of a fault that has one is past.
func (a *Armed) over(now time.Time) bool {
	d, err := time.ParseDuration(a.For)
	return err == nil && a.Hit > 0 && !now.Before(a.Since.Add(d))
}

// Matches reports whether the fault is meant for what has that id, label or prompt.
func (a *Armed) Matches(id, label, prompt string) bool {
	return a.Match == "" || a.Match == id || strings.Contains(label, a.Match) || strings.Contains(prompt, a.Match)
}

// Use reports whether it goes wrong this time.
func (a *Armed) Use(now time.Time) bool {
	if a.Times >= 0 && a.Hit >= a.Times || a.over(now) {
		return false
	}
	if a.Met++; a.Met <= a.Skip {
		return false
	}
	if a.Hit++; a.Hit == 1 {
		a.Since = now
	}
	return true
}
