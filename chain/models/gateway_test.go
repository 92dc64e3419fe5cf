package models

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const oneGateway = `source: mine
date: 2026-11-20
gateways:
  - name: mine
    base: https://gate.example/api/v3
    region: ark
    auth: x-api-key
    models: { doubao-seedance-2-0-260128: seedance-two }
    status: { dreaming: running }
    list: none
    cancel: none
    failed: billed
    last_frame: no
    price_factor: 1.2
    pace: { first: 20s, every: 10s }
    echo: [safety_identifier]
    id_prefix: task_
`

func TestAUsersGatewaysJoinTheBuiltInOnes(t *testing.T) {
	c, err := Load(write(t, oneGateway), Default())
	require.NoError(t, err)
	require.Equal(t, Default().Aliases(), c.Aliases(), "a file may have gateways alone")
	require.Equal(t, append(Default().GatewayNames(), "mine"), c.GatewayNames())
	g, ok := c.Gateway("mine")
	require.True(t, ok)
	require.Equal(t, Gateway{Name: "mine", Base: "https://gate.example/api/v3", Region: Ark, Auth: "x-api-key",
		Models: map[string]string{"doubao-seedance-2-0-260128": "seedance-two"},
		Status: map[string]string{"dreaming": "running"},
		List:   "none", Cancel: "none", Failed: "billed", LastFrame: "no", PriceFactor: 1.2,
		Pace: GatewayPace{First: 20 * time.Second, Every: 10 * time.Second}, Echo: []string{MarkIdentifier},
		IDPrefix: "task_", Source: "mine", Date: "2026-11-20"}, g)
	require.True(t, g.Echoes(MarkIdentifier))
	require.False(t, g.Echoes(MarkExpiry))
	require.Equal(t, "seedance-two", g.Their("doubao-seedance-2-0-260128"))
	require.Equal(t, "doubao-seedance-2-0-260128", g.Our("seedance-two"))
	require.Equal(t, "other", g.Our(g.Their("other")))
	_, ok = Default().Gateway("mine")
	require.False(t, ok, "the base does not change")
}

func TestTheBuiltInGateways(t *testing.T) {
	for _, g := range Default().Gateways {
		require.NotEmpty(t, g.Source, g.Name)
		require.NotEmpty(t, g.Date, g.Name)
	}
	g, ok := Default().Gateway("laozhang")
	require.True(t, ok)
	require.Equal(t, "https://api.laozhang.ai/seedance/api/v3 none none", g.Base+" "+g.List+" "+g.Cancel)
	g, ok = Default().Gateway("apiyi")
	require.True(t, ok)
	require.Equal(t, GatewayPace{First: 20 * time.Second, Every: 10 * time.Second}, g.Pace)
	g, ok = Default().Gateway("new-api")
	require.True(t, ok)
	require.Equal(t, "task_", g.IDPrefix)
}

// A record that says nothing of a field's echo leaves it to the service; an empty list says that there is none.
func TestWhatAGatewayTellsBack(t *testing.T) {
	for line, want := range map[string][2]bool{
		"": {true, true}, "    echo: []\n": {false, false}, "    echo: [execution_expires_after]\n": {true, false},
		"    echo: [execution_expires_after, safety_identifier]\n": {true, true},
	} {
		text := strings.Replace(oneGateway, "    echo: [safety_identifier]\n", line, 1)
		c, err := Load(write(t, text), Default())
		require.NoError(t, err)
		g, _ := c.Gateway("mine")
		require.Equal(t, want, [2]bool{g.Echoes(MarkExpiry), g.Echoes(MarkIdentifier)}, line)
	}
}

func TestBadGatewaysAreRefusedAtTheirLine(t *testing.T) {
	for old, c := range map[string]struct{ new, want string }{
		"name: mine":        {"name: ''", `:4: gateway "" is there twice`},
		"https://gate":      {"gate", `:5: mine: base "gate.example/api/v3" is no URL`},
		"region: ark":       {"region: mars", `:6: mine: region "mars"`},
		"auth: x-api-key":   {"auth: magic", `:7: mine: auth "magic": there are bearer and x-api-key`},
		"dreaming: running": {"dreaming: asleep", `:9: mine: status "dreaming": "asleep"`},
		"list: none":        {"list: some", `:10: mine: list "some": there are ark and none`},
		"cancel: none":      {"cancel: some", `:11: mine: cancel "some"`},
		"first: 20s":        {"first: -1s", `:15: mine: pace: first -1s is not between 0s and 10m`},
		"every: 10s":        {"every: 1h", `:15: mine: pace: every 1h0m0s is not between 0s and 10m`},
		"[safety_id":        {"[seed, safety_id", `:16: mine: echo "seed": there are execution_expires_after and safety_id`},
		"_prefix: task_":    {"_prefix: a/b", `:17: mine: id_prefix "a/b" is not how an id begins`},
		"failed: billed":    {"failed: maybe", `:12: mine: failed "maybe": there are free and billed`},
	} {
		_, err := Load(write(t, strings.Replace(oneGateway, old, c.new, 1)), Default())
		require.ErrorContains(t, err, c.want)
	}
}
