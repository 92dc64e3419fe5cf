package chain

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/graph"
	"shotchain/chain/provider"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/store"
	"shotchain/internal/durable"
	"shotchain/internal/durable/durabletest"
)

// ledger is what the world knows of the clips, whatever the store says.
type ledger struct {
	kept    map[string]bool            // tasks whose clips were whole in the store after a life, and are not damaged since
	given   map[string]bool            // tasks that the user gave up
	rotten  map[string]map[string]bool // what became damaged on the disk, by take and file
	weighed int                        // how many sales have been looked at
}

func newLedger() ledger {
	return ledger{map[string]bool{}, map[string]bool{}, map[string]map[string]bool{}, 0}
}

// keyOf is the beginning of the key that a task was bought for.
func keyOf(t *fakeTask) string {
	return t.req.Label[strings.LastIndex(t.req.Label, "#")+1:][:12]
}

// billed reports whether a task is paid, or will be.
func billed(t *fakeTask) bool { return t.Task.Fault == nil }

// sold notes who has bought a task, which may be one that fails.
func (w *world) sold(p *process, id string, fails bool, r *rand.Rand) {
	w.f.mu.Lock()
	t := w.f.find(id)
	if fails {
		t.Task.Fault = &provider.Fault{Class: pick(r, provider.Internal, provider.Moderated), Message: "sorry"}
	}
	label := t.req.Label
	w.f.mu.Unlock()
	w.telling.Lock()
	w.tasks[id] = p
	w.telling.Unlock()
	w.tell("%d.%d buys %s as %s, fails: %t", p.life, p.number, id, label, fails)
}

// lapsed reports whether the service no longer has what a URL names: a day after the task's end.
func (w *world) lapsed(u string) bool {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	t := w.f.find(strings.Split(u, "/")[3])
	return time.Since(t.Updated) > 24*time.Hour
}

// old reports whether the service no longer tells of a task.
func (w *world) old(id string) bool {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	t := w.f.find(id)
	return t == nil || time.Since(t.Created) > 7*24*time.Hour
}

// weigh holds what was bought in a life against the plans of its processes, and against what was bought before.
func (w *world) weigh(all []*process, sold []*fakeTask) {
	bought := map[*process]int{}
	for _, t := range sold {
		p := w.tasks[t.ID]
		for _, pt := range p.plan.Takes {
			if pt.Standing == Cached && pt.Key[:12] == keyOf(t) {
				w.fault("%s was bought as %s, which the plan called cached", t.ID, t.req.Label)
			}
		}
		if billed(t) {
			bought[p]++
			w.once(t)
		}
	}
	for _, p := range all {
		if p.plan == nil {
			continue
		}
		if most := p.plan.Buys + p.plan.Count(InFlight); bought[p] > most {
			w.fault("life %d.%d bought %d clips, and its plan said %d", p.life, p.number, bought[p], most)
		}
		if p.reel != nil && p.reel.Spent.Micros > p.plan.Total.Micros+p.plan.Held.Micros {
			w.fault("life %d.%d spent %s, and its plan said %s", p.life, p.number, p.reel.Spent.String(), p.plan.Total.String())
		}
	}
}

// once holds that a clip is bought again only where the one before is given up, or lost at either end.
func (w *world) once(t *fakeTask) {
	for _, was := range w.f.sold {
		if was == t {
			return
		}
		gone := !was.Updated.IsZero() && t.Created.Sub(was.Updated) > frameLife(aboutFake.Can) && !w.kept[was.ID]
		if billed(was) && keyOf(was) == keyOf(t) && !w.given[was.ID] && !gone {
			w.fault("%s was bought as %s, which %s is too", t.ID, t.req.Label, was.ID)
		}
	}
}

// examine looks into the store between two lives.
func (w *world) examine() {
	st, err := store.Peek(w.dir, store.On(func(dir string) durable.FS { return durabletest.Unsynced(durable.OS(dir)) }))
	if err != nil {
		w.fault("the store cannot be opened: %v", err)
		return
	}
	for _, v := range simtest.Violations(st, w.f.sales()) {
		if !w.spoiled(v) {
			w.fault("%s", v)
		}
	}
	takes, err := st.Takes()
	require.NoError(w.t, err)
	for _, take := range takes {
		clip, err := take.Clip()
		if err != nil {
			continue
		}
		w.kept[clip.Task] = true
		if was := w.rotten[take.Key[:12]]; was != nil {
			delete(was, "clip.json")
		}
		task := w.f.find(clip.Task)
		b, err := os.ReadFile(take.Path(clip.Video.Name))
		switch {
		case task == nil:
			w.fault("%.12s is kept as a clip of %q, which nobody has bought: %v", take.Key, clip.Task, err)
		case err != nil || string(b) != "video of "+content(task.req):
			w.fault("%.12s is kept as %q, and %s is %q: %v", take.Key, b, clip.Task, content(task.req), err)
		case keyOf(task) != take.Key[:12]:
			w.fault("%.12s is kept as %s, which was bought as %s", take.Key, clip.Task, task.req.Label)
		}
	}
}

// spoiled reports whether a violation is one of a take whose records are damaged.
func (w *world) spoiled(violation string) bool {
	for key, files := range w.rotten {
		if strings.Contains(violation, "#"+key) && (files["task.json"] || files["request.json"]) {
			return true
		}
	}
	return false
}

// rot spoils a file of the store.
func (w *world) rot() {
	var files []string
	_ = filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "lock" || !strings.Contains(path, "takes") {
			return nil
		}
		files = append(files, path)
		return nil
	})
	if len(files) == 0 {
		return
	}
	path := files[w.rand.IntN(len(files))]
	b, err := os.ReadFile(path)
	require.NoError(w.t, err)
	if len(b) == 0 {
		return
	}
	at := w.rand.IntN(len(b))
	if w.rand.IntN(3) == 0 {
		b = b[:at]
	} else {
		b[at] ^= 1 << w.rand.IntN(8)
	}
	require.NoError(w.t, os.WriteFile(path, b, 0o644))
	name, key := filepath.Base(path), filepath.Base(filepath.Dir(path))[:12]
	w.tell("%s of %s is damaged at byte %d", passingName.ReplaceAllString(name, "$1"), key, at)
	if w.rotten[key] == nil {
		w.rotten[key] = map[string]bool{}
	}
	was := w.rotten[key]
	was[name] = true
	if was["clip.mp4"] || was["clip.json"] && was["task.json"] {
		for _, t := range w.f.sold {
			if keyOf(t) == key {
				delete(w.kept, t.ID)
			}
		}
	}
	delete(was, "clip.mp4") // what is whole again is held to it again
}

// turn turns over a bit of a picture while the program lives, right before it is read to be sent. What is sent all the same
// is found by its digest; the next attempt freezes it anew.
func (w *world) turn(name string, r *rand.Rand) {
	path := filepath.Join(w.dir, name)
	b, err := os.ReadFile(path)
	if err != nil || len(b) == 0 {
		return
	}
	at := r.IntN(len(b))
	b[at] ^= 1 << r.IntN(8)
	require.NoError(w.t, os.WriteFile(path, b, 0o644))
	w.tell("%s is damaged at byte %d, on its way into a request", filepath.Base(name), at)
}

// giveUp is the user's word on a take of which nobody knows whether it was bought. Where the service tells all, and the
// records are whole, the program must have found what was.
func (w *world) giveUp(out Outcome) {
	for _, t := range w.f.sold {
		if keyOf(t) != out.Dir.Key[:12] || !billed(t) || w.given[t.ID] {
			continue
		}
		w.given[t.ID] = true
		if w.exact && len(w.rotten[keyOf(t)]) == 0 && !w.old(t.ID) {
			w.fault("%s was bought as %s, and is not found: %v", t.ID, t.req.Label, out.Fault)
		}
	}
	w.tell("the user gives up what became of %s", out.Take.Name())
}

// judge holds the world's end: the film is there, each clip is what was bought for it, and another run does nothing.
func (w *world) judge(r *Reel) {
	for _, out := range r.Outcomes {
		if !out.Ok() {
			w.fault("%s is not there in the end: %s: %v", out.Take.Name(), out.Standing, out.Fault)
			return
		}
		if err := out.Dir.Verify(); err != nil {
			w.fault("%s: %v", out.Take.Name(), err)
		}
		t := w.f.find(out.Clip.Task)
		if t.req.Prompt != out.Take.Request.Prompt || t.req.Duration != out.Take.Request.Duration {
			w.fault("%s is %q of %d s", out.Take.Name(), t.req.Prompt, t.req.Duration)
		}
		frame, err := out.Dir.ReadFile(out.Clip.LastFrame.Name, maxFrameBytes)
		if whole := "last of " + content(t.req); err != nil || !out.Clip.Decoded && string(frame) != whole {
			w.fault("the last frame of %s is %q, not %q: %v", out.Take.Name(), frame, whole, err)
		}
		if up := out.Take.From; up != nil && out.Take.FromFrame() == graph.Last && out.Clip.PromotedFrom == "" {
			if was := r.Outcomes[up.Index].Clip.LastFrame.Digest; t.req.FirstFrame == nil || t.req.FirstFrame.Digest != was {
				w.fault("%s does not continue %s", out.Take.Name(), up.Name())
			}
		}
	}
	st, err := store.Peek(w.dir)
	require.NoError(w.t, err)
	if again := plan(w.t, w.graph, st, w.o); again.Buys > 0 || again.Count(Cached) != len(again.Takes) {
		w.fault("after all there are %d to buy, and %d of %d cached", again.Buys, again.Count(Cached), len(again.Takes))
	}
	w.keepSecrets()
}

// keepSecrets holds that no signed URL is anywhere in the store.
func (w *world) keepSecrets() {
	_ = filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		require.NoError(w.t, err)
		if d.IsDir() {
			return nil
		}
		b, err := os.ReadFile(path)
		require.NoError(w.t, err)
		if bytes.Contains(b, []byte("https://files/")) {
			w.fault("%s has a signed URL", filepath.Base(path))
		}
		return nil
	})
}
