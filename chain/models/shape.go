package models

import (
	"math"
	"slices"
)

// Adaptive is the ratio that follows the first frame.
const Adaptive = "adaptive"

// widescreen is the ratio where a film, a frame or the service says nothing.
const widescreen = "16:9"

// Resolution returns the named resolution of the model.
func (m *Model) Resolution(name string) (Resolution, bool) {
	for _, r := range m.Resolutions {
		if r.Name == name {
			return r, true
		}
	}
	return Resolution{}, false
}

// At is the model as a region sells it: without what the region's service does not take.
func (m *Model) At(r Region) *Model {
	if there, ok := m.at[r]; ok {
		return there
	}
	return m
}

// TakesSeed reports whether a request may name a seed.
func (m *Model) TakesSeed(references bool) bool {
	return m.Seed && (references || !m.SeedBesideReferences)
}

// Sold reports whether a region that sells the model sells it at this resolution too.
func (r Resolution) Sold(at Region) bool {
	return len(r.Regions) == 0 || slices.Contains(r.Regions, at)
}

// SoldAt are the names of the resolutions that a region sells, smallest first.
func (m *Model) SoldAt(at Region) (names []string) {
	for _, r := range m.Resolutions {
		if r.Sold(at) {
			names = append(names, r.Name)
		}
	}
	return names
}

// ResolutionNames are the names of the model's resolutions, smallest first as the catalogue has them.
func (m *Model) ResolutionNames() []string {
	all := make([]string, len(m.Resolutions))
	for i, r := range m.Resolutions {
		all[i] = r.Name
	}
	return all
}

// ConcurrencyAt is the number of tasks of one account that run at once at a resolution.
func (m *Model) ConcurrencyAt(resolution string) int {
	if r, ok := m.Resolution(resolution); ok && r.Concurrency > 0 {
		return r.Concurrency
	}
	return m.Concurrency
}

// Pixels is the size of a clip. ratio "adaptive" takes that of the nearest ratio to frame (the first frame's size),
// or of 16:9 where there is none (zero Size).
func (m *Model) Pixels(resolution, ratio string, frame Size) (Size, bool) {
	r, ok := m.Resolution(resolution)
	if !ok {
		return Size{}, false
	}
	if ratio == Adaptive {
		ratio = m.NearestRatio(resolution, frame)
	}
	s, ok := r.Pixels[ratio]
	return s, ok
}

// NearestRatio is the model's ratio at a resolution whose shape is nearest to the picture's, by logarithm: a clip
// that is twice as wide as the picture is as far from it as one that is half as wide. It is measured against the
// real pixels, so a clip's own last frame always finds the clip's ratio. Of two as near it is the one that Ratios
// names first; for a zero picture 16:9, where the model has it.
func (m *Model) NearestRatio(resolution string, picture Size) string {
	r, ok := m.Resolution(resolution)
	if !ok {
		return ""
	}
	if picture.Width <= 0 || picture.Height <= 0 {
		return r.widescreen(m.Ratios)
	}
	shape := picture.shape()
	best, least := "", math.Inf(1)
	for _, name := range m.Ratios {
		s, ok := r.Pixels[name]
		if !ok {
			continue
		}
		if d := math.Abs(s.shape() - shape); d < least {
			best, least = name, d
		}
	}
	return best
}

// widescreen is 16:9, or the first of the names that the resolution has pixels for.
func (r Resolution) widescreen(names []string) string {
	if _, ok := r.Pixels[widescreen]; ok {
		return widescreen
	}
	if i := slices.IndexFunc(names, func(n string) bool { _, ok := r.Pixels[n]; return ok }); i >= 0 {
		return names[i]
	}
	return ""
}

// shape is the logarithm of width over height.
func (s Size) shape() float64 { return math.Log(float64(s.Width) / float64(s.Height)) }

// Ratio is the name of the resolution's ratio that has exactly these pixels.
func (r Resolution) Ratio(s Size) (name string, ok bool) {
	for name, p := range r.Pixels {
		if p == s {
			return name, true
		}
	}
	return "", false
}
