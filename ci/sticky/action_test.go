package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// action is action.yml.
type action struct {
	Inputs map[string]struct {
		Default  string
		Required bool
	}
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Steps []step
	}
}

type step struct {
	ID, Name, If, Uses, Shell, Run string
	Env, With                      map[string]string
}

// runner runs the steps of an action as GitHub's runner does, those of other actions left out. What it does not know, it
// refuses.
type runner struct {
	t             *testing.T
	action        action
	root, temp    string // of the action, and of the job
	repo          string
	api           string
	event, number string
	path          []string
	outputs       map[string]string
	log           string
	summary       string
}

func newRunner(t *testing.T, api string) *runner {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(root, "action.yml"))
	require.NoError(t, err)
	r := &runner{t: t, root: root, temp: t.TempDir(), repo: t.TempDir(), api: api, event: "pull_request", number: "7"}
	require.NoError(t, yaml.Unmarshal(b, &r.action))
	return r
}

var expression = regexp.MustCompile(`\$\{\{\s*([^}]*?)\s*\}\}`)

func (r *runner) value(name string, inputs map[string]string) string {
	if in, ok := strings.CutPrefix(name, "inputs."); ok {
		def, known := r.action.Inputs[in]
		require.True(r.t, known, "the action has no input %q", in)
		if v, said := inputs[in]; said {
			return v
		}
		require.False(r.t, def.Required, "%s is needed", in)
		return expression.ReplaceAllStringFunc(def.Default, func(s string) string {
			return r.value(expression.FindStringSubmatch(s)[1], inputs)
		})
	}
	v, ok := map[string]string{"github.token": "a-token", "github.event_name": r.event,
		"github.event.pull_request.number": r.number}[name]
	require.True(r.t, ok, "the runner knows no %q", name)
	return v
}

func (r *runner) expand(s string, inputs map[string]string) string {
	return expression.ReplaceAllStringFunc(s, func(e string) string {
		return r.value(expression.FindStringSubmatch(e)[1], inputs)
	})
}

var compared = regexp.MustCompile(`^([\w.]+) == '([^']*)'$`)

// wanted is a step's condition.
func (r *runner) wanted(s step, failed bool, inputs map[string]string) bool {
	always := false
	for _, part := range strings.Split(s.If, " && ") {
		if part == "" {
			continue
		}
		if part == "always()" {
			always = true
			continue
		}
		m := compared.FindStringSubmatch(part)
		require.NotNil(r.t, m, "the runner does not know the condition %q", part)
		if r.value(m[1], inputs) != m[2] {
			return false
		}
	}
	return always || !failed
}

// run runs the job, and reports whether it succeeded.
func (r *runner) run(inputs map[string]string) bool {
	for name := range inputs {
		require.Contains(r.t, r.action.Inputs, name)
	}
	r.outputs, r.log, r.summary = map[string]string{}, "", ""
	failed := false
	for _, s := range r.action.Runs.Steps {
		if s.Uses != "" {
			require.Regexp(r.t, `^[\w-]+/[\w-]+@[0-9a-f]{40}$`, s.Uses, "pinned by commit")
			continue
		}
		require.Equal(r.t, "bash", s.Shell)
		require.NotContains(r.t, s.Run, "${{", "what a stranger may write reaches a script by its environment alone")
		if r.wanted(s, failed, inputs) && !r.step(s, inputs) {
			failed = true
		}
	}
	return !failed
}

func (r *runner) step(s step, inputs map[string]string) bool {
	files := map[string]string{}
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"} {
		files[name] = filepath.Join(r.t.TempDir(), name)
		require.NoError(r.t, os.WriteFile(files[name], nil, 0o644))
	}
	cmd := exec.CommandContext(r.t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run)
	cmd.Dir = r.repo
	cmd.Env = append(os.Environ(), "PATH="+strings.Join(append(r.path, os.Getenv("PATH")), string(os.PathListSeparator)),
		"RUNNER_TEMP="+r.temp, "GITHUB_ACTION_PATH="+r.root, "GITHUB_API_URL="+r.api, "GITHUB_REPOSITORY=o/r", "ARK_API_KEY=")
	for name, path := range files {
		cmd.Env = append(cmd.Env, name+"="+path)
	}
	for name, v := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+r.expand(v, inputs))
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	r.log += out.String()
	read := func(name string) string {
		b, err := os.ReadFile(files[name])
		require.NoError(r.t, err)
		return string(b)
	}
	if more := strings.TrimSpace(read("GITHUB_PATH")); more != "" {
		r.path = append(r.path, more)
	}
	for _, l := range strings.Split(read("GITHUB_OUTPUT"), "\n") {
		if name, v, ok := strings.Cut(l, "="); ok {
			r.outputs[name] = v
		}
	}
	r.summary += read("GITHUB_STEP_SUMMARY")
	return err == nil
}

// hub is a stand-in for the forge's API.
type hub struct {
	mu       sync.Mutex
	comments []comment // guarded by mu, as all below
	calls    []string
	answer   int // instead of all others; 0 for none
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var said struct{ Body string }
	_ = json.NewDecoder(r.Body).Decode(&said)
	number, page := strings.TrimPrefix(r.URL.Path, "/repos/o/r/issues/comments/"), r.URL.Query().Get("page")
	switch {
	case h.answer != 0:
		http.Error(w, "no", h.answer)
		return
	case r.Header.Get("Authorization") != "Bearer a-token":
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	case r.Method == http.MethodGet && r.URL.Path == "/repos/o/r/issues/7/comments":
		n, _ := strconv.Atoi(page)
		from := min(len(h.comments), 100*(n-1))
		_ = json.NewEncoder(w).Encode(h.comments[from:min(len(h.comments), from+100)])
		return
	case len(said.Body) > mostComment:
		http.Error(w, "body is too long", http.StatusUnprocessableEntity)
		return
	case r.Method == http.MethodPost && r.URL.Path == "/repos/o/r/issues/7/comments":
		c := comment{ID: int64(len(h.comments) + 1), Body: said.Body}
		c.User.Type = "Bot"
		h.comments = append(h.comments, c)
	case r.Method == http.MethodPatch && number != r.URL.Path:
		id, _ := strconv.Atoi(number)
		h.comments[id-1].Body = said.Body
	default:
		http.NotFound(w, r)
		return
	}
	h.calls = append(h.calls, r.Method)
	fmt.Fprint(w, "{}")
}

const storyboard = `title: Demo reel
look: { resolution: 480p, duration: 4s }
scenes:
  - id: s
    shots:
      - { id: a, prompt: "a boat at sea" }
`

// TestTheActionInARepository runs the action's own steps: a first pull request, the same again, a film that is made and is
// not to be made again, a price above the budget, a broken storyboard, and a forge that refuses.
func TestTheActionInARepository(t *testing.T) {
	h := &hub{}
	for range 250 { // others have talked, too; one quotes the mark
		h.comments = append(h.comments, comment{ID: int64(len(h.comments) + 1), Body: "<!-- shotchain:reel/film.yaml -->\nlook at this"})
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	r := newRunner(t, srv.URL)
	path := filepath.Join(r.repo, "reel", "film.yaml")
	write := func(text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	write(storyboard)
	in := map[string]string{"storyboard": "reel/film.yaml"}

	require.True(t, r.run(in), r.log)
	require.Equal(t, map[string]string{"changed": "true", "buys": "1", "price": "2.7181", "currency": "CNY"}, r.outputs)
	require.Equal(t, []string{"POST"}, h.calls)
	require.Contains(t, h.comments[250].Body, "<!-- shotchain:reel/film.yaml -->\n### Demo reel")
	require.Contains(t, h.comments[250].Body, "| s/a | – | new |")
	require.Equal(t, h.comments[250].Body, r.summary)

	require.True(t, r.run(in), r.log)
	require.Equal(t, []string{"POST"}, h.calls, "nothing new is not told again")

	in["mode"] = "run"
	require.False(t, r.run(in), "a run without a bound")
	require.Contains(t, r.log, "::error::name max-cost, or set locked")
	in["max-cost"] = "10"
	require.True(t, r.run(in), r.log)
	made := filepath.Join(r.temp, "shotchain", "film")
	require.FileExists(t, filepath.Join(made, "demo-reel.mp4"))
	require.FileExists(t, filepath.Join(made, "demo-reel.provenance.json"))
	require.FileExists(t, filepath.Join(made, "demo-reel-sheet", "index.html"))

	require.True(t, r.run(map[string]string{"storyboard": "reel/film.yaml"}), r.log)
	require.Equal(t, "false", r.outputs["changed"])
	require.Equal(t, "0", r.outputs["buys"])
	require.Equal(t, []string{"POST", "PATCH"}, h.calls)
	require.NotContains(t, h.comments[250].Body, "| s/a |")

	// Above the budget: told, and refused.
	write(strings.ReplaceAll(storyboard, "boat", "ship"))
	in["max-cost"] = "2.71"
	require.False(t, r.run(in))
	require.Contains(t, r.log, "::error::the film would cost up to 2.7181 CNY, above max-cost 2.71")
	require.Equal(t, []string{"POST", "PATCH", "PATCH"}, h.calls)
	require.Contains(t, h.comments[250].Body, "stale")

	// What is wrong is told at its line, in one workflow command, whatever it says.
	write(strings.ReplaceAll(storyboard, "id: a", "id: \"a\\n::warning::x\""))
	require.False(t, r.run(in))
	require.Regexp(t, `(?m)^::error file=reel/film.yaml,line=6,col=15::`, r.log)
	require.NotContains(t, r.log, "\n::warning")

	// A forge that is down, or lets nobody write, fails no job.
	write(storyboard)
	h.answer = http.StatusForbidden
	require.True(t, r.run(map[string]string{"storyboard": "reel/film.yaml"}), r.log)
	require.Contains(t, r.log, "::notice::the comment could not be written; this is its text\n<!-- shotchain:")
	srv.Close()
	require.True(t, r.run(map[string]string{"storyboard": "reel/film.yaml"}), r.log)
	require.NotContains(t, r.log, "a-token")
}

// TestCommentsThatNobodyWouldFindAreNotWritten, nor those that are too long.
func TestCommentsThatNobodyWouldFindAreNotWritten(t *testing.T) {
	h := &hub{}
	srv := httptest.NewServer(h)
	defer srv.Close()
	f := newForge(func(name string) string {
		return map[string]string{"GITHUB_API_URL": srv.URL, "GITHUB_TOKEN": "a-token", "GITHUB_REPOSITORY": "o/r", "PULL_REQUEST": "7"}[name]
	})
	require.ErrorContains(t, f.keep("hello"), "no mark")
	require.ErrorContains(t, f.keep("<!-- shotchain:x -->\n"+strings.Repeat("x", mostComment)), "too many")
	require.Empty(t, h.calls)
	require.NoError(t, f.keep("<!-- shotchain:x -->\nx"))
	require.NoError(t, f.keep("<!-- shotchain:y -->\ny"))
	require.NoError(t, f.keep("<!-- shotchain:x -->\nz"))
	require.Equal(t, []string{"POST", "POST", "PATCH"}, h.calls)
	require.Equal(t, "<!-- shotchain:x -->\nz", h.comments[0].Body)
}
