package main

import (
	"time"

	"shotchain/chain"
	"shotchain/chain/store"
)

// note writes down what a run did, for status. Nothing depends on it, so a disk that will not take it is no failure.
func (p *program) note(f *film, st *store.Store, r *chain.Reel, began time.Time) {
	err := st.PutRun(&store.Run{Film: f.title(), File: f.File, Provider: f.service.namespace, Began: began.UTC(), Ended: time.Now().UTC(),
		Bought: r.Count(chain.StageKept), Reused: r.Count(chain.StageCached),
		Failed: r.Count(chain.StageFailed) + r.Count(chain.StageUnknown), Spent: r.Spent, Saved: r.Saved})
	if err != nil {
		p.say("the run could not be noted: %v", err)
	}
}
