package storyboard

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A shot list becomes prompts, in the order and the words that docs/language.md tells.
func TestAShotListBecomesItsPrompts(t *testing.T) {
	sb, err := Load(filepath.Join(storyboardsFolder, "good", "shot-list.yaml"), Options{})
	require.NoError(t, err)
	want := map[string]string{
		"arrival/boat": `A white lighthouse on black rocks, at dusk. An old keeper in a yellow raincoat rows.`,
		"arrival/landing": `A white lighthouse on black rocks, at dusk. Camera: slow push in, low, 35 mm lens. ` +
			`An old keeper in a yellow raincoat steps onto the rocks and looks up. Light: the last sun. ` +
			`In the picture: a girl with a red lantern. ` +
			`An old keeper in a yellow raincoat says, in a low, hoarse voice: "The light is out." ` +
			`A girl with a red lantern says: "I know. I said 'no'." ` +
			`An old keeper in a yellow raincoat says: "Then we climb!" ` +
			`A voice on the radio says: "Who is there?" ` +
			`Sound: oars in the water, wind, gulls far away. No text is to be seen.`,
		"lamp/dark": `A round room of glass. Camera: locked off. The lamp is dark. Sound: a gull. ` +
			`The picture shows the words "LAMP No. 1"`,
		"sea/calm": `a calm sea`, // a prompt alone is sent as it was written: films of old keep their clips
	}
	for _, s := range sb.Shots() {
		require.Equal(t, want[s.Name()], s.Prompt, s.Name())
	}
	landing := sb.Shots()[1]
	var met []string
	for _, who := range landing.Cast {
		met = append(met, who.Name)
	}
	require.Equal(t, []string{"keeper", "lighthouse", "girl"}, met, "whose stills the model looks at")
	require.Equal(t, "The coat has to match the still.", landing.Notes)
	require.Equal(t, "ask for the rights", landing.Todo)
	require.NotContains(t, landing.Prompt, "rights")
	require.Equal(t, -3.0, landing.Sound.Gain.Value)
	require.Equal(t, "720p", landing.Look.Resolution.Value, "what stands in the scene goes before its look")
	require.Equal(t, "35 mm film, overcast", landing.Look.Style.Value)
	require.Equal(t, "people", sb.Shots()[2].Negative)
}

// Of a shot that has a prompt alone nothing is changed, whatever it holds.
func FuzzAPromptAloneIsSentAsItIs(f *testing.F) {
	for _, prompt := range []string{"a boat", "  a boat.  ", "Ein Boot „so“", "@nobody", "小船"} {
		f.Add(prompt)
	}
	f.Fuzz(func(t *testing.T, prompt string) {
		d := draft{Shot: &Shot{Prompt: prompt}}
		(&reader{source: &source{}}).compose(&sceneDraft{Scene: &Scene{}}, &d)
		require.Equal(t, prompt, d.Prompt)
	})
}
