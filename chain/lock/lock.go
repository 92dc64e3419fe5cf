// Package lock writes down which clips a film is made of, and holds a later run to them.
//
// Start with [Freeze], which locks what a plan found kept, and [Read], which reads a lock file again; [File.Differs]
// says in what a plan is not the film that was locked. A lock file is text that changes only where the film does.
package lock

import (
	"bytes"
	"cmp"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"

	"shotchain/chain"
	"shotchain/chain/store"
)

// Format is the version of lock files.
const Format = 1

// File is a lock file: which clips a film is made of, exactly.
type File struct {
	Format   int    `yaml:"format"`
	Provider string `yaml:"provider"` // namespace of the keys
	Takes    []Take `yaml:"takes"`    // in film order, variant by variant
}

// Take is one take of a lock file.
type Take struct {
	Variant   string `yaml:"variant,omitempty"`
	Shot      string `yaml:"shot"`
	Take      int    `yaml:"take"`
	Picked    bool   `yaml:"picked"`
	Key       string `yaml:"key"`
	Task      string `yaml:"task"`
	Seed      *int64 `yaml:"seed,omitempty"`
	Clip      string `yaml:"clip"`       // sha256 of the file
	LastFrame string `yaml:"last_frame"` // sha256 of the file
}

// name is the take's as messages have it.
func (l Take) name() string {
	name := fmt.Sprintf("%s, take %d", l.Shot, l.Take)
	if l.Variant != "" {
		name = l.Variant + ":" + name
	}
	return name
}

// Freeze locks the kept takes of a plan. The error names a shot whose pick is not kept.
func Freeze(p *chain.Plan) (*File, error) {
	l := &File{Format: Format, Provider: p.Graph.Service.Namespace}
	for _, film := range p.Graph.Films {
		for _, s := range film.Shots() {
			for i, t := range p.Graph.TakesOf(s) {
				pt := p.Of(t)
				one := Take{Variant: film.Variant, Shot: s.Name(), Take: i + 1, Picked: s.Pick.Value == i+1}
				if pt.Standing != chain.Cached {
					if one.Picked {
						return nil, fmt.Errorf("%s is not kept (%s), and the film uses it", one.name(), pt.Standing)
					}
					continue
				}
				one.Key, one.Task, one.Seed = pt.Key, pt.Clip.Task, pt.Clip.Seed
				one.Clip, one.LastFrame = pt.Clip.Video.Digest, pt.Clip.LastFrame.Digest
				l.Takes = append(l.Takes, one)
			}
		}
	}
	return l, nil
}

// Encode is the lock file's text.
func (l *File) Encode() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(
		"# Written by `shotchain freeze`. `shotchain run --locked` makes the film of exactly these clips, or none.\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(l); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

// maxLock is the size in bytes that a lock file may have.
const maxLock = 16 << 20

// Read reads a lock file's text. It is strict: a file that was changed by hand into something else is refused.
func Read(r io.Reader) (l *File, err error) {
	defer func() {
		if p := recover(); p != nil { // the library leaves some of its own to its callers
			l, err = nil, fmt.Errorf("not a lock file: %v", p)
		}
	}()
	d := yaml.NewDecoder(io.LimitReader(r, maxLock))
	d.KnownFields(true)
	l = new(File)
	if err := d.Decode(l); err != nil {
		return nil, fmt.Errorf("not a lock file: %w", err)
	}
	if l.Format != Format {
		return nil, fmt.Errorf("the lock file has format %d, this program reads %d", l.Format, Format)
	}
	for _, t := range l.Takes {
		if t.Shot == "" || t.Take < 1 || !store.IsKey(t.Key) || !store.IsKey(t.Clip) || !store.IsKey(t.LastFrame) {
			return nil, fmt.Errorf("not a lock file: %s lacks its key or a digest", t.name())
		}
	}
	return l, nil
}

// Differs says in what a plan is not the film that was locked; nothing where it is.
func (l *File) Differs(p *chain.Plan) (differences []string) {
	type place struct {
		variant, shot string
		take          int
	}
	say := func(format string, args ...any) { differences = append(differences, fmt.Sprintf(format, args...)) }
	if l.Provider != p.Graph.Service.Namespace {
		say("it was locked for %s, this is %s", l.Provider, p.Graph.Service.Namespace)
	}
	locked := map[place]Take{}
	for _, t := range l.Takes {
		locked[place{t.Variant, t.Shot, t.Take}] = t
	}
	for _, film := range p.Graph.Films {
		for _, s := range film.Shots() {
			for i, t := range p.Graph.TakesOf(s) {
				pt, at := p.Of(t), place{film.Variant, s.Name(), i + 1}
				was, ok := locked[at]
				delete(locked, at)
				is := Take{Variant: at.variant, Shot: at.shot, Take: at.take, Picked: s.Pick.Value == i+1}
				switch {
				case !ok && (is.Picked || pt.Standing != chain.Cached):
					say("%s is not in the lock", is.name())
				case !ok:
				case was.Picked != is.Picked && is.Picked:
					say("%s is picked now", is.name())
				case was.Picked != is.Picked:
					say("%s is no longer picked", is.name())
				case pt.Standing != chain.Cached && pt.Key == was.Key:
					say("%s is not in the store", is.name())
				case pt.Standing != chain.Cached:
					say("%s is another clip now: %s", is.name(), cmp.Or(pt.Reason, string(pt.Standing)))
				case pt.Key != was.Key:
					say("%s is another clip now", is.name())
				case pt.Clip.Video.Digest != was.Clip, pt.Clip.LastFrame.Digest != was.LastFrame:
					say("%s has other bytes in the store", is.name())
				}
			}
		}
	}
	for _, t := range l.Takes {
		if _, left := locked[place{t.Variant, t.Shot, t.Take}]; left {
			say("%s is in the lock, but not in the film", t.name())
		}
	}
	return differences
}
