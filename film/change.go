package film

import (
	"fmt"
	"os"
	"path/filepath"

	"shotchain/internal/durable"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

// Change is a change of a storyboard's text at one shot. Nothing is written before Write.
type Change struct {
	File   string                 // that the shot is written in
	Film   *storyboard.Storyboard // as the text says now
	Shot   *storyboard.Shot       // as it was before
	real   string                 // File without symbolic links
	main   string                 // the storyboard's own file
	part   string                 // the included file as the storyboard writes it; "" for none
	source []byte
	o      storyboard.Options
}

// ChangeOf reads a storyboard to change one shot of it.
func ChangeOf(file, shot string, o storyboard.Options) (*Change, error) {
	c := &Change{File: file, main: file, o: o}
	var err error
	if c.Film, err = storyboard.Load(file, o); err != nil {
		return nil, err
	}
	if c.Shot, err = shotNamed(c.Film, shot, ""); err != nil {
		return nil, err
	}
	if c.real, c.part = c.Film.Written(c.Shot.Pos); c.part != "" {
		c.File = c.real
	} else if c.real, err = filepath.EvalSymlinks(file); err != nil {
		return nil, err
	}
	c.source, err = os.ReadFile(c.real)
	return c, err
}

// Pick makes take n the one that the film uses and later shots continue from.
func (c *Change) Pick(n int) error {
	if has := c.Shot.Takes; n > has {
		hint := fmt.Sprintf("takes are counted from 1 to %d; `shotchain take` buys another one", has)
		if has == 1 {
			hint = "its only take is 1; `shotchain take` buys another one"
		}
		return misused(hint, "%s has no take %d: it has %s", c.Shot.Name(), n, say.Count(has, "take"))
	}
	return c.set(storyboard.SetPick(c.source, c.Shot.Name(), n))
}

// Takes makes n the number of takes.
func (c *Change) Takes(n int) error { return c.set(storyboard.SetTakes(c.source, c.Shot.Name(), n)) }

// Grow makes the shot continue a moment of another one's clip, as a storyboard writes it.
func (c *Change) Grow(from, at string) error {
	return c.set(storyboard.SetFrom(c.source, c.Shot.Name(), from, at))
}

// set takes the changed text, and holds that the film is right with it.
func (c *Change) set(text []byte, err error) error {
	if err != nil {
		return &Failure{Kind: Miswritten, Message: err.Error()}
	}
	whole, o := text, c.o
	if c.part != "" {
		o.Edits = map[string][]byte{c.part: text}
		if whole, err = os.ReadFile(c.main); err != nil {
			return err
		}
	}
	film, err := storyboard.Parse(c.main, filepath.Dir(c.main), whole, o)
	if err != nil {
		return err
	}
	c.source, c.Film = text, film
	return nil
}

// Write replaces the file. It keeps its permissions, and is whole whatever happens.
func (c *Change) Write() error {
	info, err := os.Stat(c.real)
	if err != nil {
		return err
	}
	if err := durable.WritePath(c.real, c.source); err != nil {
		return fmt.Errorf("%s is as it was: %w", c.File, err)
	}
	return os.Chmod(c.real, info.Mode().Perm())
}
