package ffmpeg

// Stitchable has x264 write the same parameter sets for every clip, whatever its content, so that packets of
// different segments make one stream. Pinned, because presets differ in them. A key frame a second lets a cut that
// falls on a whole second copy its packets.
const Stitchable = "keyint=24:min-keyint=1:scenecut=0:open-gop=0:stitchable=1:weightp=1:8x8dct=1:b-pyramid=0"
