package vet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"shotchain/chain/models"
)

// Claims are what a clip is said to be. Zero fields claim nothing.
type Claims struct {
	Model      string `json:"model,omitempty"` // an alias, or an id of either region
	Resolution string `json:"resolution,omitempty"`
	Ratio      string `json:"ratio,omitempty"`
	Seconds    int    `json:"duration,omitempty"`
	Audio      *bool  `json:"audio,omitempty"`
}

// ParseClaims reads key=value pairs with commas between them: model, resolution, ratio, duration, audio.
func ParseClaims(text string, c *models.Catalogue) (Claims, error) {
	var cl Claims
	for _, pair := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || value == "" {
			return cl, fmt.Errorf("%q is no claim: write it as key=value", pair)
		}
		var err error
		switch key {
		case "model":
			cl.Model = value
		case "resolution":
			cl.Resolution = value
		case "ratio":
			cl.Ratio = value
		case "duration":
			if cl.Seconds, err = strconv.Atoi(strings.TrimSuffix(value, "s")); err == nil &&
				(cl.Seconds < 1 || cl.Seconds > 3600) {
				err = fmt.Errorf("out of range")
			}
		case "audio":
			on := slices.Contains([]string{"true", "on", "yes"}, value)
			if !on && !slices.Contains([]string{"false", "off", "no"}, value) {
				err = fmt.Errorf("neither on nor off")
			}
			cl.Audio = &on
		default:
			return cl, fmt.Errorf("nothing is claimed by %q; model, resolution, ratio, duration and audio can be", key)
		}
		if err != nil {
			return cl, fmt.Errorf("%s=%s makes no sense", key, value)
		}
	}
	return cl, cl.check(c)
}

// check refuses what no clip could be.
func (cl Claims) check(c *models.Catalogue) error {
	if cl.Model == "" {
		return nil
	}
	m, ok := c.Find(cl.Model)
	if !ok {
		return fmt.Errorf("there is no model %q; `shotchain models` lists them", cl.Model)
	}
	if _, ok := m.Resolution(cl.Resolution); cl.Resolution != "" && !ok {
		return fmt.Errorf("%s has no %s", m.Alias, cl.Resolution)
	}
	if cl.Ratio != "" && !slices.Contains(m.Ratios, cl.Ratio) {
		return fmt.Errorf("%s has no ratio %s", m.Alias, cl.Ratio)
	}
	return nil
}

// family is a model's name as provenance tells it, without vendor and date: doubao-seedance-2-0-260128,
// bytedance/seedance-2.0 and seedance-2.0 are all seedance-2-0.
func family(name string) string {
	name = strings.NewReplacer(".", "-", "/", "-").Replace(strings.TrimPrefix(strings.ToLower(name), "bytedance/"))
	name = strings.TrimPrefix(strings.TrimPrefix(name, "doubao-"), "dreamina-")
	if i := strings.LastIndexByte(name, '-'); i > 0 && len(name)-i == 7 && strings.Trim(name[i+1:], "0123456789") == "" {
		name = name[:i]
	}
	return name
}
