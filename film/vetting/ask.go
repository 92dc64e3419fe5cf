package vetting

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"shotchain/chain/money"
	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/chain/vet"
	"shotchain/chain/wire"
	"shotchain/film"
	"shotchain/internal/guard"
)

// asker sends the probes of a vetting by hand, as no client of a provider would: what is to be refused, and what
// reads an answer raw. A probe that could create a task is a take of the store: written down before it is sent, and
// never sent again while anything may have come of it.
type asker struct {
	base      string
	key       string
	version   string
	namespace string
	header    bool         // the key goes in a header of its own, X-Api-Key
	forgets   bool         // tasks of earlier processes are gone
	model     string       // the id that probes name
	most      money.Amount // that a careless service could bill for one probe
	st        *store.Store
	secret    wire.Redactor
	create    *http.Client
	api       *http.Client
	loads     *http.Client // without the key, and only to where the guard lets it

	listed time.Time // when the last list was asked for; the service allows one a second
}

// listPause is between two lists: Ark allows one a second.
const listPause = 1100 * time.Millisecond

// pace waits until a list may be asked for again.
func (a *asker) pace(ctx context.Context, c vet.Call) error {
	if c.Method != http.MethodGet || !strings.HasPrefix(c.Path, vet.TasksPath+"?") {
		return nil
	}
	wait := time.NewTimer(time.Until(a.listed.Add(listPause)))
	defer wait.Stop()
	select {
	case <-wait.C:
		a.listed = time.Now()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var _ vet.Asker = (*asker)(nil)

func newAsker(s film.Service, base, key, version string, st *store.Store) (*asker, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, misused("", "--base-url: %v", err)
	}
	a := &asker{base: strings.TrimRight(base, "/"), key: key, version: version, namespace: s.About.Namespace,
		forgets: s.About.Forgets,
		header:  s.Gateway.Auth == "x-api-key",
		st:      st, secret: wire.NewRedactor(key)}
	a.create, a.api, a.loads = wire.Clients(nil, guard.New(u), func(*http.Request) error { return nil })
	return a, nil
}

// probePatience is how long an answer is waited for.
const probePatience = 60 * time.Second

func (a *asker) Ask(ctx context.Context, c vet.Call) (vet.Answer, error) {
	if err := a.pace(ctx, c); err != nil {
		return vet.Answer{}, err
	}
	if !c.Creates {
		return a.send(ctx, c)
	}
	l, err := a.st.Lock(ctx, a.keyOf(c), nil)
	if err != nil {
		return vet.Answer{}, err
	}
	defer l.Unlock()
	if err := l.Clean(); err != nil {
		return vet.Answer{}, err
	}
	j, err := l.Journal()
	if err != nil {
		return vet.Answer{Earlier: err.Error()}, nil
	}
	if last := j.Last(); last != nil && last.Open() {
		if !a.forgets {
			return a.earlier(ctx, l, j)
		}
		last.State, last.Message = store.Abandoned, "the simulator that ran it is gone"
	}
	if err := a.intend(l, j, c); err != nil {
		return vet.Answer{}, err
	}
	ans, err := a.send(context.WithoutCancel(ctx), c) // an answer that is given up is a task that may be lost
	if err != nil {
		return ans, err
	}
	now := time.Now().UTC()
	switch last, task := j.Last(), vet.TaskIn(ans); {
	case task != "":
		last.State, last.Task = store.Submitted, task
	case ans.None != "" || ans.Status/100 == 2 || ans.Status >= 500:
		last.LostAt, last.Message = &now, fmt.Sprintf("the probe %s was answered by %d %s", c.Probe, ans.Status, ans.None)
		if ans.None == "" {
			ans.None = fmt.Sprintf("HTTP %d does not say whether a task was made", ans.Status)
		}
	default:
		last.State, last.EndedAt, last.Class = store.Failed, &now, string(provider.Invalid)
		last.Message = fmt.Sprintf("refused as it should be: HTTP %d", ans.Status)
	}
	return ans, l.PutJournal(j)
}

// keyOf is the take of a probe at this service.
func (a *asker) keyOf(c vet.Call) string {
	sum := sha256.Sum256([]byte("vet\x00" + a.namespace + "\x00" + c.Probe + "\x00" + string(c.Body)))
	return hex.EncodeToString(sum[:])
}

// intend writes a probe down. When it returns, it is on disk.
func (a *asker) intend(l *store.Locked, j *store.Journal, c vet.Call) error {
	if !l.Holds("request.json") {
		asked, err := json.Marshal(map[string]any{"vet": c.Probe, "model": a.model, "body": json.RawMessage(c.Body)})
		if err != nil {
			return err
		}
		r := &store.Request{Provider: a.namespace, Film: "vet", Shot: "vet/" + c.Probe, Number: 1, Asked: asked,
			Worst: a.most, Made: time.Now().UTC()}
		if err := l.PutRequest(r); err != nil {
			return err
		}
	}
	j.Attempts = append(j.Attempts,
		store.Attempt{Number: len(j.Attempts) + 1, State: store.Intended, IntendedAt: time.Now().UTC()})
	return l.PutJournal(j)
}

// earlier tells what is known of a probe that may have made a task, and closes its record where the service says
// that the task has ended without a clip.
func (a *asker) earlier(ctx context.Context, l *store.Locked, j *store.Journal) (vet.Answer, error) {
	last := j.Last()
	if last.Task == "" {
		return vet.Answer{Earlier: "nobody knows whether the one of " + last.IntendedAt.Format(time.RFC3339) +
			" made a task"}, nil
	}
	ans, err := a.send(ctx, vet.Call{Method: http.MethodGet, Path: vet.TasksPath + "/" + url.PathEscape(last.Task)})
	if err != nil {
		return ans, err
	}
	var t struct {
		Status string `json:"status"`
	}
	_ = json.Unmarshal(ans.Body, &t)
	switch t.Status {
	case "failed", "cancelled", "expired":
		now := time.Now().UTC()
		last.State, last.EndedAt, last.Message = store.Failed, &now, "the probe's task is "+t.Status
		if err := l.PutJournal(j); err != nil {
			return ans, err
		}
	}
	return vet.Answer{Earlier: fmt.Sprintf("the one of %s made task %s, which is %s", last.IntendedAt.Format(time.RFC3339),
		last.Task, cmp.Or(t.Status, "not told of"))}, nil
}

// shownHeaders are those that are evidence.
var shownHeaders = []string{"Content-Type", "Retry-After", "X-Request-Id", "Server", "Via", "Date"}

// send makes a call, once, and takes secrets out of what comes back.
func (a *asker) send(ctx context.Context, c vet.Call) (vet.Answer, error) {
	got, err := a.raw(ctx, c)
	ans := vet.Answer{Status: got.Status, Media: got.Header.Get("Content-Type"), Body: a.clean(got.Body)}
	switch {
	case err != nil && ctx.Err() != nil:
		return ans, ctx.Err()
	case err != nil:
		ans.None = a.secret.Cause(err).Error()
	case got.Err != nil:
		ans.None = a.secret.Cause(got.Err).Error()
	}
	for _, name := range shownHeaders {
		if v := got.Header.Get(name); v != "" {
			ans.Headers = append(ans.Headers, name+": "+a.secret.Text(v))
		}
	}
	return ans, nil
}

// raw makes a call, once. What comes back may hold secrets.
func (a *asker) raw(ctx context.Context, c vet.Call) (wire.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, c.Method, a.base+c.Path, nil)
	if err != nil {
		return wire.Answer{}, err
	}
	name, key := "Authorization", "Bearer "+a.key
	if c.WrongKey {
		key = "Bearer wrong-" + strings.Repeat("ab", 12)
	}
	if a.header {
		name, key = "X-Api-Key", strings.TrimPrefix(key, "Bearer ")
	}
	req.Header.Set(name, key)
	req.Header.Set("User-Agent", "shotchain/"+wire.Header(cmp.Or(a.version, "dev"), 40))
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "identity")
	client := a.api
	if c.Body != nil {
		req.Body, req.ContentLength = wire.NewUpload(c.Body, func() {}), int64(len(c.Body))
		req.Header.Set("Content-Type", "application/json")
		client = a.create
	}
	res, err := client.Do(req)
	if err != nil {
		return wire.Answer{}, err
	}
	return wire.Read(res), nil
}

// maxItems is how much of a list in an answer is kept as evidence.
const maxItems = 3

// clean is an answer without secrets, short enough to be kept.
func (a *asker) clean(body []byte) []byte {
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return []byte(a.secret.Text(string(body)))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(a.cleaned(v)) != nil {
		return nil
	}
	return bytes.TrimSpace(b.Bytes())
}

func (a *asker) cleaned(v any) any {
	switch v := v.(type) {
	case string:
		return a.secret.Text(v)
	case []any:
		v = v[:min(len(v), maxItems)]
		for i := range v {
			v[i] = a.cleaned(v[i])
		}
		return v
	case map[string]any:
		clean := map[string]any{}
		for k, field := range v {
			clean[a.secret.Text(k)] = a.cleaned(field)
		}
		return clean
	}
	return v
}

// maxPage is how much of a page is hashed, bytes.
const maxPage = 8 << 20

// page reads a page on the web, without the key, and hashes it.
func (a *asker) page(ctx context.Context, address string) (digest string, err error) {
	res, err := a.look(ctx, http.MethodGet, address)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("it is answered by %d", res.StatusCode)
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(res.Body, maxPage)); err != nil {
		return "", a.secret.Cause(err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// look opens an address without the key. The caller closes the body.
func (a *asker) look(ctx context.Context, method, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, errors.New("it is no URL")
	}
	res, err := a.loads.Do(req)
	if err != nil {
		return nil, a.secret.Cause(err)
	}
	return res, nil
}
