package ffmpeg

// This file remembers between runs what programs and files said of themselves: asking takes a process each.

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
)

var memory atomic.Pointer[string]

// Remember has what ffmpeg can do, and what sounds are, kept in a folder between runs: by the program's path, size and
// time, and by the sound's bytes. It is for the whole process; the folder need not be there yet. What cannot be kept or
// read is asked anew.
func Remember(dir string) { memory.Store(&dir) }

// remembered is the file that says something of what key tells; "" where nothing is kept.
func remembered(kind string, key ...any) string {
	dir := memory.Load()
	if dir == nil {
		return ""
	}
	b, err := json.Marshal(key)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return filepath.Join(*dir, kind+"-"+hex.EncodeToString(sum[:])+".json")
}

// recall reads what was kept.
func recall(path string, to any) bool {
	if path == "" {
		return false
	}
	b, err := os.ReadFile(path)
	return err == nil && json.Unmarshal(b, to) == nil && Made(path)
}

// remember keeps it, where its folder is there.
func remember(path string, what any) {
	if path == "" {
		return
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return
	}
	if b, err := json.Marshal(what); err == nil {
		_ = WriteFile(path, func(w io.Writer) error { _, err := w.Write(b); return err })
	}
}

// Digest is the SHA-256 of a file's bytes, in hexadecimal.
func Digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
