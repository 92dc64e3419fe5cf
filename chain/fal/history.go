package fal

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// How much of the history is read.
const (
	historyDays = 7 * 24 * time.Hour
	historyPage = 50  // items with their inputs, which have no pictures in them: those are uploaded
	maxPages    = 100 // of one endpoint
)

// item is a request in the history.
type item struct {
	ID     string          `json:"request_id"`
	Sent   time.Time       `json:"sent_at"`
	Ended  *time.Time      `json:"ended_at"`
	Status *int            `json:"status_code"`
	Input  json.RawMessage `json:"json_input"`
}

// List reads what the account asked of the catalogue's models in the last week, newest first; see provider.Lister. It is
// never complete: fal does not say whether it shows what has not ended. What carries no marker of shotchain's, at a route
// that would have one, is somebody else's and left out.
func (c *Client) List(ctx context.Context, f provider.Filter) (tasks []provider.Task, complete bool, err error) {
	for _, base := range c.bases() {
		if f.Model != "" && f.Model != base {
			continue
		}
		of, _, err := c.read(ctx, base, time.Now().Add(-historyDays))
		if err != nil {
			return nil, false, err
		}
		tasks = append(tasks, of...)
	}
	tasks = slices.DeleteFunc(tasks, func(t provider.Task) bool {
		return f.Status != "" && t.Status != f.Status || len(f.Tasks) > 0 && !slices.Contains(f.Tasks, t.ID)
	})
	slices.SortStableFunc(tasks, func(a, b provider.Task) int { return b.Created.Compare(a.Created) })
	return tasks, false, nil
}

// read reads the history of a model at all its routes. whole is false where there was more than is read.
func (c *Client) read(ctx context.Context, model string, since time.Time) (tasks []provider.Task, whole bool,
	err error) {
	whole = true
	for _, kind := range []string{textRoute, imageRoute, referenceRoute} {
		of, end, err := c.history(ctx, model, kind, since)
		if err != nil {
			return nil, false, err
		}
		tasks, whole = append(tasks, of...), whole && end
	}
	return tasks, whole, nil
}

// bases are the ids of the models that fal sells.
func (c *Client) bases() (ids []string) {
	for i := range c.models.Models {
		if o, ok := c.models.Models[i].Regions[models.Fal]; ok {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// history reads what one route was asked for since a time; whole: all pages.
func (c *Client) history(ctx context.Context, base, kind string, since time.Time) (tasks []provider.Task, whole bool,
	err error) {
	q := url.Values{"endpoint_id": {base + kind}, "start": {since.UTC().Format(time.RFC3339)}, "expand": {"payloads"},
		"limit": {strconv.Itoa(historyPage)}}
	for range maxPages {
		a, err := c.line.Ask(ctx, http.MethodGet, c.platform.JoinPath("models/requests/by-endpoint").String()+"?"+q.Encode(),
			nil)
		if err != nil {
			return nil, false, err
		}
		var page struct {
			Items  []item  `json:"items"`
			Cursor *string `json:"next_cursor"`
			More   bool    `json:"has_more"`
		}
		if a.Status != http.StatusOK || a.Err != nil || json.Unmarshal(a.Body, &page) != nil || page.Items == nil {
			return nil, false, c.unable(a)
		}
		for _, i := range page.Items {
			if t, ok := c.task(base, kind, i); ok {
				tasks = append(tasks, t)
			}
		}
		if page.Cursor == nil || !page.More {
			return tasks, true, nil
		}
		q.Set("cursor", *page.Cursor)
	}
	return tasks, false, nil
}

// noHistory is the code of a service that keeps none.
const noHistory = "NoHistory"

// unable is why the history was not read. A service that has none says so at once: nobody waits for it.
func (c *Client) unable(a wire.Answer) *provider.Fault {
	f := c.fault(atRead, a, c.secret)
	if a.Status == http.StatusNotFound || a.Status == http.StatusMethodNotAllowed ||
		a.Status == http.StatusOK && a.Err == nil && !json.Valid(a.Body) {
		f.Class, f.Code, f.Hint = provider.Invalid, noHistory, "this service keeps no history that could be looked up"
	}
	return f
}

// markWord is the form of the markers that shotchain sends.
var markWord = regexp.MustCompile(`(?:[0-9a-f]{16}\.)?shotchain-[A-Z2-7]{26}`)

// task is an item as the run looks at it. ok is false for what surely is not shotchain's.
func (c *Client) task(base, kind string, i item) (t provider.Task, ok bool) {
	t = provider.Task{ID: pathOf(base+kind, i.ID), Model: base, Status: provider.Running, Created: i.Sent}
	if !usable(t.ID) {
		return t, false
	}
	switch {
	case i.Ended == nil || i.Status == nil:
	case *i.Status == http.StatusOK:
		t.Status = provider.Succeeded
	case *i.Status == 499:
		t.Status = provider.Cancelled
	default:
		t.Status = provider.Failed
	}
	var in struct {
		User       string `json:"end_user_id"`
		Duration   string `json:"duration"`
		Resolution string `json:"resolution"`
	}
	if len(i.Input) == 0 || string(i.Input) == "null" || json.Unmarshal(i.Input, &in) != nil {
		return t, true // payload storage is off: it may be anybody's
	}
	t.SafetyIdentifier, t.Resolution = cmp.Or(in.User, markWord.FindString(string(i.Input))), in.Resolution
	t.Duration, _ = strconv.Atoi(in.Duration)
	return t, t.SafetyIdentifier != "" || !c.takes(base, "end_user_id")
}
