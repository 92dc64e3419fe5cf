package chain

import (
	"time"

	"shotchain/chain/graph"
	"shotchain/chain/money"
)

// Standing is how a take stands: the one vocabulary of a plan, of a run's events and outcomes, of the contact sheet,
// of the board and of JSON. The words themselves are shown everywhere, and are translated nowhere.
type Standing string

// What a plan finds before anything is bought. Cached, InFlight, Unclear, Left and Unpicked end a run too.
const (
	New   Standing = "new"   // will be bought, and can start at once
	Stale Standing = "stale" // as New: the shot has a clip, but asks for something else by now
	Waits Standing = "waits" // will be bought once the take it grows from is there
)

// What a run tells on the way.
const (
	Waiting     Standing = "waiting"     // another process is making the same take
	Submitting  Standing = "submitting"  // the create call is being sent
	Busy        Standing = "busy"        // the provider had no room or was not reached; tried again after a pause
	Looking     Standing = "looking up"  // an answer was lost: looking for the task at the provider
	Queued      Standing = "queued"      // the task waits at the provider
	Running     Standing = "running"     // the task runs
	Downloading Standing = "downloading" // the result is being fetched and checked
	Again       Standing = "again"       // the task failed inside the provider: it is created again
	Mended      Standing = "mended"      // what was damaged of a kept clip has been put right, for nothing
)

// How a take stands when a run is over.
const (
	Cached   Standing = "cached"    // kept in the store: used, costs nothing
	Kept     Standing = "kept"      // this run put it into the store
	Failed   Standing = "failed"    // there is no clip
	Skipped  Standing = "skipped"   // what it grows from is not there
	Unclear  Standing = "unknown"   // it may have been bought: looked up at the provider, then the user decides
	InFlight Standing = "in flight" // bought, and the task goes on: the next run picks it up, and it costs nothing more
	Stopped  Standing = "stopped"   // it was not submitted
	Left     Standing = "left out"  // the user left it out of this run, and the store does not hold it
	Unpicked Standing = "unpicked"  // not bought before the user has picked a take of what it grows from
)

// Final reports whether nothing more comes of the take in this run.
func (s Standing) Final() bool {
	switch s {
	case Cached, Kept, Failed, Skipped, Unclear, InFlight, Stopped, Left, Unpicked:
		return true
	}
	return false
}

// Event tells how a take stands now.
type Event struct {
	Time     time.Time
	Take     *graph.Take
	Standing Standing
	Task     string       // the provider's id, once there is one
	Message  string       // the reason, "" for nothing to say
	Cost     money.Amount // billed, with Kept
	Video    string       // path of the clip, with Kept and Cached
	Digest   string       // sha256 of its bytes, hex
}
