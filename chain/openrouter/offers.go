package openrouter

import (
	"context"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"

	"shotchain/chain/provider"
)

var (
	_ provider.Offerer = (*Client)(nil)
	_ provider.Pricer  = (*Client)(nil)
)

// perToken is how the list names a price by tokens, before its resolution: dollars for one token, as a decimal.
const perToken = "video-token-"

// Offers reads the list of video models; see provider.Offerer.
func (c *Client) Offers(ctx context.Context) (map[string]provider.Offer, error) {
	a, err := c.line.Ask(ctx, http.MethodGet, c.base.JoinPath("videos", "models").String(), nil)
	if err != nil {
		return nil, err
	}
	var list struct {
		Models []json.RawMessage `json:"data"`
	}
	if a.Status != http.StatusOK || a.Err != nil || json.Unmarshal(a.Body, &list) != nil || list.Models == nil {
		return nil, c.fault(atRead, a, c.secret)
	}
	all := map[string]provider.Offer{}
	for _, raw := range list.Models {
		if id, o := offer(raw); id != "" {
			o.Answer = []byte(c.secret.Text(string(raw)))
			all[id] = o
		}
	}
	return all, nil
}

// offer is a model of the list; "" for what is none.
func offer(raw json.RawMessage) (id string, o provider.Offer) {
	var m struct {
		ID          string         `json:"id"`
		Resolutions []string       `json:"supported_resolutions"`
		Ratios      []string       `json:"supported_aspect_ratios"`
		Durations   []int          `json:"supported_durations"`
		Frames      []string       `json:"supported_frame_images"`
		Audio       *bool          `json:"generate_audio"`
		Seed        *bool          `json:"seed"`
		Prices      map[string]any `json:"pricing_skus"`
	}
	// A field of another kind than the documented one is one that the list leaves out.
	_ = json.Unmarshal(raw, &m)
	o = provider.Offer{Resolutions: m.Resolutions, Ratios: m.Ratios, Durations: m.Durations, Frames: m.Frames,
		Audio: answer(m.Audio), Seed: answer(m.Seed), PerMillion: map[string]int64{}}
	for name, price := range m.Prices {
		resolution, ok := strings.CutPrefix(name, perToken)
		if told, text := price.(string); ok && text && perMillion(told) > 0 {
			o.PerMillion[resolution] = perMillion(told)
		}
	}
	return m.ID, o
}

func answer(b *bool) provider.Answer {
	switch {
	case b == nil:
		return provider.Unknown
	case *b:
		return provider.Yes
	}
	return provider.No
}

// perMillion is dollars for a token as millionths of a dollar for a million of them, rounded up; 0 for what is no price.
func perMillion(dollars string) int64 {
	if len(dollars) > 40 || strings.ContainsAny(dollars, "eE/_xX") { // a short text that is a huge number
		return 0
	}
	r, ok := new(big.Rat).SetString(dollars)
	if !ok || r.Sign() <= 0 || r.Cmp(big.NewRat(1, 1)) > 0 {
		return 0
	}
	r.Mul(r, big.NewRat(1_000_000_000_000, 1))
	up := new(big.Int).Add(r.Num(), new(big.Int).Sub(r.Denom(), big.NewInt(1)))
	return up.Div(up, r.Denom()).Int64()
}

// Quote reads from the list what a model costs at 480p, which every model has; see provider.Pricer.
func (c *Client) Quote(ctx context.Context, model string) (provider.Quote, error) {
	all, err := c.Offers(ctx)
	if err != nil {
		return provider.Quote{}, err
	}
	o, ok := all[model]
	if !ok {
		return provider.Quote{}, &provider.Fault{Class: provider.Gone, Code: "NotListed", Hint: hintModel,
			Message: "the list of models has no " + model}
	}
	return provider.Quote{Answer: o.Answer, PerMillion: o.PerMillion["480p"], Currency: "USD"}, nil
}
