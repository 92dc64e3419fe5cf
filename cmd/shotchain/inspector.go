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

func (inspector) Clip(ctx context.Context, path string) (chain.Facts, error) {
	f, err := ffmpeg.Verify(ctx, path, ffmpeg.Facts{})
	return chain.Facts{Width: f.Width, Height: f.Height, Frames: f.Frames, Rate: f.Rate.String(), Audio: f.HasAudio()}, err
}

func (inspector) Picture(path string) (string, error) {
	f, err := ffmpeg.VerifyImage(path)
	return f.MediaType, err
}

func (inspector) FrameAt(ctx context.Context, clip string, frame int, out string) error {
	return ffmpeg.FrameAt(ctx, clip, frame, out)
}

func (inspector) Fit(picture []byte, width, height int) ([]byte, error) {
	return render.Fit(picture, width, height)
}

func (inspector) LastFrame(ctx context.Context, clip, out string) error {
	return ffmpeg.LastFrame(ctx, clip, out)
}
