package sim

import (
	"bytes"
	"context"
	"net/http"
	"time"
)

// Callbacks; ark-api.md §4.
const (
	callbackPatience = 5 * time.Second
	callbackRetries  = 3
	callbackPause    = time.Second // before the first retry; doubles
	maxPosting       = 16          // callbacks on their way at once
)

// mail are the callbacks that wait to be sent. Guarded by the service's mutex.
type mail struct {
	client  *http.Client // immutable
	waiting []letter
	posting int // goroutines that send them
}

type letter struct {
	url   string
	body  []byte
	tries int
}

func callbackClient(given *http.Client) *http.Client {
	c := http.Client{}
	if given != nil {
		c = *given
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// post puts a task's state into the mail. Only with the mutex.
func (s *Service) post(t *task) {
	if s.closed || s.armedFor(opCallback, t.id, t.label, t.excerpt) != nil {
		return
	}
	l := letter{url: t.callback, body: mustJSON(s.show(t)), tries: 1}
	if t.status == succeeded || t.status == failed {
		l.tries += callbackRetries
	}
	s.mail.waiting = append(s.mail.waiting, l)
	if s.mail.posting < maxPosting {
		s.mail.posting++
		s.wg.Add(1)
		go s.posting()
	}
}

// posting sends callbacks until there are none.
func (s *Service) posting() {
	defer s.wg.Done()
	for {
		s.mu.Lock()
		if len(s.mail.waiting) == 0 || s.ctx.Err() != nil {
			s.mail.posting--
			s.mu.Unlock()
			return
		}
		l := s.mail.waiting[0]
		s.mail.waiting[0] = letter{}
		s.mail.waiting = s.mail.waiting[1:]
		s.mu.Unlock()
		s.send(l)
	}
}

func (s *Service) send(l letter) {
	pause := callbackPause
	for try := range l.tries {
		if try > 0 {
			t := time.NewTimer(pause)
			select {
			case <-t.C:
			case <-s.ctx.Done():
				t.Stop()
				return
			}
			pause *= 2
		}
		if s.deliver(l) {
			return
		}
	}
}

// deliver sends a callback once and reports whether it was acknowledged.
func (s *Service) deliver(l letter) bool {
	ctx, cancel := context.WithTimeout(s.ctx, callbackPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, bytes.NewReader(l.body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.mail.client.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode/100 == 2
}
