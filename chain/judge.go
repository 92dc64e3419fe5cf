package chain

import "context"

// Judge looks at the last frame of a clip before something that grows from it is bought. It is asked once for each take
// that is about to be bought, by many goroutines; never for one that may have been bought already.
type Judge interface {
	// Judge returns a *Held where the take must not be bought; then nothing is, and the run ends as one that lacks it.
	// Any other error is none: a frame that cannot be looked at holds nobody. It may take its time, as the take waits
	// for it. from is the clip that next grows from.
	Judge(ctx context.Context, from Outcome, next *Take) error
}

// Held is why a take was not bought although its first frame is there.
type Held struct {
	From *Take  // whose last frame is a bad one to grow from
	Why  string // "is fading: 40 % of what was there 12 frames earlier"
	Hint string // what would pass, "" for nothing to say
	At   string // a moment of From's clip that would pass, as a storyboard writes it: "-5f"; "" for none
}

func (h *Held) Error() string { return h.From.Name() + "'s last frame " + h.Why }

// judged asks whether the take may be bought.
func (v *life) judged(ctx context.Context) error {
	if v.how.Judge == nil || v.up.From == nil || v.t.At != 0 || v.tries > 0 {
		return nil
	}
	from := Outcome{Take: v.t.From, Standing: Cached, Clip: v.up.From.Clip, Dir: v.up.From.Dir, Task: v.up.From.Clip.Task}
	return v.how.Judge.Judge(ctx, from, v.t)
}
