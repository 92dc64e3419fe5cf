package mux

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A damaged file is an error, never a panic nor endless memory.
func FuzzReadPackets(f *testing.F) {
	f.Add([]byte("not a film"))
	f.Add(box("moov", box("trak", box("mdia", full("hdlr", 0, u32(0), []byte("vide"), make([]byte, 13))))))
	f.Add(box("moov", box("trak", box("mdia", full("hdlr", 0, u32(0), []byte("vide"), make([]byte, 13)),
		box("minf", box("stbl", full("stsz", 0, u32(0, 0xffffffff)), full("stsc", 0, u32(1, 1, 0xffffffff, 1)),
			full("stco", 0, u32(1, 8))))))))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "x.mp4")
		require.NoError(t, os.WriteFile(path, b, 0o644))
		p, err := ReadPackets(path, "vide")
		if err == nil {
			p.Clean(0, len(p.Sizes))
		}
	})
}
