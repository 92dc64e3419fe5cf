//go:build unix

package storyboard

import "syscall"

// nonBlocking lets a FIFO be opened without a writer, so that it can be refused instead of waited for.
const nonBlocking = syscall.O_NONBLOCK
