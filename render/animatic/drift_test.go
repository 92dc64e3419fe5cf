package animatic

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// means of a picture's channels.
func means(p *plane) (m [3]float64) {
	for i := range m {
		data, _, _ := p.channel(i)
		for _, v := range data {
			m[i] += float64(v) / float64(len(data))
		}
	}
	return m
}

// grown films a chain without an encoder: the first frame of each shot, its last one, and its last frame's file.
func grown(t *testing.T, c Camera, links int, prompt string) (first, last []*plane) {
	t.Helper()
	var still []byte
	for range links + 1 {
		s, err := c.set(Shot{Label: "s/a", Prompt: prompt, FirstFrame: still, Width: 320, Height: 180,
			Frames: 49, CameraFixed: true})
		require.NoError(t, err)
		s.render(0)
		first = append(first, s.frame.copy())
		s.render(48)
		last = append(last, s.frame.copy())
		still, err = encodePNG(s.frame.image(), s.ending())
		require.NoError(t, err)
	}
	return first, last
}

func TestDriftAddsUpFromLinkToLink(t *testing.T) {
	const links = 6
	prompt := "a boat at sea, day, static shot"
	plain, plainLast := grown(t, Camera{NoSlate: true}, links, prompt)
	mild, ok := DriftNamed("mild")
	require.True(t, ok)
	first, last := grown(t, Camera{NoSlate: true, Drift: mild}, links, prompt)
	require.True(t, bytes.Equal(plain[0].data, first[0].data), "an opening has not drifted")
	require.True(t, bytes.Equal(plainLast[0].data, last[0].data))
	for i := 1; i <= links; i++ {
		n := float64(i)
		want := n * (mild.Cut + mild.Inside)
		gain := math.Pow(1+mild.Contrast, n)
		light := means(plainLast[i])[0]
		require.InDelta(t, light+want+(gain-1)*(light-grey), means(last[i])[0], 0.15*n+0.5, "after %d links", i)
		require.InDelta(t, means(last[i-1])[0]+mild.Cut, means(first[i])[0], 0.8, "the step at cut %d", i)
		require.Less(t, means(last[i])[1], means(plainLast[i])[1]+0.5)
	}
}

func TestWearOfSeveralLinksIsOneWear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drifts[rapid.SampledFrom(DriftNames()).Draw(t, "drift")]
		n := rapid.IntRange(1, 20).Draw(t, "links")
		v := rapid.Float64Range(0, 255).Draw(t, "code")
		w, y, u := wear{}, v, v
		for range n {
			w = w.then(d.at(1))
			y = grey + (1+d.Contrast)*(y-grey) + d.Cut + d.Inside
			u = 128 + (1+d.Saturation)*(u-128) + d.U
		}
		require.InDelta(t, y, (1+w.Light)*v+w.Lift, 1e-6)
		require.InDelta(t, u, (1+w.Colour)*(v-128)+128+w.U, 1e-6)
		require.InDelta(t, d.Blur*math.Sqrt(float64(n)), math.Sqrt(w.Blur), 1e-9)
		require.True(t, w.sane())
	})
}

func TestStepsBelowACodeAreSteps(t *testing.T) {
	for _, step := range []float64{0, 0.25, 0.33, 1, 2.86, -0.39} {
		p := newPlane(64, 64)
		for i := range p.data {
			p.data[i] = 100
		}
		wear{Lift: step}.put(p, 1280)
		require.InDelta(t, 100+step, means(p)[0], 0.07)
		require.Equal(t, 100.0, means(p)[1])
	}
}

func TestABlurKeepsTheLight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sigma := rapid.Float64Range(0.05, 8).Draw(t, "sigma")
		k := kernel(sigma)
		sum := k[0]
		for _, v := range k[1:] {
			require.GreaterOrEqual(t, v, 0)
			sum += 2 * v
		}
		require.Equal(t, 1<<16, sum)
	})
	p := newPlane(64, 64)
	for i := range p.data {
		p.data[i] = byte(40 + 160*(i/4%2))
	}
	before := means(p)
	p.blur(1.4)
	require.InDelta(t, before[0], means(p)[0], 1)
	data, _, _ := p.channel(0)
	require.NotEqual(t, data[3], data[1])
	require.Greater(t, data[3], byte(40), "an edge is soft")
}

func TestHeldFramesStand(t *testing.T) {
	var still []byte
	for i := range 2 {
		c := Camera{Drift: Drift{Held: 3}}
		s, err := c.set(Shot{Prompt: "a boat, pan right", FirstFrame: still, Width: 320, Height: 180, Frames: 49})
		require.NoError(t, err)
		var frames []*plane
		for n := range 49 {
			s.render(n)
			s.overlay(n)
			frames = append(frames, s.frame.copy())
		}
		held := 0
		for held+1 < 49 && bytes.Equal(frames[held].data, frames[held+1].data) {
			held++
		}
		require.Equal(t, []int{0, 3}[i], held, "an opening begins at once")
		still, err = encodePNG(s.frame.image(), s.ending())
		require.NoError(t, err)
	}
}

func TestAStrangersWearIsNotBelieved(t *testing.T) {
	w := imagine(Shot{Prompt: "a boat"}, nil, nil, Shot{}.random())
	for _, bad := range []wear{{Blur: -1}, {Blur: 1e9}, {Lift: 1e9}, {Light: -1e9}} {
		w.Wear = bad
		b, err := encodePNG(newPlane(4, 4).image(), &w)
		require.NoError(t, err)
		require.Nil(t, remember(b))
	}
	w.Wear = wear{Lift: 3}
	b, err := encodePNG(newPlane(4, 4).image(), &w)
	require.NoError(t, err)
	require.Equal(t, 3.0, remember(b).Wear.Lift)
}

func BenchmarkDrift(b *testing.B) {
	p := newPlane(1280, 720)
	for b.Loop() {
		drifts["strong"].at(1).put(p, 1280)
	}
}
