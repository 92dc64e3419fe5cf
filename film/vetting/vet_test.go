package vetting

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/vet"
	"shotchain/film"
	"shotchain/render/animatic"
	"shotchain/render/ffmpeg"
)

// manifest is a C2PA box as Ark's clips carry one, of which only what vet reads is there.
func manifest(model, logID string, at time.Time) []byte {
	text := func(s string) string {
		if len(s) < 24 {
			return string(rune(0x60+len(s))) + s
		}
		return "\x78" + string(rune(len(s))) + s
	}
	body := "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81" + "jumb" +
		text("softwareAgent") + "\xa2" + text("name") + text("BytePlus_ModelArk") + text("version") + text("1.0.0") +
		text("model_name") + text(model) + text("time") + text(at.UTC().Format(time.RFC3339)) + text("log_id") + text(logID)
	return append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), "uuid"+body...)
}

const someLog = "AbCdEfGhIjKlMnOpQrStUvWx"

// sealClip appends a manifest to a clip: MP4 readers pass boxes over that they do not know.
func sealClip(t testing.TB, path, model string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	defer f.Close()
	_, err = f.Write(manifest(model, someLog, time.Now()))
	require.NoError(t, err)
}

const vetClaims = "model=seedance-2.0,resolution=480p,ratio=16:9,duration=4,audio=true"

// honest makes a clip as seedance-2.0 would at 480p, its still, and its last frame.
func honest(t *testing.T, dir string) Clip {
	t.Helper()
	shot := animatic.Shot{Prompt: "A boat crosses the bay, the camera pans left", Width: 864, Height: 496, Frames: 97,
		Audio: true}
	video, last, err := animatic.Camera{NoSlate: true}.Film(t.Context(), shot, dir)
	require.NoError(t, err)
	first := filepath.Join(dir, "first.png")
	require.NoError(t, ffmpeg.FrameAt(t.Context(), video, 0, first))
	sealClip(t, video, "dreamina-seedance-2-0")
	return Clip{Path: video, Claims: vetClaims, First: first, LastFrame: last, Tokens: 864 * 496 * 97 / 1024}
}

// by finds a report's finding of a check.
func by(t testing.TB, r *vet.Report, check string) vet.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Check == check {
			return f
		}
	}
	require.Failf(t, "no finding", "%s in %v", check, r.Findings)
	return vet.Finding{}
}

// TestEachLieInAFileIsRefutedOrNamed changes an honest clip in one way each.
func TestEachLieInAFileIsRefutedOrNamed(t *testing.T) {
	t.Parallel()
	good := honest(t, t.TempDir())
	r, err := Judge(t.Context(), good)
	require.NoError(t, err)
	require.False(t, r.Refuted(), r.Text())
	for check, want := range map[string]vet.Verdict{"size": vet.Proven, "length": vet.Proven, "codec": vet.Proven,
		"c2pa":  vet.Claimed,
		"sound": vet.Proven, "first_frame": vet.Proven, "last_frame": vet.Proven, "tokens": vet.Claimed,
		"model_size": vet.NotTested} {
		require.Equal(t, want, by(t, r, check).Verdict, "%s: %s", check, by(t, r, check).Found)
	}
	require.Contains(t, by(t, r, "last_frame").Found, "is the clip's last frame")

	encode := func(args ...string) func(*testing.T, string, *Clip) {
		return func(t *testing.T, dir string, v *Clip) {
			out := filepath.Join(dir, "changed.mp4")
			all := append(ffmpeg.Input(v.Path), args...)
			require.NoError(t, ffmpeg.Run(t.Context(), append(all, "file:"+out), ffmpeg.Options{}))
			sealClip(t, out, "dreamina-seedance-2-0")
			v.Path = out
		}
	}
	for name, lie := range map[string]struct {
		change  func(*testing.T, string, *Clip)
		check   string
		verdict vet.Verdict
		says    string
	}{
		"upscaled":      {encode("-vf", "scale=1728:992", "-c:a", "copy"), "size", vet.Refuted, "scaled up 2.00 times"},
		"of another":    {encode("-vf", "scale=854:480", "-c:a", "copy"), "size", vet.Refuted, "854×480"},
		"at 25":         {encode("-r", "25", "-c:a", "copy"), "length", vet.Refuted, "25 frames per second"},
		"a frame short": {encode("-frames:v", "96", "-c:a", "copy"), "length", vet.Refuted, "96 frames"},
		"another codec": {encode("-pix_fmt", "yuv422p", "-c:a", "copy"), "codec", vet.Refuted, "h264 yuv422p"},
		"without sound": {encode("-an", "-c:v", "copy"), "sound", vet.Refuted, "no sound"},
		"silent":        {encode("-af", "volume=0", "-c:v", "copy"), "sound", vet.Refuted, "silent"},
		"short sound":   {encode("-af", "atrim=0:3", "-c:v", "copy"), "sound", vet.Refuted, "the sound lasts 3."},
		"a constant tone": {encode("-filter_complex", "sine=frequency=440:duration=4.04,volume=4[a]", "-map", "0:v", "-map",
			"[a]", "-c:v", "copy"),
			"sound", vet.Refuted, "constant tone"},
		"re-encoded": {func(t *testing.T, dir string, v *Clip) {
			out := filepath.Join(dir, "changed.mp4")
			require.NoError(t,
				ffmpeg.Run(t.Context(), append(ffmpeg.Input(v.Path), "-crf", "30", "-c:a", "copy", "file:"+out), ffmpeg.Options{}))
			v.Path = out
		}, "encoder", vet.NotTested, "re-encoded or remuxed"},
		"named another": {func(t *testing.T, dir string, v *Clip) {
			encode("-c", "copy")(t, dir, v)
			b, err := os.ReadFile(v.Path)
			require.NoError(t, err)
			b = b[:len(b)-len(manifest("dreamina-seedance-2-0", someLog, time.Now()))]
			b = append(b, manifest("dreamina-seedance-2-0-fast", someLog, time.Now())...)
			require.NoError(t, os.WriteFile(v.Path, b, 0o644))
		}, "c2pa", vet.Refuted, "dreamina-seedance-2-0-fast"},
		"not the last": {func(t *testing.T, dir string, v *Clip) {
			v.LastFrame = filepath.Join(dir, "before.png")
			require.NoError(t, ffmpeg.FrameAt(t.Context(), v.Path, 93, v.LastFrame))
		}, "last_frame", vet.Refuted, "3 before the last"},
		"not the first": {func(t *testing.T, dir string, v *Clip) {
			other, _, err := animatic.Camera{NoSlate: true}.Film(t.Context(),
				animatic.Shot{Prompt: "A city street at night in the rain, neon",
					Width: 864, Height: 496, Frames: 1}, dir)
			require.NoError(t, err)
			v.First = filepath.Join(dir, "other.png")
			require.NoError(t, ffmpeg.FrameAt(t.Context(), other, 0, v.First))
		}, "first_frame", vet.Refuted, "is not the picture given"},
		"too many tokens": {func(_ *testing.T, _ string, v *Clip) { v.Tokens *= 2 }, "tokens", vet.Refuted, "2.00 times"},
		"cut off": {func(t *testing.T, dir string, v *Clip) {
			b, err := os.ReadFile(v.Path)
			require.NoError(t, err)
			v.Path = filepath.Join(dir, "cut.mp4")
			require.NoError(t, os.WriteFile(v.Path, b[:len(b)/2], 0o644))
		}, "decodes", vet.Refuted, "does not decode"},
		"from a cache": {func(t *testing.T, dir string, v *Clip) {
			require.NoError(t, WriteReport(r, dir))
			v.Earlier = []string{filepath.Join(dir, "report.json")}
		}, "duplicate", vet.Refuted, "byte by byte"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := good
			lie.change(t, t.TempDir(), &v)
			r, err := Judge(t.Context(), v)
			require.NoError(t, err)
			f := by(t, r, lie.check)
			require.Equal(t, lie.verdict, f.Verdict, f.Found)
			require.Contains(t, f.Found, lie.says)
			if lie.verdict == vet.Refuted {
				require.Equal(t, film.Incomplete, Outcome(r).Kind)
			}
		})
	}
}
