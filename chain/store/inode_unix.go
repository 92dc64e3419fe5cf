//go:build unix

package store

import (
	"io/fs"
	"syscall"
)

// inode tells a file from another one that has taken its name; 0 where the disk does not say.
func inode(fi fs.FileInfo) uint64 {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Ino)
	}
	return 0
}
