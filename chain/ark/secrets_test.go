package ark

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// Whatever goes wrong wherever, and however a service echoes what it was sent: no error says the key, a signed URL
// or a query – printed, or unwrapped and printed.
func TestErrorsKeepSecrets(t *testing.T) {
	const sign = "X-Tos-Signature=00decafbad&X-Tos-Credential=AKLTx"
	const hook = "https://hook.example/cb/unguessable-token"
	leak := strings.Join([]string{
		testKey, "Bearer " + testKey, "https://tos.example/v.mp4?" + sign, sign, "data:image/png;base64,aGVsbG8=",
	}, " and ")
	var home string
	behaviours := map[string]http.HandlerFunc{
		"echo in an error": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", testKey)
			w.WriteHeader(400)
			fmt.Fprintf(w, `{"error":{"code":%q,"message":%q,"param":%q}}`, "Bad."+testKey,
				leak+r.URL.String()+r.Header.Get("Authorization")+echo(r), leak)
		},
		"echo in HTML":  func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(502); _, _ = io.WriteString(w, leak) },
		"echo with 200": func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"error":%q}`, leak) },
		"XML of a storage": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(403)
			fmt.Fprintf(w, "<Code>AccessDenied</Code><Message>%s</Message>", leak)
		},
		"a redirect away": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "ftp://tos.example/v.mp4?"+sign+testKey, http.StatusFound)
		},
		"a broken redirect": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://%zz/"+testKey+"?"+sign)
			w.WriteHeader(302)
		},
		"a loop": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, home+r.URL.Path+"?"+sign, http.StatusFound)
		},
		"no HTTP": func(w http.ResponseWriter, r *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			_, _ = io.WriteString(conn, "HTTP/1.1 "+testKey+" "+sign+"\r\n\r\n")
			_ = conn.Close()
		},
		"a reset": func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
		"an odd status": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"id":"a","status":%q}`, leak)
		},
		"a failed task": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"id":"a","status":"failed","error":{"code":%q,"message":%q}}`, leak, leak+". Request id: "+testKey)
		},
	}
	for name, h := range behaviours {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewUnstartedServer(h)
			s.Config.ErrorLog = quiet
			s.Start()
			t.Cleanup(s.Close)
			home = s.URL
			c := newClient(t, s.URL)
			r := provider.Request{Model: "m", Prompt: "p", CallbackURL: hook,
				FirstFrame: &provider.Frame{URL: provider.SignedURL("https://tos.example/v.mp4?" + sign)}}
			_, created := c.Create(t.Context(), r)
			task, got := c.Get(t.Context(), ref("cgt-1"))
			_, _, listed := c.List(t.Context(), provider.Filter{Tasks: []string{"cgt-1"}})
			errs := []error{created, got, listed, c.Cancel(t.Context(), ref("cgt-1")),
				c.Fetch(t.Context(), provider.SignedURL(s.URL+"/v.mp4?"+sign), io.Discard, 2)}
			if task.Fault != nil {
				errs = append(errs, task.Fault)
			}
			require.Error(t, errors.Join(errs...))
			for _, err := range errs {
				keepsSecrets(t, err)
			}
		})
	}
}

// echo is a create call's whole body, as a message might quote it.
func echo(r *http.Request) string {
	b, _ := io.ReadAll(r.Body)
	return string(b)
}

func keepsSecrets(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		texts := []string{err.Error(), fmt.Sprintf("%v %+v", err, err)}
		var f *provider.Fault
		if errors.As(err, &f) {
			texts = append(texts, f.Code, f.Message, f.Param, f.RequestID, f.Hint)
		}
		for _, text := range texts {
			for _, secret := range []string{testKey, "decafbad", "X-Tos-Signature", "AKLT", "?X-", "unguessable", "aGVsbG8"} {
				require.NotContains(t, text, secret)
			}
		}
	}
}

// The transport's errors keep answering errors.Is.
func TestCauseIs(t *testing.T) {
	r := wire.NewRedactor(testKey)
	require.Equal(t, context.Canceled, r.Cause(context.Canceled))
	err := r.Cause(fmt.Errorf("read %s: %w", testKey, io.ErrUnexpectedEOF))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, "read [redacted]: unexpected EOF", err.Error())
}

// Nothing is written to the log that everybody shares.
func TestDownloadsDoNotLog(t *testing.T) {
	c, u := files(t, constant(403, ""))
	var b bytes.Buffer
	err := c.Fetch(t.Context(), u, &b, 10)
	require.NotContains(t, fmt.Sprintf("%#v %v", u, u), "decafbad")
	keepsSecrets(t, err)
}
