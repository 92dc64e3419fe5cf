package timeline

// Rate is the frame rate of every film, frames per second: what the models make.
const Rate = 24

// Sound of every film: samples per second, channels, and samples per frame of picture (exact at 24 fps).
const (
	SampleRate = 48000
	Channels   = 2
	PerFrame   = SampleRate / Rate
)
