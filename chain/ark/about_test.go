package ark

import (
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/models"
	"shotchain/chain/provider"
)

func at(namespace string, region models.Region, can provider.Abilities) provider.About {
	return provider.About{Namespace: namespace, Region: region, Can: can}
}

// What a client says of its service follows from where that is: no caller can give one service another's name.
func TestAServiceIsKnownByWhereItIs(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want provider.About
		says string
	}{
		{Options{}, at("ark", models.Ark, vendors), ""},
		{Options{BaseURL: BaseURLArk + "/"}, at("ark", models.Ark, vendors), ""},
		{Options{BaseURL: BaseURLBytePlus}, at("byteplus", models.BytePlus, vendors), ""},
		{Options{BaseURL: BaseURLBytePlus, Region: models.Ark}, at("ark@ark.ap-southeast.bytepluses.com", models.Ark, shaped),
			""},
		{Options{BaseURL: "https://Gateway.example:8443/v3"}, at("ark@gateway.example:8443", models.Ark, shaped), ""},
		{Options{BaseURL: "https://gateway.example", Region: models.BytePlus},
			at("byteplus@gateway.example", models.BytePlus, shaped), ""},
		{Options{BaseURL: "http://127.0.0.1:4317/api/v3"}, at("ark@127.0.0.1:4317", models.Ark, shaped), ""},
		{Options{BaseURL: "http://127.0.0.1:4317/api/v3", Simulator: true}, Simulator(""), ""},
		{Options{BaseURL: BaseURLArk, Simulator: true}, provider.About{}, "not on this machine"},
		{Options{Region: "mars"}, provider.About{}, `no region "mars"`},
	} {
		c.o.Key = testKey
		client, err := New(c.o)
		if c.says != "" {
			require.ErrorContains(t, err, c.says)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.want, client.About())
	}
}

// What a gateway's record says of last frames and bills is what the client says of it.
func TestAGatewayIsAsItsRecordSays(t *testing.T) {
	for _, c := range []struct {
		g                 models.Gateway
		frame, own, fails provider.Answer
	}{
		{models.Gateway{}, provider.Unknown, provider.Unknown, provider.Unknown},
		{models.Gateway{LastFrame: "yes", Failed: "free"}, provider.Yes, provider.Unknown, provider.No},
		{models.Gateway{LastFrame: "no", Failed: "billed"}, provider.No, provider.No, provider.Yes},
	} {
		can := Through(c.g, at("ark@g", models.Ark, shaped)).Can
		require.Equal(t, []provider.Answer{c.frame, c.own, c.fails},
			[]provider.Answer{can.LastFrame, can.OwnFrames, can.Failed})
	}
}
