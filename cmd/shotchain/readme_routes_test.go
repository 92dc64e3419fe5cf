package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/film"
	"shotchain/internal/say"
)

// The marks around the README's table of routes.
const routesBegin, routesEnd = "<!-- routes: go test ./cmd/shotchain -run TestTheReadmesRoutes -update -->\n", "<!-- /routes -->"

// TestTheReadmesRoutes holds that the README tells of each route what its abilities are, and of no other.
func TestTheReadmesRoutes(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(b), routesBegin)
	require.True(t, ok)
	was, after, ok := strings.Cut(rest, routesEnd)
	require.True(t, ok)
	if *update {
		require.NoError(t, os.WriteFile("../../README.md", []byte(before+routesBegin+routes(t)+routesEnd+after), 0o644))
		return
	}
	require.Equal(t, routes(t), was)
}

// routes is the table: a row for each service, and for each gateway of the catalogue. Gateways that can the same share one.
func routes(t *testing.T) string {
	var b strings.Builder
	b.WriteString(
		"| route | models | a lost call is found | cancels | last frame | takes a seed | a failed clip | the bill tells | a clip can be fetched |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|---|\n")
	var rows [][2]string // names, the rest
	for _, name := range append(film.ServiceNames(), models.Default().GatewayNames()...) {
		s, err := film.Choose(name, "", func(string) string { return "" }, nil)
		if err != nil { // one that everybody runs elsewhere
			s, err = film.Choose(name, "https://gateway.example/api/v3", func(string) string { return "" }, nil)
		}
		require.NoError(t, err)
		if n := len(rows); n > 0 && rows[n-1][1] == canOf(s) && !s.Simulated() {
			rows[n-1][0] += ", `" + name + "`"
			continue
		}
		rows = append(rows, [2]string{"`" + name + "`", canOf(s)})
	}
	for _, row := range rows {
		fmt.Fprintf(&b, "| %s | %s |\n", row[0], row[1])
	}
	return b.String()
}

// canOf are a service's, as cells.
func canOf(s film.Service) string {
	can := s.About.Can
	answers := func(yes, no string) map[provider.Answer]string {
		return map[provider.Answer]string{provider.Yes: yes, provider.No: no, provider.Unknown: "not known"}
	}
	lookup := map[provider.Lookup]string{provider.NoLookup: "never: you decide", provider.List: "in its list",
		provider.History: "in its history"}[can.Lookup]
	if can.Lookup != provider.NoLookup && can.Conclusive > 0 {
		lookup += ", for sure after " + span(can.Conclusive)
	}
	cells := []string{fmt.Sprintf("those of %s", s.About.Region), lookup,
		map[provider.Cancel]string{provider.NoCancel: "nothing", provider.CancelQueued: "what is queued",
			provider.CancelRunning: "what is queued; what runs perhaps"}[can.Cancel],
		answers("its own", "decoded from the clip")[can.LastFrame], answers("where the model does", "no")[can.Seed],
		map[provider.Answer]string{provider.Yes: "is billed", provider.No: "is free",
			provider.Unknown: "may be billed"}[can.Failed],
		map[provider.Bill]string{provider.NoBill: "nothing: the worst case is booked", provider.ByTokens: "tokens",
			provider.ByAmount: "the amount"}[can.Bill], lives(can.ResultLife)}
	if s.Simulated() {
		cells[0], cells[5] = "all, as animatics", "is free, as all there"
	}
	return strings.Join(cells, " | ")
}

// span is a round time in words.
func span(d time.Duration) string {
	return strings.TrimSuffix(strings.TrimSuffix(say.Took(d), " 00 s"), " 00 min")
}

func lives(d time.Duration) string {
	if d == 0 {
		return "at once; longer is not known"
	}
	return "for " + span(d)
}
