package ark

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/providertest"
	"shotchain/chain/sim"
	"shotchain/chain/sim/simtest"
)

// gateway is a service that answers as gateways of Ark's shape were met to do, in every way that leaves a list, and in
// those that its record tells.
func gateway(g models.Gateway) providertest.Open {
	return func(t *testing.T) (provider.Provider, providertest.Control) {
		quirks := map[string][]string{"echo": {"other-words", "flat-video"}, "answer": {"envelope", "false-gzip"}}
		if !g.Echoes(models.MarkExpiry) {
			quirks["echo"] = append(quirks["echo"], "no-expiry")
		}
		if !g.Echoes(models.MarkIdentifier) {
			quirks["echo"] = append(quirks["echo"], "no-identifier")
		}
		if g.IDPrefix != "" {
			quirks["answer"] = []string{"named-envelope", "false-gzip"}
		}
		c := onSimulator(t, sim.Options{IDPrefix: g.IDPrefix}, func(o *Options) { o.Gateway = g })
		for op, actions := range quirks {
			for _, action := range actions {
				require.NoError(t, c.s.Inject(sim.Fault{Op: op, Action: action, Times: -1}))
			}
		}
		return c.p, c
	}
}

func TestProviderAgainstGateways(t *testing.T) {
	for name, g := range map[string]models.Gateway{
		"of which nothing is known":        {},
		"whose tasks go by ids of its own": {Name: "mine", IDPrefix: "task_"},
		"that tells the expiry back":       {Name: "mine", Echo: []string{models.MarkExpiry}},
		"that tells the identifier back":   {Name: "mine", Echo: []string{models.MarkIdentifier}, IDPrefix: "task_"},
		"that tells no mark back":          {Name: "mine", Echo: []string{}},
	} {
		t.Run(name, func(t *testing.T) { providertest.Run(t, gateway(g)) })
	}
}

// What a gateway tells nothing back of is not sent for the look-up's sake, and where it tells neither back nothing is
// looked up.
func TestOnlyMarksThatAreToldBackAreSent(t *testing.T) {
	for _, c := range []struct {
		echo []string
		sent string // fields of the create call, as a pattern
	}{
		{nil, `"execution_expires_after":\d+.*"safety_identifier":"shotchain-`},
		{[]string{models.MarkExpiry}, `"execution_expires_after":\d+}$`},
		{[]string{models.MarkIdentifier}, `\],"return_last_frame":true,"safety_identifier":"shotchain-[A-Z0-9]+"}$`},
		{[]string{}, `\],"return_last_frame":true}$`},
	} {
		sent, calls := "", 0
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			sent, calls = string(body), calls+1
			_, _ = w.Write([]byte(`{"id":"cgt-1"}`))
		}, func(o *Options) { o.Gateway = models.Gateway{Name: "mine", Echo: c.echo} })
		r := provider.Request{Model: "m", Prompt: "p"}
		r.Mark = client.Mark(r)
		_, err := client.Create(t.Context(), r)
		require.NoError(t, err)
		require.Regexp(t, c.sent, sent)
		if c.echo == nil || len(c.echo) > 0 {
			require.Equal(t, provider.List, client.About().Can.Lookup)
			continue
		}
		is, err := client.Find(t.Context(), provider.Attempt{Request: r})
		require.NoError(t, err)
		require.Equal(t, provider.Unable, is.Verdict)
		require.EqualError(t, is.Why, "mine tells nothing back by which a task could be known")
		require.Equal(t, 1, calls, "it is not even asked")
	}
}

// An answer may hold other ids beside the task's: its own is the one that begins as the record says. One that begins
// otherwise is better than none.
func TestTheTasksIDIsTheOneThatBeginsSo(t *testing.T) {
	for body, want := range map[string]string{
		`{"id":"req-1","data":{"id":"task_1"}}`:  "task_1",
		`{"id":"task_1","data":{"id":"req-1"}}`:  "task_1",
		`{"data":{"id":"task_1"}}`:               "task_1",
		`{"id":"cgt-1"}`:                         "cgt-1",
		`{"id":"cgt-1","data":{"id":"other-1"}}`: "cgt-1",
	} {
		client := serve(t, constant(200, body), func(o *Options) { o.Gateway = models.Gateway{IDPrefix: "task_"} })
		made, err := client.Create(t.Context(), provider.Request{Model: "m", Prompt: "p"})
		require.NoError(t, err)
		require.Equal(t, want, made.Task, body)
	}
	client := serve(t, constant(200, `{"id":"req-1","data":{"id":"task_1","status":"queued","seed":7}}`),
		func(o *Options) { o.Gateway = models.Gateway{IDPrefix: "task_"} })
	task, err := client.Get(t.Context(), ref("task_1"))
	require.NoError(t, err)
	require.Equal(t, provider.Queued, task.Status)
	require.EqualValues(t, 7, *task.Seed)
	require.Equal(t, "task_20000101000000-zzzzz", client.Invented().Task)
	require.Equal(t, "cgt-20000101000000-zzzzz", newClient(t, BaseURLArk).Invented().Task)
}

// A gateway that lists and cancels nothing keeps the contract by saying so.
func TestProviderAgainstAGatewayThatCannotLookUp(t *testing.T) {
	providertest.Run(t, func(t *testing.T) (provider.Provider, providertest.Control) {
		s := newService(t)
		g := models.Gateway{Name: "mine", List: "none", Cancel: "none"}
		p := newClient(t, s.base+"/api/v3", func(o *Options) { o.Gateway = g })
		require.Equal(t, provider.NoLookup, p.About().Can.Lookup)
		require.Equal(t, provider.NoCancel, p.About().Can.Cancel)
		return p, s
	})
}

// What a gateway's failures cost is what its record says, and else not known.
func TestAGatewaysBillsAreNotTheVendors(t *testing.T) {
	for word, want := range map[string]provider.Answer{"": provider.Unknown, "free": provider.No, "billed": provider.Yes} {
		c := newClient(t, "https://gate.example", func(o *Options) { o.Gateway = models.Gateway{Failed: word} })
		require.Equal(t, want, c.About().Can.Failed)
	}
	require.Equal(t, provider.No, newClient(t, BaseURLBytePlus).About().Can.Failed)
}

func TestStatusWords(t *testing.T) {
	for word, want := range map[string]provider.Status{
		"queued": "queued", "pending": "queued", "Submitted": "queued", "created": "queued", "NOT_START": "queued",
		"in_queue": "queued",
		"running":  "running", "processing": "running", "IN_PROGRESS": "running",
		"succeeded": "succeeded", "SUCCESS": "succeeded", "completed": "succeeded",
		"failed": "failed", "FAILURE": "failed", "error": "failed",
		"cancelled": "cancelled", "canceled": "cancelled", "expired": "expired",
		"dreaming": "running", "": "running", // nobody knows: read again, never a failure
	} {
		task, err := serve(t, constant(200, `{"id":"a","status":"`+word+`"}`)).Get(t.Context(), ref("a"))
		require.NoError(t, err, word)
		require.Equal(t, want, task.Status, word)
		require.Equal(t, want == provider.Failed, task.Fault != nil, word)
	}
}

func TestTheClipIsFoundWhereverAGatewayPutsIt(t *testing.T) {
	for _, body := range []string{
		`"content":{"video_url":"https://h/v"}`, `"video_url":"https://h/v"`, `"video":{"url":"https://h/v"}`,
		`"data":{"outputs":["https://h/v"]}`, `"output":"https://h/v"`, `"output":["https://h/v","https://h/w"]`,
		`"result":{"video_url":"https://h/v"}`, `"metadata":{"url":"https://h/v"}`,
	} {
		task, err := serve(t, constant(200, `{"id":"a","status":"success",`+body+`}`)).Get(t.Context(), ref("a"))
		require.NoError(t, err, body)
		require.Equal(t, provider.SignedURL("https://h/v"), task.Video, body)
	}
}

func TestAnswersAreAskedForPlainAndReadAsTheyAre(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(`{"id":"cgt-1"}`))
	require.NoError(t, w.Close())
	for name, body := range map[string][]byte{"plain under a header that says gzip": []byte(`{"id":"cgt-1"}`),
		"gzip all the same": packed.Bytes()} {
		t.Run(name, func(t *testing.T) {
			asked := ""
			made, err := serve(t, func(w http.ResponseWriter, r *http.Request) {
				asked = r.Header.Get("Accept-Encoding")
				w.Header().Set("Content-Encoding", "gzip")
				_, _ = w.Write(body)
			}).Create(t.Context(), provider.Request{Model: "m", Prompt: "p"})
			require.NoError(t, err)
			require.Equal(t, "cgt-1", made.Task)
			require.Equal(t, "identity", asked)
		})
	}
}

func TestAListThatIsNoneCannotBeLookedUpIn(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"the site's page": constant(200, "<!DOCTYPE html><html><body>Welcome</body></html>"),
		"not found":       constant(404, `{"error":{"code":"NotFound","message":"no such route"}}`),
		"not allowed":     constant(405, ""),
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			_, complete, err := serve(t,
				func(w http.ResponseWriter, r *http.Request) { asked++; answer(w, r) }).List(t.Context(), provider.Filter{})
			f := faultOf(t, err)
			require.Equal(t, "NoList", f.Code)
			require.NotEqual(t, provider.Busy, f.Class, "nobody waits for it")
			require.Contains(t, f.Hint, "does not list tasks")
			require.False(t, complete)
			require.Equal(t, 1, asked)
		})
	}
	_, _, err := serve(t, constant(502, "<html>Bad Gateway</html>")).List(t.Context(), provider.Filter{})
	require.Equal(t, provider.Busy, faultOf(t, err).Class, "a proxy's page is no answer")
}

func TestTheWordsOfAnEnvelopeAreShown(t *testing.T) {
	server := simtest.NewServer(t, sim.Options{Camera: simtest.Camera, Key: testKey})
	require.NoError(t, server.Sim.Inject(sim.Fault{Op: "answer", Action: "refused200"}))
	_, err := newClient(t, server.BaseURL()).Create(t.Context(),
		provider.Request{Model: simModel, Prompt: "p", Duration: 5})
	f := faultOf(t, err)
	require.Equal(t, provider.Lost, f.Class, "nobody knows whether it made something")
	require.Contains(t, f.Error(), "400: no channel")
}

func TestAWebPageIsCalledOne(t *testing.T) {
	calls := 0
	_, err := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		_, _ = w.Write([]byte("<!DOCTYPE html><html></html>"))
	}).Create(t.Context(), provider.Request{Model: "m", Prompt: "p"})
	require.ErrorContains(t, err, "the service answered 200 OK with a web page, not with JSON")
	require.NotContains(t, err.Error(), "\n")
	require.Equal(t, 1, calls)
}

func TestAGatewaysRecordIsKeptTo(t *testing.T) {
	var asked []string
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, r.Method+" "+r.Header.Get("X-Api-Key")+r.Header.Get("Authorization")+" "+string(body))
		_, _ = w.Write([]byte(`{"id":"task_1","model":"their-two","status":"Zzz"}`))
	}, func(o *Options) {
		o.Gateway = models.Gateway{Name: "mine", Auth: "x-api-key", List: "none", Cancel: "none",
			Models: map[string]string{"our-two": "their-two"}, Status: map[string]string{"zzz": "queued"}}
	})
	made, err := client.Create(t.Context(), provider.Request{Model: "our-two", Prompt: "p"})
	require.NoError(t, err)
	require.Equal(t, "task_1", made.Task)
	require.Len(t, asked, 1)
	require.Contains(t, asked[0], "POST "+testKey+` {"model":"their-two"`, "the key in its own header, and no other")
	task, err := client.Get(t.Context(), ref(made.Task))
	require.NoError(t, err)
	require.Equal(t, "our-two queued", task.Model+" "+string(task.Status))

	_, complete, err := client.List(t.Context(), provider.Filter{})
	require.ErrorContains(t, err, "mine lists no tasks")
	require.False(t, complete)
	require.Len(t, asked, 2, "nobody asks for what is not there")
	err = client.Cancel(t.Context(), ref(made.Task))
	require.Equal(t, provider.Invalid, faultOf(t, err).Class)
	require.ErrorContains(t, err, "mine cancels nothing")
	require.NotContains(t, strings.Join(asked, " "), "DELETE")
}
