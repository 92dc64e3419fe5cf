package storyboard_test

import (
	"fmt"

	"shotchain/storyboard"
)

func ExampleParse() {
	film, err := storyboard.Parse("film.yaml", ".", []byte(`
title: The Lighthouse
vars: { keeper: an old keeper in a yellow raincoat }
look: { ratio: "16:9", duration: 5s }
scenes:
  - id: arrival
    shots:
      - id: boat
        prompt: Wide shot. ${keeper} rows towards a lighthouse at dusk.
      - id: landing
        prompt: The camera follows as he steps onto the wet rocks.
        duration: 8s
`), storyboard.Options{})
	if err != nil {
		fmt.Println(err) // every problem, each with its line and column
		return
	}
	for _, s := range film.Shots() {
		fmt.Printf("%s, %d s, continues %q: %s\n", s.Name(), s.Look.Duration.Value.Seconds, s.From, s.Prompt)
	}
	// Output:
	// arrival/boat, 5 s, continues "": Wide shot. an old keeper in a yellow raincoat rows towards a lighthouse at dusk.
	// arrival/landing, 8 s, continues "arrival/boat": The camera follows as he steps onto the wet rocks.
}

func ExampleProblems() {
	_, err := storyboard.Parse("film.yaml", ".", []byte(`scenes:
  - id: arrival
    shots:
      - id: boat
        promt: He rows.
`), storyboard.Options{})
	if problems, ok := err.(storyboard.Problems); ok {
		fmt.Println(problems[0].Format())
	}
	// Output:
	// film.yaml:5:9: unknown key `promt`
	//     5 |         promt: He rows.
	//       |         ^
	//         hint: did you mean "prompt"?
}
