package main

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"shotchain/chain"
	"shotchain/chain/ark"
	"shotchain/chain/models"
)

// Names of the providers.
const (
	providerArk      = "ark"
	providerBytePlus = "byteplus"
	providerSim      = "sim"
)

var providers = []string{providerArk, providerBytePlus, providerSim}

// Environment variables that say who makes the clips.
const (
	envKey  = "ARK_API_KEY"
	envBase = "ARK_BASE_URL"
)

// service is who makes the clips, and what that means for plans and keys. Nothing has been sent to it yet.
type service struct {
	name   string
	about  chain.About
	base   string // "" for the built-in simulator
	chosen bool   // the user named it
}

// simulated reports whether the built-in simulator stands in for the service: nothing is charged.
func (s service) simulated() bool { return s.name == providerSim }

// serviceFlags say who makes the clips.
type serviceFlags struct{ provider, base string }

func (f *serviceFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.provider, "provider", "", "who makes the clips: `NAME` is ark, byteplus or sim (default ark where ARK_API_KEY is set, else sim)")
	fs.StringVar(&f.base, "base-url", "", "a service of Ark's shape at another `URL` (default $ARK_BASE_URL, else the vendor's)")
	_ = cmd.RegisterFlagCompletionFunc("provider", fixed(providers))
}

// service chooses who makes the clips. It needs no key.
func (p *program) service(f serviceFlags) (service, error) {
	s := service{name: f.provider, chosen: f.provider != ""}
	if s.name == "" {
		s.name = providerSim
		if p.env(envKey) != "" {
			s.name = providerArk
		}
	}
	vendor := map[string]string{providerArk: ark.BaseURLArk, providerBytePlus: ark.BaseURLBytePlus}[s.name]
	switch {
	case !slices.Contains(providers, s.name):
		return s, usage("--provider is ark, byteplus or sim", "no provider is called %q", s.name)
	case s.simulated() && f.base != "":
		hint := "leave --base-url out, or choose --provider ark"
		if !s.chosen {
			hint = "set ARK_API_KEY to the key of the service"
		}
		return s, usage(hint, "the built-in simulator has no base URL")
	case s.simulated():
		s.about = ark.Simulator()
		return s, nil
	}
	s.base = strings.TrimRight(f.base, "/")
	if s.base == "" {
		s.base = strings.TrimRight(p.env(envBase), "/")
	}
	s.base = cmp.Or(s.base, vendor)
	region := map[string]models.Region{providerArk: models.Ark, providerBytePlus: models.BytePlus}[s.name]
	about, err := ark.Service(region, s.base)
	if err != nil {
		return s, usage("it looks like "+vendor, "%v", err)
	}
	s.about = about
	return s, nil
}

// host is the service as messages name it.
func (s service) host() string {
	if u, err := url.Parse(s.base); err == nil && u.Host != "" {
		return u.Host
	}
	return "the built-in simulator"
}

// admit tells of the simulator where the user did not ask for it.
func (p *program) admit(s service) {
	if s.simulated() && !s.chosen {
		p.say("no %s: using the built-in simulator; its clips are placeholders", envKey)
	}
}

// fixed completes a flag with a list of words.
func fixed(words []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

// unsorted keeps the options of a command in the order that they were declared in.
func unsorted(fs *pflag.FlagSet) { fs.SortFlags = false }
