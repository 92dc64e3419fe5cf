package providertest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
)

// What a task tells of the request that made it is what was asked, or nothing.
func taskTellsBack(t *testing.T, p provider.Provider, c Control) {
	r := c.Request()
	c.Hold()
	made := create(t, p, r)
	check := func(when string) {
		task := get(t, p, made)
		told := func(field string, is, asked any) {
			require.Contains(t, []any{asked, any("")}, is, "%s of a task that is %s", field, when)
		}
		told("the model", task.Model, r.Model)
		told("the resolution", task.Resolution, r.Resolution)
		require.Contains(t, []int{0, r.Duration}, task.Duration)
		if r.Audio != nil && task.Audio != nil {
			require.Equal(t, *r.Audio, *task.Audio)
		}
		if r.Seed != nil && task.Seed != nil {
			require.Equal(t, *r.Seed, *task.Seed)
		}
	}
	check("queued")
	c.Start(made.Task)
	c.Succeed(made.Task)
	check("done")
}

// ring is a callback that came.
type ring struct {
	header http.Header
	body   []byte
}

// A callback of a task that has ended is read as that task's, and what is none is not read as any's.
func callbackRings(t *testing.T, p provider.Provider, c Control) {
	rings := make(chan ring, 16)
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		select {
		case rings <- ring{r.Header.Clone(), body}:
		default:
		}
	}))
	t.Cleanup(listener.Close)
	c.Hold()
	other := create(t, p, c.Request())
	r := c.Request()
	r.CallbackURL = listener.URL + "/token"
	made := create(t, p, r)
	c.Start(made.Task)
	c.Succeed(made.Task)

	bell := provider.Bell(p)
	select {
	case got := <-rings:
		task, err := bell.Rings(t.Context(), got.header.Get, got.body)
		require.NoError(t, err)
		require.True(t, task == made.Task || task != "" && strings.HasSuffix(made.Task, "/"+task), "%q rings for %q", task,
			made.Task)
		require.NotContains(t, other.Task, task)
	case <-time.After(10 * time.Second):
		t.Fatal("no callback came")
	}
	for _, none := range []string{"", "null", "{}", `{"id":""}`, "[]", "<html>", `{"id":`} {
		task, err := bell.Rings(t.Context(), http.Header{}.Get, []byte(none))
		require.Error(t, err, none)
		require.Empty(t, task)
	}
}
