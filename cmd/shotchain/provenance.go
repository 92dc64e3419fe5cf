package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"shotchain/chain/store"
	"shotchain/film"
	"shotchain/internal/say"
)

func (p *program) provenanceVerb() *cobra.Command {
	var stores storeFlags
	cmd := &cobra.Command{
		Use:   "provenance FILM",
		Short: "what made a film, checked against the store",
		Long: `Provenance reads NAME.provenance.json, which lies beside each film that shotchain made, and says what the film is made of:
each shot with its model, provider, task, seed, price and date. It compares the film with the digest that is written
there, and every generated clip with the store's own bytes: the store is the nearest .shotchain in the folders above the
film, unless --store names one. It exits with 1 where something has changed, or is not there.`,
		Example: "shotchain provenance out/film.mp4",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("as `shotchain provenance out/film.mp4`", "provenance needs one film")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return p.provenance(args[0], stores) },
	}
	stores.add(cmd)
	cmd.Flags().Lookup("store").Usage = "the `FOLDER` that keeps the clips (default $SHOTCHAIN_STORE, else the nearest .shotchain above FILM)"
	return cmd
}

func (p *program) provenance(path string, stores storeFlags) error {
	if _, err := os.Stat(path); err != nil {
		return absent(path, "film")
	}
	of, name, err := film.ReadProvenance(path)
	if err != nil {
		return err
	}
	var st *store.Store
	dir := film.StoreAbove(path)
	if named := p.storeDir(stores); named != "" {
		if err := absent(named, "store"); err != nil {
			return err
		}
		dir = filepath.Dir(named)
	}
	if dir != "" {
		if st, err = p.storeAt(stores, dir); err != nil {
			return err
		}
	}
	proofs, err := of.Prove(name, st)
	if err != nil {
		return err
	}
	if p.json {
		p.printJSON(map[string]any{"provenance": of, "proofs": proofs})
	} else {
		p.tellProvenance(of, proofs)
	}
	wrong := 0
	for _, f := range proofs {
		if !f.OK {
			wrong++
		}
	}
	if wrong > 0 {
		return &film.Failure{Kind: film.Failed, Message: fmt.Sprintf("%s of %d could not be proved", say.Count(wrong, "thing"), len(proofs))}
	}
	return nil
}

// tellProvenance is the report for people.
func (p *program) tellProvenance(of *film.Provenance, proofs []film.Proof) {
	fmt.Fprintf(p.out, "%s, of %s, made by %s\n\n", say.Clean(cmp.Or(of.Title, "A film")), say.Clean(of.Storyboard.File),
		say.Clean(cmp.Or(of.Program, "shotchain")))
	t := newTable("SHOT", "FRAMES", "MADE BY", "DATE", ">PRICE", "CLIP")
	for _, s := range of.Shots {
		by, date, price := s.Kind, "-", "-"
		if m := s.Making; m != nil {
			by, date = fmt.Sprintf("%s at %s", m.Model, m.Provider), m.Created
			if len(date) > 10 {
				date = date[:10]
			}
			if m.Price != nil {
				price = fmt.Sprintf("%s %s", m.Price.Amount, m.Price.Currency)
			}
		}
		t.add(say.Clean(s.Shot), fmt.Sprintf("%d–%d", s.At, s.At+s.Frames), say.Clean(by), say.Clean(date), say.Clean(price),
			say.Clean(s.SHA256[:min(12, len(s.SHA256))]))
	}
	t.write(p.out, nil)
	fmt.Fprintln(p.out)
	for _, f := range proofs {
		if f.OK {
			fmt.Fprintf(p.out, "%s: as it was made\n", f.What)
		} else {
			fmt.Fprintf(p.out, "%s: %s\n", f.What, f.Why)
		}
	}
}
