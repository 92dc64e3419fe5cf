package models

import (
	"cmp"
	"time"
)

// zones are where a region's end dates are meant.
var zones = map[Region]*time.Location{Ark: time.FixedZone("UTC+8", 8*60*60), BytePlus: time.UTC, Fal: time.UTC,
	OpenRouter: time.UTC}

// takes are the words of a model's `takes` and the fields that they set.
var takes = map[string]func(*Model) *bool{
	"first_frame":  func(m *Model) *bool { return &m.FirstFrame },
	"last_frame":   func(m *Model) *bool { return &m.LastFrame },
	"audio":        func(m *Model) *bool { return &m.Audio },
	"seed":         func(m *Model) *bool { return &m.Seed },
	"camera_fixed": func(m *Model) *bool { return &m.CameraFixed },
	"watermark":    func(m *Model) *bool { return &m.Watermark },
	"flex":         func(m *Model) *bool { return &m.Flex },
	"priority":     func(m *Model) *bool { return &m.Priority },
	"draft":        func(m *Model) *bool { return &m.Draft },
	"frames":       func(m *Model) *bool { return &m.FrameCount },
}

// lacks are the words of a region's `lacks` that are none of takes, and what they take away.
var lacks = map[string]func(*Model){
	"auto":       func(m *Model) { m.AutoDuration = false },
	"references": func(m *Model) { m.References = References{} },
}

// catalogue is the checked file as the rest of the program sees it.
func (f *fileCatalogue) catalogue() *Catalogue {
	c := &Catalogue{Source: f.Source, Date: f.Date}
	for _, g := range f.Gateways {
		g.Source, g.Date = cmp.Or(g.Source, f.Source), cmp.Or(g.Date, f.Date)
		c.Gateways = append(c.Gateways, g)
	}
	for i := range f.Models {
		c.Models = append(c.Models, f.Models[i].model(f))
	}
	return c
}

func (f *fileModel) model(file *fileCatalogue) Model {
	m := Model{
		Alias:              f.Alias,
		Regions:            map[Region]Offer{},
		MinDuration:        f.Duration.Min,
		MaxDuration:        f.Duration.Max,
		AutoDuration:       f.Duration.Auto,
		DefaultResolution:  f.DefaultResolution,
		Ratios:             f.Ratios,
		AdaptiveFirstFrame: f.AdaptiveFirstFrame,
		RefusesFaces:       f.RefusesFaces,
		References:         References(f.References),
		Images:             Images(f.Images),
		OutputFormats:      f.OutputFormats,
		ReferenceTasks:     f.ReferenceTasks,
		Drafts:             Drafts(f.Drafts),
		Service:            Defaults(f.Service),
		Concurrency:        f.Concurrency,
		Expected:           Expected(f.Expected),
	}
	for _, word := range f.Takes {
		*takes[word](&m) = true
	}
	for _, r := range f.Resolutions {
		codec := r.Codec
		if codec == "" {
			codec = "h264"
		}
		m.Resolutions = append(m.Resolutions,
			Resolution{Name: r.Name, Pixels: r.Pixels, Concurrency: r.Concurrency, Codec: codec,
				Regions: r.Regions})
	}
	for name, o := range f.Regions {
		m.Regions[Region(name)] = o.offer(Region(name), file)
	}
	for name, o := range f.Regions {
		if there := o.narrowed(m); there != nil {
			if m.at == nil {
				m.at = map[Region]*Model{}
			}
			m.at[Region(name)] = there
		}
	}
	return m
}

// narrowed is the model as the region sells it, nil where that is all of it.
func (f fileOffer) narrowed(m Model) *Model {
	if len(f.Lacks) == 0 && f.SeedBeside == "" && len(f.Formats) == 0 && f.Concurrency == 0 {
		return nil
	}
	for _, word := range f.Lacks {
		if field, ok := takes[word]; ok {
			*field(&m) = false
		} else {
			lacks[word](&m)
		}
	}
	m.SeedBesideReferences = f.SeedBeside != ""
	if len(f.Formats) > 0 {
		m.Images.Formats = f.Formats
	}
	m.Concurrency = cmp.Or(f.Concurrency, m.Concurrency)
	return &m
}

func (f fileOffer) offer(r Region, file *fileCatalogue) Offer {
	o := Offer{ID: f.ID, Fields: f.Fields, Unsure: f.Unsure, Source: cmp.Or(f.Source, file.Source),
		Date: cmp.Or(f.Date, file.Date)}
	o.Ends, _ = endOf(f.Ends, r) // checked before
	for _, p := range f.Prices {
		o.Prices = append(o.Prices, Price{Resolutions: p.Resolutions, Audio: p.Audio, PerMillion: int64(p.PerMillion),
			PerSecond: int64(p.PerSecond), Currency: f.Currency, Unconfirmed: p.Unconfirmed})
	}
	return o
}

// endOf reads `ends`: a moment, or a date in the region's zone, which ends the model as it begins.
func endOf(s string, r Region) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zones[r])
	return t.UTC(), err
}
