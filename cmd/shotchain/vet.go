package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"shotchain/chain/vet"
	"shotchain/film/vetting"
)

// vetFlags are all options of vet.
type vetFlags struct {
	clip      vetting.Clip
	service   serviceFlags
	catalogue catalogueFlags
	model     string
	dir       string
	again     string
	paid      bool
	probes    vetting.Paid
	budget    budgetFlags
	timing    timingFlags
	calls     callbackFlags
	words     vetting.Words
}

func (p *program) vetVerb() *cobra.Command {
	var o vetFlags
	cmd := &cobra.Command{
		Use:   "vet [CLIP]",
		Short: "judge a seller of clips, or one clip, by evidence",
		Long: `Vet asks a service what it refuses, which costs nothing: a task that does not exist, its list, a wrong key, a model that
cannot exist, fields that make no sense. Each request that a careless service could take for an order is written down
as a take before it is sent, in the store of the report's folder; the first that makes a task ends them, and it is never
sent again.

With --paid it buys probes, too, after showing the worst case and asking: one clip from text alone, one between two
pictures of its own, one for its sound, and a prompt that should be refused (the worst case counts it as a clip). They
are shots of a storyboard that it writes, so they are kept, picked up and never bought twice, as those of any film. The
clips and the lives of their tasks are judged. --again REPORT looks at the results later.

Vet CLIP judges a file against what is claimed of it: its size to the pixel, decoded frames and rate, codec, what it
says of its origin (C2PA, not verified), sound, first, end and returned last frame, tokens, retention by its URL, and
whether an earlier report has the same clip. It sends nothing.

Each line of the checklist – exact model id, native audio, result retention, failure billing, callback and polling
contract, terms – has a verdict of its own, and there is never one for all:

  proven       measured here
  claimed      the service, or the file, says so
  refuted      measured here, and it is not so
  not tested   with the reason

A service of another shape than Ark's is asked what its client can ask – a task that does not exist, its records, a
wrong key, its prices – and its probes are bought as any other's; what would be an order there is named as not testable.

The report is printed, and written as report.json, report.md and report.html, with all evidence: of a service into ./vet,
of a clip where --report says. Exit code 0: nothing is refuted; 4: something is; 7: nobody knows whether a probe was bought.`,
		Example: "shotchain vet --provider byteplus --base-url https://gateway.example/api/v3 --model seedance-2.0\nshotchain vet clip.mp4 --claims model=seedance-2.0,resolution=480p,ratio=16:9,duration=4",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd, args); err != nil {
				return err
			}
			if len(args) == 0 {
				return p.vetService(cmd.Context(), &o)
			}
			o.clip.Path, o.clip.Models, o.clip.Version = args[0], o.catalogue.models, buildInfo().Version
			r, err := vetting.Judge(cmd.Context(), o.clip)
			if err != nil {
				return err
			}
			return p.vetted(r, o.dir)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&o.clip.Claims, "claims", "",
		"what the clip is said to be: `KEY=VALUE,…` of model, resolution, ratio, duration, audio")
	fs.StringVar(&o.clip.First, "first-frame", "", "the `PICTURE` that it was to begin with")
	fs.StringVar(&o.clip.End, "end-frame", "", "the `PICTURE` that it was to end on")
	fs.StringVar(&o.clip.LastFrame, "last-frame", "", "the `PICTURE` that came with it as its last frame")
	fs.StringVar(&o.clip.URL, "url", "", "the `URL` that it came from; only its host and lifetime are shown")
	fs.Int64Var(&o.clip.Tokens, "tokens", 0, "`N` tokens were billed for it")
	fs.StringArrayVar(&o.clip.Earlier, "earlier", nil, "compare with the clips of this `REPORT`; may be given again")
	fs.StringVar(&o.dir, "report", "", "write report.json, .md and .html into this `DIR` (default ./vet for a service)")
	fs.StringVar(&o.model, "model", "", "vet the service's `MODEL`")
	o.service.add(cmd)
	o.catalogue.add(cmd)
	fs.StringVar(&o.again, "again", "",
		"look at the results of this `REPORT` once more: are they there, do their URLs end as stated?")
	fs.BoolVar(&o.paid, "paid", false, "buy the probes, too, after asking")
	fs.BoolVar(&o.probes.Cheap, "cheap", false, "one clip less: the image probe is the sound one, too")
	fs.BoolVar(&o.probes.ProbeCancel, "probe-cancel", false, "make a task to cancel it at once; it may cost a clip")
	fs.DurationVar(&o.probes.Pause, "pause", 0,
		"read a finished task once more after this `TIME` (default 1m, of the simulator at once)")
	fs.StringVar(&o.words.BalanceBefore, "balance-before", "", "the console's balance before, `AMOUNT`")
	fs.StringVar(&o.words.BalanceAfter, "balance-after", "", "the console's balance once all is settled, `AMOUNT`")
	fs.StringVar(&o.words.TermsURL, "terms-url", "", "read the seller's terms at this `URL`, and record their hash")
	fs.StringVar(&o.words.TermsAnswer, "terms", "", "what you make of them, for the record: `TEXT`")
	o.budget.add(cmd)
	o.timing.add(cmd)
	o.calls.add(cmd)
	return cmd
}

// check refuses options that have nothing to do with what is vetted.
func (o *vetFlags) check(cmd *cobra.Command, args []string) error {
	ofClip := []string{"claims", "first-frame", "end-frame", "last-frame", "url", "tokens"}
	ofService := []string{"again", "model", "provider", "base-url", "drift", "paid", "cheap", "pause", "probe-cancel",
		"balance-before", "balance-after",
		"terms-url", "terms", "yes", "max-cost", "max-takes", "patience", "settle", "callback-listen", "callback-url"}
	others, what := ofClip, "a clip"
	switch {
	case len(args) > 1:
		return usage(cmd.CommandPath()+" clip.mp4 --claims model=seedance-2.0", "%s takes one clip, not %d", cmd.Name(),
			len(args))
	case len(args) == 1:
		others, what = ofService, "a service"
	case o.again != "" && (o.model != "" || o.paid || o.dir != ""):
		return usage("", "--again looks at a report's results, and needs nothing else")
	case o.model == "" && o.again == "":
		return usage("`shotchain models` lists them; to judge a file, name it", "vetting a service needs --model")
	}
	for _, name := range others {
		if cmd.Flags().Changed(name) {
			return usage("", "--%s is for vetting %s", name, what)
		}
	}
	return nil
}

// vetService vets a service.
func (p *program) vetService(ctx context.Context, o *vetFlags) error {
	s, err := p.service(o.service, o.catalogue)
	if err != nil {
		return err
	}
	if err := errors.Join(o.calls.Check(), o.words.Check()); err != nil {
		return err
	}
	if o.again != "" {
		r, err := vetting.Again(ctx, vetting.Options{Service: s, Key: p.key(s), Version: buildInfo().Version}, o.again,
			o.words)
		if err != nil {
			return err
		}
		return p.vetted(r, "")
	}
	if o.dir == "" {
		o.dir = "vet"
	}
	v, err := vetting.Open(vetting.Options{Service: s, Key: p.key(s), Version: buildInfo().Version,
		Models: o.catalogue.models,
		Model:  o.model, Dir: o.dir, Earlier: o.clip.Earlier, Disk: p.disk})
	if err != nil {
		return err
	}
	defer v.Close()
	p.admit(s)
	buy := func() error { return nil }
	if o.paid { // asked first: whoever says no has asked the service nothing
		probes, err := v.Probes(ctx, o.probes)
		if err != nil {
			return err
		}
		defer probes.Close()
		p.tellPlan(probes.Plan)
		if err := p.allow(ctx, probes.Plan, o.budget); err != nil {
			return err
		}
		buy = func() error { return p.buyProbes(ctx, probes, o) }
	}
	if err := v.Free(ctx); err != nil {
		return err
	}
	if !v.Trusted() {
		buy = func() error { return nil }
	}
	if err := buy(); err != nil {
		return err
	}
	if err := v.Told(ctx, o.words); err != nil {
		return err
	}
	return p.concludeVetting(v)
}

// buyProbes buys what was allowed.
func (p *program) buyProbes(ctx context.Context, probes *vetting.Probes, o *vetFlags) error {
	show := p.progress(probes.Plan)
	how := p.making(probes.Plan.Film.Service, show, nil)
	how.Timing, how.Callbacks = o.timing.Timing, o.calls.Callbacks
	err := probes.Buy(ctx, how)
	show.close()
	return err
}

// concludeVetting writes and tells what was found.
func (p *program) concludeVetting(v *vetting.Vetting) error {
	if err := v.Conclude(); err != nil {
		return err
	}
	return p.vetted(v.Report, "")
}

// vetted tells of a report and writes it.
func (p *program) vetted(r *vet.Report, dir string) error {
	if dir != "" {
		if err := vetting.WriteReport(r, dir); err != nil {
			return err
		}
	}
	fail := vetting.Outcome(r)
	shown := *r
	shown.Schema = 0 // printJSON says it
	switch {
	case p.json && fail != nil:
		return &ended{Failure: fail, result: jsonVet{&shown, errorJSON(fail)}}
	case p.json:
		p.printJSON(jsonVet{Report: &shown})
		return nil
	}
	fmt.Fprint(p.out, r.Text())
	if fail != nil {
		return fail
	}
	return nil
}
