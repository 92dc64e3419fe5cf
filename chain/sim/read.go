package sim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// find is a task of the caller's, after all that is due. Only with the mutex.
func (s *Service) find(c *call) (*task, *refusal) {
	s.settle()
	t := s.tasks[c.id]
	if t == nil || t.owner != c.owner {
		return nil, noTask(printable(c.id))
	}
	return t, nil
}

func (s *Service) get(c *call) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, e := s.find(c)
	if e != nil {
		return nil, e
	}
	return s.show(t), nil
}

// delete cancels what is queued, refuses what is running or cancelled, and erases what is finished.
func (s *Service) delete(c *call) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, e := s.find(c)
	if e != nil {
		return nil, e
	}
	switch t.status {
	case queued:
		s.conclude(t, cancelled, s.now())
	case running:
		return nil, &refusal{http.StatusConflict, "InvalidAction.RunningTaskDeletion",
			"The task " + t.id + " is running and can not be deleted.", "id"}
	case cancelled:
		return nil, &refusal{http.StatusBadRequest, "InvalidParameter.TaskStatus",
			"The task " + t.id + " is " + string(t.status) + " and can not be deleted.", "id"}
	default:
		s.erase(t)
		s.events.drop(t)
	}
	s.poke()
	return struct{}{}, nil
}

// page is a list call's answer.
type page struct {
	Total int     `json:"total"`
	Items []shown `json:"items"`
}

// query is what a list call asks for.
type query struct {
	number, size        int
	status, model, tier string
	ids                 []string
}

// listFields are the parameters of a list call; others are refused.
var listFields = []string{"page_num", "page_size", "filter.status", "filter.model", "filter.task_ids",
	"filter.service_tier"}

func (s *Service) list(c *call) (any, *refusal) {
	q, e := parseQuery(c.http.URL.Query())
	if e != nil {
		return nil, e
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	var all []*task
	for _, t := range s.tasks {
		if t.owner == c.owner && q.wants(t) {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, newestFirst)
	p := page{Total: len(all), Items: []shown{}}
	from := min((q.number-1)*q.size, len(all))
	for _, t := range all[from:min(from+q.size, len(all))] {
		v := s.show(t)
		v.Error, v.Failure = nil, v.Error
		p.Items = append(p.Items, v)
	}
	return p, nil
}

func newestFirst(a, b *task) int { return b.entry.number - a.entry.number }

func parseQuery(v url.Values) (q query, e *refusal) {
	for name := range v {
		if !slices.Contains(listFields, name) {
			return q, invalid(printable(name), "there is no such parameter")
		}
	}
	if q.number, e = pageNumber(v, "page_num", 1); e != nil {
		return q, e
	}
	if q.size, e = pageNumber(v, "page_size", 20); e != nil {
		return q, e
	}
	q.status, q.model, q.tier, q.ids = v.Get("filter.status"), v.Get("filter.model"), v.Get(
		"filter.service_tier"), v["filter.task_ids"]
	if !slices.Contains([]status{"", queued, running, succeeded, failed, cancelled, expired}, status(q.status)) {
		return q, invalid("filter.status", "there is no such status")
	}
	switch q.tier {
	case "":
		q.tier = "default"
	case "default", "flex":
	default:
		return q, invalid("filter.service_tier", "it is default or flex")
	}
	return q, nil
}

// maxPage is the largest page number and page size.
const maxPage = 500

func pageNumber(v url.Values, name string, usual int) (int, *refusal) {
	if !v.Has(name) {
		return usual, nil
	}
	n, err := strconv.Atoi(v.Get(name))
	if err != nil || n < 1 || n > maxPage {
		return 0, invalid(name, "it is from 1 to %d", maxPage)
	}
	return n, nil
}

func (q *query) wants(t *task) bool {
	return (q.status == "" || q.status == string(t.status)) &&
		(q.model == "" || q.model == t.modelID) &&
		q.tier == t.tier &&
		(len(q.ids) == 0 || slices.Contains(q.ids, t.id))
}
