package vet

import (
	"context"
	"math"
)

// Limits of sound (gateways-and-vetting §8): what is quieter is silence.
const (
	silentPeak     = -50.0 // dBFS
	silentLoudness = -60.0 // LUFS
	soundSlack     = 0.1   // seconds that sound and picture may differ by
	constantSpread = 0.5   // dB: levels that differ less are one tone
)

// sound judges whether there is sound where it was asked for, and none where it was not.
func (j *judge) sound(ctx context.Context) error {
	asked := j.c.Claims.Audio
	if asked == nil {
		j.add(finding("sound", Sound, NotTested, "nothing is claimed about sound; its codec is %q", j.m.Audio))
		return nil
	}
	if j.m.Audio == "" {
		if *asked {
			j.add(finding("sound", Sound, Refuted, "there is no sound in the file"))
		} else {
			j.add(finding("sound_off", Sound, Proven, "no sound was asked for, and the file has none"))
		}
		return nil
	}
	h, err := j.in.Sound(ctx, j.c.Path)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		j.add(finding("sound", Sound, Refuted, "the sound does not decode: %s", printable(err.Error(), 300)))
		return nil
	}
	if j.c.Claps {
		j.add(prompted(h))
	}
	j.add(j.heard(h, *asked).with("codec", j.m.Audio, "channels", h.Channels, "seconds", h.Seconds, "peak dBFS",
		tenth(h.Peak), "integrated LUFS", tenth(h.Integrated)))
	return nil
}

func (j *judge) heard(h Heard, asked bool) Finding {
	silent := h.Peak <= silentPeak || h.Integrated <= silentLoudness
	switch {
	case !asked && silent:
		return finding("sound_off", Sound, Proven, "no sound was asked for, and what the file has is silent")
	case !asked:
		return finding("sound_off", Sound, Refuted, "no sound was asked for, and there is some: %s", loud(h))
	case silent:
		return finding("sound", Sound, Refuted, "the sound is silent: %s", loud(h))
	case spread(h.Levels) < constantSpread:
		return finding("sound", Sound, Refuted, "the sound is one constant tone: its level moves by %.1f dB",
			spread(h.Levels))
	case math.Abs(h.Seconds-j.m.Seconds) > soundSlack:
		return finding("sound", Sound, Refuted, "the sound lasts %.2f s, the picture %.2f s", h.Seconds, j.m.Seconds)
	}
	return finding("sound", Sound, Proven, "there is sound of the clip's length: %s", loud(h))
}

func loud(h Heard) string { return "peak " + tenth(h.Peak) + " dBFS, " + tenth(h.Integrated) + " LUFS" }

// spread is between the loudest and the quietest level, in dB, without the first and last tenth of a second.
func spread(levels []float64) float64 {
	if len(levels) <= 12 {
		return math.Inf(1)
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, l := range levels[5 : len(levels)-6] {
		lo, hi = min(lo, l), max(hi, l)
	}
	return hi - lo
}

// rise is how far a level must come up above what was before it to count as an onset, dB.
const rise = 9.0

// onsets counts what begins in a sound: levels that come up by rise within 60 ms, at least 120 ms apart.
func onsets(levels []float64) (n int) {
	last := -100
	for i := 3; i < len(levels); i++ {
		if before := max(levels[i-3], -70); levels[i] > silentPeak && levels[i]-before >= rise && i-last >= 6 {
			n, last = n+1, i
		}
	}
	return n
}

// prompted says whether a sound may be about its prompt: three claps, then silence. It is weak, and says so.
func prompted(h Heard) Finding {
	n, quiet := onsets(h.Levels), quietest(h.Levels)
	f := finding("sound_prompt", Sound, NotTested,
		"%d onsets and a quiet stretch of %.1f s: that is not clearly three claps and then silence", n, quiet)
	if n >= 3 && quiet >= 0.4 {
		f = finding("sound_prompt", Sound, Claimed, "plausible: %d onsets, and a quiet stretch of %.1f s", n, quiet)
	}
	return f.with("onsets", n, "quiet seconds", tenth(quiet))
}

// quietest is the longest stretch that is 20 dB below the loudest, in seconds.
func quietest(levels []float64) float64 {
	top := math.Inf(-1)
	for _, l := range levels {
		top = max(top, l)
	}
	best, run := 0, 0
	for _, l := range levels {
		if run++; l > top-20 {
			run = 0
		}
		best = max(best, run)
	}
	return float64(best) * 0.02
}
