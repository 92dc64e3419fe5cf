package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"shotchain/chain/vet"
	"shotchain/film"
)

// vetFlags are all options of vet.
type vetFlags struct {
	clip      film.VetClip
	catalogue catalogueFlags
	dir       string
}

func (p *program) vetVerb() *cobra.Command {
	var o vetFlags
	cmd := &cobra.Command{
		Use:   "vet CLIP",
		Short: "judge what a seller of clips delivers, by evidence",
		Long: `Vet CLIP judges a file against what is claimed of it: its size to the pixel, decoded frames and rate, codec, what it
says of its origin (C2PA, not verified), sound, first, end and returned last frame, tokens, retention by its URL, and
whether an earlier report has the same clip. It sends nothing.

Each line of the checklist – exact model id, native audio, result retention, failure billing, callback and polling
contract, terms – has a verdict of its own, and there is never one for all:

  proven       measured here
  claimed      the service, or the file, says so
  refuted      measured here, and it is not so
  not tested   with the reason

The report is printed, or written with --report as report.json and report.md, with all evidence. Exit code 0: nothing
is refuted; 4: something is; 7: nobody knows whether a probe was bought.`,
		Example: "shotchain vet clip.mp4 --claims model=seedance-2.0,resolution=480p,ratio=16:9,duration=4",
		Args:    oneClip,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.clip.Path, o.clip.Models, o.clip.Version = args[0], o.catalogue.models, buildInfo().Version
			r, err := film.Vet(cmd.Context(), o.clip)
			if err != nil {
				return err
			}
			return p.vetted(r, o.dir)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&o.clip.Claims, "claims", "", "what the clip is said to be: `KEY=VALUE,…` of model, resolution, ratio, duration, audio")
	fs.StringVar(&o.clip.First, "first-frame", "", "the `PICTURE` that it was to begin with")
	fs.StringVar(&o.clip.End, "end-frame", "", "the `PICTURE` that it was to end on")
	fs.StringVar(&o.clip.LastFrame, "last-frame", "", "the `PICTURE` that came with it as its last frame")
	fs.StringVar(&o.clip.URL, "url", "", "the `URL` that it came from; only its host and lifetime are shown")
	fs.Int64Var(&o.clip.Tokens, "tokens", 0, "`N` tokens were billed for it")
	fs.StringArrayVar(&o.clip.Earlier, "earlier", nil, "compare with the clips of this `REPORT`; may be given again")
	fs.StringVar(&o.dir, "report", "", "write report.json and report.md into this `DIR`")
	o.catalogue.add(cmd)
	return cmd
}

// oneClip asks for exactly one file.
func oneClip(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage(cmd.CommandPath()+" clip.mp4 --claims model=seedance-2.0", "%s takes one clip, not %d", cmd.Name(), len(args))
	}
	return nil
}

// vetted tells of a report and writes it.
func (p *program) vetted(r *vet.Report, dir string) error {
	if dir != "" {
		if err := film.WriteVetReport(r, dir); err != nil {
			return err
		}
	}
	fail := film.VetOutcome(r)
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
