package board

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain"
	"shotchain/chain/graph"
	"shotchain/render/sheet"
	"shotchain/render/sheet/sheettest"
	"shotchain/storyboard"
)

// fake is a film of two shots, the first with two takes. A run goes on until it is let go or stopped.
type fake struct {
	variants bool
	many     bool // nine variants, not two // two, of the same shots, the second of which has two takes
	number   int  // of the take that a run makes then
	clip     string

	mu     sync.Mutex
	done   bool     // the second shot has its clip
	pick   int      // of the first
	picks  []string // asked for
	grown  []string // asked for
	held   bool     // the second shot is, by a gate
	runs   int
	broken error
	letGo  chan struct{}
	step   chan chain.Standing // what a run tells of next
	told   chan bool           // it has told of it
}

func newFake(t *testing.T) *fake {
	clip := filepath.Join(t.TempDir(), "clip.mp4")
	require.NoError(t, os.WriteFile(clip, []byte("a clip"), 0o644))
	return &fake{clip: clip, pick: 1, letGo: make(chan struct{}), step: make(chan chain.Standing), told: make(chan bool)}
}

// tell has the run tell of a take, and waits until it has.
func (f *fake) tell(s chain.Standing) {
	f.step <- s
	<-f.told
}

func (f *fake) Page(context.Context) (*sheet.Page, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return nil, f.broken
	}
	take := func(n int) sheet.Take {
		return sheet.Take{Number: n, State: "kept", Tone: sheet.Done, Seconds: 4,
			Pick: fmt.Sprintf("shotchain pick film.yaml a/one %d", n), Clip: &sheet.Clip{Video: f.clip}}
	}
	one := sheet.Shot{Scene: "a", ID: "one", Prompt: "A boat.", Pick: f.pick, Takes: []sheet.Take{take(1), take(2)}}
	two := sheet.Shot{Scene: "a", ID: "two", Prompt: "It lands.", From: "a/one", Pick: 1,
		Takes: []sheet.Take{{Number: 1, State: "waits", Tone: sheet.Todo, Reason: "never made", Seconds: 4}}}
	if f.variants {
		two.Takes = append(two.Takes, sheet.Take{Number: 2, State: "new", Tone: sheet.Todo, Seconds: 4})
	}
	if f.held {
		two.Takes[0].Failure = &sheet.Failure{
			Message: "a/one's last frame is fading: 40 % of what was there 12 frames earlier",
			Hint:    "to grow from 12 frames earlier", Grow: &sheet.Grow{Shot: "a/two", From: "a/one", At: "-5f"}}
	}
	buys := 1
	if f.done {
		two.Takes, buys = []sheet.Take{take(1)}, 0
	}
	films := []sheet.Film{{Shots: []sheet.Shot{one, two}}}
	if f.variants {
		films = []sheet.Film{{Variant: "red", Shots: films[0].Shots}, {Variant: "blue", Shots: films[0].Shots}}
		for i := 0; f.many && i < 7; i++ {
			films = append(films, sheet.Film{Variant: fmt.Sprint("green", i), Shots: films[0].Shots})
		}
	}
	return &sheet.Page{Title: "A film", File: "film.yaml", Films: films,
		Board: &sheet.Board{Buys: buys, Picks: true, Takes: 3}}, nil
}

func (f *fake) Offer(context.Context) (Offer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return Offer{ID: fmt.Sprintf("offer-%d%t", f.pick, f.done), Text: "1 clip to buy, for at most ¥0.94.", Buys: 1}, nil
}

func (f *fake) Run(ctx context.Context, offer string, observe func(chain.Event)) (string, error) {
	f.mu.Lock()
	f.runs++
	f.mu.Unlock()
	take := &graph.Take{Index: 1, Shot: &storyboard.Shot{Scene: "a", ID: "two"}, Number: 1, Expected: time.Minute}
	if f.variants {
		take.Uses = []graph.Use{{Film: 1, Variant: "blue", Shot: take.Shot, Number: max(1, f.number)}}
	}
	for {
		select {
		case <-ctx.Done():
			observe(chain.Event{Time: time.Now(), Take: take, Standing: chain.InFlight})
			return "", errors.New("interrupted")
		case s := <-f.step:
			observe(chain.Event{Time: time.Now(), Take: take, Standing: s})
			f.told <- true
		case <-f.letGo:
			f.mu.Lock()
			f.done = true
			f.mu.Unlock()
			observe(chain.Event{Time: time.Now(), Take: take, Standing: chain.Kept})
			return "The film is there.", nil
		}
	}
}

func (f *fake) Pick(_ context.Context, _, shot string, take int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if shot != "a/one" || take < 1 || take > 2 {
		return ErrCannotPick
	}
	f.picks = append(f.picks, fmt.Sprint(shot, " ", take))
	f.pick = take
	return nil
}

func (f *fake) Grow(_ context.Context, shot, from, at string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if shot != "a/two" || from != "a/one" {
		return ErrGrown
	}
	f.grown, f.held = append(f.grown, fmt.Sprint(shot, " ", from, " ", at)), false
	return nil
}

// open serves a board until the test ends.
func open(t *testing.T, f Film) *Server {
	l, err := Listen("0")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(l.Addr().String(), "127.0.0.1:"))
	ctx, cancel := context.WithCancel(t.Context())
	s := New(ctx, f, l.Addr().String())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		<-served
	})
	return s
}

// ask sends a request with headers, "Name: value" each.
func asked(t *testing.T, method, address, body string, headers ...string) (int, string, http.Header) {
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	require.NoError(t, err)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(b), answer.Header
}

// TestOnlyThisPageMayUseTheBoard holds who is let in.
func TestOnlyThisPageMayUseTheBoard(t *testing.T) {
	f := newFake(t)
	s := open(t, f)
	own, root := "http://"+s.addr, s.URL()
	kind := "Content-Type: application/json"
	pick := `{"shot":"a/one","take":2}`
	for name, c := range map[string]struct {
		method, address string
		headers         []string
		want            int
	}{
		"the page":                 {"GET", root, nil, 200},
		"the page, from itself":    {"GET", root, []string{"Sec-Fetch-Site: same-origin"}, 200},
		"its style":                {"GET", root + "sheet.css", nil, 200},
		"no token":                 {"GET", own + "/", nil, 403},
		"another token":            {"GET", own + "/AAAAAAAAAAAAAAAAAAAAAAAAAA/", nil, 403},
		"the token's beginning":    {"GET", own + "/" + s.token[:20] + "/", nil, 403},
		"another host (rebinding)": {"GET", root, []string{"Host: evil.example"}, 403},
		"another name of this host": {"GET", root, []string{"Host: localhost" + s.addr[strings.LastIndex(s.addr, ":"):]},
			403},
		"from another page":           {"GET", root, []string{"Sec-Fetch-Site: cross-site"}, 403},
		"from another port":           {"GET", root, []string{"Sec-Fetch-Site: same-site"}, 403},
		"an origin elsewhere":         {"GET", root + "events", []string{"Origin: https://evil.example"}, 403},
		"pick":                        {"POST", root + "pick", []string{kind, "Origin: " + own}, 200},
		"pick without an origin":      {"POST", root + "pick", []string{kind}, 403},
		"pick from a sandboxed page":  {"POST", root + "pick", []string{kind, "Origin: null"}, 403},
		"pick from elsewhere":         {"POST", root + "pick", []string{kind, "Origin: http://evil.example"}, 403},
		"pick from another port":      {"POST", root + "pick", []string{kind, "Origin: http://127.0.0.1:1"}, 403},
		"pick as a form":              {"POST", root + "pick", []string{"Content-Type: text/plain", "Origin: " + own}, 403},
		"pick by a link":              {"GET", root + "pick", nil, 405},
		"grow from elsewhere":         {"POST", root + "grow", []string{kind, "Origin: http://evil.example"}, 403},
		"grow without an origin":      {"POST", root + "grow", []string{kind}, 403},
		"grow as a form":              {"POST", root + "grow", []string{"Content-Type: text/plain", "Origin: " + own}, 403},
		"grow without a token":        {"POST", own + "/grow", []string{kind, "Origin: " + own}, 403},
		"grow by a link":              {"GET", root + "grow", nil, 405},
		"grow what does not continue": {"POST", root + "grow", []string{kind, "Origin: " + own}, 409},
		"run without a token":         {"POST", own + "/run", []string{kind, "Origin: " + own}, 403},
		"run of an offer nobody made": {"POST", root + "run", []string{kind, "Origin: " + own}, 409},
		"stop from elsewhere":         {"POST", root + "stop", []string{kind, "Origin: http://evil.example"}, 403},
		"a file that is not shown":    {"GET", root + "file/00000000000000000000000000000000/passwd", nil, 404},
		"a way out of the files":      {"GET", root + "file/../../../../etc/passwd", nil, 403},
	} {
		t.Run(name, func(t *testing.T) {
			body := pick
			if strings.HasSuffix(c.address, "run") {
				body = `{"offer":"of mine"}`
			}
			if strings.HasSuffix(c.address, "grow") {
				body = `{"shot":"a/two","from":"a/none","at":"1s"}`
			}
			if c.method == "GET" && strings.HasSuffix(c.address, "events") {
				body = ""
			}
			code, said, headers := asked(t, c.method, c.address, body, c.headers...)
			require.Equal(t, c.want, code, said)
			require.Equal(t, policy, headers.Get("Content-Security-Policy"))
			require.Equal(t, "nosniff", headers.Get("X-Content-Type-Options"))
			require.Equal(t, "no-referrer", headers.Get("Referrer-Policy"))
			require.Empty(t, headers.Get("Access-Control-Allow-Origin"))
			if code == 403 {
				require.NotContains(t, said, s.token)
			}
		})
	}
	require.Equal(t, []string{"a/one 2"}, f.picks, "one of them was allowed to")
	require.Zero(t, f.runs)
	require.Empty(t, f.grown)
}

// TestASuggestionOfAGateIsTakenByAClick shows why a shot is held, and the moment that would pass.
func TestASuggestionOfAGateIsTakenByAClick(t *testing.T) {
	f := newFake(t)
	f.held = true
	s := open(t, f)
	b := sheettest.Open(t)
	b.Go(s.URL())
	text := sheettest.Eval[string](b, `document.querySelector(".problems").textContent`)
	require.Contains(t, text, "a/one's last frame is fading: 40 % of what was there 12 frames earlier")
	require.Contains(t, text, "Grow a/two from a/one at -5f")
	require.Empty(t, f.grown)
	b.Click(".problems .grow")
	b.Until(`document.querySelector("#toast").textContent == "a/two grows from a/one at -5f"`)
	b.Until(`!document.querySelector(".problems")`)
	require.Equal(t, []string{"a/two a/one -5f"}, f.grown)
	b.Clean()
}

// TestBadRequests are refused without a panic.
func TestBadRequests(t *testing.T) {
	s := open(t, newFake(t))
	for _, body := range []string{"", "{", "[]", `{"shot":1}`, `{"more":1}`, `"` + strings.Repeat("x", 1<<20) + `"`} {
		code, _, _ := asked(t, "POST", s.URL()+"pick", body, "Content-Type: application/json", "Origin: http://"+s.addr)
		require.Equal(t, http.StatusBadRequest, code, body[:min(len(body), 20)])
	}
	code, said, _ := asked(t, "POST", s.URL()+"pick", `{"shot":"a/none","take":1}`, "Content-Type: application/json",
		"Origin: http://"+s.addr)
	require.Equal(t, http.StatusConflict, code)
	require.Contains(t, said, ErrCannotPick.Error())
}

// TestABrokenStoryboardLeavesThePage holds that the board stays open while the file is being edited.
func TestABrokenStoryboardLeavesThePage(t *testing.T) {
	f := newFake(t)
	s := open(t, f)
	_, before, _ := asked(t, "GET", s.URL(), "")
	f.mu.Lock()
	f.broken = errors.New("film.yaml:3:1: unknown key")
	f.mu.Unlock()
	code, after, _ := asked(t, "GET", s.URL(), "")
	require.Equal(t, 200, code)
	require.Equal(t, before, after)
	code, said, _ := asked(t, "GET", open(t, f).URL(), "")
	require.Equal(t, 500, code)
	require.Contains(t, said, "unknown key")
}

// TestEvents holds the stream: what is known first, then each change; one run at a time, of exactly what was offered.
func TestEvents(t *testing.T) {
	f := newFake(t)
	s := open(t, f)
	headers := []string{"Content-Type: application/json", "Origin: http://" + s.addr}
	code, _, _ := asked(t, "POST", s.URL()+"run", `{"offer":"offer-1false"}`, headers...)
	require.Equal(t, 200, code)
	f.tell(chain.Queued)
	f.tell(chain.Running)
	code, said, _ := asked(t, "POST", s.URL()+"run", `{"offer":"offer-1false"}`, headers...)
	require.Equal(t, http.StatusConflict, code)
	require.Contains(t, said, errBusy.Error())

	events := listen(t, s)
	require.Equal(t, `run {"running":true}`, <-events)
	var l Live
	require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(<-events, "take ")), &l))
	require.Equal(t,
		Live{ID: 1, Uses: []Use{{"", "a/two", 1}}, State: chain.Running, Tone: sheet.Live, Since: l.Since, Expected: 60}, l,
		"who comes late is told how it stands")
	f.tell(chain.Downloading)
	require.Contains(t, <-events, `"state":"downloading"`)
	code, _, _ = asked(t, "POST", s.URL()+"stop", `{}`, headers...)
	require.Equal(t, 200, code)
	require.Contains(t, <-events, `"state":"in flight","tone":"live","final":true`)
	require.Equal(t, `run {"running":false,"told":"interrupted"}`, <-events)
	s.Wait()
	require.False(t, s.Running())
	code, _, _ = asked(t, "POST", s.URL()+"run", `{"offer":"offer-2false"}`, headers...)
	require.Equal(t, http.StatusConflict, code, "another offer is another price")
	require.Equal(t, 1, f.runs)
}

// listen reads a board's events as "name data".
func listen(t *testing.T, s *Server) <-chan string {
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL()+"events", nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { answer.Body.Close() })
	all := make(chan string, 100)
	go func() {
		defer close(all)
		name := ""
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if n, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = n
			} else if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				all <- name + " " + data
			}
		}
	}()
	return all
}

// TestAVariantsTakeIsShownThere, and nowhere else.
func TestAVariantsTakeIsShownThere(t *testing.T) {
	f := newFake(t)
	f.variants = true
	s := open(t, f)
	b := sheettest.Open(t)
	b.Go(s.URL())
	code, _, _ := asked(t, "POST", s.URL()+"run", `{"offer":"offer-1false"}`, "Content-Type: application/json",
		"Origin: http://"+s.addr)
	require.Equal(t, 200, code)
	f.tell(chain.Running)
	state := `document.querySelector('.card[data-shot="a/two"][data-variant="%s"] .state').textContent`
	b.Until(fmt.Sprintf(state, "blue") + `.startsWith("running")`)
	require.Equal(t, "waits", sheettest.Eval[string](b, fmt.Sprintf(state, "red")))
	require.Equal(t, "0 of 3 done, 1 under way", sheettest.Eval[string](b, `document.querySelector("#pulse").textContent`))
	card := `.card[data-shot="a/two"][data-variant="blue"] `
	require.Contains(t, sheettest.Eval[string](b, `document.querySelector('`+card+`.blank').textContent`), "running")
	require.True(t, sheettest.Eval[bool](b, `document.querySelector('`+card+`.reason').hidden`), "it is being made now")
	require.Equal(t, "new",
		sheettest.Eval[string](b, `document.querySelector('`+card+`.take[data-take="2"] .state').textContent`))
	close(f.letGo)
	s.Wait()
}

// TestManyVariantsHaveAPageEach holds that the board serves the grid of many films and each film's page, live.
func TestManyVariantsHaveAPageEach(t *testing.T) {
	f := newFake(t)
	f.variants, f.many = true, true
	s := open(t, f)
	b := sheettest.Open(t)
	b.Go(s.URL())
	require.Equal(t, 9, sheettest.Eval[int](b, `document.querySelectorAll(".one").length`))
	b.Go(sheettest.Eval[string](b, `document.querySelector('.one[data-name="blue"]').href`))
	require.Equal(t, "blue", sheettest.Eval[string](b, `document.querySelector(".film").dataset.variant`))
	asked(t, "POST", s.URL()+"run", `{"offer":"offer-1false"}`, "Content-Type: application/json", "Origin: http://"+s.addr)
	f.tell(chain.Running)
	b.Until(`document.querySelector('.card[data-shot="a/two"] .state').textContent.startsWith("running")`)
	code, _, _ := asked(t, "GET", s.URL()+"film-10.html", "")
	require.Equal(t, 404, code)
	close(f.letGo)
	s.Wait()
}

// TestATakeThatIsNotPicked is live beside the others; the card goes on showing the pick.
func TestATakeThatIsNotPicked(t *testing.T) {
	f := newFake(t)
	f.variants, f.number = true, 2
	s := open(t, f)
	b := sheettest.Open(t)
	b.Go(s.URL())
	asked(t, "POST", s.URL()+"run", `{"offer":"offer-1false"}`, "Content-Type: application/json", "Origin: http://"+s.addr)
	f.tell(chain.Running)
	card := `.card[data-shot="a/two"][data-variant="blue"] `
	b.Until(`document.querySelector('` + card + `.take[data-take="2"] .state').textContent.startsWith("running")`)
	require.Equal(t, "waits", sheettest.Eval[string](b, `document.querySelector('`+card+`.blank').textContent`))
	require.Equal(t, "waits", sheettest.Eval[string](b, `document.querySelector('`+card+`h3 .state').textContent`))
	close(f.letGo)
	s.Wait()
}

// TestAReaderThatDoesNotReadIsCutOff holds that nobody can make a run wait.
func TestAReaderThatDoesNotReadIsCutOff(t *testing.T) {
	h := hub{live: map[int]Live{}}
	ear, leave := h.listen()
	defer leave()
	for range maxBehind + 1 {
		h.tell("page", struct{}{})
	}
	n := 0
	for range ear {
		n++
	}
	require.Equal(t, maxBehind, n)
	h.close()
	ear, _ = h.listen()
	_, open := <-ear
	require.False(t, open)
}

// TestTheBoardInABrowser picks a take by a click, starts a run at a price that was shown, sees it live, and stops
// one; another page gets nowhere.
func TestTheBoardInABrowser(t *testing.T) {
	f := newFake(t)
	s := open(t, f)
	b := sheettest.Open(t)
	b.Go(s.URL())
	b.Until(`document.querySelector("#pulse").textContent == "1 to make."`)

	b.Click(`.take[data-take="2"]`)
	b.Until(`document.querySelector('.take[aria-pressed="true"]')?.dataset.take == "2"`)
	require.Equal(t, []string{"a/one 2"}, f.picks)

	b.Click("#start")
	b.Until(`document.querySelector("#price").open && document.querySelector("#price-text").textContent == "1 clip to buy, for at most ¥0.94."`)
	b.Click(`#price button[value="no"]`)
	b.Until(`!document.querySelector("#price").open`)
	require.Zero(t, f.runs)

	b.Click("#start")
	b.Until(`document.querySelector("#price").open`)
	b.Click("#go")
	b.Until(`document.body.dataset.board == "running"`)
	state := `document.querySelector('.card[data-shot="a/two"] .state').textContent`
	for stage, word := range map[chain.Standing]string{chain.Queued: "queued", chain.Running: "running",
		chain.Downloading: "downloading"} {
		f.tell(stage)
		b.Until(state + `.startsWith("` + word + `") && ` + state + `.endsWith("of ~60 s")`)
	}
	b.Click("#stop")
	b.Until(`document.body.dataset.board == "idle" && document.querySelector("#pulse").textContent == "interrupted"`)
	b.Until(state + ` == "waits"`)

	b.Click("#start")
	b.Until(`document.querySelector("#price").open`)
	b.Click("#go")
	b.Until(`document.body.dataset.board == "running"`)
	close(f.letGo)
	b.Until(`document.querySelector("#pulse").textContent == "The film is there."`)
	b.Until(`document.querySelector('.card[data-shot="a/two"] .frames[href]')`)
	require.Equal(t, "kept", sheettest.Eval[string](b, state))
	b.Clean("404", "favicon", "Failed to load resource")

	// A page elsewhere that has learnt the address can neither read, nor frame, nor use it.
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<p>evil</p>")
	}))
	defer elsewhere.Close()
	picks, runs := len(f.picks), f.runs
	b.Go(elsewhere.URL)
	tries := `Promise.all([
		fetch(%[1]q).then(() => "read", () => "no"),
		fetch(%[1]q + "pick", {method: "POST", mode: "no-cors", headers: {"Content-Type": "text/plain"}, body: '{"shot":"a/one","take":1}'}).then(() => "sent", () => "no"),
		fetch(%[1]q + "run", {method: "POST", headers: {"Content-Type": "application/json"}, body: '{"offer":"offer-2true"}'}).then(() => "ran", () => "no"),
		new Promise(done => { const e = new EventSource(%[1]q + "events"); e.onopen = () => done("heard"); e.onerror = () => done("no"); }),
	])`
	require.Equal(t, []string{"no", "no", "no", "no"}, sheettest.Eval[[]string](b, fmt.Sprintf(tries, s.URL())))
	require.Len(t, f.picks, picks)
	require.Equal(t, runs, f.runs)
}
