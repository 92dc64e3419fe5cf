//go:build !windows

package store

import (
	"os"
	"syscall"
)

// lockFlags open a lock file: never through a link, and without waiting for the other end of a pipe.
const lockFlags = os.O_CREATE | os.O_RDONLY | syscall.O_NOFOLLOW | syscall.O_NONBLOCK
