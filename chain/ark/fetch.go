package ark

import (
	"context"
	"io"

	"shotchain/chain/provider"
)

// Fetch copies what a signed URL names into w; see provider.Provider.
func (c *Client) Fetch(ctx context.Context, u provider.SignedURL, w io.Writer, limit int64) error {
	return c.loads.Fetch(ctx, u, w, limit)
}
