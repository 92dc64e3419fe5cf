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
}

// Facts are what a clip turned out to be, whatever was asked for.
type Facts struct {
	Width, Height int
	Frames        int
	Rate          string // frames per second as a ratio, 24/1
	Audio         bool
}
