package store

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Marks were numbers, with an identifier beside them: a lost task of that time is still found by both.
func TestMarksOfFormat2AreRead(t *testing.T) {
	for old, want := range map[string]string{
		`"mark": 93211, "safety_identifier": "shotchain-ABC",`: "93211 shotchain-ABC",
		`"mark": 93211,`:                      "93211",
		`"mark": "a text of its provider's",`: "a text of its provider's",
		``:                                    "",
	} {
		s := open(t)
		l := lock(t, s)
		require.NoError(t, l.PutJournal(&Journal{Attempts: []Attempt{{Number: 1, State: Intended, Mark: "MARK",
			Handle: "https://q/1", IntendedAt: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}}}))
		b, err := os.ReadFile(l.Path("task.json"))
		require.NoError(t, err)
		body := strings.TrimSuffix(string(b), ",\n  \"sha256\": \""+lastDigest(b)+"\"\n}\n")
		body = strings.Replace(body, `"format": 3`, `"format": 2`, 1)
		require.Contains(t, body, `"mark": "MARK",`)
		record := func(mark string) {
			require.NoError(t,
				os.WriteFile(l.Path("task.json"), reseal(strings.Replace(body, `"mark": "MARK",`, mark, 1)), 0o644))
		}
		record(old)
		j, err := l.Journal()
		require.NoError(t, err, old)
		require.Equal(t, want, j.Last().Mark)
		require.Equal(t, "https://q/1", j.Last().Handle)
		require.Equal(t, Intended, j.Last().State)

		require.NoError(t, l.PutJournal(j))
		again, err := l.Journal()
		require.NoError(t, err)
		require.Equal(t, j, again, "it is written as a text from then on")

		for _, bad := range []string{`"mark": 1.5,`, `"mark": {},`, `"marks": 7,`} {
			record(bad)
			_, err := l.Journal()
			require.ErrorIs(t, err, ErrDamaged, bad)
		}
	}
}
