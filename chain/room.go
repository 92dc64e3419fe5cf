package chain

import (
	"fmt"
	"sync"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
)

// What a take may need on disk, rather too much than too little: a clip that is bought and cannot be kept is money at
// the mercy of a URL that lives a day.
const (
	// bitsPerPixel of each frame. The largest of the 720p clips that this was measured on, with hardly any loss,
	// had 0.8 (11 MB for 121 frames); a service's have well below 0.3.
	bitsPerPixel = 1
	// bytesPerPixel of a picture: PNG of 24 bits does not grow when it is compressed.
	bytesPerPixel = 3
	// forRecords is for the records of a take, and for a file system's own.
	forRecords    = 1 << 20
	framesASecond = 24
)

// room is how many bytes a take may need on disk: its clip, its last frame, and the pictures that it is given.
func room(t *graph.Take) int64 {
	pixels := int64(t.Size.Width) * int64(t.Size.Height)
	pictures := int64(1 + len(t.Request.References))
	for _, given := range []bool{t.From != nil || t.Request.FirstFrame != nil, t.To != nil || t.Request.LastFrame != nil} {
		if given {
			pictures++
		}
	}
	return pixels*bitsPerPixel*framesASecond*int64(t.Seconds)/8 + pictures*pixels*bytesPerPixel + forRecords
}

// rooms is what the takes under way may still write.
type rooms struct {
	mu      sync.Mutex
	claimed int64 // guarded by mu
}

// claim sets room aside for a take, or refuses it. A disk that does not say how much is free refuses nothing. What
// others write meanwhile is not foreseen.
func (s *Shooter) claim(t *graph.Take) (release func(), err error) {
	free, err := s.how.Free()
	if err != nil {
		return func() {}, nil
	}
	need := room(t)
	s.rooms.mu.Lock()
	defer s.rooms.mu.Unlock()
	if left := max(free-s.rooms.claimed, 0); left < need {
		return nil, &provider.Fault{Code: "NoRoom",
			Hint: "make room (shotchain store gc), or keep clips elsewhere with --store",
			Message: fmt.Sprintf("the disk has no room for it, so it was not bought: it may need %s, and %s are left in %s",
				megabytes(need), megabytes(left), s.how.Store.Dir())}
	}
	s.rooms.claimed += need
	return sync.OnceFunc(func() {
		s.rooms.mu.Lock()
		defer s.rooms.mu.Unlock()
		s.rooms.claimed -= need
	}), nil
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
