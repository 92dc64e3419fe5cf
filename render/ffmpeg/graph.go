package ffmpeg

import (
	"fmt"
	"strings"

	ff "github.com/u2takey/ffmpeg-go"
)

// Args are a filter's or an output's named options.
type Args = ff.KwArgs

// Stream is one end of a filter graph.
type Stream = ff.Stream

// Graph builds one ffmpeg command: at most a few inputs, filters and outputs. It is ffmpeg-go's graph, used as a
// compiler of arguments only, with its faults kept out: nodes are told apart by an option of their own (its hash
// ignores names and the order of options), what it panics about is an error, and Compile counts what came out.
// Not safe for concurrent use.
type Graph struct {
	inputs, filters int
	outputs         []*Stream
	err             error
}

// firstQueue is ffmpeg's default input queue; inputs are told apart by going up from it, which changes no frame.
const firstQueue = 8

// Input adds a clip. Its streams are s.Video() and s.Audio().
func (g *Graph) Input(path string, opts ...Args) *Stream {
	kw := Args{}
	guard := Guard(path)
	for i := 0; i+1 < len(guard); i += 2 {
		kw[strings.TrimPrefix(guard[i], "-")] = guard[i+1]
	}
	return g.input(File(path), append([]Args{kw}, opts...)...)
}

// Pipe adds what is fed to the run, with the options that describe it.
func (g *Graph) Pipe(opts ...Args) *Stream { return g.input("pipe:0", opts...) }

func (g *Graph) input(name string, opts ...Args) *Stream {
	kw := ff.MergeKwArgs(opts)
	kw["thread_queue_size"] = firstQueue + g.inputs
	kw["threads"] = 1
	g.inputs++
	return ff.Input(name, kw)
}

// Filter adds one filter. Positional arguments and option values that are text go through Escape first.
func (g *Graph) Filter(s *Stream, name string, args []string, kw Args) (out *Stream) {
	out = s
	g.try(func() { out = s.Filter(name, args, kw); g.filters++ })
	return out
}

// Merge adds one filter of several inputs.
func (g *Graph) Merge(in []*Stream, name string, args []string, kw Args) (out *Stream) {
	out = in[0]
	g.try(func() { out = ff.Filter(in, name, args, kw); g.filters++ })
	return out
}

// Split makes two of one stream. Both must be used.
func (g *Graph) Split(s *Stream) (a, b *Stream) {
	a, b = s, s
	g.try(func() {
		n := s.Split()
		a, b = n.Get("0"), n.Get("1")
		g.filters++
	})
	return a, b
}

// Output adds a file made of streams.
func (g *Graph) Output(path string, kw Args, streams ...*Stream) {
	g.try(func() {
		g.outputs = append(g.outputs, ff.Output(streams, File(path), kw))
	})
}

// Compile returns the arguments for Run.
func (g *Graph) Compile() (args []string, err error) {
	g.try(func() {
		switch len(g.outputs) {
		case 0:
			panic("no output")
		case 1:
			args = g.outputs[0].GetArgs()
		default:
			args = ff.MergeOutputs(g.outputs...).GetArgs()
		}
	})
	if g.err != nil {
		return nil, g.err
	}
	inputs, filters := count(args)
	if inputs != g.inputs || filters != g.filters {
		return nil, fmt.Errorf("filter graph came out with %d inputs and %d filters, not %d and %d", inputs, filters,
			g.inputs, g.filters)
	}
	return args, nil
}

func (g *Graph) try(f func()) {
	if g.err != nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			g.err = fmt.Errorf("filter graph: %v", p)
		}
	}()
	f()
}

// count is the number of inputs and of filters in arguments; ffmpeg-go escapes every semicolon that ends no filter.
func count(args []string) (inputs, filters int) {
	for i, a := range args {
		switch {
		case a == "-i":
			inputs++
		case i > 0 && args[i-1] == "-filter_complex":
			filters = 1
			for j := 0; j < len(a); j++ {
				switch a[j] {
				case '\\':
					j++
				case ';':
					filters++
				}
			}
		}
	}
	return inputs, filters
}
