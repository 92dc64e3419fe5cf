package chain

// Those who look: into media files, and at a last frame before more is bought.

import (
	"context"

	"shotchain/chain/graph"
)

// Inspector looks into media files. Its methods may be called by many goroutines at once.
type Inspector interface {
	// Clip decodes the whole file and measures it. An error means that it cannot be used in a film.
	Clip(ctx context.Context, path string) (Facts, error)
	// Picture decodes a still and names its type: image/png, image/jpeg, image/webp.
	Picture(path string) (mediaType string, err error)
	// LastFrame writes a clip's final frame to out as PNG.
	LastFrame(ctx context.Context, clip, out string) error
	// FrameAt writes a frame of a clip to out as PNG; frames are counted from 0. A frame that the clip does not have
	// is an error.
	FrameAt(ctx context.Context, clip string, frame int, out string) error
	// Fit crops and scales a picture, of any format that a still may have, to exactly that size, without stretching
	// it: as much as possible of its middle is kept. The result is a PNG.
	Fit(picture []byte, width, height int) ([]byte, error)
}

// Facts are what a clip turned out to be, whatever was asked for.
type Facts struct {
	Width, Height int
	Frames        int
	Rate          string // frames per second as a ratio, 24/1
	Audio         bool
}

// Judge looks at the last frame of a clip before something that grows from it is bought. It is asked once for each take
// that is about to be bought, by many goroutines; never for one that may have been bought already.
type Judge interface {
	// Judge returns a *Held where the take must not be bought; then nothing is, and the run ends as one that lacks it.
	// Any other error is none: a frame that cannot be looked at holds nobody. It may take its time, as the take waits
	// for it. from is the clip that next grows from.
	Judge(ctx context.Context, from Outcome, next *graph.Take) error
}

// Held is why a take was not bought although its first frame is there.
type Held struct {
	From *graph.Take // whose last frame is a bad one to grow from
	Why  string      // "is fading: 40 % of what was there 12 frames earlier"
	Hint string      // what would pass, "" for nothing to say
	At   string      // a moment of From's clip that would pass, as a storyboard writes it: "-5f"; "" for none
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
