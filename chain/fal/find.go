package fal

import (
	"context"
	crypto "crypto/rand"
	"errors"
	"time"

	"shotchain/chain/provider"
)

// abilities are what fal can do (fal-api.md). Its history may leave out what has not ended, so absence is never proven;
// what ends without a clip is free where the runner failed, and may be billed where the input was refused.
var abilities = provider.Abilities{
	Lookup:    provider.History,
	Cancel:    provider.CancelQueued,
	LastFrame: provider.No,
	OwnFrames: provider.No,
	TaskLife:  30 * 24 * time.Hour,
}

// Mark makes the end_user_id of an attempt, by which the history finds it; see provider.Provider. A film that names its
// own has none.
func (c *Client) Mark(r provider.Request) string {
	if r.SafetyIdentifier != "" {
		return ""
	}
	return "shotchain-" + crypto.Text()
}

// Find looks for a lost submit in the history; see provider.Provider.
func (c *Client) Find(ctx context.Context, a provider.Attempt) (provider.Finding, error) {
	late := !time.Now().Before(a.Shown)
	tasks, _, err := c.List(ctx, provider.Filter{Model: a.Request.Model})
	if err != nil {
		return provider.Finding{}, err
	}
	for _, t := range tasks {
		if a.Request.Mark != "" && t.SafetyIdentifier == a.Request.Mark {
			return provider.Finding{Verdict: provider.Found, Made: provider.Created{Task: t.ID}}, nil
		}
	}
	why := errors.New("fal.ai does not show it, which proves nothing while it may still run")
	if !late {
		return provider.Finding{Verdict: provider.NotYet, Until: a.Shown, Why: why}, nil
	}
	return provider.Finding{Verdict: provider.Unclear, Why: why}, nil
}
