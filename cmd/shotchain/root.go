package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"shotchain/chain/provider"
	"shotchain/film"
	"shotchain/internal/durable"
	"shotchain/internal/say"
	"shotchain/storyboard"
)

// program is one run of the command.
type program struct {
	terminal
	env   func(string) string
	temps *film.Scratch
	hooks
}

// hooks are what a test puts around the program's outside world. The zero value is the world as it is.
type hooks struct {
	disk   func(dir string) durable.FS               // the disk that stores are on; nil for the real one
	around func(provider.Provider) provider.Provider // wraps every provider; nil for none
}

// The commands are listed in the order in which a film comes about.
func init() { cobra.EnableCommandSorting = false }

func (p *program) root() *cobra.Command {
	var version bool
	root := &cobra.Command{
		Use:   "shotchain",
		Short: "films from storyboards, shot by shot",
		Long: `Shotchain makes a film from a storyboard, a YAML file of scenes and shots. Each shot becomes a clip that a video
model generates; a shot that continues another starts from that clip's last frame. Clips are kept in a store, so a
clip that has been paid for is never paid for again, and assembled to a film by ffmpeg.

With ARK_API_KEY set, clips are bought from Volcengine Ark (--provider byteplus: BytePlus ModelArk;
--provider fal with FAL_KEY: fal.ai; --provider openrouter with OPENROUTER_API_KEY: OpenRouter). Without a key, a built-in
simulator draws placeholders, and nothing is charged.

  storyboard   the film, written down; "shotchain help language" tells every key
  scene        one continuous action
  shot         one camera setup
  take         one intended generation of a shot
  clip         a finished take: video, last frame, facts
  store        the folder that keeps clips, .shotchain beside the storyboard

Exit codes:

  0    done                         7    unknown whether a take was bought:
  1    failed                            the user decides
  2    wrong usage                  8    no lock file, or not the locked film
  3    the storyboard is wrong      9    a cut waits until a take is picked
  4    some takes failed, the       10   plan --exit-code: something to buy
       rest is kept                 11   run --plan: something has changed
  5    over budget, nothing bought  130  interrupted: the next run picks up
  6    the provider refused              the tasks that run
       the account`,
		Example: `shotchain new lighthouse
shotchain plan lighthouse/film.yaml
shotchain run lighthouse/film.yaml`,
		SilenceErrors: true, SilenceUsage: true,
		Args: p.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				p.printVersion()
				return nil
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVar(&version, "version", false, "print what this program was built from, as the command version does")
	fs := root.PersistentFlags()
	fs.BoolVar(&p.json, "json", false, "print JSON, errors too")
	fs.BoolVarP(&p.quiet, "quiet", "q", false, "on stderr nothing but errors and questions; results stay on stdout")
	fs.BoolVar(&p.plain, "no-progress", false, "no bars: one plain line for each change")
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.SetHelpFunc(p.help)
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(p.newVerb(), p.checkVerb(), p.planVerb(), p.runVerb(), p.cutVerb(), p.pickVerb(), p.freezeVerb(),
		p.takeVerb(), p.sheetVerb(), p.boardVerb(), p.watchVerb(), p.graphVerb(), p.traceVerb(),
		p.statusVerb(), p.collectVerb(), p.cancelVerb(), p.storeVerb(), p.provenanceVerb(), p.modelsVerb(), p.vetVerb(),
		p.schemaVerb(), p.simVerb(), p.doctorVerb(), p.versionVerb(), p.completionVerb())
	for _, c := range append(root.Commands(), root) {
		unsorted(c.Flags())
		c.InitDefaultHelpFlag()
		c.DisableFlagsInUseLine = true
	}
	root.SetHelpCommand(p.helpVerb())
	return root
}

// noVerb refuses a word that is no verb.
func (p *program) noVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unknown(args[0], verbs(cmd))
}

func verbs(root *cobra.Command) (names []string) {
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return names
}

func unknown(word string, candidates []string) error {
	return usage(say.DidYouMean(word, candidates, "`shotchain help` lists the commands"), "unknown command %q",
		say.Clean(word))
}

var unknownFlag = regexp.MustCompile(`^unknown flag: (--\S+)$`)

// flagError says what is wrong with an option, and which was probably meant.
func flagError(cmd *cobra.Command, err error) error {
	hint := fmt.Sprintf("`shotchain help %s` lists the options", strings.TrimPrefix(cmd.CommandPath(), "shotchain "))
	if m := unknownFlag.FindStringSubmatch(err.Error()); m != nil {
		var names []string
		visit := func(f *pflag.Flag) { names = append(names, "--"+f.Name) }
		cmd.Flags().VisitAll(visit)
		cmd.InheritedFlags().VisitAll(visit)
		hint = say.DidYouMean(m[1], names, hint)
	}
	return usage(hint, "%s: %s", cmd.Name(), err)
}

// oneFile asks for exactly one storyboard.
func oneFile(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return usage(cmd.CommandPath()+" film.yaml", "%s needs the storyboard's file", cmd.Name())
	case len(args) > 1:
		return usage("", "%s takes one storyboard, not %d", cmd.Name(), len(args))
	}
	return nil
}

// noArgs refuses arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("", "%s takes no arguments", cmd.Name())
	}
	return nil
}

// help prints a command's manual to stdout.
func (p *program) help(cmd *cobra.Command, _ []string) {
	w := p.out
	cmd.InitDefaultHelpFlag() // cobra adds it late to commands of commands
	fmt.Fprintf(w, "%s - %s\n\nUsage: %s\n\n%s\n", strings.TrimSpace(cmd.CommandPath()), cmd.Short, synopsis(cmd),
		prose(cmd.Long))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprint(w, "\nCommands:\n")
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				fmt.Fprintf(w, "  %-12s %s\n", c.Name(), c.Short)
			}
		}
	}
	if own := cmd.LocalNonPersistentFlags(); own.HasAvailableFlags() {
		own.SortFlags = false
		fmt.Fprintf(w, "\nOptions:\n%s", own.FlagUsagesWrapped(columns))
	}
	common := cmd.Root().PersistentFlags()
	fmt.Fprintf(w, "\nOptions of every command:\n%s", common.FlagUsagesWrapped(columns))
	if cmd.Example != "" {
		fmt.Fprintf(w, "\nExample:\n  %s\n", strings.ReplaceAll(cmd.Example, "\n", "\n  "))
	}
}

// columns is the width of the manual: that of the narrowest terminal that people use.
const columns = 80

// prose wraps paragraphs. Lines that begin with a blank stay as they are.
func prose(text string) string {
	var out, par []string
	flush := func() {
		line := ""
		for _, word := range par {
			if line != "" && len(line)+1+len(word) > columns {
				out, line = append(out, line), ""
			}
			if line != "" {
				line += " "
			}
			line += word
		}
		if line != "" {
			out = append(out, line)
		}
		par = nil
	}
	for _, line := range strings.Split(text, "\n") {
		if line != "" && line[0] != ' ' {
			par = append(par, strings.Fields(line)...)
			continue
		}
		flush()
		out = append(out, line)
	}
	flush()
	return strings.Join(out, "\n")
}

func synopsis(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return "shotchain COMMAND [options]"
	}
	_, rest, _ := strings.Cut(cmd.Use, " ")
	s := cmd.CommandPath()
	if cmd.LocalNonPersistentFlags().HasAvailableFlags() {
		s += " [options]"
	}
	return strings.TrimSpace(s + " " + rest)
}

func (p *program) helpVerb() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND | language | KEY]", Short: "the manual",
		Long: `Help prints the manual of the program or of one command. "help language" tells every key that a storyboard may have,
as docs/language.md does; "help takes" tells one. A key that is called like a command is told by "help language pick".`,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			at, rest, err := root.Find(args)
			switch {
			case err == nil && len(rest) == 0:
				return at.Help()
			case args[0] == "language":
				return p.language(args[1:], nil)
			case err == nil && at != root: // a command, but not what comes behind it
				return unknown(rest[0], verbs(at))
			}
			return p.language(args, append(verbs(root), "language"))
		},
	}
}

// language tells of one key, or of all; others are further words that might have been meant.
func (p *program) language(keys, others []string) error {
	text := storyboard.Reference()
	if len(keys) > 0 {
		text = storyboard.ReferenceOf(keys[0])
	}
	if len(keys) > 1 || text == "" {
		return unknown(keys[len(keys)-1], append(others, storyboard.Keys()...))
	}
	_, err := fmt.Fprint(p.out, text)
	return err
}
