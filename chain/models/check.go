package models

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"shotchain/internal/say"
)

// checker collects everything that is wrong with a decoded file.
type checker struct {
	file string
	root *yaml.Node
	errs []error
}

// fail records a fact about what stands at a path of the file: keys and indexes from its top.
func (c *checker) fail(at []any, format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("%s:%d: %s", c.file, lineAt(c.root, at), say.Clean(fmt.Sprintf(format, args...))))
}

// under is a path below another. It copies, so that siblings do not share memory.
func under(at []any, more ...any) []any { return append(slices.Clone(at), more...) }

// lineAt is the line of what stands at a path, or of the last part of the path that is there.
func lineAt(n *yaml.Node, at []any) int {
	line := 1
	for i := -1; ; i++ {
		for n != nil && (n.Kind == yaml.DocumentNode || n.Kind == yaml.AliasNode) {
			if n.Kind == yaml.AliasNode {
				n = n.Alias
			} else if len(n.Content) > 0 {
				n = n.Content[0]
			} else {
				return line
			}
		}
		if n == nil || n.Line == 0 {
			return line
		}
		line = n.Line
		if i+1 >= len(at) {
			return line
		}
		n = child(n, at[i+1])
	}
}

func child(n *yaml.Node, step any) *yaml.Node {
	switch k := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && k < len(n.Content) {
			return n.Content[k]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == k {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

func (c *checker) catalogue(f *fileCatalogue) {
	if f.Source == "" {
		c.fail(nil, "source is missing: say where the facts come from")
	}
	if _, err := time.Parse(time.DateOnly, f.Date); err != nil {
		c.fail([]any{"date"}, "date %q is no date such as 2026-10-08", f.Date)
	}
	c.gateways(f.Gateways)
	if len(f.Models) == 0 && len(f.Gateways) == 0 {
		c.fail([]any{"models"}, "models is empty")
	}
	taken := map[string]string{}
	for i := range f.Models {
		m := &f.Models[i]
		at := []any{"models", i}
		c.names(at, m, taken)
		c.regions(at, m)
		c.sizes(at, m)
		c.abilities(at, m)
		c.images(at, m.Images)
		c.times(at, m)
	}
}

// word is what may stand for a model on a command line and in a storyboard.
var word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

// idWord is what a service may call a model: words, with slashes between them.
var idWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$`)

func (c *checker) names(at []any, m *fileModel, taken map[string]string) {
	if !word.MatchString(m.Alias) {
		c.fail(under(at, "alias"), "alias %q is no name: letters, digits, dots and dashes", m.Alias)
	}
	own := map[string]bool{m.Alias: true}
	for _, r := range slices.Sorted(maps.Keys(m.Regions)) {
		o := m.Regions[r]
		if !idWord.MatchString(o.ID) {
			c.fail(under(at, "regions", r, "id"), "%s: id %q is no model id", m.Alias, o.ID)
		}
		if strings.HasPrefix(o.ID, "ep-") {
			c.fail(under(at, "regions", r, "id"), "%s: %q is an endpoint, not a model", m.Alias, o.ID)
		}
		own[o.ID] = true
	}
	for _, n := range slices.Sorted(maps.Keys(own)) {
		if other, ok := taken[n]; ok {
			c.fail(under(at, "alias"), "%q names both %s and %s", n, other, m.Alias)
		}
		taken[n] = m.Alias
	}
}

var currency = regexp.MustCompile(`^[A-Z]{3}$`)

func (c *checker) regions(at []any, m *fileModel) {
	if len(m.Regions) == 0 {
		c.fail(under(at, "regions"), "%s: no region sells it", m.Alias)
	}
	for _, r := range slices.Sorted(maps.Keys(m.Regions)) {
		o, here := m.Regions[r], under(at, "regions", r)
		if _, ok := zones[Region(r)]; !ok {
			c.fail(here, "%s: unknown region %q: there are ark, byteplus, fal and openrouter", m.Alias, r)
			continue
		}
		if _, err := endOf(o.Ends, Region(r)); err != nil {
			c.fail(under(here, "ends"), "%s: ends %q is no date such as 2026-11-24", m.Alias, o.Ends)
		}
		if !currency.MatchString(o.Currency) {
			c.fail(under(here, "currency"), "%s: currency %q is no code such as CNY or USD", m.Alias, o.Currency)
		}
		if _, err := time.Parse(time.DateOnly, o.Date); o.Date != "" && err != nil {
			c.fail(under(here, "date"), "%s: date %q is no date such as 2026-10-08", m.Alias, o.Date)
		}
		if o.Unsure && o.Ends == "" {
			c.fail(under(here, "unsure"), "%s: unsure of an end that is not given", m.Alias)
		}
		c.narrowed(here, m, o)
		c.prices(here, m, o, Region(r))
	}
}

// narrowed checks what a region says of itself that the model does not.
func (c *checker) narrowed(at []any, m *fileModel, o fileOffer) {
	for i, w := range o.Lacks {
		if _, known := lacks[w]; takes[w] == nil && !known {
			c.fail(under(at, "lacks", i), "%s: lacks %q is unknown: it is a word of takes, auto or references", m.Alias, w)
		}
	}
	if o.SeedBeside != "" && o.SeedBeside != "references" {
		c.fail(under(at, "seed_beside"), "%s: seed_beside %q is unknown: there is references", m.Alias, o.SeedBeside)
	}
	if o.Concurrency < 0 {
		c.fail(under(at, "concurrency"), "%s: concurrency %d is negative", m.Alias, o.Concurrency)
	}
}

// prices checks that every clip the model can make has a price.
func (c *checker) prices(at []any, m *fileModel, o fileOffer, region Region) {
	sounds := []bool{false}
	if slices.Contains(m.Takes, "audio") {
		sounds = []bool{false, true}
	}
	for i, p := range o.Prices {
		for _, name := range p.Resolutions {
			if !slices.ContainsFunc(m.Resolutions, func(r fileResolution) bool { return r.Name == name }) {
				c.fail(under(at, "prices", i), "%s: a price for %q, which is none of its resolutions", m.Alias, name)
			}
		}
	}
	for _, r := range m.Resolutions {
		if !(Resolution{Regions: r.Regions}).Sold(region) {
			continue
		}
		for _, audio := range sounds {
			if !slices.ContainsFunc(o.Prices, func(p filePrice) bool {
				return Price{Resolutions: p.Resolutions, Audio: p.Audio}.holds(r.Name, audio)
			}) {
				c.fail(under(at, "prices"), "%s: no price at %s with audio %t", m.Alias, r.Name, audio)
			}
		}
	}
}

// maxSide bounds a clip's sides, so that tokens of no catalogue overflow.
const maxSide = 16384

// shapeSlack is how far a clip's shape may be from its ratio's name, as a factor. 1.0's 960x416 is 1.1 % off 21:9.
const shapeSlack = 1.05

func (c *checker) sizes(at []any, m *fileModel) {
	if len(m.Resolutions) == 0 {
		c.fail(under(at, "resolutions"), "%s: no resolutions", m.Alias)
	}
	for i, name := range m.Ratios {
		if name != Adaptive && shapeOf(name) == 0 {
			c.fail(under(at, "ratios", i), "%s: unknown ratio %q: there are %s and adaptive", m.Alias, name,
				strings.Join(ratios, " "))
		}
	}
	if !slices.ContainsFunc(m.Ratios, func(n string) bool { return n != Adaptive }) {
		c.fail(under(at, "ratios"), "%s: no ratios", m.Alias)
	}
	seen := map[string]bool{}
	for i, r := range m.Resolutions {
		here := under(at, "resolutions", i)
		if r.Name == "" || seen[r.Name] {
			c.fail(here, "%s: resolution %q is there twice or has no name", m.Alias, r.Name)
		}
		seen[r.Name] = true
		for j, region := range r.Regions {
			if _, ok := m.Regions[string(region)]; !ok {
				c.fail(under(here, "regions", j), "%s: %s is sold at %q, where the model is not", m.Alias, r.Name, region)
			}
		}
		if r.Concurrency < 0 {
			c.fail(under(here, "concurrency"), "%s: concurrency %d is negative", m.Alias, r.Concurrency)
		}
		if !slices.Contains([]string{"", "h264", "hevc-10"}, r.Codec) {
			c.fail(under(here, "codec"), "%s: unknown codec %q: there are h264 and hevc-10", m.Alias, r.Codec)
		}
		c.pixels(here, m, r)
	}
	if !slices.ContainsFunc(m.Resolutions,
		func(r fileResolution) bool { return r.Name == m.DefaultResolution && len(r.Regions) == 0 }) {
		c.fail(under(at, "default_resolution"), "%s: default_resolution %q is none of its resolutions", m.Alias,
			m.DefaultResolution)
	}
	if !seen[m.Service.Resolution] {
		c.fail(under(at, "service", "resolution"), "%s: the service's resolution %q is none of its resolutions", m.Alias,
			m.Service.Resolution)
	}
	if !slices.Contains(m.Ratios, m.Service.Ratio) {
		c.fail(under(at, "service", "ratio"), "%s: the service's ratio %q is none of its ratios", m.Alias, m.Service.Ratio)
	}
}

// pixels checks one resolution's table: a size for each ratio and no other, each of about the shape it is named by.
func (c *checker) pixels(at []any, m *fileModel, r fileResolution) {
	for _, name := range m.Ratios {
		if _, ok := r.Pixels[name]; !ok && name != Adaptive {
			c.fail(under(at, "pixels"), "%s: no pixels for %s at %s", m.Alias, name, r.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Pixels)) {
		s, here := r.Pixels[name], under(at, "pixels", name)
		switch want := shapeOf(name); {
		case !slices.Contains(m.Ratios, name) || want == 0:
			c.fail(here, "%s: pixels for %q, which is none of its ratios", m.Alias, name)
		case s.Width <= 0 || s.Height <= 0 || s.Width > maxSide || s.Height > maxSide:
			c.fail(here, "%s: %s is no size for a clip", m.Alias, s)
		case math.Abs(s.shape()-math.Log(want)) > math.Log(shapeSlack):
			c.fail(here, "%s: %s does not have the shape %s", m.Alias, s, name)
		}
	}
}

// ratios are the shapes that the API names.
var ratios = []string{"16:9", "4:3", "1:1", "3:4", "9:16", "21:9"}

// shapeOf is width over height of a named ratio, 0 for a name that the API does not have.
func shapeOf(ratio string) float64 {
	if !slices.Contains(ratios, ratio) {
		return 0
	}
	w, h, _ := strings.Cut(ratio, ":")
	a, _ := strconv.ParseFloat(w, 64)
	b, _ := strconv.ParseFloat(h, 64)
	return a / b
}

// maxSeconds bounds a clip's length; the longest of any model is 30.
const maxSeconds = 600

func (c *checker) abilities(at []any, m *fileModel) {
	for i, w := range m.Takes {
		if takes[w] == nil {
			c.fail(under(at, "takes", i), "%s: takes %q is unknown: there are %s", m.Alias, w,
				strings.Join(slices.Sorted(maps.Keys(takes)), " "))
		}
	}
	if d := m.Duration; d.Min < 1 || d.Max < d.Min || d.Max > maxSeconds {
		c.fail(under(at, "duration"), "%s: durations from %d to %d s: they go up, from 1 to %d", m.Alias, d.Min, d.Max,
			maxSeconds)
	}
	if d := m.Service.Duration; !(d == -1 && m.Duration.Auto || d >= m.Duration.Min && d <= m.Duration.Max) {
		c.fail(under(at, "service", "duration"), "%s: the service's duration %d is none that the model makes", m.Alias, d)
	}
	if r := m.References; min(r.Images, r.Videos, r.Audios) < 0 {
		c.fail(under(at, "references"), "%s: a negative number of references", m.Alias)
	}
	if m.Concurrency < 1 {
		c.fail(under(at, "concurrency"), "%s: concurrency %d is less than 1", m.Alias, m.Concurrency)
	}
	if slices.Contains(m.Takes, "draft") {
		c.drafts(under(at, "drafts"), m)
	}
}

func (c *checker) drafts(at []any, m *fileModel) {
	for _, name := range append([]string{m.Drafts.Resolution}, m.Drafts.Final...) {
		if !slices.ContainsFunc(m.Resolutions, func(r fileResolution) bool { return r.Name == name }) {
			c.fail(at, "%s: drafts: %q is none of its resolutions", m.Alias, name)
		}
	}
	for _, share := range []int{m.Drafts.WithAudio, m.Drafts.Silent} {
		if share < 1 || share > 100 {
			c.fail(at, "%s: drafts: %d per cent of a clip's tokens", m.Alias, share)
		}
	}
}

func (c *checker) images(at []any, i fileImages) {
	switch {
	case len(i.Formats) == 0:
		c.fail(under(at, "images"), "images: no formats")
	case i.MaxBytes < 1:
		c.fail(under(at, "images"), "images: max_bytes %d is less than 1", i.MaxBytes)
	case i.MinSide < 1 || i.MaxSide < i.MinSide:
		c.fail(under(at, "images"), "images: sides from %d to %d pixels", i.MinSide, i.MaxSide)
	case !(i.MinRatio > 0 && i.MaxRatio >= i.MinRatio && i.MaxRatio < 1000):
		c.fail(under(at, "images"), "images: ratios from %g to %g", i.MinRatio, i.MaxRatio)
	}
}

// maxExpected bounds the expected times, so that a schedule of no film overflows.
const maxExpected = 24 * time.Hour

func (c *checker) times(at []any, m *fileModel) {
	for _, d := range []time.Duration{m.Expected.Base, m.Expected.PerSecond} {
		if d < 0 || d > maxExpected {
			c.fail(under(at, "expected"), "%s: expected time %s", m.Alias, d)
		}
	}
	if m.Expected == (fileExpected{}) {
		c.fail(under(at, "expected"), "%s: no expected time", m.Alias)
	}
}
