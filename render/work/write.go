package work

// This file makes outputs appear whole.

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"shotchain/internal/durable"
	"shotchain/render/ffmpeg"
)

// Write has a file written beside out and gives it out's name when write has returned without error and the bytes
// are synced. Whatever happens, nothing else stays.
func Write(out, ext string, write func(tmp string) error) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	tmp := filepath.Join(filepath.Dir(out), fmt.Sprintf(".tmp-%d-%d%s", os.Getpid(), temps.Add(1), ext))
	defer os.Remove(tmp)
	if err := write(tmp); err != nil {
		return err
	}
	dir := durable.OS(filepath.Dir(out))
	if err := dir.SyncFile(filepath.Base(tmp)); err != nil {
		return err
	}
	return durable.Rename(dir, filepath.Base(tmp), filepath.Base(out))
}

// WriteFile writes a file that appears whole or not at all, with its folder.
func WriteFile(out string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	return ffmpeg.WriteFile(out, write)
}
