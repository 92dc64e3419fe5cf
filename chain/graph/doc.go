// Package graph says what a film's clips are. [Compile] turns a storyboard into a [Graph] of takes for one service: what
// each asks for, which take's frame it starts from or ends on, the stills that it is sent with, its length, tokens and
// price at most, and the key under which its clip is kept. What the chosen model cannot do is a problem at its line.
// Nothing is read but the stills' headers and digests; a graph is immutable once it is made, and safe for many readers.
package graph
