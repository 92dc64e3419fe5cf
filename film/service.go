package film

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shotchain/chain/ark"
	"shotchain/chain/fal"
	"shotchain/chain/models"
	"shotchain/chain/openrouter"
	"shotchain/chain/provider"
	"shotchain/internal/say"
	"shotchain/internal/turns"
)

// Service is who makes the clips, and what that means for plans and keys. Nothing has been sent to it. The zero value
// is the built-in simulator.
type Service struct {
	Name   string         // "ark", "byteplus", "sim"
	About  provider.About // the clips' namespace in the store, region, and whether its tasks end with this process
	Base   string         // URL; "" for the built-in simulator
	Chosen bool           // the user named it
	KeyEnv string         // the environment variable that holds its key; of the simulator, the one that would choose Ark

	Gateway   models.Gateway // where it is one of the catalogue
	ArkShaped bool           // it speaks Ark's protocol
	Drift     string         // of the simulator's camera, "" for none

	connect func(s Service, how Connection) (provider.Provider, func(), error)
}

// Connection is what a client needs beside the service's address.
type Connection struct {
	Key     string            // of the user's account; never printed
	Version string            // of this program, for logs at the service
	Models  *models.Catalogue // that the simulator serves; nil for the built-in ones
}

// EnvKey is the environment variable that holds the key of Ark's services, EnvBase that of their base URL; the others are
// fal's and OpenRouter's.
const (
	EnvKey            = "ARK_API_KEY"
	EnvBase           = "ARK_BASE_URL"
	EnvFalKey         = "FAL_KEY"
	EnvFalBase        = "FAL_BASE_URL"
	EnvOpenRouterKey  = openrouter.EnvKey
	EnvOpenRouterBase = openrouter.EnvBase
)

// services are all there are. A new one is a row.
var services = []struct {
	name    string
	vendor  string // the vendor's own base URL, "" for a service in this process
	key     string // the environment variable of its key
	base    string // and of its base URL
	ark     bool   // it speaks Ark's protocol
	about   func(base string) (provider.About, error)
	connect func(s Service, how Connection) (provider.Provider, func(), error)
}{
	{"ark", ark.BaseURLArk, EnvKey, EnvBase, true, arkIn(models.Ark), connectArk},
	{"byteplus", ark.BaseURLBytePlus, EnvKey, EnvBase, true, arkIn(models.BytePlus), connectArk},
	{"fal", fal.BaseURL, EnvFalKey, EnvFalBase, false, fal.Service, connectFal},
	{"openrouter", openrouter.BaseURL, EnvOpenRouterKey, EnvOpenRouterBase, false, openrouter.Service, connectOpenRouter},
	{simulated, "", EnvKey, "", true, func(string) (provider.About, error) { return ark.Simulator(""), nil },
		connectSimulator},
}

// simulated is the name of the built-in simulator, and of its clips in the store.
const simulated = "sim"

// ServiceNames are the names that Choose knows.
func ServiceNames() (names []string) {
	for _, row := range services {
		names = append(names, row.name)
	}
	return names
}

// Simulator is the built-in service: it draws animatics and charges nothing.
func Simulator() Service {
	s, err := Choose(simulated, "", func(string) string { return "" }, nil)
	if err != nil {
		panic(err) // it depends on nothing
	}
	return s
}

// OrSimulator is the service, and the simulator for none.
func (s Service) OrSimulator() Service {
	if s.connect == nil {
		return Simulator()
	}
	return s
}

// Choose finds a service by name: "" is ark where env has its key, else the simulator. base is the URL of a service of
// the same shape elsewhere, "" for what env says, else the vendor's own. It needs no key and sends nothing. A gateway of the
// catalogue (nil: the built-in one) goes by its name, and by its own base URL or the one that is given.
func Choose(name, base string, env func(string) string, c *models.Catalogue) (Service, error) {
	s := Service{Name: name, Chosen: name != ""}
	if name == "" {
		s.Name = simulated
		if env(EnvKey) != "" {
			s.Name = "ark"
		}
	}
	c = cmp.Or(c, models.Default())
	if g, ok := c.Gateway(name); ok {
		return s.through(g, base)
	}
	i := slices.Index(ServiceNames(), s.Name)
	switch {
	case i < 0:
		all := append(ServiceNames(), c.GatewayNames()...)
		return s, misused(say.DidYouMean(s.Name, all, "there are "+strings.Join(all, ", ")), "no provider is called %q",
			say.Clean(s.Name))
	case s.Simulated() && base != "" && !s.Chosen:
		return s, misused("set ARK_API_KEY to the key of the service", "the built-in simulator has no base URL")
	case s.Simulated() && base != "":
		return s, misused("leave --base-url out, or choose --provider ark", "the built-in simulator has no base URL")
	}
	row := services[i]
	s.KeyEnv, s.ArkShaped = row.key, row.ark
	if s.connect = row.connect; row.vendor != "" {
		s.Base = cmp.Or(strings.TrimRight(base, "/"), strings.TrimRight(env(row.base), "/"), row.vendor)
	}
	about, err := row.about(s.Base)
	if err != nil {
		return s, misused("it looks like "+row.vendor, "%v", err)
	}
	s.About = about
	return s, nil
}

// through is the service behind a gateway.
func (s Service) through(g models.Gateway, base string) (Service, error) {
	s.Base = cmp.Or(strings.TrimRight(base, "/"), strings.TrimRight(g.Base, "/"))
	if s.Base == "" {
		return s, misused("give it with --base-url", "%s has a base URL of its own for everybody", g.Name)
	}
	about, err := ark.Service(g.Region, s.Base)
	if err != nil {
		return s, misused("it looks like "+ark.BaseURLArk, "%v", err)
	}
	s.About, s.Gateway, s.connect, s.ArkShaped = ark.Through(g, about), g, connectArk, true
	s.KeyEnv = strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(g.Name)) +
		"_API_KEY" // nobody gets the key of another
	return s, nil
}

// Simulated reports whether the built-in simulator stands in for the service: nothing is charged.
func (s Service) Simulated() bool { return s.Name == simulated }

// Free reports whether a namespace's clips cost nothing.
func Free(namespace string) bool {
	name, _, _ := strings.Cut(namespace, "+") // with a camera of its own
	return name == simulated
}

// Host is the service as messages name it.
func (s Service) Host() string {
	if u, err := url.Parse(s.Base); err == nil && u.Host != "" {
		return u.Host
	}
	return "the built-in simulator"
}

// By names the service with where it is.
func (s Service) By() string {
	if s.Simulated() {
		return s.Host()
	}
	return s.Name + " at " + s.Host()
}

// Connect makes the service's client; the built-in simulator starts. done ends it.
func (s Service) Connect(how Connection) (_ provider.Provider, done func(), err error) {
	s = s.OrSimulator()
	return s.connect(s, how)
}

func arkIn(region models.Region) func(base string) (provider.About, error) {
	return func(base string) (provider.About, error) { return ark.Service(region, base) }
}

func connectArk(s Service, how Connection) (provider.Provider, func(), error) {
	if how.Key == "" {
		return nil, nil, s.Keyless()
	}
	return arkClient(ark.Options{BaseURL: s.Base, Key: how.Key, Version: how.Version, Region: s.About.Region,
		Gateway: s.Gateway,
		Turn:    listTurns(s.Base, how.Key)})
}

// Keyless is why nothing is asked of a service whose key is not there.
func (s Service) Keyless() *Failure {
	return &Failure{Kind: Refused, Message: fmt.Sprintf("%s needs %s, which is not set", s.Name, s.KeyEnv),
		Hint: "set it to the service's API key; --provider sim draws placeholders for nothing"}
}

func connectFal(s Service, how Connection) (provider.Provider, func(), error) {
	if how.Key == "" {
		return nil, nil, s.Keyless()
	}
	c, err := fal.New(fal.Options{BaseURL: s.Base, Key: how.Key, Version: how.Version, Models: how.Models})
	if err != nil {
		return nil, nil, &Failure{Kind: Misused, Message: err.Error()}
	}
	return c, func() {}, nil
}

func connectOpenRouter(s Service, how Connection) (provider.Provider, func(), error) {
	if how.Key == "" {
		return nil, nil, s.Keyless()
	}
	c, err := openrouter.New(openrouter.Options{BaseURL: s.Base, Key: how.Key, Version: how.Version})
	if err != nil {
		return nil, nil, &Failure{Kind: Misused, Message: err.Error()}
	}
	return c, func() {}, nil
}

func connectSimulator(s Service, how Connection) (provider.Provider, func(), error) {
	sim, key, err := builtin(how.Models, s.Drift)
	if err != nil {
		return nil, nil, fmt.Errorf("the simulator does not start: %w", err)
	}
	c, _, err := simulatorAt(sim.URL, key, s.Drift, how.Version)
	if err != nil {
		sim.Close()
		return nil, nil, err
	}
	return c, sim.Close, nil
}

// On is the simulator as a server of this process serves it, at its URL and under its key.
func (s Service) On(base, key string) Service {
	s.connect = func(s Service, how Connection) (provider.Provider, func(), error) {
		return simulatorAt(base, key, s.Drift, how.Version)
	}
	return s
}

// simulatorAt is a client of a simulator that this process serves.
func simulatorAt(base, key, drift, version string) (provider.Provider, func(), error) {
	return arkClient(ark.Options{BaseURL: base, Key: key, Version: version, Simulator: true, Camera: drift})
}

func arkClient(o ark.Options) (provider.Provider, func(), error) {
	c, err := ark.New(o)
	if err != nil {
		return nil, nil, &Failure{Kind: Misused, Message: err.Error()}
	}
	return c, func() {}, nil
}

// listTurns makes all processes of this user, whatever their stores, take turns at listing tasks with one key: the
// vendor allows an account one list call a second. The file has no part of the key in its name but a short digest.
// Where there is no folder for it, each process keeps the pace alone: nil.
func listTurns(base, key string) func(context.Context) (done func(), err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	host := base
	if u, err := url.Parse(base); err == nil {
		host = u.Host
	}
	account := sha256.Sum256([]byte("list\x00" + host + "\x00" + key))
	t, err := turns.Open(filepath.Join(cache, "shotchain", "lists", hex.EncodeToString(account[:8])), time.Second)
	if err != nil {
		return nil
	}
	return t.Take
}
