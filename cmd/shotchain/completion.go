package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"shotchain/film"
	"shotchain/internal/say"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

func (p *program) completionVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "print a shell's completion script",
		Long: `Completion prints a script that lets a shell complete shotchain's commands, options, storyboards and, where one is
asked for, the names of a storyboard's shots.

  bash         source <(shotchain completion bash), in ~/.bashrc
  zsh          source <(shotchain completion zsh), in ~/.zshrc
  fish         shotchain completion fish | source, in ~/.config/fish/config.fish
  powershell   shotchain completion powershell | Out-String | Invoke-Expression`,
		Example:   "source <(shotchain completion bash)",
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(shells, args[0]) {
				return usage("shotchain completion bash", "completion needs a shell: %s", strings.Join(shells, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(p.out, true)
			case "zsh":
				return root.GenZshCompletion(p.out)
			case "fish":
				return root.GenFishCompletion(p.out, true)
			}
			return root.GenPowerShellCompletionWithDesc(p.out)
		},
	}
}

// completeFile offers storyboards for a verb's one argument.
func completeFile(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeShots offers the shots of the storyboard that the command line names, with their prompts. Options take
// several, with commas between them.
func (f *filmFlags) completeShots(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	sb, err := f.load(args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	before := begun[:strings.LastIndex(begun, ",")+1]
	var all []string
	for _, s := range sb.Shots() {
		all = append(all, cobra.CompletionWithDesc(before+s.Name(), excerpt(s.Prompt, 50)))
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

// completeCuts offers the cuts of the storyboard that the command line names.
func (f *filmFlags) completeCuts(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	sb, err := f.load(args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	before := begun[:strings.LastIndex(begun, ",")+1]
	var all []string
	for _, c := range sb.Cuts {
		all = append(all, before+c.ID)
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

// excerpt is the beginning of a text on one line.
func excerpt(s string, most int) string {
	r := []rune(strings.Join(strings.Fields(say.Clean(s)), " "))
	if len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return string(r)
}

// completeVariants offers the variants of the storyboard that the command line names.
func (f *filmFlags) completeVariants(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		if sb, err := f.load(args[0]); err == nil {
			return film.VariantIDs(sb), cobra.ShellCompDirectiveNoFileComp
		}
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}
