package main

// The rules of the terminal:
//
//   - stdout is the product: a plan, a film's path, JSON. Nothing else is written there.
//   - stderr is talk: what goes on, what went wrong. --quiet leaves out all but errors and questions.
//   - With --json, stdout holds JSON only, errors too.
//   - Bars, colours and questions appear only where stderr (for the question also stdin) is a terminal; elsewhere a
//     change is one plain line. NO_COLOR and TERM=dumb turn colours off, TERM=dumb and --no-progress bars.
//   - What others wrote – storyboards, stores, services – reaches a terminal without control characters: all that is
//     printed goes through safe. Where a text must stay on its line, say.Clean takes its line ends too.

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"shotchain/internal/say"
)

// terminal is what the program reads and writes.
type terminal struct {
	in          io.Reader
	out, err    io.Writer // both *safe
	screen      io.Writer // stderr as it is: only for bars, which move its cursor
	json, quiet bool
	bars        bool // stderr can show what moves
	plain       bool // the user wants no bars
	asks        bool // there is somebody to ask
	colourOut   bool
	colourErr   bool
	width       int // how many columns stdout has room for; 0 is any number
}

func newTerminal(in io.Reader, out, err io.Writer, env func(string) string) terminal {
	able := env("TERM") != "dumb"
	coloured := able && env("NO_COLOR") == ""
	return terminal{in: in, out: &safe{w: out}, err: &safe{w: err}, screen: err,
		bars: isTerminal(err) && able, asks: isTerminal(err) && isTerminal(in),
		colourOut: isTerminal(out) && coloured, colourErr: isTerminal(err) && coloured, width: widthOf(out, env("COLUMNS"))}
}

// widthOf is how many columns a terminal has: as many as the user says, else as it says itself; 0 where nobody does.
func widthOf(v any, said string) int {
	if n, err := strconv.Atoi(said); err == nil && n > 0 {
		return n
	}
	if !isTerminal(v) {
		return 0
	}
	n, _, err := term.GetSize(int(v.(*os.File).Fd()))
	if err != nil {
		return 0
	}
	return n
}

func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// say tells the user something.
func (t *terminal) say(format string, args ...any) {
	if !t.quiet {
		fmt.Fprintf(t.err, format+"\n", args...)
	}
}

// paragraph is clean words, broken into lines where stdout has little room.
func (t *terminal) paragraph(indent, words string) string {
	if t.width == 0 {
		return indent + say.Clean(words) + "\n"
	}
	return wrapped(indent, words, t.width)
}

// ask asks a question whose answer is no unless it is yes. It returns at the end of the input, and when done does.
func (t *terminal) ask(done <-chan struct{}, question string) bool {
	fmt.Fprintf(t.err, "%s [y/N] ", question)
	answer := make(chan string, 1)
	go func() { // a read of a terminal cannot be cancelled; the process ends soon after
		line, _ := bufio.NewReader(io.LimitReader(t.in, 100)).ReadString('\n')
		answer <- line
	}()
	select {
	case <-done:
		fmt.Fprintln(t.err)
		return false
	case line := <-answer:
		word := strings.ToLower(strings.TrimSpace(line))
		return word == "y" || word == "yes"
	}
}

// Colours of a state, as of SGR.
const (
	dim   = "2"
	red   = "31"
	green = "32"
	amber = "33"
)

func paint(on bool, colour, s string) string {
	if !on || colour == "" {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}
