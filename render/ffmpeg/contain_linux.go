package ffmpeg

import (
	"os/exec"
	"syscall"
)

// contain puts the command into a process group of its own, so that Ctrl-C on the terminal reaches shotchain alone
// and cancelling reaches the children too, and has the kernel end it should shotchain be killed.
func contain(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
