package openrouter

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/url"
	"strings"

	"shotchain/chain/money"
	"shotchain/chain/provider"
)

// job is a job as the service tells it.
type job struct {
	ID       string          `json:"id"`
	Status   string          `json:"status"`
	Signed   []string        `json:"urls"`
	Unsigned []string        `json:"unsigned_urls"` // with the key
	Error    json.RawMessage `json:"error"`
	Usage    *struct {
		Cost json.Number `json:"cost"` // USD
		Own  bool        `json:"is_byok"`
	} `json:"usage"`
}

// words are the service's for a job's states. Any other is neither an end nor a failure.
var words = map[string]provider.Status{"pending": provider.Queued, "queued": provider.Queued,
	"in_progress": provider.Running,
	"completed":   provider.Succeeded, "failed": provider.Failed, "cancelled": provider.Cancelled,
	"canceled": provider.Cancelled,
	"expired":  provider.Expired}

// Get reads one job; see provider.Provider.
func (c *Client) Get(ctx context.Context, r provider.Ref) (provider.Task, error) {
	if !jobID.MatchString(r.Task) {
		return provider.Task{},
			&provider.Fault{Class: provider.Gone, Code: "InvalidTaskID", Message: "that is no job id of OpenRouter"}
	}
	at := c.polling(string(r.Handle))
	if at == nil {
		at = c.base.JoinPath("videos", r.Task)
	}
	a, err := c.line.Ask(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return provider.Task{}, err
	}
	var j job
	if a.Status != http.StatusOK || a.Err != nil || json.Unmarshal(a.Body, &j) != nil || j.Status == "" ||
		j.ID != "" && j.ID != r.Task {
		return provider.Task{}, c.fault(atRead, a, c.secret)
	}
	t := provider.Task{ID: r.Task, Status: provider.Running, RequestID: requestID(a, c.secret)}
	if known, ok := words[strings.ToLower(j.Status)]; ok {
		t.Status = known
	}
	if !t.Status.Done() {
		return t, nil
	}
	if at, err := http.ParseTime(a.Header.Get("Date")); err == nil {
		t.Updated = at
	}
	j.bill(&t)
	if t.Status == provider.Succeeded {
		t.Video = c.clip(j, at)
		return t, nil
	}
	t.Fault = c.taskFault(t.Status, j.Error)
	t.Fault.Billed = t.Billed
	return t, nil
}

// bill is what the service says that a job has cost. Of a key of the user's own it says what it charges itself, and not
// what the key's owner does.
func (j job) bill(t *provider.Task) {
	if t.Status == provider.Succeeded {
		t.Billed = provider.Yes
	}
	if j.Usage == nil || j.Usage.Own {
		return
	}
	cost, err := micros(j.Usage.Cost)
	switch {
	case err != nil:
		return
	case cost > 0:
		t.Billed = provider.Yes
	case t.Status != provider.Succeeded:
		t.Billed = provider.No
		return
	}
	t.Cost = money.Amount{Micros: cost, Currency: "USD"}
}

// maxCost is more than any clip costs: what goes beyond is no bill, USD.
const maxCost = 100_000

// micros are millionths, rounded up.
func micros(n json.Number) (int64, error) {
	if len(n) == 0 || len(n) > 40 {
		return 0, errors.New("no number")
	}
	f, err := n.Float64() // bounds the exponent
	r, ok := new(big.Rat).SetString(n.String())
	if err != nil || !ok || f < 0 || f > maxCost || f > 0 && f < 1e-12 {
		return 0, errors.New("no amount")
	}
	r.Mul(r, big.NewRat(1_000_000, 1))
	up := new(big.Int).Add(r.Num(), new(big.Int).Sub(r.Denom(), big.NewInt(1)))
	return up.Div(up, r.Denom()).Int64(), nil
}

// clip is where a job's clip is had: by a URL that needs no key, else behind it.
func (c *Client) clip(j job, at *url.URL) provider.SignedURL {
	for _, u := range append(j.Signed, j.Unsigned...) {
		if p, err := url.Parse(u); err == nil && u != "" {
			return provider.SignedURL(c.base.ResolveReference(p).String())
		}
	}
	content := at.JoinPath("content")
	content.RawQuery = "index=0"
	return provider.SignedURL(content.String())
}

// hookWords are how the service ends the key of a webhook, after the job's id.
var hookWords = []string{"completed", "failed", "cancelled", "expired", "pending", "in_progress"}

// Rings returns the job that a webhook is about. It is a bell: whatever it says, the job is read. That it is the
// service's is known by the token in its URL.
func (c *Client) Rings(_ context.Context, header func(string) string, body []byte) (job string, err error) {
	key := header("X-OpenRouter-Idempotency-Key")
	for _, w := range hookWords {
		if id, ok := strings.CutSuffix(key, "-"+w); ok && jobID.MatchString(id) {
			return id, nil
		}
	}
	var v struct {
		ID   string `json:"id"`
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &v) != nil {
		return "", errors.New("the webhook names no job")
	}
	for _, id := range []string{v.Data.ID, v.ID} {
		if jobID.MatchString(id) {
			return id, nil
		}
	}
	return "", errors.New("the webhook names no job")
}
