package chain

import (
	"time"

	"shotchain/chain/money"
)

// Stage is a point in the life of a take that a run tells of.
type Stage string

const (
	StageWaiting     Stage = "waiting"     // another process is making the same take
	StageSubmitting  Stage = "submitting"  // the create call is being sent
	StageBusy        Stage = "busy"        // the provider had no room or was not reached; tried again after a pause
	StageLooking     Stage = "looking up"  // an answer was lost: looking for the task at the provider
	StageQueued      Stage = "queued"      // the task waits at the provider
	StageRunning     Stage = "running"     // the task runs
	StageDownloading Stage = "downloading" // the result is being fetched and checked
	StageAgain       Stage = "again"       // the task failed inside the provider: it is created again
	StageMended      Stage = "mended"      // what was damaged of a kept clip has been put right, for nothing
	StageCached      Stage = "cached"      // done: the store had it
	StageKept        Stage = "kept"        // done: it is in the store
	StageFailed      Stage = "failed"      // done, without a clip
	StageSkipped     Stage = "skipped"     // done: what it grows from is not there
	StageUnknown     Stage = "unknown"     // done: it may have been bought, the user decides
	StageInFlight    Stage = "in flight"   // done for this run: the task goes on, the next run picks it up
	StageStopped     Stage = "stopped"     // done for this run: it was not submitted
	StageLeft        Stage = "left out"    // done for this run: the user left it out
	StageUnpicked    Stage = "unpicked"    // done for this run: the user is to pick a take of what it grows from
)

// Final reports whether nothing more comes of the take in this run.
func (s Stage) Final() bool {
	switch s {
	case StageCached, StageKept, StageFailed, StageSkipped, StageUnknown, StageInFlight, StageStopped, StageLeft, StageUnpicked:
		return true
	}
	return false
}

// Event tells that a take has reached a stage.
type Event struct {
	Time    time.Time
	Take    *Take
	Stage   Stage
	Task    string       // the provider's id, once there is one
	Message string       // the reason, "" for nothing to say
	Cost    money.Amount // billed, with StageKept
	Video   string       // path of the clip, with StageKept and StageCached
	Digest  string       // sha256 of its bytes, hex
}
