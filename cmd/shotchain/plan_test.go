package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who interrupts a verb that only reads waits for nothing, and gets no half of an answer.
func TestReadingEndsWithAnInterruption(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, verb := range []string{"plan", "check", "graph"} {
		var out, err bytes.Buffer
		code := run(gone, []string{verb, "../../examples/lighthouse/film.yaml"}, strings.NewReader(""), &out, &err,
			func(string) string { return "" })
		require.Equal(t, exitInterrupted, code, verb)
		require.Empty(t, out.String(), verb)
		require.Equal(t, "shotchain: interrupted\n", err.String(), verb)
	}
}
