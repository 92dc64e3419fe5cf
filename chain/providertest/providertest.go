// Package providertest proves that a [chain.Provider] keeps the contract that is written above its methods. [Run]
// drives a provider against a service that the test controls; each provider's own test supplies both. The suite
// knows no provider and no protocol: what it asks for can be asked of any service that makes clips from tasks.
//
// What it holds providers to is what the run depends on to never pay twice and never lose a clip: that one Create
// makes one task, that a refused one makes none, that a task whose answer was lost can be found again, that Cancel
// does no harm to what is running or finished, and that a download is whole or an error.
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
	// and the answer does not arrive.
	Refuse(class provider.Class)
	// Made is how many tasks the service ever made.
	Made() int
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
		{"a task is followed until it is done", taskIsFollowed},
		{"a failed task says why", failedTaskSaysWhy},
		{"list finds a task by what it echoes", listFinds},
		{"list filters", listFilters},
		{"cancel ends what is queued", cancelEndsQueued},
		{"cancel leaves what is running or finished", cancelLeavesTheRest},
		{"what is not there is gone", gone},
		{"fetch copies all of it or fails", fetchCopiesAll},
		{"fetch tells a lapsed URL", fetchTellsLapsed},
		{"a refused create makes nothing", refusedCreate},
		{"a lost create can be found", lostCreate},
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

func create(t *testing.T, p provider.Provider, r provider.Request) string {
	t.Helper()
	made, err := p.Create(t.Context(), r)
	require.NoError(t, err)
	require.NotEmpty(t, made.Task)
	return made.Task
}

// ref names a task that came without a handle.
func ref(id string) provider.Ref { return provider.Ref{Task: id} }

func get(t *testing.T, p provider.Provider, id string) provider.Task {
	t.Helper()
	task, err := p.Get(t.Context(), ref(id))
	require.NoError(t, err)
	require.Equal(t, id, task.ID)
	return task
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
func succeeded(t *testing.T, p provider.Provider, c Control) provider.Task {
	t.Helper()
	c.Hold()
	id := create(t, p, c.Request())
	c.Start(id)
	c.Succeed(id)
	task := get(t, p, id)
	require.Equal(t, provider.Succeeded, task.Status)
	return task
}

func sameService(t *testing.T, p provider.Provider, c Control) {
	about := p.About()
	require.NotEmpty(t, about.Namespace)
	require.NotEmpty(t, about.Region)
	create(t, p, c.Request())
	require.Equal(t, about, p.About())
}

func createMakesOneTask(t *testing.T, p provider.Provider, c Control) {
	before := c.Made()
	first := create(t, p, c.Request())
	require.Equal(t, before+1, c.Made())
	second := create(t, p, c.Request())
	require.NotEqual(t, first, second, "equal requests make two tasks")
	require.Equal(t, before+2, c.Made())
}

func taskIsFollowed(t *testing.T, p provider.Provider, c Control) {
	c.Hold()
	r := c.Request()
	id := create(t, p, r)
	task := get(t, p, id)
	require.Equal(t, provider.Queued, task.Status)
	require.False(t, task.Status.Done())
	require.Empty(t, task.Video)

	c.Start(id)
	task = get(t, p, id)
	require.Equal(t, provider.Running, task.Status)
	require.False(t, task.Status.Done())

	c.Succeed(id)
	task = get(t, p, id)
	require.Equal(t, provider.Succeeded, task.Status)
	require.True(t, task.Status.Done())
	require.Nil(t, task.Fault)
	require.NotEmpty(t, task.Video)
	require.NotContains(t, fmt.Sprint(task), string(task.Video), "signed URLs do not print")
}

func failedTaskSaysWhy(t *testing.T, p provider.Provider, c Control) {
	c.Hold()
	id := create(t, p, c.Request())
	c.Start(id)
	c.Fail(id)
	task := get(t, p, id)
	require.Equal(t, provider.Failed, task.Status)
	require.NotNil(t, task.Fault)
	fault(t, task.Fault, provider.Internal)
	require.Empty(t, task.Video)
	require.Zero(t, task.Tokens, "a failed task is not billed")
}

func listFinds(t *testing.T, p provider.Provider, c Control) {
	c.Hold()
	ids := map[int]string{}
	for after := 100_001; after <= 100_005; after++ {
		r := c.Request()
		r.ExpiresAfter, r.SafetyIdentifier = after, fmt.Sprint("shotchain-", after)
		ids[after] = create(t, p, r)
	}
	tasks := list(t, p, provider.Filter{Model: c.Request().Model})
	require.Len(t, tasks, len(ids))
	for _, task := range tasks {
		require.Equal(t, ids[task.ExpiresAfter], task.ID)
		require.Equal(t, fmt.Sprint("shotchain-", task.ExpiresAfter), task.SafetyIdentifier)
		require.False(t, task.Created.IsZero())
		require.Equal(t, provider.Queued, task.Status)
	}
}

func listFilters(t *testing.T, p provider.Provider, c Control) {
	c.Hold()
	a, b, d := create(t, p, c.Request()), create(t, p, c.Request()), create(t, p, c.Request())
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
	id, other := create(t, p, c.Request()), create(t, p, c.Request())
	require.NoError(t, p.Cancel(t.Context(), ref(id)))
	require.Equal(t, provider.Cancelled, get(t, p, id).Status)
	require.Equal(t, provider.Queued, get(t, p, other).Status)

	if err := p.Cancel(t.Context(), ref(id)); err != nil { // it is what was wanted, or it is finished: both are true
		fault(t, err, provider.Invalid)
	}
	require.Equal(t, provider.Cancelled, get(t, p, id).Status, "cancelling twice does not lose the record")
}

func cancelLeavesTheRest(t *testing.T, p provider.Provider, c Control) {
	c.Hold()
	id := create(t, p, c.Request())
	c.Start(id)
	fault(t, p.Cancel(t.Context(), ref(id)), provider.Invalid)
	require.Equal(t, provider.Running, get(t, p, id).Status)

	c.Succeed(id)
	fault(t, p.Cancel(t.Context(), ref(id)), provider.Invalid)
	task := get(t, p, id)
	require.Equal(t, provider.Succeeded, task.Status, "the record of a paid clip stays")
	require.NotEmpty(t, task.Video)
}

func gone(t *testing.T, p provider.Provider, c Control) {
	_, err := p.Get(t.Context(), ref("cgt-20200101000000-xxxxx"))
	fault(t, err, provider.Gone)
	fault(t, p.Cancel(t.Context(), ref("cgt-20200101000000-xxxxx")), provider.Gone)

	task := succeeded(t, p, c)
	c.Forget(task.ID)
	_, err = p.Get(t.Context(), ref(task.ID))
	fault(t, err, provider.Gone)
	require.NotContains(t, taskIDs(list(t, p, provider.Filter{})), task.ID)
}

func fetchCopiesAll(t *testing.T, p provider.Provider, c Control) {
	task := succeeded(t, p, c)
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
	task := succeeded(t, p, c)
	c.Lapse(task.ID)
	var b bytes.Buffer
	f := fault(t, p.Fetch(t.Context(), task.Video, &b, 1<<30), provider.Gone)
	require.Zero(t, b.Len())
	if _, query, ok := strings.Cut(string(task.Video), "?"); ok {
		require.NotContains(t, f.Error(), query)
	}
}

func refusedCreate(t *testing.T, p provider.Provider, c Control) {
	for _, class := range []provider.Class{provider.Invalid, provider.Moderated, provider.Account, provider.Quota, provider.Busy} {
		before := c.Made()
		c.Refuse(class)
		made, err := p.Create(t.Context(), c.Request())
		fault(t, err, class)
		require.Empty(t, made.Task)
		require.Equal(t, before, c.Made(), "%s: nothing was made", class)
	}
	create(t, p, c.Request()) // the refusals were the service's, not the provider's
}

func lostCreate(t *testing.T, p provider.Provider, c Control) {
	c.Hold()
	create(t, p, c.Request())
	before := c.Made()
	c.Refuse(provider.Lost)
	r := c.Request()
	r.ExpiresAfter = 123_456
	_, err := p.Create(t.Context(), r)
	fault(t, err, provider.Lost)
	require.Equal(t, before+1, c.Made(), "the request was sent once")

	found := 0
	for _, task := range list(t, p, provider.Filter{}) {
		if task.ExpiresAfter == 123_456 {
			found++
		}
	}
	require.Equal(t, 1, found)
}

func endedContext(t *testing.T, p provider.Provider, c Control) {
	task := succeeded(t, p, c)
	before := c.Made()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Create(ctx, c.Request())
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, before, c.Made())
	_, err = p.Get(ctx, ref(task.ID))
	require.ErrorIs(t, err, context.Canceled)
	_, complete, err := p.(provider.Lister).List(ctx, provider.Filter{})
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, complete)
	require.ErrorIs(t, p.Cancel(ctx, ref(task.ID)), context.Canceled)
	require.ErrorIs(t, p.Fetch(ctx, task.Video, &bytes.Buffer{}, 1<<30), context.Canceled)
}

func manyGoroutines(t *testing.T, p provider.Provider, c Control) {
	const n = 12
	c.Hold()
	before := c.Made()
	ids, errs := make([]string, n), make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		r := c.Request()
		r.ExpiresAfter = 50_000 + i
		group.Go(func() {
			made, err := p.Create(t.Context(), r)
			if err == nil {
				_, err = p.Get(t.Context(), ref(made.Task))
			}
			ids[i], errs[i] = made.Task, err
		})
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, before+n, c.Made())
	for i, id := range ids {
		require.Equal(t, 50_000+i, get(t, p, id).ExpiresAfter, "each got its own")
	}
}
