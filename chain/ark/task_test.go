package ark

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
)

// constant answers every call the same.
func constant(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestGetFaults(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		class  provider.Class
	}{
		"gone":                {404, `{"error":{"code":"NotFound","message":"no such task"}}`, provider.Gone},
		"gone without a word": {404, ``, provider.Gone},
		"another's 404":       {404, `<html>nginx</html>`, provider.Busy},
		"a failed question":   {502, `<html>`, provider.Busy},
		"HTML with 200":       {200, `<html>`, provider.Busy},
		"nothing with 200":    {200, ``, provider.Busy},
		"something else":      {200, `{"hello":1}`, provider.Busy},
		"key refused":         {401, `{"error":{"code":"AuthenticationError","message":"no"}}`, provider.Account},
		"too fast":            {429, `{}`, provider.Busy},
		"accepted, not read":  {202, `{"id":"a","status":"queued"}`, provider.Busy},
	} {
		t.Run(name, func(t *testing.T) {
			task, err := serve(t, constant(c.status, c.body)).Get(t.Context(), ref("cgt-1"))
			f := faultOf(t, err)
			require.Equal(t, c.class, f.Class, "%v", f)
			require.Equal(t, c.status, f.HTTPStatus)
			require.Empty(t, task)
		})
	}
}

func TestGetAsksForOneTask(t *testing.T) {
	var path string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.EscapedPath()
		reply(w, 200, map[string]any{"status": "queued"})
	})
	task, err := c.Get(t.Context(), ref("a/b?c"))
	require.NoError(t, err)
	require.Equal(t, tasksPath+"/a%2Fb%3Fc", path)
	require.Equal(t, "a/b?c", task.ID)
	require.Equal(t, "0217-test", task.RequestID)

	path = ""
	for _, id := range []string{"", ".", "..", "a b", "a\n", "é"} {
		_, err := c.Get(t.Context(), ref(id))
		require.Equal(t, provider.Invalid, faultOf(t, err).Class)
		require.Equal(t, provider.Invalid, faultOf(t, c.Cancel(t.Context(), ref(id))).Class)
	}
	require.Empty(t, path, "nothing was asked")
}

// DELETE is only ever sent for a queued task: at the vendor's it erases the record of a finished one.
func TestCancelDeletesOnlyWhatIsQueued(t *testing.T) {
	for _, status := range []provider.Status{provider.Queued, provider.Running, provider.Succeeded, provider.Failed,
		provider.Cancelled, provider.Expired, "dreaming"} {
		var deletes atomic.Int32
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete {
				deletes.Add(1)
			}
			reply(w, 200, map[string]any{"id": "a", "status": status})
		})
		err := c.Cancel(t.Context(), ref("a"))
		switch status {
		case provider.Queued:
			require.NoError(t, err)
			require.EqualValues(t, 1, deletes.Load())
			continue
		case provider.Cancelled:
			require.NoError(t, err)
		default:
			require.Equal(t, provider.Invalid, faultOf(t, err).Class)
		}
		require.Zero(t, deletes.Load(), status)
	}
}

func TestCancelRefused(t *testing.T) {
	for status, class := range map[int]provider.Class{400: provider.Invalid, 409: provider.Invalid, 404: provider.Gone,
		500: provider.Busy, 429: provider.Busy, 403: provider.Account} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete {
				reply(w, status, failure("InvalidAction.RunningTaskDeletion", "it has started"))
				return
			}
			reply(w, 200, map[string]any{"id": "a", "status": "queued"})
		})
		f := faultOf(t, c.Cancel(t.Context(), ref("a")))
		require.Equal(t, class, f.Class, "%d", status)
		require.Equal(t, "it has started", f.Message)
	}
}

// The key stays with the service.
func TestReadsFollowRedirectsAtHomeOnly(t *testing.T) {
	var stolen atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stolen.Add(1)
		reply(w, 200, map[string]any{"id": "a", "status": "queued"})
	}))
	t.Cleanup(elsewhere.Close)
	home := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case tasksPath + "/away":
			http.Redirect(w, r, elsewhere.URL+"/x", http.StatusFound)
		case tasksPath + "/round":
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		case tasksPath + "/moved":
			http.Redirect(w, r, "/new/place", http.StatusMovedPermanently)
		default:
			require.Equal(t, "Bearer "+testKey, r.Header.Get("Authorization"))
			reply(w, 200, map[string]any{"id": "a", "status": "queued"})
		}
	})
	for _, id := range []string{"away", "round"} {
		_, err := home.Get(t.Context(), ref(id))
		f := faultOf(t, err)
		require.Equal(t, provider.Busy, f.Class)
		require.Equal(t, hintRedirect, f.Hint)
	}
	require.Zero(t, stolen.Load())
	task, err := home.Get(t.Context(), ref("moved"))
	require.NoError(t, err)
	require.Equal(t, provider.Queued, task.Status)
}
