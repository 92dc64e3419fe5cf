// Package providertest proves that a [provider.Provider] keeps the contract that is written above its methods. [Run]
// drives a provider against a service that the test controls; each provider's own test supplies both. The suite
// knows no provider and no protocol: what it asks for can be asked of any service that makes clips from tasks, and of
// each it asks what its provider.Abilities promise.
//
// What it holds providers to is what the run depends on to never pay twice and never lose a clip: that one Create
// is one request and makes one task, that a refused one makes none, that a task whose answer was lost is found again
// or not judged, that Cancel does no harm to what is running or finished, that nothing is called free that may be
// billed, and that a download is whole or an error.
package providertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
)

// Control is the service's side of a test: what the suite needs to see and to bring about there. Its methods take
// effect before they return, fail the test themselves where they cannot do it, and are not called concurrently.
type Control interface {
	// Request returns a request that the service accepts, for one short clip that opens on a picture, with no
	// ExpiresAfter. Requests of one test are equal but may share nothing that can be written to.
	Request() provider.Request

	// Hold makes the service leave what is created from now on queued until Start names it.
	Hold()
	// Start makes the task run that was queued first.
	Start(id string)
	// Succeed ends a running task with a clip and its last frame.
	Succeed(id string)
	// Fail ends a running task as the service's own failure.
	Fail(id string)

	// Forget makes the service lose a task's record, as it does after 7 days.
	Forget(id string)
	// Lapse makes the URLs of a finished task lapse.
	Lapse(id string)
	// Refuse makes the service refuse the next create call in a way that is of the class. Lost: it makes the task,
	// and the answer does not arrive. false, which changes nothing: it never refuses one so. That may be said of
	// Moderated and Quota only.
	Refuse(class provider.Class) bool
	// Made is how many tasks the service ever made.
	Made() int
	// Sent is how many create requests ever reached the service, whatever it answered.
	Sent() int
}

// Open starts a fresh service and a provider that speaks to it; both end with the test.
type Open func(t *testing.T) (provider.Provider, Control)

// Run proves the contract, each promise against a fresh service.
func Run(t *testing.T, open Open) {
	for _, promise := range []struct {
		name string
		test func(*testing.T, provider.Provider, Control)
	}{
		{"create makes one task", createMakesOneTask},
		{"a create is sent once, whatever becomes of it", createIsSentOnce},
		{"a task is followed until it is done", taskIsFollowed},
		{"a task tells back what was asked", taskTellsBack},
		{"a callback rings for its task", callbackRings},
		{"a clip is billed as the abilities say", billedAsSaid},
		{"a last frame comes as the abilities say", lastFrameAsSaid},
		{"a failed task says why", failedTaskSaysWhy},
		{"marks are told apart", marksDiffer},
		{"a lost create is found by its mark", lostCreateIsFound},
		{"nothing is absent without proof", nothingIsAbsentWithoutProof},
		{"what is absent is proven by what is there", absenceIsProven},
		{"list filters", listFilters},
		{"cancel ends what is queued", cancelEndsQueued},
		{"cancel leaves what is running or finished", cancelLeavesTheRest},
		{"what is not there is gone", gone},
		{"fetch copies all of it or fails", fetchCopiesAll},
		{"fetch tells a lapsed URL", fetchTellsLapsed},
		{"a refused create makes nothing", refusedCreate},
		{"an ended context sends nothing", endedContext},
		{"many goroutines may share it", manyGoroutines},
		{"it is always the same service", sameService},
	} {
		t.Run(promise.name, func(t *testing.T) {
			p, c := open(t)
			promise.test(t, p, c)
		})
	}
}

// create makes a task, marked as a run marks it.
func create(t *testing.T, p provider.Provider, r provider.Request) provider.Ref {
	t.Helper()
	r.Mark = p.Mark(r)
	made, err := p.Create(t.Context(), r)
	require.NoError(t, err)
	require.NotEmpty(t, made.Task)
	return provider.Ref{Task: made.Task, Handle: made.Handle}
}

func get(t *testing.T, p provider.Provider, r provider.Ref) provider.Task {
	t.Helper()
	task, err := p.Get(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, r.Task, task.ID)
	return task
}

// needs skips a promise that the service does not make.
func needs(t *testing.T, able bool, what string) {
	t.Helper()
	if !able {
		t.Skip("the service " + what)
	}
}

// refuses makes the service refuse the next create call, and reports whether it ever does so.
func refuses(t *testing.T, c Control, class provider.Class) bool {
	t.Helper()
	ok := c.Refuse(class)
	if class != provider.Moderated && class != provider.Quota {
		require.True(t, ok, "every service refuses a create call as %s", class)
	}
	return ok
}

func list(t *testing.T, p provider.Provider, f provider.Filter) []provider.Task {
	t.Helper()
	tasks, complete, err := p.(provider.Lister).List(t.Context(), f)
	require.NoError(t, err)
	require.True(t, complete, "the list is complete")
	for i := 1; i < len(tasks); i++ {
		require.False(t, tasks[i].Created.After(tasks[i-1].Created), "newest first")
	}
	return tasks
}

// fault requires a *chain.Fault of the class, fit to be shown.
func fault(t *testing.T, err error, class provider.Class) *provider.Fault {
	t.Helper()
	var f *provider.Fault
	require.ErrorAs(t, err, &f)
	require.Equal(t, class, f.Class, "%v", f)
	require.NotEmpty(t, f.Message)
	require.NotContains(t, f.Message, "\n")
	return f
}

// succeeded takes a new task to its end.
func succeeded(t *testing.T, p provider.Provider, c Control) (provider.Ref, provider.Task) {
	t.Helper()
	c.Hold()
	r := create(t, p, c.Request())
	c.Start(r.Task)
	c.Succeed(r.Task)
	task := get(t, p, r)
	require.Equal(t, provider.Succeeded, task.Status)
	return r, task
}

func sameService(t *testing.T, p provider.Provider, c Control) {
	about := p.About()
	require.NotEmpty(t, about.Namespace)
	require.NotEmpty(t, about.Region)
	create(t, p, c.Request())
	require.Equal(t, about, p.About())
	require.True(t, about.Same(p.About()))
}

func createMakesOneTask(t *testing.T, p provider.Provider, c Control) {
	before := c.Made()
	first := create(t, p, c.Request())
	require.Equal(t, before+1, c.Made())
	second := create(t, p, c.Request())
	require.NotEqual(t, first, second, "equal requests make two tasks")
	require.Equal(t, before+2, c.Made())
}

func createIsSentOnce(t *testing.T, p provider.Provider, c Control) {
	c.Hold()
	before := c.Sent()
	create(t, p, c.Request())
	require.Equal(t, before+1, c.Sent())
	for i, class := range []provider.Class{provider.Lost, provider.Busy, provider.Quota, provider.Invalid,
		provider.Account} {
		if !refuses(t, c, class) {
			before--
			continue
		}
		r := c.Request()
		r.Mark = p.Mark(r)
		_, err := p.Create(t.Context(), r)
		fault(t, err, class)
		require.Equal(t, before+2+i, c.Sent(), class)
	}
}

func taskIsFollowed(t *testing.T, p provider.Provider, c Control) {
	c.Hold()
	r := create(t, p, c.Request())
	task := get(t, p, r)
	require.Equal(t, provider.Queued, task.Status)
	require.False(t, task.Status.Done())
	require.Empty(t, task.Video)

	c.Start(r.Task)
	task = get(t, p, r)
	require.Equal(t, provider.Running, task.Status)
	require.False(t, task.Status.Done())

	c.Succeed(r.Task)
	task = get(t, p, r)
	require.Equal(t, provider.Succeeded, task.Status)
	require.True(t, task.Status.Done())
	require.Nil(t, task.Fault)
	require.NotEmpty(t, task.Video)
	require.NotContains(t, fmt.Sprint(task), string(task.Video), "signed URLs do not print")
	if r.Handle != "" {
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", r, r, r), string(r.Handle), "handles do not print")
	}
}

func billedAsSaid(t *testing.T, p provider.Provider, c Control) {
	_, task := succeeded(t, p, c)
	require.NotEqual(t, provider.No, task.Billed, "a clip is paid")
	switch p.About().Can.Bill {
	case provider.ByTokens:
		require.Positive(t, task.Tokens)
	case provider.ByAmount:
		require.Positive(t, task.Cost.Micros)
		require.NotEmpty(t, task.Cost.Currency)
	default:
		require.Zero(t, task.Tokens)
		require.Zero(t, task.Cost)
	}
}

func lastFrameAsSaid(t *testing.T, p provider.Provider, c Control) {
	_, task := succeeded(t, p, c)
	switch p.About().Can.LastFrame {
	case provider.Yes:
		require.NotEmpty(t, task.LastFrame)
	case provider.No:
		require.Empty(t, task.LastFrame)
	}
}

func failedTaskSaysWhy(t *testing.T, p provider.Provider, c Control) {
	c.Hold()
	r := create(t, p, c.Request())
	c.Start(r.Task)
	c.Fail(r.Task)
	task := get(t, p, r)
	require.Equal(t, provider.Failed, task.Status)
	require.NotNil(t, task.Fault)
	fault(t, task.Fault, provider.Internal)
	require.Empty(t, task.Video)
	billed := task.Billed.Or(task.Fault.Billed).Or(p.About().Can.Failed)
	if billed == provider.No {
		require.Zero(t, task.Tokens, "what is free has no tokens")
		require.Zero(t, task.Cost)
	}
	if task.Tokens > 0 || task.Cost.Micros > 0 {
		require.Equal(t, provider.Yes, billed)
	}
}

func listFilters(t *testing.T, p provider.Provider, c Control) {
	needs(t, p.About().Can.Lookup == provider.List, "has no list")
	c.Hold()
	a, b, d := create(t, p, c.Request()).Task, create(t, p, c.Request()).Task, create(t, p, c.Request()).Task
	c.Start(a)

	require.ElementsMatch(t, []string{a, b, d}, taskIDs(list(t, p, provider.Filter{})))
	require.Equal(t, []string{a}, taskIDs(list(t, p, provider.Filter{Status: provider.Running})))
	require.ElementsMatch(t, []string{a, d}, taskIDs(list(t, p, provider.Filter{Tasks: []string{a, d}})))
	require.Empty(t, list(t, p, provider.Filter{Status: provider.Expired}))
}

func taskIDs(tasks []provider.Task) []string {
	ids := []string{}
	for _, t := range tasks {
		ids = append(ids, t.ID)
	}
	return ids
}

func cancelEndsQueued(t *testing.T, p provider.Provider, c Control) {
	c.Hold()
	r, other := create(t, p, c.Request()), create(t, p, c.Request())
	if p.About().Can.Cancel == provider.NoCancel {
		fault(t, p.Cancel(t.Context(), r), provider.Invalid)
		require.Equal(t, provider.Queued, get(t, p, r).Status)
		return
	}
	require.NoError(t, p.Cancel(t.Context(), r))
	require.Equal(t, provider.Cancelled, get(t, p, r).Status)
	require.Equal(t, provider.Queued, get(t, p, other).Status)

	if err := p.Cancel(t.Context(), r); err != nil { // it is what was wanted, or it is finished: both are true
		fault(t, err, provider.Invalid)
	}
	require.Equal(t, provider.Cancelled, get(t, p, r).Status, "cancelling twice does not lose the record")
}

func cancelLeavesTheRest(t *testing.T, p provider.Provider, c Control) {
	c.Hold()
	r := create(t, p, c.Request())
	c.Start(r.Task)
	if p.About().Can.Cancel != provider.CancelRunning {
		fault(t, p.Cancel(t.Context(), r), provider.Invalid)
		require.Equal(t, provider.Running, get(t, p, r).Status)
	}
	c.Succeed(r.Task)
	fault(t, p.Cancel(t.Context(), r), provider.Invalid)
	task := get(t, p, r)
	require.Equal(t, provider.Succeeded, task.Status, "the record of a paid clip stays")
	require.NotEmpty(t, task.Video)
}

func gone(t *testing.T, p provider.Provider, c Control) {
	none := provider.Ref{Task: "cgt-20200101000000-xxxxx"}
	_, err := p.Get(t.Context(), none)
	fault(t, err, provider.Gone)
	if p.About().Can.Cancel != provider.NoCancel {
		fault(t, p.Cancel(t.Context(), none), provider.Gone)
	}
	if i, ok := provider.As[provider.Inventor](p); ok {
		_, err := p.Get(t.Context(), i.Invented())
		require.NotZero(t, fault(t, err, provider.Gone).HTTPStatus, "it is the service that has none")
	}
	r, _ := succeeded(t, p, c)
	c.Forget(r.Task)
	_, err = p.Get(t.Context(), r)
	fault(t, err, provider.Gone)
	if p.About().Can.Lookup == provider.List {
		require.NotContains(t, taskIDs(list(t, p, provider.Filter{})), r.Task)
	}
}

func fetchCopiesAll(t *testing.T, p provider.Provider, c Control) {
	_, task := succeeded(t, p, c)
	var whole bytes.Buffer
	require.NoError(t, p.Fetch(t.Context(), task.Video, &whole, 1<<30))
	size := int64(whole.Len())
	require.Greater(t, size, int64(1))

	var exact bytes.Buffer
	require.NoError(t, p.Fetch(t.Context(), task.Video, &exact, size), "the limit itself is allowed")
	require.True(t, bytes.Equal(whole.Bytes(), exact.Bytes()))

	for _, limit := range []int64{size - 1, 1, 0} {
		var part bytes.Buffer
		require.Error(t, p.Fetch(t.Context(), task.Video, &part, limit))
		require.LessOrEqual(t, int64(part.Len()), limit, "never more than limit bytes")
	}
	if task.LastFrame != "" {
		var frame bytes.Buffer
		require.NoError(t, p.Fetch(t.Context(), task.LastFrame, &frame, 1<<30))
		require.NotZero(t, frame.Len())
	}

	err := p.Fetch(t.Context(), task.Video, full{}, 1<<30)
	require.ErrorIs(t, err, errFull, "the writer's error can be told")
}

var errFull = errors.New("disk full")

// full is a writer that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func fetchTellsLapsed(t *testing.T, p provider.Provider, c Control) {
	_, task := succeeded(t, p, c)
	c.Lapse(task.ID)
	var b bytes.Buffer
	f := fault(t, p.Fetch(t.Context(), task.Video, &b, 1<<30), provider.Gone)
	require.Zero(t, b.Len())
	if _, query, ok := strings.Cut(string(task.Video), "?"); ok {
		require.NotContains(t, f.Error(), query)
	}
}

func refusedCreate(t *testing.T, p provider.Provider, c Control) {
	for _, class := range []provider.Class{provider.Invalid, provider.Moderated, provider.Account, provider.Quota,
		provider.Busy} {
		before := c.Made()
		if !refuses(t, c, class) {
			continue
		}
		made, err := p.Create(t.Context(), c.Request())
		fault(t, err, class)
		require.Empty(t, made.Task)
		require.Equal(t, before, c.Made(), "%s: nothing was made", class)
	}
	create(t, p, c.Request()) // the refusals were the service's, not the provider's
}

func endedContext(t *testing.T, p provider.Provider, c Control) {
	r, task := succeeded(t, p, c)
	before := c.Sent()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Create(ctx, c.Request())
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, before, c.Sent())
	_, err = p.Get(ctx, r)
	require.ErrorIs(t, err, context.Canceled)
	if p.About().Can.Lookup != provider.NoLookup {
		_, err = p.Find(ctx, provider.Attempt{Request: c.Request()})
		require.ErrorIs(t, err, context.Canceled)
	}
	if l, ok := p.(provider.Lister); ok && p.About().Can.Lookup == provider.List {
		_, complete, err := l.List(ctx, provider.Filter{})
		require.ErrorIs(t, err, context.Canceled)
		require.False(t, complete)
	}
	if p.About().Can.Cancel != provider.NoCancel {
		require.ErrorIs(t, p.Cancel(ctx, r), context.Canceled)
	}
	require.ErrorIs(t, p.Fetch(ctx, task.Video, &bytes.Buffer{}, 1<<30), context.Canceled)
}

func manyGoroutines(t *testing.T, p provider.Provider, c Control) {
	const n = 12
	c.Hold()
	before := c.Made()
	marks, refs, errs := make([]string, n), make([]provider.Ref, n), make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		r := c.Request()
		group.Go(func() {
			r.Mark = p.Mark(r)
			made, err := p.Create(t.Context(), r)
			marks[i], refs[i] = r.Mark, provider.Ref{Task: made.Task, Handle: made.Handle}
			if err == nil {
				_, err = p.Get(t.Context(), refs[i])
			}
			errs[i] = err
		})
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, before+n, c.Made())
	for i, r := range refs {
		require.Equal(t, r.Task, get(t, p, r).ID)
		if p.About().Can.Lookup == provider.List {
			require.Equal(t, r.Task, looked(t, p, c, marks[i]).Made.Task, "each got its own")
		}
	}
}
