package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"shotchain/internal/durable"
)

// Film is films/<id>.json: which take each shot of a film last used. It only serves to explain what has changed
// since; a film without one loses nothing but reasons.
type Film struct {
	Format int             `json:"format"`
	Title  string          `json:"title"`
	Shots  map[string]Used `json:"shots"` // by the shot's full name and take

	Outputs []string `json:"outputs,omitempty"` // files that its cuts became, from the storyboard's folder
}

// Used is the take that a shot last used, and what had been asked for.
type Used struct {
	Key   string          `json:"key"`
	Asked json.RawMessage `json:"request"`
}

// filmName is the record as the store's FS names it.
func (s *Store) filmName(id string) string {
	h := sha256.Sum256([]byte(id))
	return filepath.Join("films", hex.EncodeToString(h[:8])+".json")
}

// Film returns what is remembered of the film: nothing where it was never made. Where that cannot be read, the error
// says why, and the film is one that remembers nothing.
func (s *Store) Film(id string) (*Film, error) {
	f := new(Film)
	err := s.readRecord(s.filmName(id), maxFilm, f)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Film{Shots: map[string]Used{}}, nil
	case err == nil && f.Shots == nil:
		err = fmt.Errorf("%w: what is remembered of the film has no shots", ErrDamaged)
	}
	if err != nil {
		return &Film{Shots: map[string]Used{}}, err
	}
	return f, nil
}

// PutFilm remembers the film. The last of two processes wins: what is lost is a reason.
func (s *Store) PutFilm(id string, f *Film) error {
	f.Format = Format
	if err := durable.MakeDir(s.fs, "films"); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return s.writeRecord(s.filmName(id), f)
}

// FootageName is the folder in a store that keeps last frames of the user's own footage, by the footage's digest: a
// frame that was decoded by another ffmpeg could have other bytes, and what continues it would be bought again.
const FootageName = "footage"

// PutFootage keeps the last frame of own footage.
func (s *Store) PutFootage(name string, b []byte) error {
	if err := durable.MakeDir(s.fs, FootageName); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return durable.WriteFile(s.fs, filepath.Join(FootageName, name), b)
}
