package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"

	"shotchain/internal/durable"
)

// Every record is JSON that a person can read, and ends in the digest of all that stands before it: one byte that has
// changed is noticed. Records of format 1 had none; they are read as strictly as can be without, and have one from
// their next write on.

// ErrDamaged is wrapped where a record or a file is there but is not what was written.
var ErrDamaged = errors.New("damaged")

// ErrFormat is wrapped where the store, or a record of it, was written by a version that this one cannot read.
var ErrFormat = errors.New("of another format")

// sealed is the first format whose records carry their digest.
const sealed = 2

// seal is the end of a sealed record.
var seal = regexp.MustCompile(`,\n  "sha256": "([0-9a-f]{64})"\n}\n$`)

// sealRecord encodes a record with the digest of itself.
func sealRecord(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	body := bytes.TrimSuffix(b, []byte("\n}"))
	return fmt.Appendf(nil, "%s,\n  \"sha256\": \"%s\"\n}\n", body, digestOf(body)), nil
}

func digestOf(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// openRecord decodes a record, and refuses whatever is not exactly what was written.
func openRecord(name string, b []byte, into any) error {
	base := filepath.Base(name)
	body, marked := b, false
	if m := seal.FindSubmatchIndex(b); m != nil {
		body, marked = b[:m[0]], true
		if digestOf(body) != string(b[m[2]:m[3]]) {
			return fmt.Errorf("%w: %s is not what was written", ErrDamaged, base)
		}
		body = append(bytes.Clone(body), "\n}\n"...)
	}
	var version struct {
		Format int `json:"format"`
	}
	err := json.Unmarshal(body, &version)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %s: %v", ErrDamaged, base, err)
	case version.Format > Format:
		return fmt.Errorf("%s is %w: version %d, this program reads up to %d", base, ErrFormat, version.Format, Format)
	case version.Format < 1:
		return fmt.Errorf("%w: %s has no version", ErrDamaged, base)
	case marked != (version.Format >= sealed):
		return fmt.Errorf("%w: %s lacks its digest", ErrDamaged, base)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: %s: %v", ErrDamaged, base, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %s goes on after its end", ErrDamaged, base)
	}
	return nil
}

// readRecord reads a record of at most so many bytes. A file that is not there gives fs.ErrNotExist, one that
// cannot be understood ErrDamaged, one of a newer version ErrFormat, and what is no file durable.ErrIrregular.
func (s *Store) readRecord(name string, most int64, into any) error {
	b, err := durable.ReadFile(s.fs, name, most)
	if errors.Is(err, durable.ErrTooLarge) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err != nil {
		return err
	}
	return openRecord(name, b, into)
}

func (s *Store) writeRecord(name string, v any) error {
	b, err := sealRecord(v)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return durable.WriteFile(s.fs, name, b)
}
