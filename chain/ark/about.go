package ark

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"shotchain/chain/lookup"
	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// vendors is what the vendor's own services can do (ark-api.md).
var vendors = provider.Abilities{
	Lookup:     provider.List,
	Conclusive: time.Minute,
	Cancel:     provider.CancelQueued,
	LastFrame:  provider.Yes,
	OwnFrames:  provider.Yes,
	Seed:       provider.Yes,
	Failed:     provider.No,
	Bill:       provider.ByTokens,
	ResultLife: 24 * time.Hour,
	TaskLife:   7 * 24 * time.Hour,
	TaskTime:   lookup.MaxExpiry * time.Second,
}

// shaped is what is assumed of a service elsewhere that speaks as the vendor's do: as much, but for its bills, of which
// nobody knows.
var shaped = func() provider.Abilities {
	can := vendors
	can.LastFrame, can.OwnFrames, can.Seed, can.Failed = provider.Unknown, provider.Unknown, provider.Unknown, provider.Unknown
	return can
}()

// Simulator is what plans and keys know of shotchain's own simulator where it serves in the same process: it ends
// with it, and so do its tasks. Clips of a camera that has a name are kept apart from those of the plain one, "".
func Simulator(camera string) provider.About {
	about := provider.About{Namespace: "sim", Region: models.Ark, Forgets: true, Can: vendors}
	if camera != "" {
		about.Namespace += "+" + camera
	}
	return about
}

// Service is what plans and keys know of a service by its base URL, "" for the vendor's own in the region. Only the
// vendor's own goes by the region's name; every other is named with its host.
func Service(region models.Region, base string) (provider.About, error) {
	vendor := map[models.Region]string{models.Ark: BaseURLArk, models.BytePlus: BaseURLBytePlus}[region]
	if vendor == "" {
		return provider.About{}, fmt.Errorf("there is no region %q", string(region))
	}
	about := provider.About{Namespace: string(region), Region: region, Can: vendors}
	if b := strings.TrimRight(base, "/"); b != "" && b != vendor {
		about.Can = shaped
	}
	return wire.Named(about, base, vendor)
}

// Through is a service as it is behind a gateway: with what the gateway cannot do, and what is known of its bills.
func Through(g models.Gateway, about provider.About) provider.About {
	about.Can.PollFirst, about.Can.PollEvery = g.Pace.First, g.Pace.Every
	if g.List == "none" || !g.Echoes(models.MarkExpiry) && !g.Echoes(models.MarkIdentifier) {
		about.Can.Lookup, about.Can.Conclusive = provider.NoLookup, 0
	}
	if g.Cancel == "none" {
		about.Can.Cancel = provider.NoCancel
	}
	switch g.LastFrame {
	case "yes":
		about.Can.LastFrame = provider.Yes
	case "no":
		about.Can.LastFrame, about.Can.OwnFrames = provider.No, provider.No
	}
	switch g.Failed {
	case "free":
		about.Can.Failed = provider.No
	case "billed":
		about.Can.Failed = provider.Yes
	}
	return about
}

// about is what the client will say of its service: it follows from where the service is, so that no clip of one can
// be kept under the key of another. The simulator's name is for a service on this machine only.
func (o Options) about(base *url.URL) (provider.About, error) {
	if o.Simulator {
		if !wire.Loopback(base.Hostname()) {
			return provider.About{}, fmt.Errorf("the service at %s is not on this machine, and not its simulator", base.Host)
		}
		return Simulator(o.Camera), nil
	}
	region := o.Region
	if region == "" {
		region = models.Ark
		if base.String() == BaseURLBytePlus {
			region = models.BytePlus
		}
	}
	about, err := Service(region, base.String())
	return Through(o.Gateway, about), err
}

// About says which service this is; see chain.Provider.
func (c *Client) About() provider.About { return c.about }
