package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shotchain/chain/models"
	"shotchain/chain/money"
	"shotchain/internal/say"
)

func (p *program) modelsVerb() *cobra.Command {
	var f catalogueFlags
	cmd := &cobra.Command{
		Use:   "models",
		Short: "list the models, what they can do and what they charge",
		Long: `Models lists the catalogue: the names that a storyboard's "model" takes, each model's abilities, and for each region
its price per million tokens, the day it ends, and where that is from and as of when. A clip is billed width x height x (24 x seconds + 1) / 1024 tokens.
ark is Volcengine Ark in China, byteplus is BytePlus ModelArk, fal is fal.ai, which also names prices by the second: the
dearer of the two is planned with. A file given with --models, of the same form as the
built-in one, replaces models of the same name and adds others.`,
		Example: "shotchain models --json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			c, err := f.catalogue()
			if err != nil {
				return err
			}
			if p.json {
				p.printJSON(catalogueJSON(c))
				return nil
			}
			p.printModels(c)
			return nil
		},
	}
	f.add(cmd)
	return cmd
}

var regions = []models.Region{models.Ark, models.BytePlus, models.Fal, models.OpenRouter}

// zones are the time zones that the regions name their days in.
var zones = map[models.Region]*time.Location{models.Ark: time.FixedZone("China", 8*60*60), models.BytePlus: time.UTC,
	models.Fal: time.UTC, models.OpenRouter: time.UTC}

func (p *program) printModels(c *models.Catalogue) {
	t := newTable("MODEL", ">LENGTH", "SIZES", "TAKES")
	for i := range c.Models {
		m := &c.Models[i]
		length := fmt.Sprintf("%d-%d s", m.MinDuration, m.MaxDuration)
		t.add(m.Alias, length, strings.Join(m.ResolutionNames(), " "), strings.Join(abilities(m), ", "))
	}
	t.write(p.out, nil)
	fmt.Fprintln(p.out)
	t = newTable("MODEL", "REGION", "ID", "PRICE PER MILLION TOKENS", "ENDS", "AS OF")
	var sources []string
	now := time.Now()
	ended := map[int]bool{}
	for i := range c.Models {
		m := &c.Models[i]
		for _, r := range regions {
			o, ok := m.Regions[r]
			if !ok {
				continue
			}
			ends := "-"
			if !o.Ends.IsZero() {
				ends = o.Ends.In(zones[r]).Format(time.DateOnly)
			}
			switch {
			case !o.Served(now):
				ended[len(t.rows)] = true
				ends += " (ended)"
			case o.Unsure && !now.Before(o.Ends):
				ends += " (may be gone)"
			}
			if !slices.Contains(sources, o.Source) {
				sources = append(sources, o.Source)
			}
			t.add(m.Alias, string(r), o.ID, prices(o), ends, fmt.Sprintf("%s [%d]", o.Date, 1+slices.Index(sources, o.Source)))
		}
	}
	t.write(p.out, func(row, _ int) string {
		if p.colourOut && ended[row] {
			return dim
		}
		return ""
	})
	fmt.Fprintln(p.out)
	gates := newTable("GATEWAY", "MODELS OF", "LISTS TASKS", "CANCELS", "BASE URL", "AS OF")
	yes := func(s string) string { return map[bool]string{true: "no", false: "yes"}[s == "none"] }
	for _, g := range c.Gateways {
		if !slices.Contains(sources, g.Source) {
			sources = append(sources, g.Source)
		}
		gates.add(g.Name, string(g.Region), yes(g.List), yes(g.Cancel), cmp.Or(g.Base, "yours, with --base-url"),
			fmt.Sprintf("%s [%d]", g.Date, 1+slices.Index(sources, g.Source)))
	}
	gates.write(p.out, nil)
	fmt.Fprintln(p.out)
	for i, source := range sources {
		fmt.Fprintf(p.out, "[%d] %s\n", i+1, say.Clean(source))
	}
}

// abilities are what a request to the model may hold, in words.
func abilities(m *models.Model) (all []string) {
	for _, a := range []struct {
		has  bool
		name string
	}{
		{m.FirstFrame, "first frame"}, {m.LastFrame, "last frame"},
		{m.References.Images > 0, fmt.Sprintf("%d references", m.References.Images)}, {m.Audio, "audio"}, {m.Seed, "seed"},
		{m.AutoDuration, "auto duration"}, {m.CameraFixed, "camera_fixed"}, {m.Watermark, "watermark"}, {m.Flex, "flex"},
		{m.Priority, "priority"},
	} {
		if a.has {
			all = append(all, a.name)
		}
	}
	return all
}

// prices are the conditions and amounts of an offer on one line.
func prices(o models.Offer) string {
	var all []string
	for _, p := range o.Prices {
		s := money.Amount{Micros: p.PerMillion, Currency: p.Currency}.String()
		if p.PerSecond > 0 {
			s += fmt.Sprintf(" or %.4f a second", float64(p.PerSecond)/1e6)
		}
		if len(p.Resolutions) > 0 && len(o.Prices) > 1 {
			s += " " + strings.Join(p.Resolutions, "/")
		}
		if p.Audio != nil {
			s += map[bool]string{true: " with sound", false: " silent"}[*p.Audio]
		}
		if p.Unconfirmed {
			s += " (unconfirmed)"
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

type jsonModel struct {
	Alias       string               `json:"alias"`
	MinSeconds  int                  `json:"min_seconds"`
	MaxSeconds  int                  `json:"max_seconds"`
	Resolutions []string             `json:"resolutions"`
	Ratios      []string             `json:"ratios"`
	Takes       []string             `json:"takes"`
	Concurrency int                  `json:"concurrency"`
	Regions     map[string]jsonOffer `json:"regions"`
}

type jsonOffer struct {
	ID     string      `json:"id"`
	Ends   *time.Time  `json:"ends,omitempty"`
	Unsure bool        `json:"unsure,omitempty"`
	Served bool        `json:"served"`
	Prices []jsonPrice `json:"prices"`
	Source string      `json:"source"`
	Date   string      `json:"date"`
}

type jsonGateway struct {
	Name    string `json:"name"`
	BaseURL string `json:"base_url,omitempty"`
	Region  string `json:"region"`
	Lists   bool   `json:"lists"`
	Cancels bool   `json:"cancels"`
	Source  string `json:"source"`
	Date    string `json:"date"`
}

type jsonPrice struct {
	PerMillion  price    `json:"per_million_tokens"`
	PerSecond   *price   `json:"per_second,omitempty"`
	Resolutions []string `json:"resolutions,omitempty"`
	Audio       *bool    `json:"audio,omitempty"`
	Unconfirmed bool     `json:"unconfirmed,omitempty"`
}

func catalogueJSON(c *models.Catalogue) any {
	out := struct {
		Source string      `json:"source"`
		Date   string      `json:"date"`
		Models []jsonModel `json:"models"`

		Gateways []jsonGateway `json:"gateways"`
	}{c.Source, c.Date, []jsonModel{}, []jsonGateway{}}
	for _, g := range c.Gateways {
		out.Gateways = append(out.Gateways,
			jsonGateway{g.Name, g.Base, string(g.Region), g.List != "none", g.Cancel != "none", g.Source, g.Date})
	}
	for i := range c.Models {
		m := &c.Models[i]
		j := jsonModel{Alias: m.Alias, MinSeconds: m.MinDuration, MaxSeconds: m.MaxDuration, Ratios: m.Ratios,
			Resolutions: m.ResolutionNames(), Takes: abilities(m), Concurrency: m.Concurrency, Regions: map[string]jsonOffer{}}
		for r, o := range m.Regions {
			j.Regions[string(r)] = offerJSON(o)
		}
		out.Models = append(out.Models, j)
	}
	return out
}

func offerJSON(o models.Offer) jsonOffer {
	j := jsonOffer{ID: o.ID, Unsure: o.Unsure, Served: o.Served(time.Now()), Prices: []jsonPrice{}, Source: o.Source,
		Date: o.Date}
	if !o.Ends.IsZero() {
		j.Ends = &o.Ends
	}
	for _, p := range o.Prices {
		one := jsonPrice{PerMillion: priceOf(money.Amount{Micros: p.PerMillion, Currency: p.Currency}),
			Resolutions: p.Resolutions, Audio: p.Audio, Unconfirmed: p.Unconfirmed}
		if p.PerSecond > 0 {
			one.PerSecond = new(priceOf(money.Amount{Micros: p.PerSecond, Currency: p.Currency}))
		}
		j.Prices = append(j.Prices, one)
	}
	return j
}
