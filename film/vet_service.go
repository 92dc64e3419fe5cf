package film

import (
	"context"
	"crypto/rand"
	"path/filepath"

	"shotchain/chain/models"
	"shotchain/chain/provider"
	"shotchain/chain/store"
	"shotchain/chain/vet"
)

// VetService says which service is vetted, and how far.
type VetService struct {
	Service Service
	Key     string // of the user's account; never printed
	Version string // of the program
	Models  string // a file of models; "" for the built-in ones
	Model   string // an alias, or an id of the service's region
	Dir     string // of the report; the probes' store is in it
	Earlier []string
}

// Vetting is a service being vetted. It is of one goroutine.
type Vetting struct {
	Report *vet.Report

	o       VetService
	cat     *models.Catalogue
	model   *models.Model
	st      *store.Store
	ask     *asker
	earlier []vet.Print
	server  *Server // the simulator, nil for a real service
}

// OpenVetting makes everything ready: the folder with its store, and the simulator where that is what is vetted. It
// sends nothing.
func OpenVetting(o VetService) (_ *Vetting, err error) {
	v := &Vetting{o: o}
	if v.cat, err = Catalogue(o.Models); err != nil {
		return nil, err
	}
	v.o.Service = o.Service.orSimulator()
	m, ok := v.cat.Find(o.Model)
	if !ok {
		return nil, misused("`shotchain models` lists them", "--model: there is no model %q", o.Model)
	}
	v.model = m
	offer, ok := m.Regions[v.o.Service.About.Region]
	if !ok {
		return nil, misused("`shotchain models` says who sells what", "%s is not sold by %s", m.Alias, v.o.Service.By())
	}
	if v.earlier, err = earlierPrints(o.Earlier); err != nil {
		return nil, err
	}
	if v.Report, err = newReport(v.cat, o.Version); err != nil {
		return nil, err
	}
	if v.st, err = store.Open(filepath.Join(o.Dir, store.DirName), store.Unlinked()); err != nil {
		return nil, err
	}
	base, key := v.o.Service.Base, o.Key
	switch {
	case !v.o.Service.arkShaped:
		return nil, misused("vet a clip of it: `shotchain vet CLIP`", "%s does not speak Ark's protocol, which the probes are written in", v.o.Service.Name)
	case v.o.Service.Simulated():
		key = rand.Text()
		if v.server, err = Serve("127.0.0.1:0", ServeOptions{Models: v.cat, Key: key, Drift: v.o.Service.drift}); err != nil {
			return nil, err
		}
		base = v.server.URL
		v.o.Service.connect = func(s Service, how Connection) (provider.Provider, func(), error) {
			return simulatorAt(base, key, s.drift, how.Version)
		}
	case key == "":
		return nil, v.o.Service.keyless()
	}
	if v.ask, err = newAsker(base, key, o.Version, v.o.Service.About, v.st); err != nil {
		v.Close()
		return nil, err
	}
	v.Report.Subject = vet.Subject{Provider: v.o.Service.Name, Base: v.o.Service.Base, Simulated: v.o.Service.Simulated(),
		Model: offer.ID, Claims: vet.Claims{Model: m.Alias}}
	return v, nil
}

// Close ends the simulator, if one was started.
func (v *Vetting) Close() {
	if v.server != nil {
		v.server.Close()
	}
}

// Free asks the service what it refuses. No clip is made.
func (v *Vetting) Free(ctx context.Context) error {
	return vet.Free(ctx, v.ask, v.Report, v.model, v.Report.Subject.Model)
}

// Conclude gives the checklist its verdicts and writes the report into its folder.
func (v *Vetting) Conclude() error {
	v.Report.Conclude()
	return WriteVetReport(v.Report, v.o.Dir)
}
