package models

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"shotchain/internal/durable"
)

//go:embed catalogue.yaml
var builtin []byte

// maxFile bounds a user's catalogue; the built-in one has 11 kB.
const maxFile = 4 << 20

// defaults decodes the built-in catalogue once. A test holds that it decodes, so the panic reaches no user.
var defaults = sync.OnceValue(func() *Catalogue {
	c, err := decode("catalogue.yaml", builtin)
	if err != nil {
		panic(err)
	}
	return c
})

// Default is the built-in catalogue.
func Default() *Catalogue { return defaults() }

// Load lays the models of a user's file over base: a model of the same alias replaces it whole, others are added.
// Source and date become the file's. The error names file and line; it holds one line per fact.
func Load(path string, base *Catalogue) (*Catalogue, error) {
	src, err := read(path)
	if err != nil {
		return nil, err
	}
	over, err := decode(path, src)
	if err != nil {
		return nil, err
	}
	return overlay(path, base, over)
}

func read(path string) ([]byte, error) {
	f, err := durable.OpenPlain(path)
	if err != nil {
		return nil, fmt.Errorf("model catalogue: %w", err)
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("model catalogue: %w", err)
	}
	if len(src) > maxFile {
		return nil, fmt.Errorf("%s:1: larger than %d MB", path, maxFile>>20)
	}
	return src, nil
}

// overlay is base with over's models in place of those of the same alias, and the rest of over's after them.
func overlay(file string, base, over *Catalogue) (*Catalogue, error) {
	all := &Catalogue{Source: over.Source, Date: over.Date}
	if base != nil {
		all.Models, all.Gateways = slices.Clone(base.Models), slices.Clone(base.Gateways)
	}
	for _, g := range over.Gateways {
		all.Gateways = append(slices.DeleteFunc(all.Gateways, func(o Gateway) bool { return o.Name == g.Name }), g)
	}
	for _, m := range over.Models {
		if i := slices.IndexFunc(all.Models, func(o Model) bool { return o.Alias == m.Alias }); i >= 0 {
			all.Models[i] = m
			continue
		}
		all.Models = append(all.Models, m)
	}
	var errs []error
	taken := map[string]string{}
	for _, m := range all.Models {
		for _, name := range m.names() {
			if other, ok := taken[name]; ok {
				errs = append(errs, fmt.Errorf("%s: %q names both %s and %s", file, name, other, m.Alias))
			}
			taken[name] = m.Alias
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return all, nil
}

// Find returns the model that name means at a region: an alias, or the id of any region. ok is false where the
// catalogue has none (an endpoint id, ep-…, is none).
func (c *Catalogue) Find(name string) (m *Model, ok bool) {
	for i := range c.Models {
		if c.Models[i].called(name) {
			return &c.Models[i], true
		}
	}
	return nil, false
}

// called reports whether a name is the model's alias or one of its ids. It is asked of every take of a film.
func (m *Model) called(name string) bool {
	if name == m.Alias {
		return true
	}
	for _, o := range m.Regions {
		if o.ID == name {
			return true
		}
	}
	return false
}

// Aliases are all models' aliases, in the catalogue's order.
func (c *Catalogue) Aliases() []string {
	all := make([]string, len(c.Models))
	for i, m := range c.Models {
		all[i] = m.Alias
	}
	return all
}

// names are the alias and the ids of the model, each once.
func (m *Model) names() []string {
	all := []string{m.Alias}
	for _, r := range slices.Sorted(maps.Keys(m.Regions)) {
		if o := m.Regions[r]; !slices.Contains(all, o.ID) {
			all = append(all, o.ID)
		}
	}
	return all
}
