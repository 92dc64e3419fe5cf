package ffmpeg

import (
	"context"
	"errors"
	"fmt"
)

// Verify decodes all of a clip, picture and sound, and reports what it is. The error says what is wrong with it:
// that it does not decode, that it holds fewer frames than it says, or that it differs from want, of which zero
// fields are not compared (Audio: any non-empty value asks for sound).
func Verify(ctx context.Context, path string, want Facts) (Facts, error) {
	f, err := Probe(ctx, path)
	if err != nil {
		return Facts{}, undecodable(ctx, err)
	}
	if err := f.differs(want); err != nil {
		return f, err
	}
	n, err := decoded(ctx, path)
	if err != nil {
		return f, undecodable(ctx, err)
	}
	if n != f.Frames {
		return f, fmt.Errorf("does not decode: %d of %d frames came out", n, f.Frames)
	}
	return f, nil
}

func undecodable(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, ErrMissing) {
		return err
	}
	return fmt.Errorf("does not decode: %w", err)
}

// decoded is the number of frames that a full decode gives; the first error of a decoder ends it.
func decoded(ctx context.Context, path string) (n int, err error) {
	args := append([]string{"-xerror", "-threads", "1"}, Input(path)...)
	args = append(args, "-map", "0:v:0", "-map", "0:a:0?", "-fps_mode", "passthrough", "-f", "null", "-")
	err = Run(ctx, args, Options{Frames: func(done int) { n = done }})
	return n, err
}
