//go:build unix && !linux

package ffmpeg

import (
	"os/exec"
	"syscall"
)

// contain puts the command into a process group of its own, so that Ctrl-C on the terminal reaches shotchain alone
// and cancelling reaches the children too.
func contain(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
