// Package sheettest drives a real Chromium, headless, for tests of pages. Start with [Open]. A page that logs an
// error, throws, or asks for anything but files and loopback fails its test.
package sheettest

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// Browser is one tab. Used by one test.
type Browser struct {
	context.Context
	t testing.TB

	mu   sync.Mutex
	said []string // console errors and exceptions; guarded by mu
	left []string // requests to elsewhere; guarded by mu
}

// patience bounds a whole test.
const patience = 60 * time.Second

// Open starts Chromium, or skips the test where there is none.
func Open(t testing.TB) *Browser {
	t.Helper()
	program := find()
	if program == "" {
		t.Skip("no chromium here: `scripts/setup` installs it where Debian's or Fedora's packages can be had")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless,
		chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 900)}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update",
		"disable-sync", "hide-scrollbars", "mute-audio", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	ctx, closeTab := chromedp.NewContext(ctx)
	b := &Browser{Context: ctx, t: t}
	t.Cleanup(func() {
		closeTab()
		stop()
		cancel()
	})
	require.NoError(t, chromedp.Listen(ctx, b.hear))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	return b
}

func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func (b *Browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil && x.Description != "" {
			text = x.Description
		}
		b.said = append(b.said, "exception: "+text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			b.said = append(b.said, fmt.Sprint("console: ", e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			b.said = append(b.said, fmt.Sprint(e.Entry.Source, ": ", e.Entry.Text, " ", e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Scheme != "file" && u.Scheme != "data" &&
			u.Scheme != "about" && u.Scheme != "blob" && u.Hostname() != "127.0.0.1" {
			b.left = append(b.left, e.Request.URL)
		}
	}
}

// Go opens a page.
func (b *Browser) Go(address string) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b, chromedp.Navigate(address)))
}

// File is the address of a file.
func File(path string) string { return (&url.URL{Scheme: "file", Path: path}).String() }

// Eval evaluates JavaScript; promises are waited for.
func Eval[T any](b *Browser, script string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.Context, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err, script)
	return value
}

// Run runs JavaScript statements.
func (b *Browser) Run(script string) {
	b.t.Helper()
	Eval[bool](b, "(() => {"+script+"; return true})()")
}

// Until waits until a JavaScript expression is true.
func (b *Browser) Until(condition string) {
	b.t.Helper()
	_, err := chromedp.Run(b.Context,
		chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingTimeout(15*time.Second),
			chromedp.WithPollingInterval(20*time.Millisecond)))
	require.NoError(b.t, err, condition)
}

// Click clicks the first element that a CSS selector finds, as a mouse does.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b, chromedp.Click(chromedp.CSS(selector))), selector)
}

// Press types keys, with the focus where it is.
func (b *Browser) Press(keys string) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b, chromedp.KeyEvent(keys)))
}

// Looks sets what the page is looked at with.
func (b *Browser) Looks(width, height int64, dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	require.NoError(b.t, chromedp.Do(b, chromedp.EmulateViewport(width, height)))
	_, err := chromedp.Call(b.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	require.NoError(b.t, err)
}

// Picture is a screenshot of what is in view, as PNG.
func (b *Browser) Picture() []byte {
	b.t.Helper()
	png, err := chromedp.Run(b.Context, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	return png
}

// Clean fails the test where the page has complained or asked for something elsewhere. Complaints that contain one of
// the expected texts do not count.
func (b *Browser) Clean(expected ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var left []string
said:
	for _, s := range b.said {
		for _, e := range expected {
			if strings.Contains(s, e) {
				continue said
			}
		}
		left = append(left, s)
	}
	require.Empty(b.t, left, "the page complained")
	require.Empty(b.t, b.left, "the page asked for something elsewhere")
}
