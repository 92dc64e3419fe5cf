package trouble

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Page502 is what a proxy says.
const Page502 = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n"

// Page200 is a page where an answer should be.
const Page200 = "<html><body>Welcome</body></html>\n"

// Truncate promises a whole body and sends half of it. The header is the caller's, but for the length.
func Truncate(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// TruncateFile promises a whole file and sends half of it.
func TruncateFile(w http.ResponseWriter, file io.Reader, size int64) {
	w.Header().Set("Content-Length", fmt.Sprint(size))
	w.WriteHeader(http.StatusOK)
	_, _ = io.CopyN(w, file, size/2)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// Corrupt turns bytes of an answer over: from the brace on, inside a string JSON would bear it.
func Corrupt(body []byte) {
	for i := range body[:(len(body)+2)/3] {
		body[i] ^= 0xff
	}
}

// Hang never answers: until the client gives up, or life ends.
func Hang(life context.Context, r *http.Request) {
	_, _ = io.CopyN(io.Discard, r.Body, 64<<20) // with its body unread, the server would not see the client leave
	select {
	case <-r.Context().Done():
	case <-life.Done():
	}
	panic(http.ErrAbortHandler)
}

// Wait waits for a slow fault's time, until nobody waits for the answer, or life ends.
func Wait(life context.Context, r *http.Request, f *Fault) {
	t := time.NewTimer(f.Span())
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	case <-life.Done():
	}
}

// Trickle sends a file byte by byte, for as long as somebody takes them.
func Trickle(life context.Context, w http.ResponseWriter, r *http.Request, f *Fault, file io.Reader, size int64) {
	w.Header().Set("Content-Length", fmt.Sprint(size))
	for b := make([]byte, 1); r.Context().Err() == nil && life.Err() == nil; Wait(life, r, f) {
		if n, err := file.Read(b); err != nil || n == 0 {
			return
		}
		if _, err := w.Write(b); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler)
}

// Reset closes the connection without an answer: over TCP by a reset, else as if the line was cut.
func Reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// damaged is a file with some bytes in its middle turned over.
type damaged struct {
	io.ReadSeeker
	at, from, to int64
}

// Damage is a file of that size with some bytes in its middle turned over.
func Damage(f io.ReadSeeker, size int64) io.ReadSeeker {
	return &damaged{ReadSeeker: f, from: size / 3, to: size/3 + max(min(size/3, 4096), 1)}
}

func (d *damaged) Read(p []byte) (int, error) {
	n, err := d.ReadSeeker.Read(p)
	for i := range p[:n] {
		if at := d.at + int64(i); at >= d.from && at < d.to {
			p[i] ^= 0xff
		}
	}
	d.at += int64(n)
	return n, err
}

func (d *damaged) Seek(offset int64, whence int) (int64, error) {
	at, err := d.ReadSeeker.Seek(offset, whence)
	d.at = at
	return at, err
}
