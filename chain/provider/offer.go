package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Offerer is a Provider whose service lists what its models take there, and what they cost.
type Offerer interface {
	// Offers reads the list; it buys nothing. The offers are by the service's ids of models. A service without a list
	// after all answers Class Gone.
	Offers(ctx context.Context) (map[string]Offer, error)
}

// Offer is what a service's own list says of a model. Of what the list leaves out it is empty, and refuses nothing.
type Offer struct {
	Resolutions []string
	Ratios      []string // without the one that follows the first frame, which is sent as none
	Durations   []int    // seconds
	Frames      []string // first_frame, last_frame
	Audio, Seed Answer
	PerMillion  map[string]int64 // by resolution: millionths of the currency's unit per million tokens
	Answer      []byte           // the model's part of the list, as it came: evidence
}

// Refuses is what of a request the service's list does not have, with what it has; "" for nothing.
func (o Offer) Refuses(r Request) string {
	for _, of := range []struct {
		what, asked string
		has         []string
	}{
		{"resolution", r.Resolution, o.Resolutions},
		{"ratio", strings.TrimPrefix(r.Ratio, "adaptive"), o.Ratios},
		{"frame", asked(r.FirstFrame != nil, "first_frame"), o.Frames},
		{"frame", asked(r.LastFrame != nil, "last_frame"), o.Frames},
	} {
		if of.asked != "" && len(of.has) > 0 && !slices.Contains(of.has, of.asked) {
			return fmt.Sprintf("no %s %s: there is %s", of.what, of.asked, strings.Join(of.has, ", "))
		}
	}
	switch {
	case r.Duration > 0 && len(o.Durations) > 0 && !slices.Contains(o.Durations, r.Duration):
		return fmt.Sprintf("no length of %d s: there is %s", r.Duration, strings.Trim(fmt.Sprint(o.Durations), "[]"))
	case r.Seed != nil && o.Seed == No:
		return "no seed"
	case r.Audio != nil && *r.Audio && o.Audio == No:
		return "no sound"
	}
	return ""
}

func asked(is bool, name string) string {
	if is {
		return name
	}
	return ""
}
