package render_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"shotchain/render"
	"shotchain/render/animatic"
	"shotchain/render/timeline"
	"shotchain/render/work"
	"shotchain/storyboard"
)

// Two clips become a film: Edit lays it out in whole frames, Deliver makes the file. The second clip repeats the last
// frame of the first, and the film drops it.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "render-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	film, err := storyboard.Parse("film.yaml", dir, []byte(
		"scenes: [{id: sea, shots: [{id: boat, prompt: A boat.}, {id: lands, prompt: It lands.}]}]\n"), storyboard.Options{})
	if err != nil {
		log.Fatal(err)
	}
	var clips []timeline.Clip
	for _, shot := range film.Shots() {
		folder := filepath.Join(dir, shot.ID)
		if err := os.Mkdir(folder, 0o755); err != nil {
			log.Fatal(err)
		}
		clip, _, err := animatic.Camera{}.Film(ctx, animatic.Shot{Label: shot.Name(), Prompt: shot.Prompt,
			Width: 320, Height: 180, Frames: 25}, folder)
		if err != nil {
			log.Fatal(err)
		}
		clips = append(clips, timeline.Clip{Shot: shot.Name(), Path: clip})
	}
	tl, err := timeline.Machine{}.Edit(ctx, film, film.Whole(), clips)
	if err != nil {
		log.Fatal(err)
	}
	files, err := render.Deliver(ctx, tl, []timeline.Output{{Path: filepath.Join(dir, "film.mp4"), Format: "mp4"}},
		work.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, it := range tl.Items {
		fmt.Printf("%3d  %s from its frame %d\n", it.At, it.Shot, it.In)
	}
	fmt.Printf("%s: %d frames\n", filepath.Base(files[0].Path), files[0].Frames)
	// Output:
	//   0  sea/boat from its frame 0
	//  25  sea/lands from its frame 1
	// film.mp4: 49 frames
}
