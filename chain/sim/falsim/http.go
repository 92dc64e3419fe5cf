package falsim

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"shotchain/chain/sim/trouble"
)

// The operations, as faults and statistics name them.
const (
	opCreate = "create"
	opGet    = "get"
	opResult = "result"
	opList   = "list"
	opDelete = "delete"
	opUpload = "upload"
	opBills  = "bills"
	opVideo  = "video"
)

var callActions = []string{"answer", "answer-after", "drop-before", "drop-after", "empty200", "html200", "html502",
	"html502-after",
	"hang", "hang-after", "truncate", "corrupt", "slow"}

// actions are what may go wrong. The fate of a request is an operation called task: fail (Status, Code and Message are
// its result), stall, cancel; a webhook's is callback: drop, unsigned.
var actions = map[string][]string{
	opCreate: callActions, opGet: callActions, opResult: callActions, opList: append([]string{"empty"}, callActions...),
	opDelete: callActions,
	opUpload: callActions, opBills: callActions, opVideo: append([]string{"trickle"}, callActions...),
	"task": {"fail", "stall", "cancel"}, "callback": {"drop", "unsigned"},
}

// answer is what a call has to say.
type answer struct {
	status int
	header http.Header
	media  string // "": application/json
	body   []byte
}

func says(status int, v any) answer {
	b, err := json.Marshal(v)
	if err != nil {
		b = []byte("null") // no value of this package can fail to marshal
	}
	return answer{status: status, header: http.Header{}, body: b}
}

func detail(status int, kind, format string, args ...any) answer {
	v := map[string]string{"detail": fmt.Sprintf(format, args...)}
	if kind != "" {
		v["error_type"] = kind
	}
	a := says(status, v)
	if kind != "" {
		a.header.Set("X-Fal-Error-Type", kind)
	}
	return a
}

func (a answer) write(w http.ResponseWriter) {
	h := w.Header()
	for k, v := range a.header {
		h[k] = v
	}
	h.Set("Content-Type", "application/json")
	if a.media != "" {
		h.Set("Content-Type", a.media)
	}
	h.Set("Content-Length", fmt.Sprint(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// call is one API call.
type call struct {
	op   string
	id   string // of the request, or the submitted model id
	http *http.Request
	base string
	body []byte // of a submit
	do   func(*call) answer
}

// ServeHTTP answers the queue, the platform, the storage, the files, and what tests ask for below /sim/.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.Now().UTC().Format(http.TimeFormat))
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/files/"):
		s.serveFile(w, r)
	case strings.HasPrefix(path, "/put/"):
		s.takeFile(w, r)
	case path == "/rest/.well-known/jwks.json":
		s.keys().write(w)
	case strings.HasPrefix(path, "/sim/"):
		s.serveAdmin(w, r)
	default:
		s.serveAPI(w, r)
	}
}

var requestPath = regexp.MustCompile(`^/([^/]+/[^/]+)/requests/([^/]+)(/status|/cancel)?$`)

// route finds out what is asked for.
func (s *Service) route(r *http.Request) *call {
	c := &call{http: r, base: s.baseOf(r)}
	m := requestPath.FindStringSubmatch(r.URL.Path)
	switch on := r.Method + " " + r.URL.Path; {
	case on == "POST /rest/storage/upload/initiate":
		c.op, c.do = opUpload, s.initiate
	case on == "GET /v1/models/requests/by-endpoint":
		c.op, c.do = opList, s.history
	case on == "GET /v1/models/billing-events":
		c.op, c.do = opBills, s.bills
	case on == "GET /v1/models/pricing":
		c.op, c.do = opBills, s.pricing
	case m != nil && r.Method == http.MethodGet && m[3] == "/status":
		c.op, c.id, c.do = opGet, m[2], s.state
	case m != nil && r.Method == http.MethodGet && m[3] == "":
		c.op, c.id, c.do = opResult, m[2], s.outcome
	case m != nil && r.Method == http.MethodPut && m[3] == "/cancel":
		c.op, c.id, c.do = opDelete, m[2], s.cancelled
	case r.Method == http.MethodPost && m == nil:
		c.op, c.id, c.do = opCreate, strings.TrimPrefix(r.URL.Path, "/"), s.submit
	}
	return c
}

func (s *Service) serveAPI(w http.ResponseWriter, r *http.Request) {
	defer func() { _, _ = io.CopyN(io.Discard, r.Body, 1<<20) }()
	c := s.route(r)
	if no := s.admit(r); no != nil {
		no.write(w)
		return
	}
	if c.do == nil {
		detail(http.StatusNotFound, "", "Path %s not found", r.URL.Path).write(w)
		return
	}
	if c.op == opCreate {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<20))
		if err != nil {
			detail(http.StatusBadRequest, "", "The body could not be read").write(w)
			return
		}
		c.body = body
	}
	if f := s.faultFor(c); f != nil {
		s.misbehave(w, r, f, func() answer { return c.do(c) })
		return
	}
	c.do(c).write(w)
}

// admit lets in who has a key of the right form.
func (s *Service) admit(r *http.Request) *answer {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	id, secret, pair := strings.Cut(key, ":")
	if scheme != "Key" || !pair || id == "" || secret == "" || strings.ContainsAny(key, " \n") {
		no := detail(http.StatusUnauthorized, "",
			"Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.")
		return &no
	}
	if s.o.Key != "" && subtle.ConstantTimeCompare([]byte(key), []byte(s.o.Key)) != 1 {
		no := detail(http.StatusUnauthorized, "", "No user found for Key ID and Secret")
		return &no
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.locked != "" {
		no := detail(http.StatusForbidden, "", "User is locked. Reason: %s", s.locked)
		return &no
	}
	return nil
}

// faultFor counts a call and finds what is to go wrong with it.
func (s *Service) faultFor(c *call) *trouble.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[c.op]++
	prompt := ""
	if c.op == opCreate {
		var in struct {
			Prompt string `json:"prompt"`
		}
		_ = json.Unmarshal(c.body, &in)
		prompt = in.Prompt
	}
	if r := s.byID[c.id]; r != nil {
		prompt = r.order.prompt
	}
	return s.faults.Use(c.op, c.id, c.id, prompt, s.now())
}

// misbehave answers a call wrongly. do does what was asked for.
func (s *Service) misbehave(w http.ResponseWriter, r *http.Request, f *trouble.Fault, do func() answer) {
	var a answer
	switch f.Action {
	case "answer", "drop-before", "html502", "hang":
	default:
		a = do()
	}
	switch f.Action {
	case "answer", "answer-after":
		a = detail(f.Status, f.Code, "%s", f.Message)
		if f.Status == http.StatusUnprocessableEntity {
			a = says(422, map[string]any{"detail": []problem{*wrong("prompt", f.Code, "%s", f.Message)}})
		}
		if f.RetryAfter != "" {
			a.header.Set("Retry-After", f.RetryAfter)
		}
		a.write(w)
	case "empty":
		says(200, page{Items: []item{}}).write(w)
	case "empty200":
		answer{status: http.StatusOK}.write(w)
	case "html200":
		answer{status: http.StatusOK, media: "text/html", body: []byte(trouble.Page200)}.write(w)
	case "html502", "html502-after":
		answer{status: http.StatusBadGateway, media: "text/html", body: []byte(trouble.Page502)}.write(w)
	case "hang", "hang-after":
		trouble.Hang(s.ctx, r)
	case "truncate":
		trouble.Truncate(w, a.status, a.body)
	case "corrupt":
		trouble.Corrupt(a.body)
		a.write(w)
	case "slow":
		trouble.Wait(s.ctx, r, f)
		a.write(w)
	default:
		trouble.Reset(w)
	}
}

// baseOf is scheme://host of the URLs that this request is told.
func (s *Service) baseOf(r *http.Request) string {
	switch {
	case s.o.BaseURL != "":
		return strings.TrimRight(s.o.BaseURL, "/")
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
