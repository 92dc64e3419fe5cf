// Package simtest runs the simulator inside a test, without ffmpeg: [NewServer] over loopback, [NewPipe] over
// in-memory connections, which work in a testing/synctest bubble. Both film with [Camera] unless told otherwise.
package simtest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"shotchain/chain/sim"
)

// Server is a simulator and the server that it runs in. Both are closed when the test ends.
type Server struct {
	*httptest.Server
	Sim *sim.Service
}

// BaseURL is what a client of the API is given.
func (s *Server) BaseURL() string { return s.URL + sim.Prefix }

// NewServer starts a simulator on loopback. In o, Camera and Dir may be zero.
func NewServer(t testing.TB, o sim.Options) *Server {
	t.Helper()
	service := newService(t, o)
	server := httptest.NewServer(service)
	t.Cleanup(func() {
		service.Close() // first: it ends the requests that hang
		server.CloseClientConnections()
		server.Close()
	})
	return &Server{server, service}
}

// PipeURL is the base URL of a simulator of NewPipe.
const PipeURL = "http://sim.localhost" + sim.Prefix

// NewPipe starts a simulator behind in-memory connections, and a client that reaches it at PipeURL and by the file
// URLs that it hands out. In a synctest bubble all waiting between the two is virtual. Close it, or call stop, before
// the bubble ends.
func NewPipe(t testing.TB, o sim.Options) (service *sim.Service, client *http.Client, stop func()) {
	t.Helper()
	service = newService(t, o)
	client, stop = Pipe(t, service, service.Close)
	return service, client, stop
}

// Pipe serves a handler to a client over in-memory connections, whatever host it asks for. close ends the handler's own
// work first; stop, which the test's end calls too, ends all.
func Pipe(t testing.TB, h http.Handler, close func()) (client *http.Client, stop func()) {
	t.Helper()
	l := &listener{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: h}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(l) })
	transport := &http.Transport{DialContext: l.dial}
	stop = sync.OnceFunc(func() {
		close()
		transport.CloseIdleConnections()
		_ = server.Close()
		served.Wait()
	})
	t.Cleanup(stop)
	return &http.Client{Transport: transport}, stop
}

func newService(t testing.TB, o sim.Options) *sim.Service {
	t.Helper()
	if o.Camera == nil {
		o.Camera = Camera
	}
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// listener hands the server ends of pipes to the server.
type listener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}

func (l *listener) Addr() net.Addr { return &net.UnixAddr{Name: "sim", Net: "pipe"} }

func (l *listener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	server, client := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Camera films without filming: a clip of a few hundred bytes that has the boxes of an MP4 file and no picture, and a
// real PNG of the clip's size. Both are the same for the same prompt, pictures and seed, and different for others.
func Camera(ctx context.Context, sc sim.Scene, dir string) (sim.Footage, error) {
	if err := ctx.Err(); err != nil {
		return sim.Footage{}, err
	}
	f := sim.Footage{Video: filepath.Join(dir, "video."+sc.Format), LastFrame: filepath.Join(dir, "last_frame.png")}
	print := Fingerprint(sc)
	if err := os.WriteFile(f.Video, clip(print, sc), 0o600); err != nil {
		return f, err
	}
	return f, still(f.LastFrame, print, sc.Width, sc.Height)
}

// Fingerprint is what a scene's clip and last frame depend on.
func Fingerprint(sc sim.Scene) [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d %dx%d %d %t\n", sc.Prompt, sc.Seed, sc.Width, sc.Height, sc.Frames, sc.Audio)
	for _, picture := range append([][]byte{sc.FirstFrame, sc.LastFrame}, sc.References...) {
		fmt.Fprintf(h, "%x\n", sha256.Sum256(picture))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func clip(print [sha256.Size]byte, sc sim.Scene) []byte {
	said := fmt.Sprintf("%s %s %dx%d, %d frames, seed %d", sc.Model, sc.Label, sc.Width, sc.Height, sc.Frames, sc.Seed)
	return append(append(box("ftyp", "isom\x00\x00\x02\x00isomiso2mp41"), box("free", said)...),
		box("mdat", string(print[:]))...)
}

// box is an MP4 box: length, name, content.
func box(name, content string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(content)))
	return append(append(b, name...), content...)
}

// still writes a picture in one colour with a row of marks, both taken from the fingerprint.
func still(path string, print [sha256.Size]byte, width, height int) error {
	base := color.RGBA{print[0], print[1], print[2], 255}
	mark := color.RGBA{^print[0], ^print[1], ^print[2], 255}
	palette := make(color.Palette, 17) // more than 16: a byte for each pixel, which the encoder copies row by row
	for i := range palette {
		palette[i] = base
	}
	palette[1] = mark
	img := image.NewPaletted(image.Rect(0, 0, width, height), palette)
	for i := range 8 * len(print) {
		img.SetColorIndex(i, height/2, print[i/8]>>(i%8)&1)
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(file, img); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
