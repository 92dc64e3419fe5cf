package provider

import "time"

// Attempt is a create call whose answer nobody saw, with what the store knows for looking it up. Times are by our clock.
type Attempt struct {
	Request  Request   // what was asked, without the bytes of pictures; its Mark is what it was sent with
	Intended time.Time // it was sent after this
	Latest   time.Time // and what it made was made before this
	Shown    time.Time // when a service that shows each task soon after it was made shows it, if it exists

	// Known reads, each time that it is called, which tasks the store has on record, by id: none of them is the
	// attempt's, and a list that does not show those that it should proves nothing. nil: none.
	Known func() map[string]Known
}

// Known is a task that an attempt is known to have made.
type Known struct {
	Alike    bool   // it was asked of the same service, for the same model: it is treated as the attempt's would be
	Mark     string // it was sent with
	Intended time.Time
	Latest   time.Time
}

// Finding is what a service's records say of an attempt.
type Finding struct {
	Verdict Verdict
	Made    Created   // of Found
	Until   time.Time // of NotYet: when absence can be proven at the earliest; asked sooner, it may be Found
	Why     error     // of NotYet, Unclear and Unable: a fact for the user
	More    bool      // of Unclear: other calls of the same run that are still under way may settle it
}

// Verdict is what can be concluded of an attempt.
type Verdict string

const (
	Found   Verdict = "found"   // Made is the attempt's task, and nobody else's
	Absent  Verdict = "absent"  // surely no task was made, and none will be: it may be created again
	NotYet  Verdict = "not yet" // nothing is found, which proves nothing before Until
	Unclear Verdict = "unclear" // nothing can be concluded: there are tasks that may be it, or the records prove nothing
	Unable  Verdict = "unable"  // the service cannot be asked
)
