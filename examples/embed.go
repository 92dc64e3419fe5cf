// Package examples holds the films that shotchain begins with. Each folder is a film of its own; the first one is
// also the manual of the language, and what `shotchain new` writes. Their stills are drawn by the program in draw.
package examples

import "embed"

//go:generate go run ./draw

// Lighthouse is the first film: film.yaml and its stills, under lighthouse/.
//
//go:embed lighthouse/film.yaml lighthouse/stills/*.png
var Lighthouse embed.FS
