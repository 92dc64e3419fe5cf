//go:build linux || darwin || freebsd

package store

import "golang.org/x/sys/unix"

// Free is how many bytes may still be written where the store is. errors.ErrUnsupported: nobody can tell.
func (s *Store) Free() (int64, error) {
	var f unix.Statfs_t
	if err := unix.Statfs(s.dir, &f); err != nil {
		return 0, err
	}
	return int64(f.Bavail) * int64(f.Bsize), nil
}
