package ark

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/wire"
)

// Simulator is what plans and keys know of shotchain's own simulator where it serves in the same process: it ends
// with it, and so do its tasks. Clips of a camera that has a name are kept apart from those of the plain one, "".
func Simulator(camera string) provider.About {
	about := provider.About{Namespace: "sim", Region: models.Ark, Forgets: true}
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
	about := provider.About{Namespace: string(region), Region: region}
	base = strings.TrimRight(base, "/")
	if base == "" || base == vendor {
		return about, nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return provider.About{}, errors.New("the base URL is not an absolute URL")
	}
	about.Namespace += "@" + strings.ToLower(u.Host)
	return about, nil
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
	return Service(region, base.String())
}

// About says which service this is; see chain.Provider.
func (c *Client) About() provider.About { return c.about }
