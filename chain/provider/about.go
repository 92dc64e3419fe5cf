package provider

import (
	"time"

	"shotchain/chain/models"
)

// About is a service as plans and keys know it: one value, so that what is planned for one service cannot be bought
// from another, and no clip of one answers the other's question. Comparable; see Same.
type About struct {
	Namespace string        // of its clips: "ark", "byteplus", "sim", "ark@gateway.example"; part of every key
	Region    models.Region // whose model ids and prices

	// Forgets: its tasks end with the process that asked for them (the built-in simulator's do), so those of an
	// earlier run are surely gone, and were never paid.
	Forgets bool

	Can Abilities
}

// Same reports whether it is the same service: whether what was planned for one may be asked of the other. Abilities do
// not count: they are what is known of a service, not which one it is.
func (a About) Same(b About) bool {
	a.Can, b.Can = Abilities{}, Abilities{}
	return a == b
}

// String names the service for messages.
func (a About) String() string {
	s := a.Namespace
	if string(a.Region) != a.Namespace {
		s += " with the models of " + string(a.Region)
	}
	if a.Forgets {
		s += ", whose tasks end with it"
	}
	return s
}

// Abilities are what a service can do, as data: runs, plans and tests branch on them and never on a provider's name.
// Comparable. The zero value is a service of which nothing is known, and is always the careful assumption.
type Abilities struct {
	Lookup     Lookup        // how a create call whose answer was lost is looked up
	Conclusive time.Duration // how long after the loss absence can be proven at the earliest; 0: at once, or never
	Cancel     Cancel        // what can be cancelled
	LastFrame  Answer        // it gives the last frame of a clip as a picture of its own
	OwnFrames  Answer        // it takes a last frame of its own by the URL that it gave, as long as that lives
	Seed       Answer        // it takes a seed, where the model does
	Pictures   string        // how a prompt names the n-th reference picture, as a format of n; "" for "Image %d"
	Failed     Answer        // it bills tasks that end without a clip; Unknown: it may
	Bill       Bill          // what a finished task tells of its price
	ResultLife time.Duration // how long a clip can be fetched, from the task's end; 0: not known, so it is fetched at once
	TaskLife   time.Duration // how long a task can be read, from its creation; 0: not known
	TaskTime   time.Duration // how long a task can be under way, from its creation, before the service ends it; 0: not known
	PollFirst  time.Duration // how long after its creation a task is read for the first time; 0: as soon as anybody likes
	PollEvery  time.Duration // how long there is between two reads of a task at least; 0: as the run likes
}

// Lookup is how a create call whose answer was lost is looked up.
type Lookup string

const (
	NoLookup Lookup = ""        // not at all: a lost call is left to the user
	List     Lookup = "list"    // in a list of the account's tasks, under way or ended
	History  Lookup = "history" // in a history that may show a task only once it has ended
)

// Cancel is what can be cancelled.
type Cancel string

const (
	NoCancel      Cancel = ""              // nothing
	CancelQueued  Cancel = "queued"        // what is still queued
	CancelRunning Cancel = "maybe running" // what is still queued; what runs is asked to stop, and may go on and be billed
)

// Bill is what a finished task tells of its price.
type Bill string

const (
	NoBill   Bill = ""       // nothing: the plan's worst case stands
	ByTokens Bill = "tokens" // how many tokens are billed: Task.Tokens
	ByAmount Bill = "amount" // the amount: Task.Cost
)

// Answer is yes, no, or not known.
type Answer string

const (
	Unknown Answer = ""
	Yes     Answer = "yes"
	No      Answer = "no"
)

// String is yes, no or unknown.
func (a Answer) String() string {
	if a == Unknown {
		return "unknown"
	}
	return string(a)
}

// Or is the answer where it is known, else the other one.
func (a Answer) Or(other Answer) Answer {
	if a == Unknown {
		return other
	}
	return a
}
