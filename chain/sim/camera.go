package sim

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Camera films one clip into dir, a folder of the clip's own, and returns the files that it made there. Many clips
// are filmed at once. It stops when ctx ends. Its error makes the task fail with InternalServiceError.
type Camera func(ctx context.Context, sc Scene, dir string) (Footage, error)

// Scene is what a clip is to show.
type Scene struct {
	Task   string // the task's id
	Label  string // the shot's name as the client gave it, "" for none
	Model  string // the model's alias
	Prompt string

	// Pictures as they came: in any format of the catalogue. Nil for none. Types are image/png, image/jpeg, …
	FirstFrame, LastFrame         []byte
	FirstFrameType, LastFrameType string
	References                    [][]byte

	Width, Height int // pixels of the clip
	Frames        int // exactly; 24·d + 1 for d seconds
	FPS           int
	Audio         bool
	Seed          int64
	Watermark     bool
	CameraFixed   bool
	Draft         bool
	Resolution    string // 480p, 720p, 1080p, 4k
	Ratio         string // never adaptive
	Codec         string // of the picture as the model would encode it: h264, hevc-10
	Format        string // mp4, mov
}

// Footage are the files of a clip, paths inside its folder.
type Footage struct {
	Video     string
	LastFrame string // a still of the final frame, of the clip's size, png or jpeg, without watermark
}

// shoot films a scene, with its pictures read from disk.
func (s *Service) shoot(ctx context.Context, sc Scene, in inputs, dir string) (f Footage, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("camera: %v", p)
		}
	}()
	if err := in.into(&sc); err != nil {
		return f, err
	}
	f, err = s.o.Camera(ctx, sc, dir)
	if err != nil {
		return f, err
	}
	for _, path := range []string{f.Video, f.LastFrame} {
		if rel, err := filepath.Rel(dir, path); err != nil || !filepath.IsLocal(rel) {
			return f, fmt.Errorf("camera: %s is not in the clip's folder", path)
		}
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
			return f, fmt.Errorf("camera: %s was not made", filepath.Base(path))
		}
	}
	return f, nil
}

// input is a picture of a task that waits to be filmed.
type input struct{ role, path, mediaType string }

type inputs []input

// into reads the pictures into a scene.
func (in inputs) into(sc *Scene) error {
	for _, i := range in {
		data, err := os.ReadFile(i.path)
		if err != nil {
			return err
		}
		switch i.role {
		case roleFirst:
			sc.FirstFrame, sc.FirstFrameType = data, i.mediaType
		case roleLast:
			sc.LastFrame, sc.LastFrameType = data, i.mediaType
		default:
			sc.References = append(sc.References, data)
		}
	}
	return nil
}
