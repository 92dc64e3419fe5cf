package sound

import (
	"encoding/binary"
	"math"

	"shotchain/render/timeline"
)

// Models end a clip's sound with the last whole AAC frame before its picture does: up to 21 ms of nothing, at each seam
// of a chain. A sound that is bridged goes on there: what was heard last is heard backwards, and dies away. That has the
// same colour and begins where the sound stopped, so nothing clicks.

// bridgeSamples is how long it goes on: an AAC frame, and the crossfade to the sound that takes over.
const bridgeSamples = packet + timeline.SampleRate*10/1000

// bridgeGain is how much is left of the k-th sample after the end.
func bridgeGain(k int) float32 { return 1 - (float32(k)+0.5)/bridgeSamples }

// bridge remembers what was heard last. The zero bridge has heard nothing.
type bridge struct {
	last   []byte // a ring of samples
	n, out int    // samples that were heard, and given back
}

// heard remembers a sample.
func (b *bridge) heard(sample []byte) {
	if b.last == nil {
		b.last = make([]byte, bridgeSamples*sampleBytes)
	}
	copy(b.last[b.n%bridgeSamples*sampleBytes:], sample[:sampleBytes])
	b.n++
}

// next is the next sample after the end; false where the bridge is over.
func (b *bridge) next(sample []byte) bool {
	if b.out >= min(b.n, bridgeSamples) {
		return false
	}
	at := (b.n - 1 - b.out) % bridgeSamples * sampleBytes
	g := bridgeGain(b.out)
	for c := range timeline.Channels {
		x := math.Float32frombits(binary.LittleEndian.Uint32(b.last[at+4*c:]))
		binary.LittleEndian.PutUint32(sample[4*c:], math.Float32bits(g*x))
	}
	b.out++
	return true
}
