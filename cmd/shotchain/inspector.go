package main

import (
	"context"

	"shotchain/chain"
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
