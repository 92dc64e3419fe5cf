package vetting

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"shotchain/chain/money"
	"shotchain/chain/provider"
	"shotchain/chain/vet"
	"shotchain/film"
)

// contract is the free stage of a service that does not speak Ark's protocol: what can be asked through its client.
// No create call is sent: such a service may judge what it is sent only after it has taken it.
type contract struct {
	client, wrong provider.Provider // wrong has a key that cannot be right
	r             *vet.Report
	model         string
	price         int64 // the catalogue's, per million tokens
}

// contractFree asks a service through its client.
func (v *Vetting) contractFree(ctx context.Context) error {
	client, done, err := v.connect(v.o.Key)
	if err != nil {
		return err
	}
	defer done()
	wrong, done, err := v.connect(wrongKey(v.o.Key))
	if err != nil {
		return err
	}
	defer done()
	c := &contract{client: client, wrong: wrong, r: v.Report, model: v.Report.Subject.Model}
	if p := v.model.Regions[v.o.Service.About.Region].Prices; len(p) > 0 {
		c.price = p[0].PerMillion
	}
	for _, probe := range []func(context.Context) error{c.get, c.list, c.key, c.cancel, c.quote} {
		if err := probe(ctx); err != nil {
			return err
		}
	}
	c.unsent()
	return nil
}

func (v *Vetting) connect(key string) (provider.Provider, func(), error) {
	return v.o.Service.Connect(film.Connection{Key: key, Version: v.o.Version, Models: v.cat})
}

// wrongKey is a key of the same form that cannot be right.
func wrongKey(key string) string {
	return strings.Map(func(r rune) rune {
		if r == ':' || r == '-' || r == '_' {
			return r
		}
		return 'x'
	}, key)
}

func (c *contract) add(check string, line vet.Line, verdict vet.Verdict, err error, format string, args ...any) {
	f := vet.Finding{Check: check, Line: line, Verdict: verdict, Found: fmt.Sprintf(format, args...)}
	if err != nil {
		f.Evidence = append(f.Evidence, vet.Evidence{Name: "answer", Value: faultLine(err)})
	}
	c.r.Findings = append(c.r.Findings, f)
}

// faultLine is an answer as a client tells it.
func faultLine(err error) string {
	var f *provider.Fault
	if !errors.As(err, &f) {
		return err.Error()
	}
	return fmt.Sprintf("HTTP %d, %s: %s", f.HTTPStatus, f.Class, f.Error())
}

// class is what a client made of an answer, "" for success or where there was none.
func class(err error) provider.Class {
	var f *provider.Fault
	if errors.As(err, &f) && f.HTTPStatus != 0 {
		return f.Class
	}
	return ""
}

// invented is a task that the service has never made. ok is false where nobody knows how it would be named.
func (c *contract) invented(check string) (r provider.Ref, ok bool) {
	i, ok := provider.As[provider.Inventor](c.client)
	if !ok {
		c.add(check, vet.Contract, vet.NotTested, nil, "not testable: how this service names its tasks is not known")
		return r, false
	}
	return i.Invented(), true
}

func (c *contract) get(ctx context.Context) error {
	r, ok := c.invented("F1")
	if !ok {
		return nil
	}
	_, err := c.client.Get(ctx, r)
	switch class(err) {
	case provider.Gone:
		c.add("F1", vet.Contract, vet.Proven, err, "a task that does not exist is answered as one")
	case provider.Account:
		c.add("F1", vet.Contract, vet.NotTested, err, "the key is refused")
	default:
		if err == nil {
			c.add("F1", vet.Contract, vet.Refuted, nil, "a task that does not exist is told of")
			break
		}
		c.add("F1", vet.Contract, vet.NotTested, err,
			"a task that does not exist is answered in words that mean something else")
	}
	return ctx.Err()
}

func (c *contract) list(ctx context.Context) error {
	l, ok := provider.As[provider.Lister](c.client)
	if !ok || c.client.About().Can.Lookup == provider.NoLookup {
		c.add("F2", vet.Contract, vet.NotTested, nil,
			"not testable: the service has no list: a create call whose answer is lost cannot be looked up")
		return nil
	}
	_, _, err := l.List(ctx, provider.Filter{Model: c.model})
	if err != nil {
		c.add("F2", vet.Contract, vet.NotTested, err,
			"its records cannot be read: a create call whose answer is lost cannot be looked up")
		return ctx.Err()
	}
	can := c.client.About().Can
	words := "there is a " + string(can.Lookup) + ": a create call whose answer is lost can be looked up"
	if can.Conclusive > 0 {
		words += fmt.Sprintf("; that nothing was made it can prove after %s at the earliest", can.Conclusive)
	}
	c.add("F2", vet.Contract, vet.Claimed, nil, "%s", words)
	return nil
}

// key reads with a wrong one: a read makes nothing, whatever the service thinks of the key.
func (c *contract) key(ctx context.Context) error {
	r, ok := c.invented("F3")
	if !ok {
		return nil
	}
	_, err := c.wrong.Get(ctx, r)
	switch class(err) {
	case provider.Account:
		c.add("F3", vet.Contract, vet.Proven, err, "a wrong key may not read")
	default:
		c.add("F3", vet.Contract, vet.NotTested, err, "a wrong key is not told apart when a task is read")
	}
	return ctx.Err()
}

func (c *contract) cancel(ctx context.Context) error {
	if c.client.About().Can.Cancel == provider.NoCancel {
		c.add("F8", vet.Contract, vet.NotTested, nil, "not testable: the service cannot cancel")
		return nil
	}
	r, ok := c.invented("F8")
	if !ok {
		return nil
	}
	err := c.client.Cancel(ctx, r)
	if class(err) == provider.Gone {
		c.add("F8", vet.Contract, vet.Claimed, err, "what does not exist cannot be cancelled, and it says so")
		return nil
	}
	c.add("F8", vet.Contract, vet.NotTested, err,
		"cancelling what does not exist is answered in words that mean something else")
	return ctx.Err()
}

// quote compares the service's price with the catalogue's.
func (c *contract) quote(ctx context.Context) error {
	p, ok := provider.As[provider.Pricer](c.client)
	if !ok {
		c.add("F9", "", vet.NotTested, nil, "this service has no price list to compare the catalogue with")
		return nil
	}
	q, err := p.Quote(ctx, c.model)
	if err != nil {
		c.add("F9", "", vet.NotTested, err, "the price list could not be read")
		return ctx.Err()
	}
	verdict, words := vet.NotTested, "the price list was read; it does not tell a price by tokens"
	switch {
	case q.PerMillion > 0 && q.PerMillion == c.price:
		verdict = vet.Claimed
		words = fmt.Sprintf("it asks %s %s per million tokens, as the catalogue has it", money.Amount{Micros: q.PerMillion}.Decimal(), q.Currency)
	case q.PerMillion > 0:
		words = fmt.Sprintf("it asks %s %s per million tokens, and the catalogue has %s: "+
			"plans are wrong until it is put right", money.Amount{Micros: q.PerMillion}.Decimal(), q.Currency, money.Amount{Micros: c.price}.Decimal())
		c.r.Notes = append(c.r.Notes, "warning: "+words)
	}
	sum := sha256.Sum256(q.Answer)
	c.add("F9", "", verdict, nil, "%s", words)
	f := &c.r.Findings[len(c.r.Findings)-1]
	f.Evidence = append(f.Evidence, vet.Evidence{Name: "prices", Value: string(q.Answer[:min(len(q.Answer), 2000)])},
		vet.Evidence{Name: "sha256", Value: hex.EncodeToString(sum[:])})
	return nil
}

// unsent names what is not asked, and why.
func (c *contract) unsent() {
	const why = "not testable: this service takes a request first and judges it later, so that each would be a task"
	for _, check := range []string{"F4", "F5"} {
		c.add(check, vet.ModelID, vet.NotTested, nil, why)
	}
	for _, check := range []string{"F6-ratio", "F6-duration", "F6-unknown", "F7"} {
		c.add(check, vet.Contract, vet.NotTested, nil, why)
	}
}

// echoOf is a task as its client told it, as far as it told anything: for evidence, in Ark's words.
func echoOf(t provider.Task) []byte {
	o := map[string]any{"status": t.Status}
	set := func(name string, is bool, value any) {
		if is {
			o[name] = value
		}
	}
	set("model", t.Model != "", t.Model)
	set("resolution", t.Resolution != "", t.Resolution)
	set("ratio", t.Ratio != "", t.Ratio)
	set("duration", t.Duration != 0, t.Duration)
	set("generate_audio", t.Audio != nil, t.Audio)
	set("seed", t.Seed != nil, t.Seed)
	set("billed", t.Billed != provider.Unknown, t.Billed)
	if t.Fault != nil {
		o["error"] = map[string]string{"code": t.Fault.Code, "message": t.Fault.Message}
	}
	set("usage", t.Tokens > 0, map[string]int64{"completion_tokens": t.Tokens})
	b, _ := json.Marshal(o)
	return b
}
