// Package models is the catalogue: what each video model can do and what it charges, as data with a source and a
// date. [Default] is the catalogue that shotchain is built with; [Load] lays a user's own file over it. Nothing
// outside the data names a model, so moving a film to another one is a change of one line of its storyboard.
//
// A Catalogue does not change after it is returned and may be shared between goroutines.
package models

import "time"

// Catalogue is a list of models, in the order that lists show them.
type Catalogue struct {
	Source string // where the facts come from
	Date   string // when they were read, YYYY-MM-DD
	Models []Model

	Gateways []Gateway // services of Ark's shape that others run
}

// Region is a place that sells the models under ids and prices of its own: "ark" (China, CNY), "byteplus"
// (international, USD), "fal" (fal.ai, USD) or "openrouter" (OpenRouter, USD).
type Region string

const (
	Ark        Region = "ark"
	BytePlus   Region = "byteplus"
	Fal        Region = "fal"
	OpenRouter Region = "openrouter"
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
	RefusesFaces          bool // refuses recognisable faces in pictures that are not its own untouched output
	References            References
	Audio                 bool // can make sound
	Seed                  bool
	SeedBesideReferences  bool // takes a seed only in a request that has references
	CameraFixed           bool
	Watermark             bool
	Flex                  bool // service_tier: flex
	Priority              bool
	Draft                 bool
	Images                Images

	FrameCount     bool     // may be asked for `frames` instead of a duration
	OutputFormats  []string // the values of output_format; empty where the model has no such field
	ReferenceTasks []string // the values of omni_reference_task_type; empty where the model has no such field
	Drafts         Drafts   // what a draft is; zero without Draft
	Service        Defaults // what the service does where a request leaves a field out

	Concurrency int      // tasks that run at once for one account
	Expected    Expected // how long a task usually takes

	at map[Region]*Model // the model as a region sells it, where it differs
}

// Offer is a model as one region sells it.
type Offer struct {
	ID     string
	Ends   time.Time // first moment it is no longer served (UTC): 00:00 of the end date where the region is; zero for no known end
	Unsure bool      // it was to end then, and nobody has said that it did: it may be gone
	Prices []Price

	Fields []string // that a request may hold here beyond what Model tells, by the service's own names

	Source, Date string // where this row's facts come from, and when they were read, YYYY-MM-DD
}

// Resolution is one of a model's picture sizes.
type Resolution struct {
	Name        string          // 480p, 720p, 1080p, 4k
	Pixels      map[string]Size // by ratio, portrait ones included
	Concurrency int             // tasks at once at this resolution; 0: the model's
	Codec       string          // of the clip's picture: h264, or hevc-10 (10 bit)
	Regions     []Region        // only these sell it; empty: every one that sells the model
}

// Size is a picture's size in pixels.
type Size struct{ Width, Height int }

// References are how many reference inputs of each kind a request may hold; all zero where a model takes none.
type References struct{ Images, Videos, Audios int }

// Images are the limits of input pictures.
type Images struct {
	Formats            []string // as image formats are named by the standard library: jpeg, png, webp, …
	MaxBytes           int64    // a picture has fewer
	MinSide, MaxSide   int      // pixels
	MinRatio, MaxRatio float64  // width / height
}

// Drafts are a model's cheap trial clips.
type Drafts struct {
	Resolution        string   // the only one they come in
	WithAudio, Silent int      // billed tokens in per cent of the clip's
	LastFrame         bool     // return_last_frame is taken
	Final             []string // resolutions that the final clip may have; empty: every one of the model
}

// Defaults are the service's own.
type Defaults struct {
	Resolution string
	Ratio      string // of a request without pictures; with one it is adaptive
	Duration   int    // seconds, -1 where the model chooses
}

// Price is money per million billed tokens. The first price of an Offer whose conditions hold is the one charged.
type Price struct {
	Resolutions []string // only at these; empty: at all
	Audio       *bool    // only with (true) or without (false) sound; nil: either
	PerMillion  int64    // millionths of the currency's unit, so 10.70 is 10_700_000
	PerSecond   int64    // of the clip, millionths; 0 where the region has no such price. The dearer of the two is charged
	Currency    string   // CNY, USD
	Unconfirmed bool     // the vendor has not published it: it is what others charge, or the dearest of the model
}

// Expected is the usual time from create to finished: Base + PerSecond × duration. Measured, not promised.
type Expected struct{ Base, PerSecond time.Duration }
