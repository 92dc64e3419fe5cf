package main

import (
	"time"

	"github.com/spf13/cobra"

	"shotchain/chain"
)

// timingFlags say how patient a run is.
type timingFlags struct{ patience, settle time.Duration }

func (t *timingFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.DurationVar(&t.patience, "patience", 15*time.Minute, "try a busy or unreachable provider for `TIME`")
	fs.DurationVar(&t.settle, "settle", time.Minute, "after a lost answer, give the task `TIME` to show up in the provider's list before it counts as never made")
}

func (t timingFlags) timing() chain.Timing {
	return chain.Timing{Patience: t.patience, Settle: t.settle}
}
