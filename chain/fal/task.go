package fal

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// state is a status call's answer.
type state struct {
	Status string `json:"status"`
}

// Get reads one task; see provider.Provider. That it has ended says nothing: what came of it is read from the result.
func (c *Client) Get(ctx context.Context, r provider.Ref) (provider.Task, error) {
	id := r.Task
	if !usable(id) {
		return provider.Task{},
			&provider.Fault{Class: provider.Gone, Code: "InvalidTaskID", Message: "that is no task id of fal.ai"}
	}
	a, err := c.line.Ask(ctx, http.MethodGet, c.base.String()+"/"+id+"/status", nil)
	if err != nil {
		return provider.Task{}, err
	}
	var s state
	if a.Status/100 != 2 || a.Err != nil || json.Unmarshal(a.Body, &s) != nil || s.Status == "" {
		return provider.Task{}, c.fault(atRead, a, c.secret)
	}
	t := provider.Task{ID: id, Status: provider.Running, RequestID: requestID(a, c.secret)}
	switch strings.ToUpper(s.Status) {
	case "IN_QUEUE":
		t.Status = provider.Queued
	case "COMPLETED":
		return c.result(ctx, t)
	} // any other word is neither failed nor done
	return t, nil
}

// output is a model's output, as far as it is of use.
type output struct {
	Video struct {
		URL string `json:"url"`
	} `json:"video"`
	Seed *int64 `json:"seed"`
}

// result reads what came of a task that has ended.
func (c *Client) result(ctx context.Context, t provider.Task) (provider.Task, error) {
	a, err := c.line.Ask(ctx, http.MethodGet, c.base.String()+"/"+t.ID, nil)
	if err != nil {
		return provider.Task{}, err
	}
	var o output
	switch whole := a.Err == nil && json.Valid(a.Body); {
	case a.Status == http.StatusOK && whole && json.Unmarshal(a.Body, &o) == nil && o.Video.URL != "":
		t.Status, t.Video, t.Seed, t.Updated = provider.Succeeded, provider.SignedURL(o.Video.URL), o.Seed, date(a)
		t.Billed = provider.Yes
		return t, nil
	case a.Status == http.StatusBadRequest && whole && unfinished(a.Body): // the two answers crossed
		return t, nil
	case !ends(a):
		return provider.Task{}, c.fault(atRead, a, c.secret)
	}
	t.Fault = c.fault(atResult, a, c.secret)
	t.Status, t.Updated, t.Billed = fate(a.Status, t.Fault.Code), date(a), t.Fault.Billed
	return t, nil
}

// unfinished reports whether a result call was answered that the task has not ended.
func unfinished(body []byte) bool {
	var s state
	return json.Unmarshal(body, &s) == nil && (s.Status == "IN_PROGRESS" || s.Status == "IN_QUEUE")
}

// fate is how a task ended that made nothing.
func fate(status int, code string) provider.Status {
	switch {
	case status == 499 || code == "client_cancelled":
		return provider.Cancelled
	case code == "request_timeout":
		return provider.Expired
	}
	return provider.Failed
}

// ends reports whether an answer to the result call is the model's own word. Anything else – HTML, a refused key, a busy
// edge – says nothing of the task, and is read again.
func ends(a wire.Answer) bool {
	if a.Err != nil || a.Status == 401 || a.Status == 403 || a.Status == 404 || a.Status == 429 || a.Status/100 < 4 {
		return false
	}
	return a.Header.Get("X-Fal-Error-Type") != "" || saidOf(a) != (wire.Said{})
}

// date is the service's clock, zero where it did not tell.
func date(a wire.Answer) time.Time {
	at, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return at
}

// Cancel ends a queued task; see provider.Provider. fal only signals a running one, which may go on and be billed: that
// one is left alone, and what was cancelled counts as ended once its status says so.
func (c *Client) Cancel(ctx context.Context, r provider.Ref) error {
	t, err := c.Get(ctx, r)
	switch {
	case err != nil:
		return err
	case t.Status == provider.Cancelled:
		return nil
	case t.Status != provider.Queued:
		return running(t)
	}
	a, err := c.line.Ask(ctx, http.MethodPut, c.base.String()+"/"+r.Task+"/cancel", nil)
	if err != nil {
		return err
	}
	if a.Status/100 != 2 && a.Status != http.StatusBadRequest {
		return c.fault(atRead, a, c.secret)
	}
	if t, err = c.Get(ctx, r); err != nil {
		return err
	}
	if t.Status != provider.Cancelled {
		return running(t)
	}
	return nil
}

func running(t provider.Task) *provider.Fault {
	return &provider.Fault{Class: provider.Invalid, Code: "NotQueued", RequestID: t.RequestID, Hint: hintRunning,
		Message: "the task is " + string(t.Status) + " and cannot be cancelled for sure"}
}
