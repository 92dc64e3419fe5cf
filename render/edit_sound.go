package render

// Fades at joins, in samples: where the next clip overlaps the seam they cross with equal power, at a hard cut each
// side is faded so that nothing clicks. Neither shifts a sample.
const (
	crossfade = sampleRate * 10 / 1000
	declick   = sampleRate * 5 / 1000
)

// clipSounds lays the sounds of the clips. A clip that continues another repeats the seam's frame, and so brings
// sound for a frame more than its picture shows: it takes over at the start of that frame. Models end their sound a
// little before the picture, so the seam frame's own clip has least to say there.
func (tl *Timeline) clipSounds() []Sound {
	var all []Sound
	for i, it := range tl.Items {
		s := Sound{Kind: KindClip, Item: i, Path: it.Path, Digest: it.Digest, Name: it.Shot, Speed: it.Speed, Channels: it.Source.Channels,
			Start: int64(it.At) * perFrame, End: int64(it.End()) * perFrame, From: int64(it.In) * perFrame}
		lead := int64(0)
		if it.Continues && it.Source.HasAudio() {
			lead = min(s.From, perFrame)
		}
		if i > 0 {
			s.FadeIn = declick
			fade := int64(declick)
			if lead > 0 {
				s.FadeIn, fade = crossfade, crossfade
			}
			if k := len(all) - 1; k >= 0 && all[k].Item == i-1 {
				all[k].FadeOut = fade
				if lead > 0 {
					all[k].End = s.Start - lead + fade
				}
			}
		}
		s.Start, s.From = s.Start-lead, s.From-lead
		if it.Source.HasAudio() {
			all = append(all, s)
		}
	}
	return all
}
