package vetting

import (
	"context"
	"crypto/rand"
	"net/url"
	"path/filepath"
	"slices"

	"shotchain/chain/models"
	"shotchain/chain/money"
	"shotchain/chain/store"
	"shotchain/chain/vet"
	"shotchain/film"
	"shotchain/internal/durable"
	"shotchain/internal/say"
)

// Options says which service is vetted, and how far.
type Options struct {
	Service film.Service
	Key     string // of the user's account; never printed
	Version string // of the program
	Models  string // a file of models; "" for the built-in ones
	Model   string // an alias, or an id of the service's region
	Dir     string // of the report; the probes' store is in it
	Earlier []string

	Disk func(dir string) durable.FS // the disk that the probes' store is on; nil for the real one
}

// Vetting is a service being vetted. It is of one goroutine.
type Vetting struct {
	Report *vet.Report

	o       Options
	cat     *models.Catalogue
	model   *models.Model
	st      *store.Store
	ask     *asker
	earlier []vet.Print
	server  *film.Server // the simulator, nil for a real service
}

// Open makes everything ready: the folder with its store, and the simulator where that is what is vetted. It
// sends nothing.
func Open(o Options) (_ *Vetting, err error) {
	v := &Vetting{o: o}
	if v.cat, err = film.Catalogue(o.Models); err != nil {
		return nil, err
	}
	v.o.Service = o.Service.OrSimulator()
	m, ok := v.cat.Find(o.Model)
	if !ok {
		return nil, misused("`shotchain models` lists them", "--model: there is no model %q", o.Model)
	}
	v.model = m.At(v.o.Service.About.Region)
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
	how := []store.Option{store.Unlinked()}
	if o.Disk != nil {
		how = append(how, store.On(o.Disk))
	}
	if v.st, err = store.Open(filepath.Join(o.Dir, store.DirName), how...); err != nil {
		return nil, err
	}
	base, key := v.o.Service.Base, o.Key
	switch {
	case v.o.Service.Simulated():
		key = rand.Text()
		if v.server, err = film.Serve("127.0.0.1:0",
			film.ServeOptions{Models: v.cat, Key: key, Drift: v.o.Service.Drift, Bare: true}); err != nil {
			return nil, err
		}
		base = v.server.URL
		v.o.Service = v.o.Service.On(base, key)
	case key == "":
		return nil, v.o.Service.Keyless()
	}
	if v.ask, err = newAsker(v.o.Service, base, key, o.Version, v.st); err != nil {
		v.Close()
		return nil, err
	}
	v.ask.model, v.ask.most = v.o.Service.Gateway.Their(offer.ID), dearest(m, offer)
	v.Report.Subject = vet.Subject{Provider: v.o.Service.Name, Base: v.o.Service.Base, Simulated: v.o.Service.Simulated(),
		Model: v.o.Service.Gateway.Their(offer.ID), Claims: vet.Claims{Model: m.Alias}}
	return v, nil
}

// dearest is the most that one clip of a model can cost: what a service makes of a probe that it should have refused is
// its own choice.
func dearest(m *models.Model, offer models.Offer) (most money.Amount) {
	for _, r := range m.Resolutions {
		tokens := int64(0)
		for _, s := range r.Pixels {
			tokens = max(tokens, models.FrameTokens(s, models.Frames(m.MaxDuration)))
		}
		for _, p := range offer.Prices {
			if worst := p.Worst(tokens, m.MaxDuration); worst.Micros >= most.Micros {
				most = worst
			}
		}
	}
	return most
}

// Close ends the simulator, if one was started.
func (v *Vetting) Close() {
	if v.server != nil {
		v.server.Close()
	}
}

// Free asks the service what it refuses: an Ark-shaped one by requests of its own, any other what its client can ask.
// No clip is made.
func (v *Vetting) Free(ctx context.Context) error {
	if !v.o.Service.ArkShaped {
		return v.contractFree(ctx)
	}
	return vet.Free(ctx, v.ask, v.Report, v.model, v.Report.Subject.Model, v.o.Service.Gateway.Invented())
}

// Trusted reports whether, after the free stage, anything may be bought at all: not where there is no API, and not
// while nobody knows what became of a probe. Where not, the report says so.
func (v *Vetting) Trusted() bool {
	nowhere := slices.ContainsFunc(v.Report.Findings,
		func(f vet.Finding) bool { return f.Check == "F1" && f.Verdict == vet.Refuted })
	if !nowhere && !v.Report.Unclear() {
		return true
	}
	v.Report.Notes = append(v.Report.Notes, "nothing was bought: see what became of the free probes first")
	return false
}

// Words are what the user knows of a service and no probe does.
type Words struct {
	BalanceBefore, BalanceAfter string // as its console shows them, "12.50"; "" for not told
	TermsURL, TermsAnswer       string // where its terms are, and what the user makes of them
}

// Check refuses what makes no sense.
func (w Words) Check() error {
	for flag, amount := range map[string]string{"--balance-before": w.BalanceBefore, "--balance-after": w.BalanceAfter} {
		if _, _, err := (film.Budget{MaxCost: amount}).Most(); err != nil {
			return misused("write it as 12.50", "%s %q is no amount", flag, say.Clean(amount))
		}
	}
	if u, err := url.Parse(w.TermsURL); w.TermsURL != "" &&
		(err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		return misused("", "--terms-url is no http or https URL")
	}
	return nil
}

// Told adds what the user knows: two balances, and the terms, which are read and hashed.
func (v *Vetting) Told(ctx context.Context, w Words) error {
	if err := w.Check(); err != nil {
		return err
	}
	before, ok1, _ := film.Budget{MaxCost: w.BalanceBefore}.Most()
	after, ok2, _ := film.Budget{MaxCost: w.BalanceAfter}.Most()
	if ok1 && ok2 {
		v.Report.Put(vet.Balance(before, after, v.Report.Micros))
	} else {
		v.Report.Put(vet.Finding{Check: "balance", Line: vet.Billing, Verdict: vet.NotTested,
			Found: "no balance was told: note the console's numbers before and after, --balance-before and --balance-after"})
	}
	digest := ""
	if w.TermsURL != "" {
		var err error
		if digest, err = v.ask.page(ctx, w.TermsURL); err != nil {
			v.Report.Notes = append(v.Report.Notes, "the terms could not be read: "+err.Error())
		}
	}
	v.Report.Put(vet.Promised(v.ask.secret.Text(w.TermsURL), digest, w.TermsAnswer))
	return nil
}

// Conclude gives the checklist its verdicts and writes the report into its folder.
func (v *Vetting) Conclude() error {
	v.Report.Conclude()
	return WriteReport(v.Report, v.o.Dir)
}
