package seams

import "shotchain/render/seam"

// Chain is a shot that opens on its own with all that grew from it.
type Chain struct {
	Opening string
	Shots   []Drifted // that grew from it, in film order
}

// Drifted is how far a shot has gone from its chain's opening.
type Drifted struct {
	Shot          string
	Before, After seam.Drift // as the clips are, and with their corrections
}

// chains are the clips by what they grew from.
func (j *Joined) chains(done []seam.Correction) []Chain {
	before := seam.Drifts(j.joints, nil)
	after := before
	if done != nil {
		after = seam.Drifts(j.joints, done)
	}
	var all []Chain
	at := map[int]int{}
	for _, i := range j.inOrder() {
		open := before[i].Opening
		if open == i {
			continue
		}
		n, known := at[open]
		if !known {
			n, at[open] = len(all), len(all)
			all = append(all, Chain{Opening: j.shots[open].Name()})
		}
		all[n].Shots = append(all[n].Shots, Drifted{j.shots[i].Name(), before[i], after[i]})
	}
	return all
}
