package ark

import (
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

var plainDecoder = decoder{secret: wire.NewRedactor(testKey)}

// documented is the answer of ark-api.md §3.
const documented = `{"id":"cgt-20260514183217-t8rzv","model":"doubao-seedance-2-0-260128","status":"succeeded",
 "content":{"video_url":"https://v.example/a.mp4?X-Tos-Date=20260514T183705Z&X-Tos-Expires=86400","last_frame_url":"https://v.example/a.png?X-Tos-Date=1"},
 "usage":{"completion_tokens":108900,"total_tokens":108900},"created_at":1778754737,"updated_at":1778755025,"seed":1276,
 "resolution":"720p","ratio":"16:9","duration":5,"framespersecond":24,"service_tier":"default",
 "execution_expires_after":172800,"generate_audio":true,"draft":false}`

var documentedTask = provider.Task{
	ID: "cgt-20260514183217-t8rzv", Model: "doubao-seedance-2-0-260128", Status: provider.Succeeded,
	Video:     "https://v.example/a.mp4?X-Tos-Date=20260514T183705Z&X-Tos-Expires=86400",
	LastFrame: "https://v.example/a.png?X-Tos-Date=1",
	Tokens:    108900, Created: time.Unix(1778754737, 0).UTC(), Updated: time.Unix(1778755025, 0).UTC(),
	Seed: ptr(int64(1276)), Resolution: "720p", Ratio: "16:9", Duration: 5, ServiceTier: "default",
	ExpiresAfter: 172800, Audio: ptr(true),
}

func TestDecodeTask(t *testing.T) {
	got, ok := plainDecoder.task([]byte(documented))
	require.True(t, ok)
	require.Equal(t, documentedTask, got)
}

// The same task from looser services.
func TestDecodeTaskLeniently(t *testing.T) {
	for name, change := range map[string]*strings.Replacer{
		"wrapped in data": nil,
		"numbers as strings": strings.NewReplacer(`108900`, `"108900"`, `:5,`, `:"5",`, `1276`, `"1276"`, `172800`,
			`"172800"`, `1778754737`, `"1778754737"`),
		"numbers with points": strings.NewReplacer(`108900`, `108900.0`, `:5,`, `:5.0,`, `172800`, `1.728e5`),
		"milliseconds":        strings.NewReplacer(`1778754737`, `1778754737000`, `1778755025`, `"1778755025000"`),
		"RFC 3339":            strings.NewReplacer(`1778754737`, `"2026-05-14T18:32:17+08:00"`),
		"frames for duration": strings.NewReplacer(`"duration":5`, `"frames":121`),
		"frames as a string":  strings.NewReplacer(`"duration":5,"framespersecond":24`, `"frames":"121"`),
		"more fields":         strings.NewReplacer(`"draft":false`, `"draft":false,"error":null,"x":{"y":[1]}`),
		"only total tokens":   strings.NewReplacer(`"completion_tokens":108900,`, ``),
		"status in capitals":  strings.NewReplacer(`succeeded`, `Succeeded`),
		"booleans as strings": strings.NewReplacer(`:true`, `:"True"`),
		"URLs as objects": strings.NewReplacer(`"https://v.example/a.png?X-Tos-Date=1"`,
			`{"url":"https://v.example/a.png?X-Tos-Date=1"}`),
		"URLs beside content":   strings.NewReplacer(`"content":{`, ``, `X-Tos-Date=1"},`, `X-Tos-Date=1",`),
		"an error that is none": strings.NewReplacer(`"draft":false`, `"error":{"code":"","message":""}`),
	} {
		t.Run(name, func(t *testing.T) {
			body := `{"code":0,"data":` + documented + `}`
			if change != nil {
				body = change.Replace(documented)
				require.NotEqual(t, documented, body)
			}
			got, ok := plainDecoder.task([]byte(body))
			require.True(t, ok)
			require.Equal(t, documentedTask, got)
		})
	}
}

func TestDecodeTaskOfLittle(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want provider.Task
		ok   bool
	}{
		"an id that is a number": {`{"id":12345678901234567890,"status":"queued"}`,
			provider.Task{ID: "12345678901234567890", Status: provider.Queued}, true},
		"fields of wrong types": {
			`{"id":"a","status":"running","usage":[],"content":"x","duration":{},"seed":"one","created_at":-5,"generate_audio":3}`, provider.Task{ID: "a", Status: provider.Running}, true},
		"numbers out of range": {
			`{"id":"a","status":"running","duration":1e300,"created_at":1e99,"execution_expires_after":-4,"usage":{"total_tokens":-1}}`, provider.Task{ID: "a", Status: provider.Running}, true},
		"canceled":  {`{"id":"a","status":"canceled"}`, provider.Task{ID: "a", Status: provider.Cancelled}, true},
		"expired":   {`{"id":"a","status":"expired"}`, provider.Task{ID: "a", Status: provider.Expired}, true},
		"no task":   {`{"ok":true}`, provider.Task{}, false},
		"no object": {`[1]`, provider.Task{}, false},
		"HTML":      {`<html>`, provider.Task{}, false},
		"nothing":   {``, provider.Task{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := plainDecoder.task([]byte(c.body))
			require.Equal(t, c.ok, ok)
			require.Equal(t, c.want, got)
		})
	}
}

func TestDecodeFailedTask(t *testing.T) {
	for name, c := range map[string]struct {
		body          string
		class         provider.Class
		code, message string
	}{
		"error": {`"error":{"code":"InternalServiceError","message":"sorry"}`, provider.Internal,
			"InternalServiceError", "sorry"},
		"failure_reason": {
			`"failure_reason":{"code":"OutputVideoSensitiveContentDetected.PolicyViolation","message":"no"}`, provider.Moderated,
			"OutputVideoSensitiveContentDetected.PolicyViolation", "no"},
		"failure_reason, text": {`"failure_reason":"it broke"`, provider.Invalid, "", "it broke"},
		"both, one empty": {`"error":null,"failure_reason":{"code":"InternalServiceError","message":"sorry"}`,
			provider.Internal, "InternalServiceError", "sorry"},
		"without a reason": {`"x":1`, provider.Internal, "", "the task failed, and the service gave no reason"},
		"asynchronously wrong": {`"error":{"code":"InvalidParameter.TaskTypeConstraint","message":"ratio"}`, provider.Invalid,
			"InvalidParameter.TaskTypeConstraint", "ratio"},
		"overloaded": {`"error":{"code":"ServerOverloaded","message":"busy"}`, provider.Internal, "ServerOverloaded",
			"busy"},
		"overdue": {`"error":{"code":"AccountOverdueError","message":"pay"}`, provider.Account,
			"AccountOverdueError", "pay"},
		"a code nobody knows": {`"error":{"code":"NewThing","message":"what"}`, provider.Invalid, "NewThing", "what"},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := plainDecoder.task([]byte(`{"id":"a","status":"failed",` + c.body + `}`))
			require.True(t, ok)
			require.Equal(t, provider.Failed, got.Status)
			require.Equal(t, c.class, got.Fault.Class)
			require.Equal(t, c.code, got.Fault.Code)
			require.Equal(t, c.message, got.Fault.Message)
		})
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "0.5": 500 * time.Millisecond, "-3": 0, "soon": 0, "1e99": 24 * time.Hour,
		"Sun, 01 Nov 2026 12:00:09 GMT": 9 * time.Second,
		"Sun, 01 Nov 2026 11:00:00 GMT": 0,
		"Sun, 01 Nov 2099 11:00:00 GMT": 24 * time.Hour,
	} {
		require.Equal(t, want, wire.RetryAfter(http.Header{"Retry-After": {value}}, now), value)
	}
	// A service whose clock is an hour ahead still means nine seconds.
	h := http.Header{"Retry-After": {"Sun, 01 Nov 2026 13:00:09 GMT"}, "Date": {"Sun, 01 Nov 2026 13:00:00 GMT"}}
	require.Equal(t, 9*time.Second, wire.RetryAfter(h, now))
}

func FuzzDecodeTask(f *testing.F) {
	f.Add([]byte(documented))
	f.Add([]byte(`{"data":{"id":1,"status":"failed","failure_reason":"x"}}`))
	f.Add([]byte(`{"id":"a","status":"failed","error":{"code":"` + testKey + `","message":"Bearer ` + testKey + `"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, ok := plainDecoder.task(b)
		if !ok {
			return
		}
		_, err := got.Created.MarshalJSON()
		require.NoError(t, err)
		require.GreaterOrEqual(t, got.Tokens, int64(0))
		require.GreaterOrEqual(t, got.Duration, -1)
		if got.Fault != nil {
			fitToShow(t, got.Fault)
		}
		require.True(t, got.Status.Known())
		if got.Status == provider.Failed {
			require.NotNil(t, got.Fault)
		}
	})
}

func FuzzDecodeList(f *testing.F) {
	f.Add([]byte(`{"total":1,"items":[` + documented + `]}`))
	f.Add([]byte(`{"data":{"total":"2","items":[{},1,null]}}`))
	f.Add([]byte(`{"total":-1,"items":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, ok := plainDecoder.list(b)
		if !ok {
			require.Empty(t, p.tasks)
		}
		for _, task := range p.tasks {
			require.NoError(t, checkID(task.ID))
		}
	})
}

func FuzzDecodeCreated(f *testing.F) {
	f.Add([]byte(`{"id":"cgt-1"}`))
	f.Add([]byte(`{"data":{"id":7}}`))
	f.Add([]byte(`{"id":"../x y"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if id := (decoder{}).created(b); id != "" {
			require.NoError(t, checkID(id))
			require.True(t, json.Valid(b))
		}
	})
}

func FuzzFault(f *testing.F) {
	f.Add(400, []byte(
		`{"error":{"code":"InvalidParameter","message":"The parameter 'duration' … Request id: 0217","param":"duration"}}`),
		"3")
	f.Add(502, []byte(`<html>`), "Sun, 01 Nov 2026 12:00:09 GMT")
	f.Add(404, []byte(`{"ResponseMetadata":{"RequestId":"r","Error":{"Code":"NotFound","Message":"`+testKey+`"}}}`), "")
	f.Add(403, []byte(`{"error":"https://a.example/b?X-Tos-Signature=`+testKey+`"}`), "-1")
	c, err := New(Options{Key: testKey})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, status int, b []byte, after string) {
		a := wire.Answer{Status: status, Header: http.Header{"Retry-After": {after}}, Body: b}
		for _, at := range []place{atCreate, atRead, atCancel} {
			got := c.fault(at, a, c.secret)
			fitToShow(t, got)
			require.GreaterOrEqual(t, got.RetryAfter, time.Duration(0))
			if at == atCreate && (status < 300 || status >= 500) {
				require.Equal(t, provider.Lost, got.Class, "what may have made a task is lost")
			}
			if at != atCreate {
				require.NotEqual(t, provider.Lost, got.Class)
			}
			require.NotEqual(t, provider.Internal, got.Class, "only a task fails so")
		}
	})
}

// fitToShow requires of a fault what every fault promises.
func fitToShow(t testing.TB, f *provider.Fault) {
	t.Helper()
	require.NotEmpty(t, f.Class)
	require.NotEmpty(t, f.Message)
	require.LessOrEqual(t, len(f.Message), wire.MaxMessage+300)
	for _, s := range []string{f.Error(), f.Code, f.Message, f.Param, f.RequestID, f.Hint} {
		require.NotContains(t, s, testKey)
		require.NotContains(t, s, "\n")
		require.NotContains(t, s, "\x1b")
	}
}

func FuzzRedact(f *testing.F) {
	for _, s := range []string{
		"key " + testKey + " refused", "https://u:p@h.example/a?X-Tos-Signature=1", "X-Tos-Signature=abc",
		"Bearer " + testKey, "data:image/png;base64,AAAA", "\x1b[31mred\x00", "http://[::1", "\xff\xfe",
	} {
		f.Add(s)
	}
	r := wire.NewRedactor(testKey)
	f.Fuzz(func(t *testing.T, s string) {
		got := r.Text(s)
		require.NotContains(t, got, testKey)
		require.NotContains(t, got, "\x1b")
		require.LessOrEqual(t, len(got), wire.MaxMessage+len("…"))
	})
}

func TestRedact(t *testing.T) {
	r := wire.NewRedactor(testKey).With("tok/3n")
	for in, want := range map[string]string{
		"the key " + testKey + " is not valid":                                 "the key [redacted] is not valid",
		"see https://docs.example/errors/x.html for more":                      "see https://docs.example/errors/x.html for more",
		`Get "https://a.example/v.mp4?X-Tos-Signature=00ff&x=1": EOF`:          `Get "https://a.example/…": EOF`,
		"https://user:secret@a.example/x":                                      "https://a.example/x",
		"Authorization: Bearer abc.def":                                        "Authorization: Bearer [redacted]",
		"canonical query X-Tos-Credential=AK%2F1&X-Tos-Signature=0f":           "canonical query [redacted]&[redacted]",
		"image data:image/png;base64,iVBORw0KGgo= refused":                     "image data:… refused",
		"two\nlines\tand \x1b[31mcolour":                                       "two lines and [31mcolour",
		"callback tok/3n is unreachable, tok/3nx is a word":                    "callback [redacted] is unreachable, tok/3nx is a word",
		strings.Repeat("é", wire.MaxMessage):                                   strings.Repeat("é", wire.MaxMessage/2) + "…",
		"https://a.example/x%3FX-Tos-Signature%3Dabc and signature=12&token=3": "https://a.example/… and signature=[redacted]&token=[redacted]",
	} {
		require.Equal(t, want, r.Text(in))
	}
	require.Equal(t, "simulator, [redacted]!", wire.NewRedactor("sim").Text("simulator, sim!"))
}

func TestNumber(t *testing.T) {
	for _, s := range []string{"NaN", "Inf", "-inf", "", "x", "1e999"} {
		_, ok := number(s)
		require.False(t, ok, s)
	}
	n, ok := number(" 5.5 ")
	require.True(t, ok)
	require.False(t, math.IsNaN(n))
	require.InDelta(t, 5.5, n, 0)
}
