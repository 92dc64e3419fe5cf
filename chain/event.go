package chain

import (
	"time"

	"shotchain/chain/money"
)

// Event tells how a take stands now.
type Event struct {
	Time     time.Time
	Take     *Take
	Standing Standing
	Task     string       // the provider's id, once there is one
	Message  string       // the reason, "" for nothing to say
	Cost     money.Amount // billed, with Kept
	Video    string       // path of the clip, with Kept and Cached
	Digest   string       // sha256 of its bytes, hex
}
