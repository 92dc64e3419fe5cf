package fal

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strings"

	"shotchain/chain/provider"
)

var (
	_ provider.Pricer   = (*Client)(nil)
	_ provider.Inventor = (*Client)(nil)
)

// Quote reads what the platform asks for a model, from text; see provider.Pricer.
func (c *Client) Quote(ctx context.Context, model string) (q provider.Quote, err error) {
	route := model + textRoute
	a, err := c.line.Ask(ctx, http.MethodGet, c.platform.JoinPath("models/pricing").String()+"?"+
		url.Values{"endpoint_id": {route}}.Encode(), nil)
	if err != nil {
		return q, err
	}
	var page struct {
		Prices []struct {
			Route    string  `json:"endpoint_id"`
			Price    float64 `json:"unit_price"`
			Unit     string  `json:"unit"`
			Currency string  `json:"currency"`
		} `json:"prices"`
	}
	if a.Status != http.StatusOK || a.Err != nil || json.Unmarshal(a.Body, &page) != nil {
		return q, c.fault(atRead, a, c.secret)
	}
	q.Answer = []byte(c.secret.Text(string(a.Body)))
	for _, p := range page.Prices {
		if p.Route != route {
			continue
		}
		q.Currency = p.Currency
		if strings.EqualFold(p.Unit, "1000 tokens") && p.Price > 0 && p.Price < 1e6 {
			q.PerMillion = int64(math.Round(p.Price * 1000 * 1e6))
		}
	}
	return q, nil
}

// Invented is the path of a request of nobody's; see provider.Inventor.
func (c *Client) Invented() provider.Ref {
	return provider.Ref{Task: pathOf("bytedance/seedance-2.0", "00000000-0000-4000-8000-000000000000")}
}
