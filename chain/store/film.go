package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Film is films/<id>.json: which take each shot of a film last used. It only serves to explain what has changed
// since; a film without one loses nothing but reasons.
type Film struct {
	Format int             `json:"format"`
	Title  string          `json:"title"`
	Shots  map[string]Used `json:"shots"` // by the shot's full name and take
}

// Used is the take that a shot last used, and what had been asked for.
type Used struct {
	Key   string          `json:"key"`
	Asked json.RawMessage `json:"request"`
}

func (s *Store) filmPath(id string) string {
	h := sha256.Sum256([]byte(id))
	return filepath.Join(s.dir, "films", hex.EncodeToString(h[:8])+".json")
}

// Film returns what is remembered of the film. Anything that cannot be read is forgotten.
func (s *Store) Film(id string) *Film {
	f := new(Film)
	if err := readJSON(s.filmPath(id), f); err != nil || f.Format != Format {
		return &Film{Shots: map[string]Used{}}
	}
	if f.Shots == nil {
		f.Shots = map[string]Used{}
	}
	return f
}

// PutFilm remembers the film. The last of two processes wins: what is lost is a reason.
func (s *Store) PutFilm(id string, f *Film) error {
	f.Format = Format
	p := s.filmPath(id)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("store: %w", err)
	}
	return writeJSON(p, f)
}
