package main

import (
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"shotchain/film"
)

func (p *program) simVerb() *cobra.Command {
	var f catalogueFlags
	var listen, key, drift, shape string
	var pace float64
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "serve a simulated video service over HTTP",
		Long: `Sim serves Ark's video API on this machine, as strict as the real one: tasks, queue, limits, prices, lapsing URLs,
errors. Its clips are animatics, moving sketches of the prompts. The first line of stdout is its base URL; it serves
until it is interrupted, and forgets everything then. Any client of the API can be tried on it, shotchain too: set
ARK_BASE_URL to what it prints and ARK_API_KEY to any word. It needs ffmpeg.

With --shape fal it is fal.ai's queue instead, with history, storage, webhooks and bills: set FAL_BASE_URL to what it
prints and FAL_KEY to any two words with a colon between them, and run with --provider fal. With --shape openrouter it is
OpenRouter's video API: OPENROUTER_BASE_URL, OPENROUTER_API_KEY, --provider openrouter.

With --drift its camera does to a picture what models do each time that they film on from one: light, contrast, colour,
sharpness and place move a little, and it adds up from link to link. mild and strong are from reports on chained clips,
bright, dark and soft from measured footage of other models; none of them is Seedance's, of which no figures are known.

Faults are injected and the clock is moved over HTTP, under /sim/ beside /api/.`,
		Example: "shotchain sim --listen 127.0.0.1:8300 --pace 0.1",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.catalogue()
			if err != nil {
				return err
			}
			if err := film.Ready(); err != nil {
				return err
			}
			o := film.ServeOptions{Models: c, Key: key, Pace: pace, Drift: drift, Shape: shape}
			if !p.quiet {
				o.Log = slog.New(slog.NewTextHandler(p.err, nil))
			}
			s, err := film.Serve(listen, o)
			if err != nil {
				return err
			}
			defer s.Close()
			if p.json {
				p.printJSON(map[string]string{"base_url": s.URL})
			} else {
				fmt.Fprintln(p.out, s.URL)
			}
			return s.Wait(cmd.Context())
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&listen, "listen", "127.0.0.1:0", "serve at this `ADDRESS`, host:port; port 0 is any that is free")
	fs.StringVar(&key, "key", "", "let in this `KEY` only (default any)")
	fs.Float64Var(&pace, "pace", 0,
		"how long tasks take: 1 is as long as the real service's, 0 no longer than filming them; `N`")
	fs.StringVar(&shape, "shape", "ark", "whose service it is: `NAME` is ark, fal or openrouter")
	f.add(cmd)
	addDrift(cmd, &drift)
	return cmd
}
