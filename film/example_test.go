package film_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"shotchain/film"
)

const storyboard = `
title: A Boat
look: { model: seedance-2.0-mini, resolution: 480p, duration: 4s, audio: false }
scenes:
  - id: sea
    shots:
      - { id: boat, prompt: A boat at dusk. }
      - { id: lands, prompt: It lands. }   # grows from the boat's last frame
`

// A film is made in four steps: open, plan, make, show. The zero options take the built-in simulator, so this one costs
// nothing; the plan says what the real service would charge.
func Example() {
	dir, err := os.MkdirTemp("", "film-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "film.yaml")
	if err := os.WriteFile(path, []byte(storyboard), 0o644); err != nil {
		log.Fatal(err)
	}
	if err := show(context.Background(), path); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 2 clips to make, for at most ¥1.87
	// a-boat.mp4: 193 frames of 864×496
	// the contact sheet is index.html
}

// show makes the film of a storyboard and says what came of it.
func show(ctx context.Context, path string) error {
	f, err := film.Open(ctx, path, film.Options{})
	if err != nil {
		return err
	}
	defer f.Close()
	plan, err := f.Plan(ctx, film.PlanOptions{})
	if err != nil {
		return err
	}
	fmt.Printf("%d clips to make, for at most %s\n", plan.Buys, plan.Total)
	made, err := f.Make(ctx, plan, film.MakeOptions{})
	if err != nil {
		return err
	}
	for _, file := range made.Files {
		fmt.Printf("%s: %d frames of %d×%d\n", filepath.Base(file.Path), file.Frames, file.Width, file.Height)
	}
	fmt.Println("the contact sheet is", filepath.Base(made.WriteSheet(ctx)))
	return nil
}
