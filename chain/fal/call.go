package fal

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"shotchain/chain/provider"
)

// startWithin is how long a request may wait until it starts, seconds: one that nobody follows cannot start late.
const startWithin = 3600

// startBy says so to fal.
var startBy = http.Header{"X-Fal-Request-Timeout": {strconv.Itoa(startWithin)}}

// Create asks for one clip; see provider.Provider. Its pictures are uploaded first: what fails there has created nothing.
func (c *Client) Create(ctx context.Context, r provider.Request) (provider.Created, error) {
	if err := ctx.Err(); err != nil {
		return provider.Created{}, err
	}
	if err := fits(r); err != nil {
		return provider.Created{}, err
	}
	if r.Mark != "" {
		r.SafetyIdentifier = r.Mark
	}
	links, err := c.pictures(ctx, r)
	if err != nil {
		return provider.Created{}, err
	}
	route, body, err := c.encode(r, links)
	if err != nil {
		return provider.Created{}, err
	}
	secret := c.secret.With(append(links.all(), r.CallbackURL)...)
	query := ""
	if r.CallbackURL != "" {
		query = "?" + url.Values{"fal_webhook": {r.CallbackURL}}.Encode()
	}
	a, err := c.line.Post(ctx, c.base.String()+"/"+route+query, startBy, body, secret)
	if err != nil {
		return provider.Created{}, err
	}
	if a.Status/100 == 2 && a.Err == nil {
		if id := c.created(a.Body, route); id != "" {
			return provider.Created{Task: id, RequestID: requestID(a, secret)}, nil
		}
	}
	return provider.Created{}, c.fault(atSubmit, a, secret)
}

// taskPath is the form of a task's id: the path of its URL at the queue.
var taskPath = regexp.MustCompile(`^[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+/requests/[A-Za-z0-9_-]{1,128}$`)

// created reads a submit's answer: the path of the URL that fal returned, where it lies at the queue; else the one that
// owner and app of the route make.
func (c *Client) created(body []byte, route string) string {
	var said struct {
		ID  string `json:"request_id"`
		URL string `json:"response_url"`
	}
	if json.Unmarshal(body, &said) != nil || said.ID == "" {
		return ""
	}
	if path, ok := strings.CutPrefix(said.URL, c.base.String()+"/"); ok && usable(path) {
		return path
	}
	if path := pathOf(route, said.ID); usable(path) {
		return path
	}
	return ""
}

func usable(id string) bool {
	return taskPath.MatchString(id) && !strings.Contains(id, "/../") && !strings.HasPrefix(id, "../") &&
		!strings.Contains(id, "/./")
}

// pathOf is the path of a request's URL: it names only owner and app of the route.
func pathOf(route, id string) string {
	parts := strings.Split(route, "/")
	return strings.Join(parts[:min(2, len(parts))], "/") + "/requests/" + id
}
