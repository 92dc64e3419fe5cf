package film

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/internal/say"
)

// The two processes of a trace.
const (
	traceTakes  = 1
	traceFFmpeg = 2
)

// TraceOf draws what went on in the newest run of a storyboard in a store, "" for any storyboard.
func TraceOf(st *store.Store, file string) (Trace, error) {
	run, events, err := lastEvents(st, file)
	if err != nil {
		return Trace{}, err
	}
	return traceOf(run, events), nil
}

// lastEvents are those of the newest run of a storyboard that noted any; "" for any storyboard. A store may be shared:
// runs know the storyboard's name only.
func lastEvents(st *store.Store, file string) (store.Run, []store.RunEvent, error) {
	of := ""
	if file != "" {
		of = " of " + filepath.Base(file)
	}
	for _, r := range slices.Backward(st.Runs()) {
		if file != "" && filepath.Base(r.File) != filepath.Base(file) {
			continue
		}
		events, err := st.Events(r)
		if len(events) > 0 || err != nil {
			return r, events, err
		}
	}
	return store.Run{}, nil,
		&Failure{Kind: Failed, Message: fmt.Sprintf("no run%s has been noted in %s", of, say.Path(st.Dir())),
			Hint: "`shotchain run` notes what it does"}
}

// Trace is a file of Chrome's trace event format.
type Trace struct {
	Events []TraceEvent      `json:"traceEvents"`
	Unit   string            `json:"displayTimeUnit"`
	Other  map[string]string `json:"otherData,omitempty"`
}

// TraceEvent is one of: X a span, i an instant, M a name for a process or a thread. Times are microseconds.
type TraceEvent struct {
	Name  string            `json:"name"`
	Kind  string            `json:"cat,omitempty"`
	Phase string            `json:"ph"`
	At    int64             `json:"ts"`
	Took  int64             `json:"dur,omitempty"`
	PID   int               `json:"pid"`
	TID   int               `json:"tid"`
	Scope string            `json:"s,omitempty"`
	Args  map[string]string `json:"args,omitempty"`
}

// traceOf draws a run: a line for each take, in the order in which they were first told of, and as many for ffmpeg as
// ran at once.
func traceOf(run store.Run, events []store.RunEvent) Trace {
	t := Trace{Unit: "ms",
		Other: map[string]string{"film": run.Film, "provider": run.Provider, "began": run.Began.Format(time.RFC3339)}}
	t.name("process_name", traceTakes, 0, "takes")
	t.name("process_name", traceFFmpeg, 0, "ffmpeg")
	takes, order := map[string][]store.RunEvent{}, []string{}
	var steps []store.RunEvent
	for _, e := range events {
		if e.Step != "" {
			steps = append(steps, e)
			continue
		}
		name := e.Shot
		if e.Variant != "" {
			name = e.Variant + ":" + name
		}
		if e.Take > 1 {
			name += fmt.Sprintf("#%d", e.Take)
		}
		if takes[name] == nil {
			order = append(order, name)
		}
		takes[name] = append(takes[name], e)
	}
	for i, name := range order {
		t.name("thread_name", traceTakes, i+1, name)
		t.life(name, i+1, run, takes[name])
	}
	t.steps(run, steps)
	return t
}

func (t *Trace) name(kind string, pid, tid int, name string) {
	t.Events = append(t.Events,
		TraceEvent{Name: kind, Phase: "M", PID: pid, TID: tid, Args: map[string]string{"name": name}})
}

// since is a moment of a run in its trace.
func since(run store.Run, at time.Time) int64 { return max(0, at.Sub(run.Began).Microseconds()) }

// life is a take's stages, each until the next, inside a span of the whole.
func (t *Trace) life(name string, tid int, run store.Run, events []store.RunEvent) {
	first, last := events[0], events[len(events)-1]
	if len(events) > 1 {
		t.Events = append(t.Events,
			TraceEvent{Name: name, Kind: "take", Phase: "X", At: since(run, first.At),
				Took: last.At.Sub(first.At).Microseconds(), PID: traceTakes, TID: tid,
				Args: map[string]string{"task": last.Task, "ended": last.Stage}})
	}
	for i, e := range events {
		ev := TraceEvent{Name: e.Stage, Kind: "stage", At: since(run, e.At), PID: traceTakes, TID: tid,
			Args: map[string]string{"task": e.Task, "message": e.Message}}
		if i+1 < len(events) && !chain.Standing(e.Stage).Final() {
			ev.Phase, ev.Took = "X", events[i+1].At.Sub(e.At).Microseconds()
		} else {
			ev.Phase, ev.Scope = "i", "t"
		}
		t.Events = append(t.Events, ev)
	}
}

// steps puts each run of ffmpeg on the first line that is free.
func (t *Trace) steps(run store.Run, steps []store.RunEvent) {
	slices.SortStableFunc(steps, func(a, b store.RunEvent) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	var free []time.Time // of each line
	for _, s := range steps {
		line := slices.IndexFunc(free, func(at time.Time) bool { return !at.After(s.At) })
		if line < 0 {
			line = len(free)
			free = append(free, time.Time{})
		}
		free[line] = s.Until
		t.Events = append(t.Events,
			TraceEvent{Name: s.Step, Kind: "ffmpeg", Phase: "X", At: since(run, s.At), Took: s.Until.Sub(s.At).Microseconds(),
				PID: traceFFmpeg, TID: line + 1,
				Args: map[string]string{"shots": some(s.Shots)}})
	}
}

// maxShots is how many shots of a step are named one by one.
const maxShots = 12

// some names the shots that a step was for.
func some(shots []string) string {
	if n := len(shots); n > maxShots {
		return fmt.Sprintf("%s to %s, %d shots", shots[0], shots[n-1], n)
	}
	return strings.Join(shots, ", ")
}
