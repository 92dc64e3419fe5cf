package ffmpeg

import (
	"os"
	"time"
)

// daily is how fresh the time of a file's last use is kept: writing it at each use would be writing for nothing.
const daily = 24 * time.Hour

// Made reports whether a part that was made before is there and not empty, and notes that it is used: the file's time
// is that of its last use, to the day, so that what nobody uses any more can be told from the rest. A file whose time
// cannot be set is used all the same.
func Made(path string) bool {
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() || st.Size() == 0 {
		return false
	}
	if now := time.Now(); now.Sub(st.ModTime()) > daily {
		_ = os.Chtimes(path, now, now)
	}
	return true
}
