package models

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"shotchain/internal/say"
)

// The types below are the file's form. catalogue.yaml's head says what its fields mean.
type (
	fileCatalogue struct {
		Source string      `yaml:"source"`
		Date   string      `yaml:"date"`
		Models []fileModel `yaml:"models"`

		Gateways []Gateway `yaml:"gateways"`
	}
	fileModel struct {
		Alias              string               `yaml:"alias"`
		Regions            map[string]fileOffer `yaml:"regions"`
		Duration           fileDuration         `yaml:"duration"`
		DefaultResolution  string               `yaml:"default_resolution"`
		Resolutions        []fileResolution     `yaml:"resolutions"`
		Ratios             []string             `yaml:"ratios"`
		Takes              []string             `yaml:"takes"`
		AdaptiveFirstFrame bool                 `yaml:"adaptive_first_frame"`
		RefusesFaces       bool                 `yaml:"refuses_faces"`
		References         fileReferences       `yaml:"references"`
		OutputFormats      []string             `yaml:"output_formats"`
		ReferenceTasks     []string             `yaml:"reference_tasks"`
		Drafts             fileDrafts           `yaml:"drafts"`
		Images             fileImages           `yaml:"images"`
		Concurrency        int                  `yaml:"concurrency"`
		Expected           fileExpected         `yaml:"expected"`
		Service            fileDefaults         `yaml:"service"`
	}
	fileOffer struct {
		ID       string `yaml:"id"`
		Ends     string `yaml:"ends"`
		Unsure   bool   `yaml:"unsure"`
		Source   string `yaml:"source"`
		Date     string `yaml:"date"`
		Currency string `yaml:"currency"`

		Lacks       []string `yaml:"lacks"`
		SeedBeside  string   `yaml:"seed_beside"`
		Formats     []string `yaml:"formats"`
		Concurrency int      `yaml:"concurrency"`
		Fields      []string `yaml:"fields"`

		Prices []filePrice `yaml:"prices"`
	}
	filePrice struct {
		PerMillion  price    `yaml:"per_million"`
		PerSecond   price    `yaml:"per_second"`
		Resolutions []string `yaml:"resolutions"`
		Audio       *bool    `yaml:"audio"`
		Unconfirmed bool     `yaml:"unconfirmed"`
	}
	fileDuration struct {
		Min  int  `yaml:"min"`
		Max  int  `yaml:"max"`
		Auto bool `yaml:"auto"`
	}
	fileResolution struct {
		Name        string          `yaml:"name"`
		Concurrency int             `yaml:"concurrency"`
		Codec       string          `yaml:"codec"`
		Regions     []Region        `yaml:"regions"`
		Pixels      map[string]Size `yaml:"pixels"`
	}
	fileReferences struct {
		Images int `yaml:"images"`
		Videos int `yaml:"videos"`
		Audios int `yaml:"audios"`
	}
	fileDrafts struct {
		Resolution string   `yaml:"resolution"`
		WithAudio  int      `yaml:"with_audio"`
		Silent     int      `yaml:"silent"`
		LastFrame  bool     `yaml:"last_frame"`
		Final      []string `yaml:"final"`
	}
	fileImages struct {
		Formats  []string `yaml:"formats"`
		MaxBytes int64    `yaml:"max_bytes"`
		MinSide  int      `yaml:"min_side"`
		MaxSide  int      `yaml:"max_side"`
		MinRatio float64  `yaml:"min_ratio"`
		MaxRatio float64  `yaml:"max_ratio"`
	}
	fileExpected struct {
		Base      time.Duration `yaml:"base"`
		PerSecond time.Duration `yaml:"per_second"`
	}
	fileDefaults struct {
		Resolution string `yaml:"resolution"`
		Ratio      string `yaml:"ratio"`
		Duration   int    `yaml:"duration"`
	}
)

// decode reads and checks a catalogue. Its error has one line per fact, each beginning with file:line.
func decode(file string, src []byte) (*Catalogue, error) {
	var f fileCatalogue
	var root yaml.Node
	if err := into(yaml.NewDecoder(bytes.NewReader(src)), &root); err != nil && !errors.Is(err, io.EOF) {
		return nil, located(file, err)
	}
	d := yaml.NewDecoder(bytes.NewReader(src))
	d.KnownFields(true)
	if err := into(d, &f); err != nil && !errors.Is(err, io.EOF) {
		return nil, located(file, err)
	}
	if into(d, new(yaml.Node)) == nil {
		return nil, fmt.Errorf("%s:1: more than one YAML document", file)
	}
	c := &checker{file: file, root: &root}
	c.catalogue(&f)
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	return f.catalogue(), nil
}

// into decodes the next document. The library leaves some panics to its callers: at a key that is a mapping, beside <<.
func into(d *yaml.Decoder, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: %v", p)
		}
	}()
	return d.Decode(v)
}

// lineWord is how yaml.v3 begins a fact that has a place.
var lineWord = regexp.MustCompile(`(?s)^(?:yaml: )?line (\d+): (.*)$`)

// goType is where yaml.v3 speaks of Go types to someone who wrote YAML.
var goType = regexp.MustCompile(` (in type|into) \S+$`)

// located turns yaml.v3's errors into file:line: fact, one line each whatever the values that they quote have in them.
func located(file string, err error) error {
	facts := []string{err.Error()}
	if te := (*yaml.TypeError)(nil); errors.As(err, &te) {
		facts = te.Errors
	}
	var errs []error
	for _, fact := range facts {
		line := "1"
		if m := lineWord.FindStringSubmatch(fact); m != nil {
			line, fact = m[1], m[2]
		}
		errs = append(errs,
			fmt.Errorf("%s:%s: %s", file, line, say.Clean(goType.ReplaceAllString(strings.TrimPrefix(fact, "yaml: "), ""))))
	}
	return errors.Join(errs...)
}

// price is a decimal number with at most six digits after the point, in millionths: never a float.
type price int64

var decimal = regexp.MustCompile(`^(\d{1,9})(?:\.(\d{1,6}))?$`)

func (m *price) UnmarshalYAML(n *yaml.Node) error {
	p := decimal.FindStringSubmatch(n.Value)
	if p == nil {
		return badValue(n, "is no price such as 10.70")
	}
	v, err := strconv.ParseInt(p[1]+(p[2] + "000000")[:6], 10, 64)
	if err != nil {
		return badValue(n, "is no price such as 10.70")
	}
	*m = price(v)
	return nil
}

var dimensions = regexp.MustCompile(`^(\d{1,5})x(\d{1,5})$`)

// UnmarshalYAML reads a size written as 1280x720.
func (s *Size) UnmarshalYAML(n *yaml.Node) error {
	p := dimensions.FindStringSubmatch(n.Value)
	if p == nil {
		return badValue(n, "is no size such as 1280x720")
	}
	s.Width, _ = strconv.Atoi(p[1])
	s.Height, _ = strconv.Atoi(p[2])
	return nil
}

// String is the size as people write it, 1280x720.
func (s Size) String() string { return fmt.Sprintf("%dx%d", s.Width, s.Height) }

// badValue is a fact about a scalar in the form in which yaml.v3 collects them.
func badValue(n *yaml.Node, fact string) error {
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %q %s", n.Line, n.Value, fact)}}
}
