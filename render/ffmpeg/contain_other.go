//go:build !unix

package ffmpeg

import "os/exec"

// contain does nothing here: os/exec kills the process itself, and ffmpeg starts no others.
func contain(*exec.Cmd) {}
