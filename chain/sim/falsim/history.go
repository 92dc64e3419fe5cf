package falsim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// page is a part of the history.
type page struct {
	Items  []item  `json:"items"`
	Cursor *string `json:"next_cursor"`
	More   bool    `json:"has_more"`
}

// item is a request in the history. What has not ended has no ended_at, status_code and duration.
type item struct {
	ID       string          `json:"request_id"`
	Endpoint string          `json:"endpoint_id"`
	Sent     time.Time       `json:"sent_at"`
	Started  *time.Time      `json:"started_at"`
	Ended    *time.Time      `json:"ended_at"`
	Status   *int            `json:"status_code"`
	Duration *float64        `json:"duration"`
	Input    json.RawMessage `json:"json_input"`
	Output   json.RawMessage `json:"json_output"`
}

// The sizes of a page, and how far back one looks that says nothing.
const (
	usualPage, maxPage = 50, 100
	usualStart         = 24 * time.Hour
)

// history answers what requests of an endpoint there were, newest first.
func (s *Service) history(c *call) answer {
	q := c.http.URL.Query()
	for name := range q {
		if !slices.Contains([]string{"endpoint_id", "start", "end", "expand", "limit", "cursor", "status", "request_id",
			"sort_by"}, name) {
			return detail(422, "", "unknown parameter %q", name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	start, end, limit := s.now().Add(-usualStart), s.now().Add(time.Hour), usualPage
	if q.Has("request_id") {
		start = s.now().Add(-90 * 24 * time.Hour)
	}
	var err error
	if v := q.Get("start"); v != "" && err == nil {
		start, err = time.Parse(time.RFC3339, v)
	}
	if v := q.Get("end"); v != "" && err == nil {
		end, err = time.Parse(time.RFC3339, v)
	}
	if v := q.Get("limit"); v != "" && err == nil {
		limit, err = strconv.Atoi(v)
	}
	from := 0
	if v := q.Get("cursor"); v != "" && err == nil {
		from, err = strconv.Atoi(v)
	}
	if err != nil || q.Get("endpoint_id") == "" || limit < 1 || limit > maxPage || from < 0 {
		return detail(422, "", "endpoint_id is required; start and end are ISO times, limit is 1 to %d", maxPage)
	}
	var all []item
	for _, r := range slices.Backward(s.all) {
		if r.endpoint == q.Get("endpoint_id") && !r.sent.Before(start) && r.sent.Before(end) &&
			(!q.Has("request_id") || q.Get("request_id") == r.id) && s.shows(r) {
			all = append(all, s.item(r, q.Get("expand") == "payloads"))
		}
	}
	from = min(from, len(all))
	p := page{Items: append([]item{}, all[from:min(from+limit, len(all))]...)}
	if p.More = from+limit < len(all); p.More {
		p.Cursor = new(strconv.Itoa(from + limit))
	}
	return says(http.StatusOK, p)
}

// shows reports whether a request is in the history by now.
func (s *Service) shows(r *request) bool {
	since := r.sent
	if !s.o.HistoryAll {
		if r.status != completed {
			return false
		}
		since = r.ended
	}
	return !s.now().Before(since.Add(s.o.HistoryLag))
}

func (s *Service) item(r *request, payloads bool) item {
	i := item{ID: r.id, Endpoint: r.endpoint, Sent: r.sent.UTC()}
	if !r.started.IsZero() {
		i.Started = new(r.started.UTC())
	}
	if r.status == completed {
		i.Ended, i.Status, i.Duration = new(r.ended.UTC()), &r.result.status, new(r.ended.Sub(r.sent).Seconds())
	}
	if payloads && !s.o.NoPayloads {
		i.Input, _ = json.Marshal(r.input)
		i.Output, _ = json.Marshal(r.result.body)
	}
	return i
}

// bills answers what requests cost: to an admin's key.
func (s *Service) bills(c *call) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.o.Admin {
		return detail(http.StatusForbidden, "", "This key does not have the ADMIN scope")
	}
	s.settle()
	events := []map[string]any{}
	want := c.http.URL.Query()["request_id"]
	for _, r := range s.all {
		if r.billed > 0 && (len(want) == 0 || slices.Contains(want, r.id)) {
			events = append(events,
				map[string]any{"request_id": r.id, "endpoint_id": r.endpoint, "output_units": float64(r.tokens) / 1000,
					"unit_price": float64(r.billed) * 1000 / float64(r.tokens) / 1e6, "cost_total": json.Number(dollars(r.billed))})
		}
	}
	return says(http.StatusOK, map[string]any{"billing_events": events, "next_cursor": nil, "has_more": false})
}

// dollars writes millionths.
func dollars(micros int64) string {
	return strconv.FormatFloat(float64(micros)/1e6, 'f', 6, 64)
}

// pricing answers what a unit costs.
func (s *Service) pricing(c *call) answer {
	prices := []map[string]any{}
	for _, id := range c.http.URL.Query()["endpoint_id"] {
		if m, _ := s.served(id); m != nil {
			p := m.Regions["fal"].Prices[0]
			prices = append(prices,
				map[string]any{"endpoint_id": id, "unit_price": float64(p.PerMillion) / 1e9, "unit": "1000 tokens",
					"currency": p.Currency})
		}
	}
	return says(http.StatusOK, map[string]any{"prices": prices, "next_cursor": nil, "has_more": false})
}
