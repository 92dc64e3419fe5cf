// Package examples holds the films that shotchain begins with. Each folder is a film of its own, for a way of working;
// the first one is also a tour of the language, and what `shotchain new` writes. Their stills, footage and sounds are made
// by the program in draw.
package examples

import "embed"

//go:generate go run ./draw

// Films are all of them, each under its name: film.yaml, and the files that it names.
//
//go:embed */film.yaml */*.csv */stills/*.png */audio/*.wav */footage/*.mp4
var Films embed.FS

// Template is a film to start from.
type Template struct{ Name, Shows string }

// Templates are the films, the first of them the one for beginners.
var Templates = []Template{
	{"lighthouse", "a chain of shots with a branch, from stills and prompts, with captions"},
	{"short-film", "a shot list: camera, cast, dialogue, sound; takes, drafts and finals"},
	{"branches", "one beginning with three endings"},
	{"advert", "a vertical advertisement in several languages, from a table"},
	{"product-reel", "one set of clips, cut twice: vertical and square"},
	{"music-video", "shots cut to the bars of a song"},
	{"explainer", "narration, captions, music, and own footage between the shots"},
	{"trailer", "short shots, bridges between given frames, titles, a loop for the web"},
	{"long-take", "thirteen shots without a cut, and how they keep together"},
}
