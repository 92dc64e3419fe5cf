// Package render makes files of timelines. [Deliver] makes the outputs of one; [Preparer] does what can be done when a
// clip arrives, and [Ahead] when its neighbour has.
//
// A film is never encoded in one piece. Each clip is conformed once, on its own, with key frames where cuts can fall;
// transitions, fades, and frames with words on them are encoded on their own; everything is kept in a work folder by
// what it is made of; and the packets of all these are joined without decoding any. The sound of the whole film is
// mixed sample by sample and encoded in stretches that are kept too (AAC that was encoded per clip would slide by its
// padding at every join). So memory does not grow with the number of clips and a second assembly encodes only what
// changed. A film takes its name when it is whole: a failed or cancelled run leaves the previous one in place. The
// package knows nothing of providers.
package render
