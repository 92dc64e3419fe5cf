package chain

import "context"

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
