// Command draw makes the stills, the footage and the sounds of the examples: pictures of the simulator's camera, which
// draws what a prompt says, and placeholders for music and voices. The same words give the same files.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"shotchain/render/animatic"
)

var stills = []struct {
	path, prompt  string
	width, height int
}{
	{"lighthouse/stills/boat.png", "At dusk a small boat on the sea, a lighthouse on a rock.", 864, 496},
	{"branches/stills/forest.png", "A fox walks along a path through a fir forest on a clear morning.", 864, 496},
	{"explainer/stills/coast.png", "A lighthouse on a rock by day, waves.", 864, 496},
	{"product-reel/stills/lantern.png", "A sand-coloured table lantern stands on a table.", 496, 864},
}

func main() {
	for _, s := range stills {
		_, still, err := film(s.path, s.prompt, s.width, s.height, 1)
		done(write(s.path, still, err))
	}
	video, _, err := film("lens", "A lamp stands on a table in a room at night. Push in.", 480, 270, 49)
	done(write("explainer/footage/lens.mp4", video, err))
	for _, dir := range []string{"explainer", "music-video"} {
		done(write(dir+"/audio/theme.wav", wav(themeRate, theme()), nil))
	}
	for i, seconds := range []float64{2, 2.4, 2.2} {
		done(write(fmt.Sprintf("explainer/audio/line-%d.wav", i+1), wav(lineRate, line(seconds, i)), nil))
	}
}

func done(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// film is a clip of the simulator's camera, and its last frame.
func film(label, prompt string, width, height, frames int) (video, still []byte, err error) {
	dir, err := os.MkdirTemp("", "draw-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	clip, last, err := animatic.Camera{NoSlate: true}.Film(context.Background(),
		animatic.Shot{Label: label, Prompt: prompt, Width: width, Height: height, Frames: frames, CameraFixed: frames == 1}, dir)
	if err != nil {
		return nil, nil, err
	}
	if video, err = os.ReadFile(clip); err != nil {
		return nil, nil, err
	}
	still, err = os.ReadFile(last)
	return video, still, err
}

func write(path string, b []byte, err error) error {
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}
