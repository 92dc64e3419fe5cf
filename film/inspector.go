package film

import (
	"context"
	"fmt"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/render"
	"shotchain/render/ffmpeg"
)

// inspector is chain's eye on media files.
type inspector struct{}

var _ chain.Inspector = inspector{}

// working is ctx for work on the take that chain works for.
func working(ctx context.Context) context.Context {
	if t := chain.Working(ctx); t != nil {
		name := t.Shot.Name()
		if t.Variant() != "" {
			name = t.Variant() + ":" + name
		}
		return ffmpeg.For(ctx, name)
	}
	return ctx
}

func (inspector) Clip(ctx context.Context, path string) (chain.Facts, error) {
	f, err := ffmpeg.Verify(working(ctx), path, ffmpeg.Facts{})
	return chain.Facts{Width: f.Width, Height: f.Height, Frames: f.Frames, Rate: f.Rate.String(), Audio: f.HasAudio()}, err
}

func (inspector) Picture(path string) (string, error) {
	f, err := ffmpeg.VerifyImage(path)
	return f.MediaType, err
}

func (inspector) FrameAt(ctx context.Context, clip string, frame int, out string) error {
	return ffmpeg.FrameAt(working(ctx), clip, frame, out)
}

func (inspector) Fit(picture []byte, width, height int) ([]byte, error) {
	return render.Fit(picture, width, height)
}

func (inspector) LastFrame(ctx context.Context, clip, out string) error {
	return ffmpeg.LastFrame(working(ctx), clip, out)
}

// Sound checks a take of a store: its records, its bytes, and that its pictures can be decoded.
func Sound(ctx context.Context, e store.Entry) error {
	if e.Damage != nil {
		return e.Damage
	}
	if err := e.Verify(); err != nil {
		return err
	}
	if _, err := (inspector{}).Clip(ctx, e.Path(e.Clip.Video.Name)); err != nil {
		return fmt.Errorf("the clip does not decode: %w", err)
	}
	_, err := (inspector{}).Picture(e.Path(e.Clip.LastFrame.Name))
	return err
}
