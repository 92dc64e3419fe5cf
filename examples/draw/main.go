// Command draw makes the stills of the examples: single frames of the simulator's camera, which draws what a prompt
// says. The same words give the same picture.
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
	{"product-reel/stills/lantern.png", "A sand-coloured table lantern stands on a table.", 496, 864},
}

func main() {
	for _, s := range stills {
		if err := draw(s.path, s.prompt, s.width, s.height); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func draw(path, prompt string, width, height int) error {
	dir, err := os.MkdirTemp("", "draw-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	_, still, err := animatic.Camera{NoSlate: true}.Film(context.Background(),
		animatic.Shot{Label: path, Prompt: prompt, Width: width, Height: height, Frames: 1, CameraFixed: true}, dir)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(still)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}
