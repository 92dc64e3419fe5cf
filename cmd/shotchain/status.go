package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"shotchain/chain"
	"shotchain/chain/store"
	"shotchain/film"
	"shotchain/internal/say"
)

// keeper are the options of verbs that work on a store without reading a storyboard.
type keeper struct{ stores storeFlags }

func (k *keeper) add(cmd *cobra.Command) {
	k.stores.add(cmd)
	cmd.Flags().Lookup(
		"store").Usage = "the `FOLDER` that keeps the clips (default $SHOTCHAIN_STORE, else .shotchain beside FILE, or here)"
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usage("", "%s takes one storyboard, not %d", cmd.Name(), len(args))
		}
		return nil
	}
	cmd.ValidArgsFunction = completeFile
}

// peek opens for reading the store beside a storyboard, or here. A store that is not there yet is an empty one, but not
// where the user names it.
func (p *program) peek(k keeper, args []string) (*store.Store, error) {
	dir, err := beside(args)
	if err != nil {
		return nil, err
	}
	if named := p.storeDir(k.stores); named != "" {
		if err := absent(named, "store"); err != nil {
			return nil, err
		}
	}
	return p.storeAt(k.stores, dir)
}

// beside is the folder of an optional storyboard, or that folder itself.
func beside(args []string) (string, error) {
	if len(args) == 0 {
		return ".", nil
	}
	info, err := os.Stat(args[0])
	switch {
	case err != nil:
		return "", absent(args[0], "storyboard")
	case info.IsDir():
		return args[0], nil
	}
	return filepath.Dir(args[0]), nil
}

// absent says of a file or folder that the user names that it is not there, or cannot be looked at.
func absent(path, what string) error {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &film.Failure{Kind: film.Failed, Message: fmt.Sprintf("%s %s: there is no such file or folder", what, path)}
	}
	return err
}

func (p *program) statusVerb() *cobra.Command {
	var k keeper
	cmd := &cobra.Command{
		Use:   "status [FILE]",
		Short: "what is in flight, what was spent and what the store saved",
		Long: `Status reads the store beside FILE – a storyboard, or its folder – or here, and tells which tasks earlier runs have bought that are not kept yet,
what all kept clips have cost, and what using them again has saved. It asks no provider and changes nothing.`,
		Example: "shotchain status film.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			st, err := p.peek(k, args)
			if err != nil {
				return err
			}
			s, err := film.StatusOf(st)
			if !p.json {
				p.printStatus(s)
			}
			var fail *film.Failure
			if err != nil {
				fail = &film.Failure{Kind: film.Unclear, Message: err.Error(), Hint: "`shotchain store verify` looks closer"}
			}
			return p.conclude(statusJSON(s), fail)
		},
	}
	k.add(cmd)
	return cmd
}

func (p *program) printStatus(s film.Status) {
	if len(s.Open) > 0 {
		t := newTable("SHOT", "FILM", "PROVIDER", "STATE", "TASK", "SINCE", ">AT MOST")
		for _, o := range s.Open {
			t.add(o.Request.Shot, o.Request.Film, o.Request.Provider, attemptState(o), o.Attempt.Task,
				o.Attempt.IntendedAt.Local().Format(time.DateTime), o.Request.Worst.String())
		}
		t.write(p.out, nil)
		fmt.Fprintln(p.out)
	}
	fmt.Fprintf(p.out, "%s in flight.\n", say.Count(len(s.Open), "task"))
	for _, a := range s.Ledger {
		if film.Free(a.Provider) {
			fmt.Fprintf(p.out, "%s: %s, for nothing.\n", a.Provider, say.Count(a.Clips, "clip"))
			continue
		}
		fmt.Fprintf(p.out, "%s: %s kept, spent %s; using them again saved %s.\n", say.Clean(a.Provider),
			say.Count(a.Clips, "clip"),
			a.Spent.String(), a.Saved.In(a.Spent.Currency).String())
	}
	if len(s.Open) > 0 {
		p.say("`shotchain collect` fetches what is finished; `shotchain cancel` ends what is still queued")
	}
}

// attemptState is how far an open attempt has come, in words.
func attemptState(o chain.Open) string {
	if o.Attempt.State == store.Intended {
		return "unknown"
	}
	return "in flight"
}
