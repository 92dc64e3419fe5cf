package ffmpeg

import (
	"bytes"
	"image"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVerify(t *testing.T) {
	clip := film(t, "clip.mp4",
		withSound("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-frames:v", "49", "-c:a", "aac",
			"-movflags", "+faststart")...)
	f, err := Verify(t.Context(), clip, Facts{Width: 320, Height: 180, Frames: 49, Rate: Ratio{24, 1}, Audio: "any"})
	require.NoError(t, err)
	require.Equal(t, "h264", f.Codec)
	for message, want := range map[string]Facts{
		"is 320×180, not 640×360":          {Width: 640, Height: 360},
		"has 49 frames, not 121":           {Frames: 121},
		"has 24 frames per second, not 25": {Rate: Ratio{25, 1}},
		"is h264, not hevc":                {Codec: "hevc"},
	} {
		_, err := Verify(t.Context(), clip, want)
		require.EqualError(t, err, message)
	}

	b, err := os.ReadFile(clip)
	require.NoError(t, err)
	damaged := filepath.Join(t.TempDir(), "damaged.mp4")
	for name, bytes := range map[string][]byte{
		"cut":       b[:len(b)*2/3],
		"header":    b[:1000],
		"empty":     {},
		"scribbled": scribble(b),
	} {
		require.NoError(t, os.WriteFile(damaged, bytes, 0o644))
		_, err := Verify(t.Context(), damaged, Facts{})
		require.ErrorContains(t, err, "does not decode", name)
	}
}

// scribble overwrites some of the media data.
func scribble(b []byte) []byte {
	c := bytes.Clone(b)
	at := bytes.Index(c, []byte("mdat")) + 4000
	for i := range 200 {
		c[at+i] = byte(i*37 + 11)
	}
	return c
}

// The last frame is that of the picture, whatever the sound's length, the group structure or the rate.
func TestLastFrameIsTheLast(t *testing.T) {
	long := []string{"-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=3", "-f", "lavfi", "-i", "sine=440:d=5"}
	bf := []string{"-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-pix_fmt", "yuv420p"}
	for name, args := range map[string][]string{
		"plain.mp4":     plain("25"),
		"longsound.mp4": join(long, bf, []string{"-frames:v", "37", "-c:a", "aac"}),
		"one.mp4":       silent(append(h264, "-frames:v", "1")...),
		"ntsc.mp4":      silent(append(bf, "-vf", "fps=30000/1001", "-frames:v", "31")...),
		"other.mkv":     plain("25"),
	} {
		clip := film(t, name, args...)
		f, err := Probe(t.Context(), clip)
		require.NoError(t, err)
		all, err := exec.Command("ffmpeg", "-v", "error", "-i", clip, "-map", "0:v", "-vf",
			"scale=flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix=bt709",
			"-fps_mode", "passthrough", "-pix_fmt", "rgb24", "-f", "rawvideo", "-").Output()
		require.NoError(t, err)
		size := f.Width * f.Height * 3
		require.Len(t, all, size*f.Frames, name)
		want := fromRGB(all[len(all)-size:], f.Width, f.Height)
		got, err := DecodeLast(t.Context(), clip)
		require.NoError(t, err, name)
		require.Equal(t, want.Pix, got.Pix, name)
	}
}

func TestFramesByNumber(t *testing.T) {
	clip := film(t, "clip.mp4", plain("20")...)
	got, err := Frames(t.Context(), clip, []int{0, 7, 19}, 160, 90)
	require.NoError(t, err)
	require.Len(t, got, 3)
	require.NotEqual(t, got[0].Pix, got[1].Pix)
	_, err = Frames(t.Context(), clip, []int{25}, 160, 90)
	require.EqualError(t, err, "0 of 1 frames came out")
}

func TestVerifyImageGoesByTheBytes(t *testing.T) {
	img := image.NewPaletted(image.Rect(0, 0, 30, 20), palette.Plan9)
	for i := range img.Pix {
		img.Pix[i] = byte(i * i)
	}
	var jpg, gf bytes.Buffer
	require.NoError(t, jpeg.Encode(&jpg, img, nil))
	require.NoError(t, gif.Encode(&gf, img, nil))
	path := filepath.Join(t.TempDir(), "still.png")
	for media, b := range map[string][]byte{"image/jpeg": jpg.Bytes(), "image/gif": gf.Bytes()} {
		require.NoError(t, os.WriteFile(path, b, 0o644))
		f, err := VerifyImage(path)
		require.NoError(t, err)
		require.Equal(t, ImageFacts{30, 20, media}, f)
	}
	huge := bytes.Clone(gf.Bytes())
	copy(huge[6:], []byte{0xff, 0xff, 0xff, 0xff}) // 65535×65535
	for message, b := range map[string][]byte{"not a picture": []byte("text"),
		"does not decode": jpg.Bytes()[:jpg.Len()-100], "not a usable picture": huge} {
		require.NoError(t, os.WriteFile(path, b, 0o644))
		_, err := VerifyImage(path)
		require.ErrorContains(t, err, message)
	}
	_, err := VerifyImage(path + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
}
