//go:build !windows

package store

import (
	"errors"
	"os"
	"syscall"
)

const onWindows = false

// syncDir makes the folder's entries survive a power loss. File systems that cannot sync a folder say EINVAL.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}
