package main

import (
	"maps"

	"shotchain/film/seams"
	"shotchain/internal/say"
)

// tellSeams says what can be seen where shots continue one another, and what was done about it.
func (p *program) tellSeams(all []*seams.Report) {
	for _, s := range all {
		for _, words := range s.Words() {
			if s.Variant != "" {
				words = s.Variant + ": " + words
			}
			p.say("%s", say.Clean(words))
		}
	}
}

// jsonSeam is a link between two clips. Numbers that could not be measured are null, and in unmeasured with the reason.
type jsonSeam struct {
	Shot       string            `json:"shot"`
	From       string            `json:"from"`
	Variant    string            `json:"variant,omitempty"`
	Luma       *float64          `json:"luma"`       // codes
	Chroma     *float64          `json:"chroma"`     // codes
	Contrast   *float64          `json:"contrast"`   // per cent
	Saturation *float64          `json:"saturation"` // per cent
	Sharpness  *float64          `json:"sharpness"`  // octaves
	Shift      *float64          `json:"shift"`      // pixels of a picture 1280 wide
	Same       *float64          `json:"same"`       // r²
	Held       *int              `json:"held"`       // frames
	Join       *float64          `json:"join"`       // own changes
	Jump       *float64          `json:"jump"`       // own changes
	Gap        *int              `json:"gap"`        // ms of silence where the sounds meet
	Level      *float64          `json:"level"`      // dB that the second sound is louder by
	Spectrum   *float64          `json:"spectrum"`   // dB, mean of the octaves' differences
	Flags      []string          `json:"flags"`      // the fields that a viewer may see or hear
	Unmeasured map[string]string `json:"unmeasured,omitempty"`
	Corrected  *jsonCorrection   `json:"corrected,omitempty"`
	After      *jsonAfter        `json:"after,omitempty"`
}

type jsonCorrection struct {
	Map     string   `json:"map,omitempty"`    // in words
	Fades   int      `json:"fades,omitempty"`  // frames over which the map goes; absent: it stays
	Align   *jsonMap `json:"align,omitempty"`  // what the first frames are moved by
	Skipped int      `json:"skipped,omitzero"` // frames
	Refused []string `json:"refused,omitempty"`
}

type jsonMap struct {
	DX   float64 `json:"dx"`
	DY   float64 `json:"dy"`
	Zoom float64 `json:"zoom"`
}

type jsonAfter struct {
	Luma *float64 `json:"luma"`
	Join *float64 `json:"join"`
}

// jsonChain is what grew from a shot that opens on its own.
type jsonChain struct {
	Opening string        `json:"opening"`
	Variant string        `json:"variant,omitempty"`
	Links   int           `json:"links"` // of the longest way
	Drift   []jsonDrifted `json:"drift"` // in film order
}

type jsonDrifted struct {
	Shot   string    `json:"shot"`
	Links  int       `json:"links"`
	Before jsonDrift `json:"before"`
	After  jsonDrift `json:"after"`
}

type jsonDrift struct {
	Luma      float64 `json:"luma"`
	U         float64 `json:"u"`
	V         float64 `json:"v"`
	Contrast  float64 `json:"contrast"`  // octaves
	Sharpness float64 `json:"sharpness"` // octaves
}

// seamsJSON are the seams of all variants, and their chains.
func seamsJSON(all []*seams.Report) (links []jsonSeam, chains []jsonChain) {
	for _, s := range all {
		for _, l := range s.Links {
			j := seamJSON(l)
			j.Variant = s.Variant
			links = append(links, j)
		}
		for _, c := range s.Chains {
			j := jsonChain{Opening: c.Opening, Variant: s.Variant}
			for _, d := range c.Shots {
				j.Links = max(j.Links, d.Before.Links)
				before, after := d.Before, d.After
				j.Drift = append(j.Drift, jsonDrifted{d.Shot, before.Links,
					jsonDrift{before.Luma, before.U, before.V, before.Contrast, before.Sharpness},
					jsonDrift{after.Luma, after.U, after.V, after.Contrast, after.Sharpness}})
			}
			chains = append(chains, j)
		}
	}
	return links, chains
}

func seamJSON(s seams.Seam) jsonSeam {
	l := s.Link
	of := func(field string, v float64) *float64 {
		if !l.Has(field) {
			return nil
		}
		return &v
	}
	j := jsonSeam{Shot: s.Shot, From: s.From, Luma: of("luma", l.Luma), Chroma: of("chroma", l.Chroma),
		Contrast: of("contrast", l.Contrast), Saturation: of("saturation", l.Saturation),
		Sharpness: of("sharpness", l.Sharpness),
		Shift:     of("shift", l.Shift), Same: of("same", l.Same), Join: of("join", l.Join), Jump: of("jump", l.Jump),
		Flags: []string{}, Unmeasured: maps.Clone(l.Missing)}
	if l.Has("held") {
		j.Held = &l.Held
	}
	if sound := l.Sound; sound.Why == "" {
		j.Gap, j.Level, j.Spectrum = &sound.Gap, &sound.Level, &sound.Spectrum
	} else {
		if j.Unmeasured == nil {
			j.Unmeasured = map[string]string{}
		}
		j.Unmeasured["sound"] = sound.Why
	}
	for _, f := range l.Flags() {
		j.Flags = append(j.Flags, f.Field)
	}
	if c := s.Correction; !c.None() || c.Skip > 0 || len(c.Notes) > 0 {
		j.Corrected = &jsonCorrection{Fades: c.Fade, Skipped: c.Skip, Refused: c.Notes}
		if words := c.Words(); words != "" {
			j.Corrected.Map = words
		}
		if m := c.Move; m.DX != 0 || m.DY != 0 || m.Zoom != 0 {
			j.Corrected.Align = &jsonMap{m.DX, m.DY, m.Zoom}
		}
	}
	if a := s.After; a != nil {
		j.After = &jsonAfter{}
		if a.Has("luma") {
			j.After.Luma = &a.Luma
		}
		if a.Has("join") {
			j.After.Join = &a.Join
		}
	}
	return j
}
