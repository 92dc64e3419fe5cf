//go:build !linux && !darwin && !freebsd && !windows

package store

import "errors"

// Free is how many bytes may still be written where the store is. errors.ErrUnsupported: nobody can tell.
func (s *Store) Free() (int64, error) { return 0, errors.ErrUnsupported }
