package animatic

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPeople holds who is seen in a text, and in what.
func TestPeople(t *testing.T) {
	for text, want := range map[string][]string{
		"A lighthouse at dusk.":                                  nil,
		"He looks up.":                                           {""},
		"An old keeper in a yellow raincoat rows.":               {"yellow"},
		"An old woman in a grey coat waits. She looks up.":       {"grey"},
		"A young guard in a blue uniform greets a woman in grey": {"blue", "grey"},
		"A girl. The girl in a red dress runs.":                  {"", "red"},
		"A woman in a grey coat. The woman says: hello":          {"grey"},
		"Two men and three children on a hill":                   {"", "", "", ""},
		"A red-coated girl and a dog":                            {"red"},
		"A street without any people, no man to be seen":         nil,
		"一个穿灰大衣的女人":                                              {"灰"},
	} {
		require.Equal(t, want, people(text), text)
	}
}

// TestWhatIsDeniedIsNotDrawn holds that words for what is not there draw nothing, and that nothing stands where it cannot.
func TestWhatIsDeniedIsNotDrawn(t *testing.T) {
	for prompt, want := range map[string][]string{
		"Night, a beach, no fire":                               nil,
		"Night, a beach, a fire":                                {"fire"},
		"A room without a dog, a lamp on the table":             {"lamp"},
		"Night at sea, a lighthouse, its lamp shines":           {"lighthouse"},
		"The inside of an old train, a room with a window":      nil,
		"Two men on the beach by day":                           {"person", "person"},
		"A boat at sea, a man in a red coat rows, a girl swims": {"boat", "person"},
	} {
		s := Shot{Prompt: prompt, Width: 320, Height: 180, Frames: 1}
		w := imagine(s, nil, nil, s.random())
		var got []string
		for _, th := range w.Things {
			got = append(got, th.Kind)
		}
		require.Equal(t, want, got, prompt)
	}
}
