package ark

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

const (
	pageSize  = 500 // the vendor's largest
	maxPages  = 500 // the vendor's largest page number
	idsPerAsk = 100 // task ids in one URL, which keeps it under 8 KB
	passes    = 3   // over a list that changes while it is read
)

// List reads all matching tasks; see chain.Provider. A service that
// has no list is class Invalid, code NoList.
// What was read before an error is returned with it. complete is false where the list changed during each of three
// passes, was shorter than its own total, or held something that could not be read.
func (c *Client) List(ctx context.Context, f provider.Filter) (tasks []provider.Task, complete bool, err error) {
	if c.gate.List == "none" {
		return nil, false,
			&provider.Fault{Class: provider.Invalid, Code: codeNoList, Message: c.gate.Name + " lists no tasks",
				Hint: hintNoList}
	}
	found := map[string]provider.Task{}
	complete = true
	for _, ids := range idGroups(f.Tasks) {
		f.Tasks = ids
		whole, err := c.listSettled(ctx, f, found)
		if err != nil {
			return newestFirst(found), false, err
		}
		complete = complete && whole
	}
	return newestFirst(found), complete, nil
}

// idGroups splits the ids over as many questions as it takes; no ids are one question.
func idGroups(ids []string) [][]string {
	if len(ids) == 0 {
		return [][]string{nil}
	}
	return slices.Collect(slices.Chunk(ids, idsPerAsk))
}

func newestFirst(found map[string]provider.Task) []provider.Task {
	tasks := make([]provider.Task, 0, len(found))
	for _, t := range found {
		tasks = append(tasks, t)
	}
	slices.SortFunc(tasks, func(a, b provider.Task) int {
		if n := b.Created.Compare(a.Created); n != 0 {
			return n
		}
		return compare(b.ID, a.ID)
	})
	return tasks
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// listSettled adds what the service lists to found. The list is newest first, so a task that is made meanwhile
// pushes others onto the next page (seen twice), and one that is erased pulls one past it (not seen): a pass counts
// only where the total stood still.
func (c *Client) listSettled(ctx context.Context, f provider.Filter, found map[string]provider.Task) (bool, error) {
	for range passes {
		whole, moved, err := c.listPass(ctx, f, found)
		if err != nil || whole {
			return whole, err
		}
		if !moved {
			return false, nil // asking again would not help
		}
	}
	return false, nil
}

// listPass reads the pages once.
func (c *Client) listPass(ctx context.Context, f provider.Filter, found map[string]provider.Task) (whole, moved bool,
	err error) {
	seen := map[string]bool{}
	total, odd := int64(-1), 0
	for n := 1; n <= maxPages; n++ {
		p, err := c.listPage(ctx, f, n)
		if err != nil {
			return false, false, err
		}
		moved = moved || n > 1 && p.total != total
		total, odd = p.total, odd+p.odd
		for _, t := range p.tasks {
			seen[t.ID] = true
			if wanted(t, f) {
				found[t.ID] = t
			}
		}
		all := total >= 0 && int64(len(seen)+odd) >= total
		if all || len(p.tasks)+p.odd == 0 {
			short := total > int64(len(seen)+odd)
			return !moved && !short && odd == 0, moved, nil
		}
	}
	return false, moved, nil
}

// wanted holds the service to its filter, for gateways that ignore it.
func wanted(t provider.Task, f provider.Filter) bool {
	return (len(f.Tasks) == 0 || slices.Contains(f.Tasks, t.ID)) && (f.Status == "" || f.Status == t.Status)
}

func (c *Client) listPage(ctx context.Context, f provider.Filter, n int) (page, error) {
	done, err := c.turn(ctx)
	if err != nil {
		return page{}, turnless(ctx, err)
	}
	defer done()
	a, err := c.ask(ctx, c.pace.list, http.MethodGet, tasksPath, listQuery(f, n))
	if err != nil {
		return page{}, err
	}
	if a.Err == nil &&
		(a.Status == http.StatusNotFound || a.Status == http.StatusMethodNotAllowed ||
			a.Status == http.StatusOK && a.Page()) {
		return page{}, c.listless(a)
	}
	if a.Status != http.StatusOK || a.Err != nil {
		return page{}, c.fault(atRead, a, c.secret)
	}
	p, ok := c.decoder().list(a.Body)
	if !ok {
		return page{}, c.fault(atRead, a, c.secret)
	}
	for i := range p.tasks {
		p.tasks[i].RequestID = requestID(a, c.secret)
	}
	return p, nil
}

// listless: the service has no such call, and asking again will not help.
func (c *Client) listless(a wire.Answer) *provider.Fault {
	f := c.fault(atRead, a, c.secret)
	f.Class, f.Code, f.Hint = provider.Invalid, codeNoList, hintNoList
	return f
}

// turnless is why a list was not asked for: the caller's context has ended, or the turns are out of order.
func turnless(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &provider.Fault{Class: provider.Busy, Code: "NoTurn",
		Message: "whose turn it is to list cannot be told: " + err.Error(), Err: err}
}

func listQuery(f provider.Filter, n int) url.Values {
	q := url.Values{"page_num": {itoa(n)}, "page_size": {itoa(pageSize)}}
	for key, v := range map[string]string{
		"filter.status": string(f.Status), "filter.model": f.Model, "filter.service_tier": f.ServiceTier,
	} {
		if v != "" {
			q.Set(key, v)
		}
	}
	if len(f.Tasks) > 0 {
		q["filter.task_ids"] = f.Tasks
	}
	return q
}
