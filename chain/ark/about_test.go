package ark

import (
	"testing"

	"github.com/stretchr/testify/require"

	"shotchain/chain/models"
	"shotchain/chain/provider"
)

// What a client says of its service follows from where that is: no caller can give one service another's name.
func TestAServiceIsKnownByWhereItIs(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want provider.About
		says string
	}{
		{Options{}, provider.About{Namespace: "ark", Region: models.Ark}, ""},
		{Options{BaseURL: BaseURLArk + "/"}, provider.About{Namespace: "ark", Region: models.Ark}, ""},
		{Options{BaseURL: BaseURLBytePlus}, provider.About{Namespace: "byteplus", Region: models.BytePlus}, ""},
		{Options{BaseURL: BaseURLBytePlus, Region: models.Ark}, provider.About{Namespace: "ark@ark.ap-southeast.bytepluses.com", Region: models.Ark}, ""},
		{Options{BaseURL: "https://Gateway.example:8443/v3"}, provider.About{Namespace: "ark@gateway.example:8443", Region: models.Ark}, ""},
		{Options{BaseURL: "https://gateway.example", Region: models.BytePlus}, provider.About{Namespace: "byteplus@gateway.example", Region: models.BytePlus}, ""},
		{Options{BaseURL: "http://127.0.0.1:4317/api/v3"}, provider.About{Namespace: "ark@127.0.0.1:4317", Region: models.Ark}, ""},
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
