package fal_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/fal"
	"shotchain/chain/provider"
	"shotchain/chain/sim/falsim"
	"shotchain/chain/sim/simtest"
	"shotchain/chain/sim/trouble"
)

const mini = "bytedance/seedance-2.0/mini"

// create asks for one clip without pictures.
func create(t *testing.T, p provider.Provider) string {
	t.Helper()
	made, err := p.Create(t.Context(), provider.Request{Model: mini, Prompt: "A boat.", Resolution: "480p", Duration: 4})
	require.NoError(t, err)
	require.Regexp(t, `^bytedance/seedance-2\.0/requests/[0-9a-f-]{36}$`, made.Task, "owner and app only, and no host")
	return made.Task
}

func classOf(t *testing.T, err error) provider.Class {
	t.Helper()
	var f *provider.Fault
	require.ErrorAs(t, err, &f)
	return f.Class
}

// ref names a task.
func ref(id string) provider.Ref { return provider.Ref{Task: id} }

// idOf is the request's own id.
func idOf(task string) string { return task[strings.LastIndexByte(task, '/')+1:] }

func TestCancelEndsForSureWhatIsQueuedAndLeavesTheRest(t *testing.T) {
	for _, old := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s, stop := newStage(t, falsim.Options{Pace: 1, OldCancel: old})
			defer stop()
			s.service.Hold()
			task := create(t, s.p)
			require.NoError(t, s.p.Cancel(t.Context(), ref(task)))
			got, err := s.p.Get(t.Context(), ref(task))
			require.NoError(t, err)
			require.Equal(t, provider.Cancelled, got.Status)
			require.NoError(t, s.p.Cancel(t.Context(), ref(task)), "it is what was wanted")

			task = create(t, s.p)
			s.service.Start(idOf(task))
			require.Equal(t, provider.Invalid, classOf(t, s.p.Cancel(t.Context(), ref(task))), "it may go on, and be billed")
			require.Equal(t, 1, s.service.Stats().Calls["delete"], "a running one is not even signalled")
			time.Sleep(10 * time.Minute)
			got, err = s.p.Get(t.Context(), ref(task))
			require.NoError(t, err)
			require.Equal(t, provider.Succeeded, got.Status)
			require.Equal(t, provider.Invalid, classOf(t, s.p.Cancel(t.Context(), ref(task))))
			for _, none := range []string{mini[:22] + "/requests/0", "bytedance/seedance-2.0/requests/none", "../../v1/models",
				"", "https://evil.example/a/b/requests/1"} {
				require.Equal(t, provider.Gone, classOf(t, s.p.Cancel(t.Context(), ref(none))), none)
			}
		})
	}
}

// A request that starts too late ends by itself, and one that nobody follows cannot start late.
func TestARequestThatNeverStartsExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := newStage(t, falsim.Options{})
		defer stop()
		s.service.Hold()
		task := create(t, s.p)
		time.Sleep(time.Hour + time.Second)
		got, err := s.p.Get(t.Context(), ref(task))
		require.NoError(t, err)
		require.Equal(t, provider.Expired, got.Status)
		require.Equal(t, "request_timeout", got.Fault.Code)
	})
}

func TestAResultThatIsGoneIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := newStage(t, falsim.Options{NoPayloads: true})
		defer stop()
		task := create(t, s.p)
		synctest.Wait()
		got, err := s.p.Get(t.Context(), ref(task))
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, s.p.Fetch(t.Context(), got.Video, &b, 1<<20))
		require.NotZero(t, b.Len())
		s.service.Advance(2 * time.Hour)
		_, err = s.p.Get(t.Context(), ref(task))
		require.Equal(t, provider.Gone, classOf(t, err))
		s.service.Advance(8 * 24 * time.Hour)
		require.Equal(t, provider.Gone, classOf(t, s.p.Fetch(t.Context(), got.Video, &b, 1<<20)))
	})
}

// What an edge says in place of the result, or a word that nobody knows, is neither a failure nor an end.
func TestOnlyTheModelsOwnWordEndsATask(t *testing.T) {
	for name, c := range map[string]struct {
		status, result string
		code           int
		class          provider.Class
		is             provider.Status
	}{
		"HTML":                    {`{"status":"COMPLETED"}`, "<html>Bad Gateway</html>", 502, provider.Busy, ""},
		"nothing":                 {`{"status":"COMPLETED"}`, "", 500, provider.Busy, ""},
		"JSON of somebody else's": {`{"status":"COMPLETED"}`, `{"message":"upstream"}`, 503, provider.Busy, ""},
		"an edge's 200":           {`{"status":"COMPLETED"}`, `{}`, 200, provider.Busy, ""},
		"a busy edge":             {`{"status":"COMPLETED"}`, `{"detail":"slow down"}`, 429, provider.Busy, ""},
		"the model's own 500": {`{"status":"COMPLETED"}`, `{"detail":"Internal","error_type":"internal_error"}`, 500, "",
			provider.Failed},
		"a clone's object": {`{"status":"COMPLETED"}`, `{"detail":{"type":"value_error","message":"no"}}`, 422, "",
			provider.Failed},
		"not yet, after all": {`{"status":"COMPLETED"}`, `{"status":"IN_PROGRESS","request_id":"x"}`, 400, "",
			provider.Running},
		"an unknown word": {`{"status":"PONDERING"}`, "", 500, "", provider.Running},
		"no content type": {`{"status":"COMPLETED"}`,
			`{"video":{"url":"https://v3b.fal.media/files/b/x.mp4","content_type":null}}`, 200, "", provider.Succeeded},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/status") {
					_, _ = io.WriteString(w, c.status)
					return
				}
				w.WriteHeader(c.code)
				_, _ = io.WriteString(w, c.result)
			}))
			defer server.Close()
			p, err := fal.New(fal.Options{BaseURL: server.URL, Key: testKey})
			require.NoError(t, err)
			task, err := p.Get(t.Context(), ref("bytedance/seedance-2.0/requests/x"))
			if c.class != "" {
				require.Equal(t, c.class, classOf(t, err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.is, task.Status)
		})
	}
}

// What is billed although nothing came of it is not made again unasked.
func TestABilledFailureIsNotRepeated(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/status") {
			_, _ = io.WriteString(w, `{"status":"COMPLETED"}`)
			return
		}
		w.Header().Set("x-fal-billable-units", "81.7")
		w.WriteHeader(422)
		_, _ = io.WriteString(w, `{"detail":[{"loc":["body"],"msg":"No media","type":"no_media_generated"}]}`)
	}))
	defer server.Close()
	p, err := fal.New(fal.Options{BaseURL: server.URL, Key: testKey})
	require.NoError(t, err)
	task, err := p.Get(t.Context(), ref("bytedance/seedance-2.0/requests/x"))
	require.NoError(t, err)
	require.Equal(t, provider.Yes, task.Fault.Billed, "a run repeats only what is surely not billed")
}

// The URLs that a submit returns may name another alias, and are used; those at another host are not.
func TestOnlyTheConfiguredHostIsAsked(t *testing.T) {
	var mu sync.Mutex
	asked := ""
	returned := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = r.URL.Path
		if r.Method == http.MethodPost {
			fmt.Fprintf(w, `{"status":"IN_QUEUE","request_id":"abc","response_url":%q}`, returned)
			return
		}
		w.WriteHeader(202)
		_, _ = io.WriteString(w, `{"status":"IN_QUEUE"}`)
	}))
	defer server.Close()
	p, err := fal.New(fal.Options{BaseURL: server.URL, Key: testKey})
	require.NoError(t, err)
	for url, want := range map[string]string{
		server.URL + "/fal-ai/other/requests/abc":        "fal-ai/other/requests/abc",
		"https://evil.example/bytedance/x/requests/abc":  "bytedance/seedance-2.0/requests/abc",
		server.URL + ".evil.example/a/b/requests/abc":    "bytedance/seedance-2.0/requests/abc",
		server.URL + "/a/../../requests/abc":             "bytedance/seedance-2.0/requests/abc",
		server.URL + "/a/b/requests/abc?to=https://evil": "bytedance/seedance-2.0/requests/abc",
		"": "bytedance/seedance-2.0/requests/abc",
		"http://evil.example@" + server.URL[7:] + "/a/b/r/x": "bytedance/seedance-2.0/requests/abc",
	} {
		mu.Lock()
		returned = url
		mu.Unlock()
		made, err := p.Create(t.Context(), provider.Request{Model: mini, Prompt: "p", Duration: 4})
		require.NoError(t, err)
		require.Equal(t, want, made.Task, url)
		_, err = p.Get(t.Context(), ref(made.Task))
		require.NoError(t, err)
		require.Equal(t, "/"+want+"/status", asked)
	}
}

// A webhook is a bell: one that fal signed, lately, and about the request that it names.
func TestOnlyFalsOwnWebhooksRing(t *testing.T) {
	type hook struct {
		header http.Header
		body   []byte
	}
	came := make(chan hook, 4)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		came <- hook{r.Header.Clone(), b}
	}))
	defer receiver.Close()
	service, err := falsim.New(falsim.Options{Key: testKey, Dir: t.TempDir(), Camera: simtest.Camera})
	require.NoError(t, err)
	server := httptest.NewServer(service)
	defer server.Close()
	defer service.Close()
	p, err := fal.New(fal.Options{BaseURL: server.URL, Key: testKey})
	require.NoError(t, err)
	made, err := p.Create(t.Context(),
		provider.Request{Model: mini, Prompt: "p", Resolution: "480p", Duration: 4, CallbackURL: receiver.URL + "/token"})
	require.NoError(t, err)
	good := <-came
	id, err := p.Rings(t.Context(), good.header.Get, good.body)
	require.NoError(t, err)
	require.Equal(t, idOf(made.Task), id)

	for name, spoil := range map[string]func(*hook){
		"another body":    func(h *hook) { h.body = append(bytes.Clone(h.body), ' ') },
		"another request": func(h *hook) { h.header.Set("X-Fal-Webhook-Request-Id", "x") },
		"an old time":     func(h *hook) { h.header.Set("X-Fal-Webhook-Timestamp", "1700000000") },
		"no time":         func(h *hook) { h.header.Del("X-Fal-Webhook-Timestamp") },
		"no signature":    func(h *hook) { h.header.Del("X-Fal-Webhook-Signature") },
		"another user":    func(h *hook) { h.header.Set("X-Fal-Webhook-User-Id", "x") },
	} {
		bad := hook{good.header.Clone(), good.body}
		spoil(&bad)
		_, err := p.Rings(t.Context(), bad.header.Get, bad.body)
		require.Error(t, err, name)
	}
	require.NoError(t, service.Inject(trouble.Fault{Op: "callback", Action: "unsigned"}))
	_, err = p.Create(t.Context(),
		provider.Request{Model: mini, Prompt: "p", Resolution: "480p", Duration: 4, CallbackURL: receiver.URL + "/token"})
	require.NoError(t, err)
	bad := <-came
	_, err = p.Rings(t.Context(), bad.header.Get, bad.body)
	require.Error(t, err)
}

// A gateway without a storage is sent pictures inside the request.
func TestPicturesGoInsideWhereThereIsNoStorage(t *testing.T) {
	picture := frameOf([]byte("x"))
	body := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/rest/") {
			http.NotFound(w, r)
			return
		}
		b, _ := io.ReadAll(r.Body)
		body <- string(b)
		_, _ = io.WriteString(w, `{"request_id":"abc"}`)
	}))
	defer server.Close()
	p, err := fal.New(fal.Options{BaseURL: server.URL, Key: testKey})
	require.NoError(t, err)
	_, err = p.Create(t.Context(),
		provider.Request{Model: mini, Prompt: "p", Duration: 4,
			FirstFrame: &provider.Frame{MediaType: "image/png", Data: picture}})
	require.NoError(t, err)
	require.Contains(t, <-body, `"image_url":"data:image/png;base64,`+base64.StdEncoding.EncodeToString(picture)+`"`)
}

// Whatever goes wrong, and however a service echoes what it was sent: no error says the key or a URL's query.
func TestErrorsKeepSecrets(t *testing.T) {
	_, half, _ := strings.Cut(testKey, ":")
	leak := strings.Join([]string{testKey, half, "Key " + testKey, "https://x.example/v.mp4?X-Amz-Signature=00decafbad"},
		" and ")
	for name, h := range map[string]http.HandlerFunc{
		"a text": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprintf(w, `{"detail":%q,"error_type":%q}`, leak, leak)
		},
		"a list": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(422)
			fmt.Fprintf(w, `{"detail":[{"loc":["body",%q],"msg":%q,"type":%q}]}`, leak, leak, leak)
		},
		"HTML": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(502); _, _ = io.WriteString(w, leak) },
		"a header": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Fal-Request-Id", leak)
			w.Header().Set("X-Fal-Error-Type", leak)
			w.WriteHeader(500)
		},
		"a reset": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a word":  func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"status":%q}`, leak) },
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(h)
			defer server.Close()
			p, err := fal.New(fal.Options{BaseURL: server.URL, Key: " " + testKey + "\n"})
			require.NoError(t, err)
			_, created := p.Create(t.Context(),
				provider.Request{Model: mini, Prompt: "p",
					FirstFrame: &provider.Frame{Web: "https://x.example/a.png?X-Amz-Signature=00decafbad"}})
			_, got := p.Get(t.Context(), ref("a/b/requests/c"))
			_, _, listed := p.List(t.Context(), provider.Filter{Model: mini})
			errs := []error{created, got, listed, p.Cancel(t.Context(), ref("a/b/requests/c")),
				p.Fetch(t.Context(), provider.SignedURL(server.URL+"/v.mp4?X-Amz-Signature=00decafbad"), io.Discard, 2)}
			require.Error(t, errors.Join(errs...))
			for _, err := range errs {
				for ; err != nil; err = errors.Unwrap(err) {
					said := fmt.Sprintf("%v %+v", err, err)
					var f *provider.Fault
					if errors.As(err, &f) {
						said += strings.Join([]string{f.Code, f.Message, f.Param, f.RequestID, f.Hint}, " ")
					}
					for _, secret := range []string{half, testKey, "decafbad", "?X-"} {
						require.NotContains(t, said, secret)
					}
				}
			}
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", p, p, p), half)
		})
	}
}

func TestKeysAndURLsAreCheckedBeforeAnythingIsSent(t *testing.T) {
	for _, key := range []string{"", "  ", "no-colon", ":x", "x:", "a b:c", "a:b\nc", "ä:b"} {
		_, err := fal.New(fal.Options{Key: key})
		require.ErrorContains(t, err, "FAL_KEY", "%q", key)
	}
	for _, url := range []string{"queue.fal.run", "http://queue.example", "ftp://x.example", "https://u:p@x.example",
		"https://x.example?a=b"} {
		_, err := fal.New(fal.Options{Key: testKey, BaseURL: url})
		require.Error(t, err, url)
		require.NotContains(t, err.Error(), "u:p")
	}
	p, err := fal.New(fal.Options{Key: testKey})
	require.NoError(t, err)
	require.Equal(t, "fal", p.About().Namespace)
	p, err = fal.New(fal.Options{Key: testKey, BaseURL: "https://Gateway.example/queue/"})
	require.NoError(t, err)
	require.Equal(t, "fal@gateway.example", p.About().Namespace)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = p.Create(ctx, provider.Request{Model: mini, Prompt: "p"})
	require.ErrorIs(t, err, context.Canceled)
	_, err = p.Get(ctx, ref("a/b/requests/c"))
	require.ErrorIs(t, err, context.Canceled)
}
