package ffmpeg

import (
	"context"
	"fmt"
)

// FrameAt writes frame number n of a clip's picture, counted from 0, to out as a PNG, in stored pixels, by rename. It
// is found by counting: times of frames are rounded in containers, and a moment between two of them has no frame.
func FrameAt(ctx context.Context, clip string, n int, out string) error {
	f, err := Probe(ctx, clip)
	if err != nil {
		return err
	}
	if n < 0 || n >= f.Frames {
		return fmt.Errorf("there is no frame %d in %d frames", n, f.Frames)
	}
	all, err := Frames(ctx, clip, []int{n}, f.Width, f.Height)
	if err != nil {
		return err
	}
	return WritePNG(out, all[0])
}
