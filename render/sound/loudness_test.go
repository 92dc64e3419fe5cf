package sound

import (
	"bytes"
	"encoding/binary"
	"math"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/render/ffmpeg"
)

// Our own meter is BS.1770's.
func TestMeterAgreesWithFFmpeg(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.wav")
	noise := []string{"-f", "lavfi", "-i",
		"anoisesrc=d=9:c=brown:a=0.5:seed=9:r=48000,aformat=channel_layouts=stereo,tremolo=f=0.3:d=0.9", "-c:a", "pcm_f32le",
		ffmpeg.File(path)}
	require.NoError(t, ffmpeg.Run(t.Context(), noise, ffmpeg.Options{}))
	log, err := exec.Command("ffmpeg", "-nostdin", "-hide_banner", "-i", path, "-af", "ebur128", "-f", "null",
		"-").CombinedOutput()
	require.NoError(t, err)
	found := regexp.MustCompile(`I: +(-?[0-9.]+) LUFS`).FindAllSubmatch(log, -1)
	require.NotEmpty(t, found, string(log))
	want, err := strconv.ParseFloat(string(found[len(found)-1][1]), 64)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t,
		ffmpeg.Run(t.Context(), append(ffmpeg.Input(path), "-f", "f32le", "-ac", "2", "pipe:1"),
			ffmpeg.Options{Stdout: &out}))
	pcm := make([]float32, out.Len()/4)
	for i := range pcm {
		pcm[i] = math.Float32frombits(binary.LittleEndian.Uint32(out.Bytes()[4*i:]))
	}
	m := &meter{}
	m.add(pcm)
	require.InDelta(t, want, integrated(m.steps), 0.11)
}
