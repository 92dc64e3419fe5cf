// Package models is the catalogue: what each video model can do and what it charges, as data with a source and a
// date. [Default] is the catalogue that shotchain is built with; [Load] lays a user's own file over it. Nothing
// outside the data names a model, so moving a film to another one is a change of one line of its storyboard.
//
// A Catalogue does not change after it is returned and may be shared between goroutines.
package models

import (
	"errors"
	"time"
)

// Catalogue is a list of models, in the order that lists show them.
type Catalogue struct {
	Source string // where the facts come from
	Date   string // when they were read, YYYY-MM-DD
	Models []Model
}

// Region is a place that sells the models under ids and prices of its own: "ark" (China, CNY) or "byteplus"
// (international, USD).
type Region string

const (
	Ark      Region = "ark"
	BytePlus Region = "byteplus"
)

// Model is one model's capabilities and prices.
type Model struct {
	Alias   string
	Regions map[Region]Offer

	MinDuration, MaxDuration int  // whole seconds
	AutoDuration             bool // the model may choose the length (-1)
	Resolutions              []Resolution
	DefaultResolution        string // what shotchain asks for where the film does not say
	Ratios                   []string

	FirstFrame, LastFrame bool // takes a first frame; takes first and last together
	AdaptiveFirstFrame    bool // with a first frame the ratio must be adaptive
	References            References
	Audio                 bool // can make sound
	Seed                  bool
	CameraFixed           bool
	Watermark             bool
	Flex                  bool // service_tier: flex
	Priority              bool
	Draft                 bool
	Images                Images

	Concurrency int      // tasks that run at once for one account
	Expected    Expected // how long a task usually takes
}

// Offer is a model as one region sells it.
type Offer struct {
	ID     string
	Ends   time.Time // first moment it is no longer served (UTC); zero for no known end
	Prices []Price
}

// Resolution is one of a model's picture sizes.
type Resolution struct {
	Name        string          // 480p, 720p, 1080p, 4k
	Pixels      map[string]Size // by ratio, portrait ones included
	Concurrency int             // tasks at once at this resolution; 0: the model's
}

// Size is a picture's size in pixels.
type Size struct{ Width, Height int }

// References are how many reference inputs of each kind a request may hold; all zero where a model takes none.
type References struct{ Images, Videos, Audios int }

// Images are the limits of input pictures.
type Images struct {
	Formats            []string // as image formats are named by the standard library: jpeg, png, webp, …
	MaxBytes           int64
	MinSide, MaxSide   int     // pixels
	MinRatio, MaxRatio float64 // width / height
}

// Price is money per million billed tokens. The first price of an Offer whose conditions hold is the one charged.
type Price struct {
	Resolutions []string // only at these; empty: at all
	Audio       *bool    // only with (true) or without (false) sound; nil: either
	PerMillion  int64    // millionths of the currency's unit, so 10.70 is 10_700_000
	Currency    string   // CNY, USD
}

// Expected is the usual time from create to finished: Base + PerSecond × duration. Measured, not promised.
type Expected struct{ Base, PerSecond time.Duration }

// Default is the built-in catalogue.
func Default() *Catalogue { panic("not built yet") }

// Load lays the models of a user's file over base: a model of the same alias replaces it whole, others are added.
// The error names file and line.
func Load(path string, base *Catalogue) (*Catalogue, error) { return nil, errors.New("not built yet") }

// Find returns the model that name means at a region: an alias, or the id of either region. ok is false where the
// catalogue has none (an endpoint id, ep-…, is none).
func (c *Catalogue) Find(name string) (m *Model, ok bool) { return nil, false }

// Aliases are all models' aliases, in the catalogue's order.
func (c *Catalogue) Aliases() []string { return nil }

// Resolution returns the named resolution of the model.
func (m *Model) Resolution(name string) (Resolution, bool) { return Resolution{}, false }

// Pixels is the size of a clip. ratio "adaptive" takes that of the nearest ratio to frame (the first frame's size),
// or of 16:9 where there is none (zero Size).
func (m *Model) Pixels(resolution, ratio string, frame Size) (Size, bool) { return Size{}, false }

// NearestRatio is the model's ratio at a resolution whose shape is nearest to the picture's, by logarithm.
func (m *Model) NearestRatio(resolution string, picture Size) string { return "" }

// Frames is the number of frames of a clip of d seconds: 24·d + 1 at 24 frames per second.
func Frames(seconds int) int { return 24*seconds + 1 }

// Tokens is what a clip of that size and length is billed: floor(width × height × (24·d + 1) / 1024).
func Tokens(s Size, seconds int) int64 { return 0 }

// Price is the price per million tokens of a clip, and ok false where the model is not sold there.
// flex halves it.
func (m *Model) Price(r Region, resolution string, audio, flex bool) (Price, bool) {
	return Price{}, false
}

// Cost is the money for tokens, in millionths of the price's currency, rounded up.
func (p Price) Cost(tokens int64) int64 { return 0 }

// ExpectedTime is how long a task of d seconds usually takes.
func (m *Model) ExpectedTime(seconds int) time.Duration { return 0 }
