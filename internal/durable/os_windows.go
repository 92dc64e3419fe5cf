package durable

import "os"

// nonBlocking is nothing that Windows needs: opening a file waits for nobody.
const nonBlocking = 0

// syncDir does nothing: Windows journals the entries of a folder itself.
func syncDir(d *os.File, err error) error {
	if err == nil {
		d.Close()
	}
	return err
}
