package vet

import (
	"slices"
	"strings"
	"time"
)

// spare is how far a manifest's time may lie outside the task's life: clocks differ.
const spare = 10 * time.Minute

// arkAgents are what Ark's regions call themselves in a manifest.
var arkAgents = []string{"Volcengine_Ark_CN", "BytePlus_ModelArk"}

// origin judges the provenance that the file carries. Its signature is not verified here.
func (j *judge) origin(earlier []Print) {
	p := j.p
	if !p.box {
		f := finding("c2pa", ModelID, NotTested,
			"the file makes no claim of where it comes from; re-encoding, remuxing and some caches remove it, so that refutes nothing")
		if p.app != "" {
			f = finding("c2pa", ModelID, Refuted, "the file is from the consumer product, not from the API").with("label", p.app)
		}
		j.add(f)
		return
	}
	evidence := []any{"softwareAgent", p.agent + " " + p.version, "model_name", p.model, "log_id", p.logID, "signer",
		p.signer,
		"digitalSourceType", p.source, "generator", p.generator, "time", p.when.Format(time.RFC3339), "AIGC label", p.label}
	add := func(v Verdict, format string, args ...any) {
		j.add(finding("c2pa", ModelID, v, format, args...).with(evidence...))
	}
	m := j.model()
	switch {
	case p.model == "":
		add(NotTested, "it carries a C2PA manifest that names no model")
	case m != nil && family(p.model) != family(m.Alias):
		add(Refuted, "the file says that %s made it, not %s", p.model, m.Alias)
	case !p.when.IsZero() && j.outside(p.when):
		add(Refuted, "the file says that it was made at %s, which is not in the task's life", p.when.Format(time.RFC3339))
	case p.logID != "" && slices.ContainsFunc(earlier, func(e Print) bool {
		return slices.Contains(e.LogIDs, p.logID) && (e.Task == "" || e.Task != j.c.Task)
	}):
		add(Refuted, "its log id was in another clip: they are of one request")
	case !slices.Contains(arkAgents, p.agent):
		add(NotTested, "it names %s as its model, but %q as what made it", p.model, p.agent)
	default:
		add(Claimed, "the file says that %s of %s made it; c2patool can verify the signature", p.model, p.agent)
	}
}

// outside reports whether a moment is not in the task's life.
func (j *judge) outside(t time.Time) bool {
	return !j.c.Created.IsZero() && t.Before(j.c.Created.Add(-spare)) ||
		!j.c.Finished.IsZero() && t.After(j.c.Finished.Add(spare))
}

// encoder records the traces of what wrote the file.
func (j *judge) encoder() {
	evidence := []any{"brand", j.p.brand, "boxes", strings.Join(j.p.order, " "), "traces", strings.Join(j.p.encoder, "; ")}
	switch {
	case len(j.p.encoder) > 0 && !j.p.box:
		j.add(finding("encoder", ModelID, NotTested,
			"re-encoded or remuxed on the way, or never the vendor's: an encoder's traces without a manifest, so the bytes cannot tell who made it").with(evidence...))
	case len(j.p.encoder) > 0:
		j.add(finding("encoder", ModelID, NotTested, "an encoder left its traces beside the manifest").with(evidence...))
	default:
		j.add(finding("encoder", ModelID, NotTested, "no encoder has left its traces").with(evidence...))
	}
}
