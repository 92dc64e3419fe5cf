package sim

import (
	"container/heap"
	"context"
	"os"
	"slices"
	"time"
)

// This file holds what happens in time. All of it runs with the mutex, except film. There are two goroutines: the
// loop, which lives as long as the service, and one for each clip that is being filmed.

// group are the tasks of one account that share a limit: those of one model, or of one resolution that has its own.
type group struct {
	name    string
	model   string // alias
	limit   int    // running at once
	running int
	queue   []*task // in the order they came
}

// kind is what falls due for a task.
type kind int

const (
	finish kind = iota // its time is over
	giveUp             // execution_expires_after
	lapse              // its files
	forget             // its record
)

type event struct {
	at   time.Time
	seq  int64 // of two at one time, the one pushed first is first
	task *task
	kind kind
}

// events is a heap, the earliest first.
type events struct {
	list []event
	seq  int64
}

func (e *events) Len() int      { return len(e.list) }
func (e *events) Swap(i, j int) { e.list[i], e.list[j] = e.list[j], e.list[i] }
func (e *events) Push(x any)    { e.list = append(e.list, x.(event)) }
func (e *events) Less(i, j int) bool {
	a, b := e.list[i], e.list[j]
	return a.at.Before(b.at) || a.at.Equal(b.at) && a.seq < b.seq
}

func (e *events) Pop() any {
	last := len(e.list) - 1
	x := e.list[last]
	e.list[last] = event{}
	e.list = e.list[:last]
	return x
}

func (s *Service) at(when time.Time, t *task, k kind) {
	s.events.seq++
	heap.Push(&s.events, event{when, s.events.seq, t, k})
}

// loop does what falls due while nobody asks.
func (s *Service) loop() {
	defer s.wg.Done()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		s.mu.Lock()
		next := s.settle()
		s.mu.Unlock()
		timer.Reset(next)
		select {
		case <-s.ctx.Done():
			return
		case <-s.wake:
		case <-timer.C:
		}
	}
}

// settle does everything that is due, in order of time, and returns how long nothing more is.
func (s *Service) settle() time.Duration {
	now := s.now()
	for s.events.Len() > 0 {
		if next := s.events.list[0].at; next.After(now) {
			return next.Sub(now)
		}
		e := heap.Pop(&s.events).(event)
		s.happen(e)
	}
	return time.Hour
}

func (s *Service) happen(e event) {
	t := e.task
	switch e.kind {
	case finish:
		t.due = true
		s.finish(t, e.at)
	case giveUp: // not what only waits for the camera: a clock that jumps, or a slow machine, is no fault of the task
		if !t.status.done() && !t.due {
			s.conclude(t, expired, e.at)
		}
	case lapse:
		_ = os.Remove(t.footage.Video)
		_ = os.Remove(t.footage.LastFrame)
	case forget: // its other events are past
		if !t.status.done() { // a week in one jump, before a camera was free
			s.conclude(t, expired, e.at)
		}
		s.erase(t)
	}
}

// enqueue takes a new task in.
func (s *Service) enqueue(t *task) {
	t.held = s.hold
	s.set(t, queued, t.created)
	t.group.queue = append(t.group.queue, t)
	s.at(t.created.Add(time.Duration(t.expires)*time.Second), t, giveUp)
	s.at(t.created.Add(recordLife), t, forget)
	s.promote(t.group, t.created)
	s.settle()
	s.poke()
}

// promote starts what has a place.
func (s *Service) promote(g *group, at time.Time) {
	for g.running < g.limit {
		i := slices.IndexFunc(g.queue, func(t *task) bool { return !t.held })
		if i < 0 {
			break
		}
		t := g.queue[i]
		g.queue = slices.Delete(g.queue, i, i+1)
		if t.fault.Does(taskCancel) {
			s.conclude(t, cancelled, at)
			continue
		}
		s.start(t, at)
	}
	if g.running == 0 && len(g.queue) == 0 {
		delete(s.groups, g.name)
	}
}

func (s *Service) start(t *task, at time.Time) {
	t.group.running++
	s.set(t, running, at)
	s.books.ran(s.groups)
	if t.fault.Does(taskStall) {
		return
	}
	s.at(at.Add(time.Duration(s.o.Pace*float64(t.model.ExpectedTime(t.length())))), t, finish)
	if t.fault != nil || t.misfit {
		t.filmed = true
		return
	}
	ctx, stop := context.WithCancel(s.ctx)
	t.stop = stop
	if s.closed {
		return
	}
	s.wg.Add(1)
	go s.filming(ctx, t, t.scene(), slices.Clone(t.inputs))
}

// length is the clip's length in whole seconds.
func (o *order) length() int { return max(o.seconds, (o.frames-1)/24) }

// filming has a clip filmed, as soon as a camera is free.
func (s *Service) filming(ctx context.Context, t *task, sc Scene, in inputs) {
	defer s.wg.Done()
	select {
	case s.film <- struct{}{}:
	case <-ctx.Done():
		return
	}
	footage, err := s.shoot(ctx, sc, in, t.dir)
	<-s.film
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.status != running { // expired meanwhile: its folder may have come back
		_ = os.RemoveAll(t.dir)
		return
	}
	t.filmed, t.footage, t.err = true, footage, err
	s.finish(t, s.now())
	s.poke()
}

// finish ends a running task when both its time and the camera's are over.
func (s *Service) finish(t *task, at time.Time) {
	if t.status != running || !t.due || !t.filmed {
		return
	}
	switch {
	case t.fault.Does(taskExpire):
		s.conclude(t, expired, at)
	case t.fault != nil:
		s.fail(t, at, t.fault.Code, t.fault.Message)
	case t.misfit:
		s.fail(t, at, "InvalidParameter.TaskTypeConstraint", "The ratio must be adaptive for a task with a first frame.")
	case t.err != nil:
		s.fail(t, at, "InternalServiceError", "The service encountered an unexpected internal error: "+t.err.Error())
	default:
		t.tokens = t.bill()
		s.conclude(t, succeeded, at)
	}
}

func (s *Service) fail(t *task, at time.Time, code, message string) {
	t.code, t.message = code, message+" Request id: "+newRequestID(at)
	s.conclude(t, failed, at)
}

// conclude gives a task its final status and lets go of what only the filming needed.
func (s *Service) conclude(t *task, final status, at time.Time) {
	was := t.status
	if t.stop != nil {
		t.stop()
	}
	s.set(t, final, at)
	if final != succeeded {
		_ = os.RemoveAll(t.dir)
	} else {
		s.at(at.Add(urlLife), t, lapse)
		if !t.draft { // a draft's final clip uses its inputs again
			t.inputs.remove()
			t.inputs, t.prompt = nil, ""
		}
	}
	if g := t.group; was == running {
		g.running--
		s.promote(g, at)
	} else if i := slices.Index(g.queue, t); i >= 0 {
		g.queue = slices.Delete(g.queue, i, i+1)
		s.promote(g, at)
	}
}

// remove deletes the pictures.
func (in inputs) remove() {
	for _, i := range in {
		_ = os.Remove(i.path)
	}
}

// erase forgets a task. Its line in the books stays.
func (s *Service) erase(t *task) {
	if t.stop != nil {
		t.stop()
	}
	delete(s.tasks, t.id)
	_ = os.RemoveAll(t.dir)
}

// drop removes a task's events, so that memory does not wait for a week that nobody needs.
func (e *events) drop(t *task) {
	n := len(e.list)
	e.list = slices.DeleteFunc(e.list, func(x event) bool { return x.task == t })
	if len(e.list) != n {
		heap.Init(e)
	}
}

// set changes a task's status: the one place that does.
func (s *Service) set(t *task, to status, at time.Time) {
	t.status, t.updated = to, at
	s.books.note(t)
	s.o.Log.Info("task "+string(to), "task", t.id, "label", t.label, "model", t.model.Alias)
	if t.callback != "" && to != cancelled {
		s.post(t)
	}
}
