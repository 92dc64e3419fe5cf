package provider

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnOfferRefusesWhatItDoesNotHave(t *testing.T) {
	frame, yes, no, seed := &Frame{}, true, false, int64(7)
	o := Offer{Resolutions: []string{"480p", "720p"}, Ratios: []string{"16:9"}, Durations: []int{4, 5}, Frames: []string{"first_frame"},
		Audio: No, Seed: No}
	for _, c := range []struct {
		asks Request
		says string
	}{
		{Request{Resolution: "480p", Ratio: "16:9", Duration: 5, FirstFrame: frame, Audio: &no}, ""},
		{Request{Resolution: "480p", Ratio: "adaptive", Duration: 4, FirstFrame: frame}, ""},
		{Request{}, ""}, // what is left to the service is its own choice
		{Request{Resolution: "1080p"}, "no resolution 1080p: there is 480p, 720p"},
		{Request{Ratio: "9:16"}, "no ratio 9:16: there is 16:9"},
		{Request{FirstFrame: frame, LastFrame: frame}, "no frame last_frame: there is first_frame"},
		{Request{Duration: 8}, "no length of 8 s: there is 4 5"},
		{Request{Seed: &seed}, "no seed"},
		{Request{Audio: &yes}, "no sound"},
	} {
		require.Equal(t, c.says, o.Refuses(c.asks))
		require.Empty(t, Offer{}.Refuses(c.asks), "a list that says nothing refuses nothing")
	}
}
