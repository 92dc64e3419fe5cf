// Package render turns clips into films. [Edit] probes the clips of a cut and resolves it to a [Timeline] in whole
// frames; [Assemble] makes the film of a timeline. [Animatic] is the simulator's camera: it films a shot as a moving
// sketch of its prompt.
//
// A film is never encoded in one piece: each clip is conformed once, on its own, to a segment that is kept in a work
// folder by what it is made of, with its sound as exact samples beside it; the segments' packets are joined, and the
// sound of the whole film is encoded once (AAC that was encoded per clip would slide by its padding at every join).
// So memory does not grow with the number of clips and a second assembly encodes only what changed. A film takes its
// name when it is whole: a failed or cancelled run leaves the previous one in place. The package knows nothing of
// providers.
package render

// Rate is the frame rate of every film, frames per second: what the models make.
const Rate = 24

// Sound of every film: samples per second, channels, and samples per frame of picture (exact at 24 fps).
const (
	sampleRate = 48000
	channels   = 2
	perFrame   = sampleRate / Rate
)
