package ark

import (
	"context"
	"net/http"
	"net/url"

	"shotchain/chain/provider"
)

// Get reads one task; see chain.Provider. One whose status is called by a word that nobody knows is running: it is read
// again until its time is over, and not created again.
func (c *Client) Get(ctx context.Context, r provider.Ref) (provider.Task, error) {
	id := r.Task
	if err := checkID(id); err != nil {
		return provider.Task{}, err
	}
	a, err := c.ask(ctx, c.pace.get, http.MethodGet, tasksPath+"/"+url.PathEscape(id), nil)
	if err != nil {
		return provider.Task{}, err
	}
	if a.Status != http.StatusOK || a.Err != nil {
		return provider.Task{}, c.fault(atRead, a, c.secret)
	}
	t, ok := c.decoder().task(a.Body)
	if !ok {
		return provider.Task{}, c.fault(atRead, a, c.secret)
	}
	t.ID, t.RequestID = id, requestID(a, c.secret)
	return t, nil
}

// Cancel ends a queued task; see chain.Provider. DELETE would erase the record of a finished task, and with it a
// paid clip, so the task is read first and only a queued one is deleted. (Between the two calls it may start, which
// the service refuses; it cannot also finish.) A task that is cancelled already is no error.
func (c *Client) Cancel(ctx context.Context, r provider.Ref) error {
	t, err := c.Get(ctx, r)
	switch {
	case err != nil:
		return err
	case t.Status == provider.Cancelled:
		return nil
	case t.Status != provider.Queued:
		return &provider.Fault{
			Class: provider.Invalid, Code: "NotQueued", Message: "the task is " + string(t.Status) + " and cannot be cancelled",
			RequestID: t.RequestID, Hint: hintRunning,
		}
	}
	if c.gate.Cancel == "none" {
		return &provider.Fault{Class: provider.Invalid, Code: "NoCancel", Message: c.gate.Name + " cancels nothing",
			Hint: "the task goes on and is billed if it succeeds, so its clip is kept"}
	}
	a, err := c.ask(ctx, c.pace.delete, http.MethodDelete, tasksPath+"/"+url.PathEscape(r.Task), nil)
	if err != nil {
		return err
	}
	if a.Status/100 != 2 {
		return c.fault(atCancel, a, c.secret)
	}
	return nil
}

// checkID refuses ids that would name something else than one task: DELETE of an empty one would be of the list.
func checkID(id string) error {
	if usableID(id) {
		return nil
	}
	return &provider.Fault{Class: provider.Invalid, Code: "InvalidTaskID", Message: "that is no task id"}
}
