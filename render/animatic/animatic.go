// Package animatic films shots as moving sketches: what the simulator's camera sees. A drawn world, whose place, light
// and things come from the words of the prompt, is seen by a camera that moves as they say, with a slate that names the
// shot – so a film can be previewed before anything is paid. A clip's last frame remembers its world, so that a chain of
// shots goes on in it. It knows nothing of films, only of one clip.
package animatic

import (
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"shotchain/render/ffmpeg"
	"shotchain/render/timeline"
)

// Camera films shots. The same shot gives the same bytes. The zero value is ready, and may be used by many goroutines
// at once.
type Camera struct {
	NoSlate bool  // film without name, prompt and timecode
	Drift   Drift // what a shot that has a first frame does to it
}

// Shot is what a Camera films.
type Shot struct {
	Label         string // the shot's name, for the slate
	Prompt        string
	FirstFrame    []byte // jpeg, png, …; nil opens on a drawing. Cropped in the middle where its ratio differs
	LastFrame     []byte // ends on it
	Width, Height int    // pixels, both even, 16 to 8192
	Frames        int    // at timeline.Rate
	Audio         bool
	Seed          int64
	Watermark     bool // on every frame of the clip, never on the still of the last
	CameraFixed   bool
}

// fade is how many frames the slate takes to come and to go; it is never on the first frame nor on the last, which
// other clips grow from.
const fade = 18

// Film writes the clip and a still of its last frame – the same pixels that the clip decodes to – into dir.
// A first frame of a Camera's own remembers its world: the shot goes on in it, drawn afresh, so that a chain of
// any length stays sharp.
func (a Camera) Film(ctx context.Context, s Shot, dir string) (video, lastFrame string, err error) {
	if s.Width < 16 || s.Height < 16 || s.Width > 8192 || s.Height > 8192 || s.Width%2 != 0 || s.Height%2 != 0 {
		return "", "", fmt.Errorf("%s: cannot film %d×%d pixels", s.Label, s.Width, s.Height)
	}
	if s.Frames < 1 || s.Frames > 3600*timeline.Rate {
		return "", "", fmt.Errorf("%s: cannot film %d frames", s.Label, s.Frames)
	}
	t, err := a.set(s)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", s.Label, err)
	}
	video, lastFrame = filepath.Join(dir, "clip.mp4"), filepath.Join(dir, "last_frame.png")
	if err := t.shoot(ctx, video); err != nil {
		return "", "", fmt.Errorf("%s: %w", s.Label, err)
	}
	if err := t.still(ctx, video, lastFrame); err != nil {
		return "", "", fmt.Errorf("%s: %w", s.Label, err)
	}
	return video, lastFrame, nil
}

// sketch is a shot that is ready to be filmed.
type sketch struct {
	shot     Shot
	world    world  // what is drawn
	path     path   // of the camera
	from, to *plane // the canvas as the shot begins and as it ends up
	frame    *plane // one finished frame
	mixed    *plane // canvas in between
	start    float64
	end      float64 // share of the shot over which from turns into to
	turn     func(share float64) float64
	target   *plane // the last frame to end on, nil for none
	slate    *slate
	mark     *label
	drift    Drift // of this shot: none where it has no first frame
}

// set builds everything that is drawn once.
func (a Camera) set(s Shot) (*sketch, error) {
	t := &sketch{shot: s, frame: newPlane(s.Width, s.Height)}
	var first image.Image
	var known *world
	var err error
	if s.FirstFrame != nil {
		if first, _, err = ffmpeg.DecodeImage(s.FirstFrame); err != nil {
			return nil, fmt.Errorf("first frame: %w", err)
		}
		known = remember(s.FirstFrame)
	}
	if s.LastFrame != nil {
		last, _, err := ffmpeg.DecodeImage(s.LastFrame)
		if err != nil {
			return nil, fmt.Errorf("last frame: %w", err)
		}
		t.target = fromImage(cover(last, s.Width, s.Height))
	}
	r := s.random()
	t.world = imagine(s, known, first, r)
	t.path = direct(s, t.world, r)
	t.paint(first, known != nil)
	if first != nil {
		t.drift = a.Drift
		t.drift.displace(&t.path)
	}
	if !a.NoSlate {
		t.slate = newSlate(s)
	}
	if s.Watermark {
		t.mark = newMark(s.Width, s.Height)
	}
	return t, nil
}

// random is a source that depends on what makes shots different.
func (s Shot) random() *rand.Rand {
	h := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", s.Label, s.Prompt, s.Seed))
	var k [32]byte
	copy(k[:], h[:])
	return rand.New(rand.NewChaCha8(k))
}

// paint draws the world once, over all that the camera will see, and lays the first frame over it where it begins.
func (t *sketch) paint(first image.Image, own bool) {
	c := newCanvas(t.path, t.shot.Width, t.shot.Height)
	t.world.draw(c)
	t.to = fromImage(c.img)
	t.world.Wear.put(t.to, t.shot.Width)
	t.path.fit(c)
	t.from = t.to
	if first == nil {
		return
	}
	x, y := t.path.origin()
	t.from = t.to.copy()
	t.from.inlay(fromImage(cover(first, t.shot.Width, t.shot.Height)), x, y)
	t.mixed = newPlane(t.to.w, t.to.h)
	if t.start, t.end, t.turn = 0.35, 0.9, smooth; own {
		// From the first frame on and evenly: a picture that waits before it changes would be taken for one that is held.
		t.start, t.end, t.turn = 0, 0.5, even
	}
}

// render makes frame n into t.frame.
func (t *sketch) render(n int) {
	last := t.shot.Frames - 1
	at := 0.0
	if held := t.drift.Held; last > held {
		at = float64(max(0, n-held)) / float64(last-held)
	}
	src := t.to
	if t.from != t.to {
		switch k := t.turn((at - t.start) / (t.end - t.start)); {
		case k <= 0:
			src = t.from
		case k < 1:
			src = t.mixed
			src.mix(t.from, t.to, int(256*k+0.5))
		}
	}
	t.frame.sample(src, t.path.at(at))
	t.worn(n)
	if t.target != nil {
		if k := smooth(1 - float64(last-n)/min(timeline.Rate, max(1, float64(last)))); k > 0 {
			t.frame.mix(t.frame, t.target, int(256*k+0.5))
		}
	}
}

// overlay adds slate and watermark to the frame. The slate comes when the picture moves: held frames stand as a whole.
func (t *sketch) overlay(n int) {
	if t.slate != nil {
		last := t.shot.Frames - 1
		if k := min(1, float64(n-t.drift.Held-late(last))/fade, float64(last-early(last)-n)/fade); k > 0 {
			t.slate.draw(t.frame, n, k)
		}
	}
	if t.mark != nil {
		t.mark.draw(t.frame, 1)
	}
}

// late is how many frames of a clip go by before the slate comes: where it dissolves from another one, that one's slate has
// gone by then.
func late(last int) int { return min(timeline.Rate, last/4) }

// early is how many frames before a clip's last one the slate is gone: what moves where two clips meet is the picture.
func early(last int) int { return min(timeline.Rate/2, last/8) }

// even is 0 up to 0, 1 from 1, and grows evenly in between.
func even(x float64) float64 { return min(1, max(0, x)) }

// smooth is 0 up to 0, 1 from 1, and has no corner in between.
func smooth(x float64) float64 {
	x = min(1, max(0, x))
	return x * x * (3 - 2*x)
}

// feed writes all frames.
func (t *sketch) feed(ctx context.Context) func(io.Writer) error {
	return func(w io.Writer) error {
		for n := range t.shot.Frames {
			if err := ctx.Err(); err != nil {
				return err
			}
			t.render(n)
			t.overlay(n)
			if _, err := w.Write(t.frame.data); err != nil {
				return err
			}
		}
		return nil
	}
}

// shoot encodes the clip. Its key frames are the first two and the last: the still costs the decoding of one frame.
func (t *sketch) shoot(ctx context.Context, video string) error {
	s := t.shot
	args := []string{"-protocol_whitelist", "file,pipe", "-f", "rawvideo", "-pixel_format", "yuv420p",
		"-video_size", fmt.Sprintf("%dx%d", s.Width, s.Height), "-framerate", fmt.Sprint(timeline.Rate), "-i", "pipe:0"}
	if s.Audio {
		wav := filepath.Join(filepath.Dir(video), "sound.wav")
		if err := ffmpeg.WriteFile(wav, func(w io.Writer) error { return writeAmbience(w, s, t.world) }); err != nil {
			return err
		}
		defer os.Remove(wav)
		args = append(args, ffmpeg.Input(wav)...)
		args = append(args, "-map", "0:v", "-map", "1:a", "-c:a", "aac", "-b:a", "128k")
	}
	tmp := video + ".tmp"
	defer os.Remove(tmp)
	args = append(args, "-c:v", "libx264", "-preset", "superfast", "-crf", "18", "-profile:v", "high", "-x264-params",
		ffmpeg.Stitchable+"0",
		"-threads", "1", "-fps_mode", "passthrough", "-force_key_frames", fmt.Sprintf("expr:eq(n,1)+eq(n,%d)", s.Frames-1),
		"-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv",
		"-video_track_timescale", fmt.Sprint(1000*timeline.Rate), "-movie_timescale", fmt.Sprint(1000*timeline.Rate),
		"-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-movflags", "+faststart", "-f", "mp4",
		ffmpeg.File(tmp))
	if err := ffmpeg.Run(ctx, args, ffmpeg.Options{Feed: t.feed(ctx)}); err != nil {
		return err
	}
	return os.Rename(tmp, video)
}

// still writes the clip's last frame as it decodes, without the watermark, and with the world in it.
func (t *sketch) still(ctx context.Context, video, out string) error {
	img, err := ffmpeg.DecodeLast(ctx, video)
	if err != nil {
		return err
	}
	if t.mark != nil {
		t.render(t.shot.Frames - 1)
		clean := t.frame.image()
		for y := t.mark.at.Min.Y; y < t.mark.at.Max.Y; y++ {
			for x := t.mark.at.Min.X; x < t.mark.at.Max.X; x++ {
				img.Set(x, y, clean.At(x, y))
			}
		}
	}
	b, err := encodePNG(img, t.ending())
	if err != nil {
		return err
	}
	return ffmpeg.WriteFile(out, func(w io.Writer) error { _, err := w.Write(b); return err })
}

// ending is the world as the last frame shows it. A frame that was given to end on is another world, if any.
func (t *sketch) ending() *world {
	if t.shot.LastFrame != nil {
		return remember(t.shot.LastFrame)
	}
	w := t.world
	w.View, w.Wear = t.path.to, w.Wear.then(t.drift.at(1))
	return &w
}
