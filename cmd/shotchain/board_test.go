package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/render/sheet/sheettest"
)

// boarded starts the program and returns the address that it prints to stdout or stderr. It is interrupted when the
// test ends, or by stop, which returns the exit code and what it said.
func boarded(t *testing.T, args ...string) (address string, stop func() (int, string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	var said safeBuffer
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, args, strings.NewReader(""), io.MultiWriter(w, &said), io.MultiWriter(w, &said),
			func(string) string { return "" })
		w.Close()
	}()
	stop = sync.OnceValues(func() (int, string) {
		cancel()
		return <-code, said.String()
	})
	t.Cleanup(func() { stop() })
	found := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(r); lines.Scan(); {
			if m := regexp.MustCompile(`http://127\.0\.0\.1:\d+/[A-Z2-7]{26,}/`).FindString(lines.Text()); m != "" {
				select {
				case found <- m:
				default:
				}
			}
		}
	}()
	select {
	case address = <-found:
	case c := <-code:
		code <- c
		t.Fatalf("ended with %d: %s", c, said.String())
	case <-time.After(20 * time.Second):
		t.Fatal("no address: " + said.String())
	}
	return address, stop
}

// safeBuffer is a buffer that many goroutines may write.
type safeBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

const boardFilmText = `title: On board
look: { model: seedance-1.0-pro-fast, resolution: 480p, duration: 2s }
scenes:
  - id: a
    shots:
      - { id: one, prompt: "A boat on the sea." }
      - { id: two, prompt: "The camera pans left." }
`

// TestBoard makes a film from its board, in a browser: the price is shown, the takes come, the film plays. A
// storyboard that is edited while the board is open shows its new texts, and a wrong one is told.
func TestBoard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.yaml")
	require.NoError(t, os.WriteFile(path, []byte(boardFilmText), 0o644))
	b := sheettest.Open(t)
	address, stop := boarded(t, "board", path)
	b.Go(address)
	b.Until(`document.querySelector("#pulse").textContent == "2 to make."`)
	b.Click("#start")
	b.Until(`document.querySelector("#price").open && document.querySelector("#price-text").textContent.startsWith("2 clips to make; nothing is charged")`)
	b.Click("#go")
	b.Until(`document.body.dataset.board == "running"`)
	b.Until(`document.querySelector('.card[data-shot="a/one"] .frames[href]')`)
	b.Until(`document.querySelector("#pulse").textContent.startsWith("The film is there")`)
	b.Until(`document.querySelector(".player video")`)
	b.Click(".chapters a:nth-child(2)")
	b.Until(`document.querySelector(".player video").currentTime > 2.05`)
	b.Clean()

	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(boardFilmText, "pans left", "pans right", 1)), 0o644))
	b.Go(address)
	require.Contains(t, sheettest.Eval[string](b, `document.querySelector('.card[data-shot="a/two"]').textContent`),
		"The camera pans right.")
	require.NoError(t, os.WriteFile(path, []byte("title: [\n"), 0o644))
	b.Run(`document.querySelector("#start").click()`)
	b.Until(`document.querySelector("#toast").textContent.includes("film.yaml:")`)
	code, said := stop()
	require.Equal(t, exitDone, code, said)
}

// TestRunOnBoard serves the board of a run while it goes on.
func TestRunOnBoard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.yaml")
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(boardFilmText, "2s", "10s", 1)), 0o644))
	b := sheettest.Open(t)
	address, stop := boarded(t, "run", path, "--board", "--no-sheet")
	b.Go(address)
	b.Until(`document.body.dataset.board == "running" && /^(queued|running|submitting|downloading)/.test(document.querySelector('.card[data-shot="a/one"] .state').textContent)`)
	require.True(t, sheettest.Eval[bool](b, `document.querySelector("#start").hidden`))
	b.Click("#stop")
	b.Until(`document.querySelector("#pulse").textContent.includes("interrupted") || document.querySelector("#pulse").textContent.includes("closed")`)
	code, said := stop()
	require.Equal(t, exitInterrupted, code, said)
}

// TestPickOnTheBoard writes the storyboard by a click on a take, and leaves everything else in it alone.
func TestPickOnTheBoard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.yaml")
	text := "# mine\nlook: { model: seedance-1.0-pro-fast, resolution: 480p, duration: 2s }\nscenes:\n  - id: a\n    shots:\n      - id: one   # the first\n        prompt: A boat.\n        takes: 2\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	code, _, said := try("run", path)
	require.Zero(t, code, said)
	b := sheettest.Open(t)
	address, _ := boarded(t, "board", path)
	b.Go(address)
	require.Equal(t, 2, sheettest.Eval[int](b, `document.querySelectorAll(".take img").length`))
	first := sheettest.Eval[string](b, `document.querySelector(".card .frames").getAttribute("href")`)
	b.Click(`.take[data-take="2"]`)
	b.Until(`document.querySelector('.take[aria-pressed="true"]')?.dataset.take == "2"`)
	require.NotEqual(t, first, sheettest.Eval[string](b, `document.querySelector(".card .frames").getAttribute("href")`),
		"the card shows the pick")
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(got), "pick: 2")
	require.Contains(t, string(got), "# mine\n")
	require.Contains(t, string(got), "# the first")
	b.Clean()
}
