package ffmpeg

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Options of a run. The zero value reads nothing and shows nothing.
type Options struct {
	Dir    string                // working folder, "" for the program's own
	Feed   func(io.Writer) error // writes ffmpeg's pipe:0 in a goroutine of its own; its error ends the run
	Stdout io.Writer             // gets ffmpeg's pipe:1; not together with Frames
	Frames func(done int)        // called a few times a second with the frames written so far, from one goroutine
	Trace  func(argv []string)   // gets the whole command before it runs; may be called by several goroutines
	DryRun bool                  // trace only: nothing runs
}

// grace is how long a killed process's pipes may stay open (a grandchild may hold them).
const grace = 2 * time.Second

// Run runs ffmpeg with args and waits for it. It adds what every run needs: no questions, errors only, existing
// outputs replaced. When the context ends, the process and its children are killed at once – outputs are written
// beside and renamed by the caller, so there is nothing to finish – and the context's error is returned.
// Other failures are an *Error, or say that the disk of the last output is full.
func Run(ctx context.Context, args []string, o Options) error {
	t, err := Find()
	if err != nil {
		return err
	}
	all := []string{"-nostdin", "-hide_banner", "-v", "error", "-y"}
	if o.Trace != nil { // without the report of progress, which is for the program alone
		o.Trace(slices.Concat([]string{t.FFmpeg}, all, args))
	}
	if o.Frames != nil {
		all = append(all, "-progress", "pipe:1", "-stats_period", "0.25")
	}
	all = append(all, args...)
	if o.DryRun {
		return ctx.Err()
	}
	if err := run(ctx, t.FFmpeg, all, o); err != nil {
		return err
	}
	return room(all[len(all)-1])
}

// spareRoom is more than ffmpeg holds back until it closes a file.
const spareRoom = 64 << 10

// room reports a full disk where the output of a command went. ffmpeg (seen with 5.1) ends with success when the last
// bytes of a file find no room, and leaves the file without them.
func room(output string) error {
	path, ok := strings.CutPrefix(output, "file:")
	if !ok {
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	noise := make([]byte, spareRoom) // zeros need no room on some file systems
	_, _ = rand.Read(noise)
	if _, err := tmp.Write(noise); err != nil {
		tmp.Close()
		return err
	}
	return tmp.Close()
}

func run(ctx context.Context, program string, args []string, o Options) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if o.Frames != nil && o.Stdout != nil {
		return errors.New("ffmpeg: progress and output cannot share stdout")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = o.Dir, environment(os.Environ()), grace
	log := &excerpt{}
	cmd.Stderr, cmd.Stdout = log, o.Stdout
	if o.Frames != nil {
		cmd.Stdout = &progress{report: o.Frames}
	}
	contain(cmd)

	defer traced(ctx, program, args, time.Now())
	err := start(ctx, cancel, cmd, o.Feed)
	if cause := context.Cause(ctx); cause != nil && err != nil {
		return cause
	}
	if err == nil {
		return nil
	}
	return &Error{Program: program, Cause: log.cause(), Err: err}
}

// start runs the command on a thread of its own: on Linux the child dies with the thread that started it, so that
// thread must not end before (go.dev/issue/27505).
func start(ctx context.Context, cancel context.CancelCauseFunc, cmd *exec.Cmd, feed func(io.Writer) error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if feed == nil {
		return cmd.Run()
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		in.Close()
		return err
	}
	fed := make(chan error, 1)
	go func() {
		w := &pipe{w: in}
		err := feed(w)
		in.Close()
		if w.broken { // ffmpeg stopped reading: its own error, or an early end that it wanted
			err = nil
		}
		if err != nil {
			cancel(err)
		}
		fed <- err
	}()
	err = cmd.Wait()
	return errors.Join(err, <-fed)
}

// pipe remembers that the other end is gone.
type pipe struct {
	w      io.Writer
	broken bool
}

func (p *pipe) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	p.broken = p.broken || err != nil
	return n, err
}

// progress reads ffmpeg's key=value lines.
type progress struct {
	report func(int)
	rest   []byte
}

func (p *progress) Write(b []byte) (int, error) {
	p.rest = append(p.rest, b...)
	for {
		line, rest, ok := bytes.Cut(p.rest, []byte("\n"))
		if !ok {
			break
		}
		p.rest = rest
		if v, ok := bytes.CutPrefix(line, []byte("frame=")); ok {
			if n, err := strconv.Atoi(string(bytes.TrimSpace(v))); err == nil {
				p.report(n)
			}
		}
	}
	if len(p.rest) > 4096 { // not a progress block: never let it grow
		p.rest = nil
	}
	return len(b), nil
}

// Error is a run that failed.
type Error struct {
	Program string // path
	Cause   string // ffmpeg's own words, shortened, without URLs; "" where it said nothing
	Err     error  // how the process ended
}

func (e *Error) Error() string {
	name := e.Program[strings.LastIndexAny(e.Program, `/\`)+1:]
	if e.Cause == "" {
		return fmt.Sprintf("%s: %v", name, e.Err)
	}
	return name + ": " + e.Cause
}

func (e *Error) Unwrap() error { return e.Err }

// excerpt keeps the first and the last of what a program logs: the cause is in one of them.
type excerpt struct{ head, tail []byte }

const keep = 8 << 10

func (e *excerpt) Write(b []byte) (int, error) {
	n := len(b)
	if room := keep - len(e.head); room > 0 {
		k := min(room, len(b))
		e.head, b = append(e.head, b[:k]...), b[k:]
	}
	e.tail = append(e.tail, b...)
	if over := len(e.tail) - keep; over > 0 {
		e.tail = append(e.tail[:0], e.tail[over:]...)
	}
	return n, nil
}

// cause is at most three different lines of the log in one, of at most 400 bytes.
func (e *excerpt) cause() string {
	var lines []string
	seen := map[string]bool{}
	s := bufio.NewScanner(io.MultiReader(bytes.NewReader(e.head), bytes.NewReader(e.tail)))
	for s.Scan() && len(lines) < 3 {
		l := tidy(s.Text())
		if l == "" || seen[l] || l == "Conversion failed!" || strings.HasPrefix(l, "Last message repeated ") {
			continue
		}
		seen[l], lines = true, append(lines, l)
	}
	c := strings.ToValidUTF8(strings.Join(lines, "; "), "�")
	if len(c) > 400 {
		c = strings.ToValidUTF8(c[:400], "") + "…"
	}
	return c
}
