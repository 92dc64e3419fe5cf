package chain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"time"

	"shotchain/chain/graph"
	"shotchain/chain/money"
	"shotchain/chain/provider"
	"shotchain/chain/store"
)

// maxTries is how often a take is created in one run when its task fails inside the provider and is not billed.
const maxTries = 3

// life is one take on its way from intent to kept clip, under its lock. The order of its writes is the promise of
// the package: intent, one POST, task id, verified result, kept.
type life struct {
	*Shooter
	t *graph.Take
	asking
	hands
	l     *store.Locked
	j     *store.Journal
	task  string // the provider's id of what the attempt has made, "" as long as there is none
	tries int    // create calls of this run
	held  bool   // the take's price is set aside in the purse
	leave func() // gives back the room on disk that is set aside for the take; nil before

	pictures []*given // that the key names, once they are frozen
}

func (v *life) live(ctx context.Context) Outcome {
	if err := v.l.Clean(); err != nil {
		return v.ended(ctx, Failed, err)
	}
	clip, err := v.l.Clip()
	switch {
	case err == nil: // another process has made it in the meantime
	case errors.Is(err, store.ErrDamaged), errors.Is(err, fs.ErrNotExist):
		if clip, err = v.mend(ctx); err != nil {
			return v.ended(ctx, Failed, err)
		}
	default: // there may well be a clip: not for us to buy another
		return v.ended(ctx, Unclear, err)
	}
	if clip != nil {
		return Outcome{Take: v.t, Standing: Cached, Clip: clip, Task: clip.Task}
	}
	if err := v.unreadable(); err != nil {
		return v.ended(ctx, Failed, err)
	}
	if err := v.openJournal(); err != nil {
		return v.ended(ctx, Unclear, err)
	}
	for {
		if out := v.step(ctx); !out.again {
			return out
		}
	}
}

// unreadable sets facts aside that nobody can read, and nothing else: what they told of may still be whole.
func (v *life) unreadable() error {
	if _, err := v.l.Clip(); !errors.Is(err, store.ErrDamaged) {
		return nil
	}
	if r, err := v.l.Remedy(); r != nil || err != nil {
		return err
	}
	return v.l.SetAside("clip.json")
}

// openJournal reads the attempts there are. Those that can no longer turn into a clip are closed.
func (v *life) openJournal() (err error) {
	again := in(v.t, v.plan.Options.Resubmit)
	v.j, err = v.l.Journal()
	if err != nil {
		if !again {
			return fmt.Errorf("%w; whether it was bought cannot be told from it", err)
		}
		if err := v.l.SetAside("task.json"); err != nil {
			return err
		}
		v.j = &store.Journal{}
	}
	a := v.j.Last()
	if a == nil || !a.Open() {
		return nil
	}
	if again || v.plan.Graph.Service.Forgets {
		a.State, a.Message = store.Abandoned, "given up by the user"
		if v.plan.Graph.Service.Forgets {
			a.Message = "the simulator that ran it is gone"
		}
		if err := v.l.SetAsideClip(); err != nil { // or its files would pass for those of the next attempt
			return err
		}
		return v.l.PutJournal(v.j)
	}
	v.held = v.purse.reserve(v.t.Cost)
	return nil
}

// unhold gives back what was set aside for a task that is not billed.
func (v *life) unhold() {
	if v.held {
		v.held = false
		v.purse.exchange(v.t.Cost, money.Amount{})
	}
}

// step does the next thing for the take. The outcome is final unless there is more to do: again.
func (v *life) step(ctx context.Context) Outcome {
	a := v.j.Last()
	v.task = ""
	switch {
	case a == nil || !a.Open():
		return v.submit(ctx)
	case a.State == store.Intended:
		return v.find(ctx, a)
	default:
		v.task = a.Task
		return v.await(ctx, a)
	}
}

// submit records the intent, asks for the clip once, and records the task.
func (v *life) submit(ctx context.Context) Outcome {
	if v.t.StoredKey != "" {
		return v.ended(ctx, Stopped, errNothing)
	}
	if ctx.Err() != nil {
		return v.ended(ctx, Stopped, context.Cause(ctx))
	}
	if v.final && v.promotion() == nil {
		return v.unpromotable(nil)
	}
	if held := (*Held)(nil); errors.As(v.judged(ctx), &held) {
		return v.ended(ctx, Stopped, held)
	}
	if v.leave == nil {
		leave, err := v.claim(v.t)
		if err != nil {
			return v.ended(ctx, Failed, err)
		}
		v.leave = leave
	}
	v.held = v.plan.Of(v.t).Standing != Cached && (v.held || v.purse.reserve(v.t.Cost))
	if !v.held {
		err := fmt.Errorf("making it would cost %s more than the plan said; look at the plan again", v.t.Cost.String())
		return v.ended(ctx, Failed, err)
	}
	v.tries++
	a, err := v.intend(ctx)
	if err != nil {
		v.unhold()
		v.up.reread()
		return v.ended(ctx, Failed, err)
	}
	made, err := v.create(ctx, a)
	f := asFault(err)
	switch {
	case err == nil:
		v.submitted(a, made)
	case f.Class == provider.Lost:
		now := time.Now().UTC()
		a.LostAt, a.RequestID, a.Message = &now, f.RequestID, f.Error()
	default:
		v.unhold()
		if f.Class == provider.Moderated {
			f = withBill(f, provider.No) // nothing was made
			err = f
		}
		v.close(a, f)
	}
	if err := v.l.PutJournal(v.j); err != nil {
		what := "what became of its create call"
		if made.Task != "" {
			what = "task " + made.Task + " runs, but"
		}
		return v.ended(ctx, Unclear, fmt.Errorf("%s could not be recorded: %w", what, err))
	}
	if err == nil || f.Class == provider.Lost {
		return Outcome{again: true}
	}
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return v.ended(ctx, Stopped, err)
	}
	if v.final && a.PromotedFrom == "" {
		return v.unpromotable(err)
	}
	return v.ended(ctx, Failed, err)
}

// submitted notes the task of an attempt.
func (v *life) submitted(a *store.Attempt, made provider.Created) {
	a.State, a.Task, a.Handle, a.Message = store.Submitted, made.Task, string(made.Handle), ""
	a.RequestID = cmp.Or(made.RequestID, a.RequestID)
	a.Lapses = a.IntendedAt.Add(taskLife(v.plan.Graph.Service.Can))
	v.task = made.Task
}

// intend writes down what is about to be asked for. When it returns, the intent is on disk.
func (v *life) intend(ctx context.Context) (*store.Attempt, error) {
	if err := v.l.SetAsideClip(); err != nil { // what is left of an earlier clip is not this attempt's
		return nil, err
	}
	if err := v.freeze(ctx); err != nil {
		return nil, err
	}
	req := &store.Request{Provider: v.plan.Graph.Service.Namespace, Film: v.plan.Graph.Film.Title, Shot: v.t.Shot.Name(),
		Number: v.t.Number, Asked: asked(v.t, v.a), Draft: v.t.Draft, Worst: v.t.Cost, Tokens: v.t.Tokens,
		PerMillion: v.t.Price.PerMillion, Expected: v.t.Expected.Seconds(), Made: time.Now().UTC()}
	v.frozenFiles(req)
	if err := v.l.PutRequest(req); err != nil {
		return nil, err
	}
	attempt := store.Attempt{Number: len(v.j.Attempts) + 1, State: store.Intended,
		Mark: v.how.Provider.Mark(v.t.Request), IntendedAt: time.Now().UTC()}
	if from := v.promotion(); from != nil {
		attempt.PromotedFrom = from.Task
	}
	v.j.Attempts = append(v.j.Attempts, attempt)
	return v.j.Last(), v.l.PutJournal(v.j)
}

// create sends the request. Only where nothing was created is it sent again, after a pause that all takes keep.
func (v *life) create(ctx context.Context, a *store.Attempt) (provider.Created, error) {
	wait := v.pauses()
	for began, urls := time.Now(), true; ; {
		if err := v.gate.pass(ctx); err != nil {
			return provider.Created{}, context.Cause(ctx)
		}
		if err := v.redate(a); err != nil {
			return provider.Created{}, err
		}
		req, err := v.request(ctx, a, urls)
		if err != nil {
			return provider.Created{}, err
		}
		v.observe(Event{Take: v.t, Standing: Submitting})
		made, err := v.post(ctx, req)
		f := asFault(err)
		switch {
		case err == nil:
			return made, nil
		case req.DraftTask != "" &&
			(f.Class == provider.Invalid || f.Class == provider.Gone): // the draft is no longer there: nothing was created
			a.PromotedFrom = ""
			if v.final { // the pictures of the whole question are not there yet
				return provider.Created{}, err
			}
			if err := v.l.PutJournal(v.j); err != nil {
				return provider.Created{}, err
			}
			continue
		case f.Class == provider.Invalid && f.Remark != "" && f.Remark != a.Mark: // a model or gateway that does not take it
			a.Mark = f.Remark
			if err := v.l.PutJournal(v.j); err != nil {
				return provider.Created{}, err
			}
			continue
		case f.Class == provider.Invalid && freshIn(&req): // the provider would not take its own URL: nothing was created
			urls = false
			continue
		case f.Class != provider.Busy || time.Since(began) > v.how.Timing.Patience:
			return provider.Created{}, err
		}
		d := max(f.RetryAfter, wait.NextBackOff())
		v.gate.shut(d)
		v.observe(Event{Take: v.t, Standing: Busy, Message: f.Error()})
	}
}

// request is what goes out for an attempt, whole: all that the take asks for, with every picture that its key names.
// urls allows frames that the service holds itself to be named by its own URLs.
func (v *life) request(ctx context.Context, a *store.Attempt, urls bool) (provider.Request, error) {
	req := v.t.Request
	req.Label = v.t.Name() + "#" + v.l.Key[:12] + "-" + strconv.Itoa(a.Number)
	req.Mark = a.Mark
	req.CallbackURL = string(v.how.Callback)
	if a.PromotedFrom != "" {
		from := v.promotion()
		if from == nil || from.Task != a.PromotedFrom {
			return req, fmt.Errorf("its draft, task %s, is not what it was", a.PromotedFrom)
		}
		return v.promoting(req, from), nil
	}
	req.FirstFrame, req.LastFrame, req.References = nil, nil, nil
	for _, p := range v.pictures {
		f, err := v.carried(ctx, p, urls)
		if err != nil {
			return req, p.faulty(err)
		}
		p.into(&req, f)
	}
	return req, nil
}

// freshIn reports whether the request names pictures that the service holds itself.
func freshIn(r *provider.Request) bool {
	return slices.ContainsFunc(picturesOf(r), func(p sent) bool { return p.URL != "" })
}

// redate records when the call is really sent, where that is not when it was intended: a lost task is looked for
// around that time.
func (v *life) redate(a *store.Attempt) error {
	if time.Since(a.IntendedAt) < time.Second {
		return nil
	}
	a.IntendedAt = time.Now().UTC()
	return v.l.PutJournal(v.j)
}

// post makes the paid call, with exactly what the key says. It is not ended by an interrupt: an answer that is given up is a task that may be lost.
func (v *life) post(ctx context.Context, req provider.Request) (provider.Created, error) {
	if err := v.sealed(req); err != nil {
		return provider.Created{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), v.how.Timing.Answer)
	defer cancel()
	return v.how.Provider.Create(ctx, req)
}

// close ends an attempt that made no clip.
func (v *life) close(a *store.Attempt, f *provider.Fault) {
	now := time.Now().UTC()
	a.State, a.EndedAt = store.Failed, &now
	a.Class, a.Code, a.Message, a.Hint = string(f.Class), f.Code, f.Message, f.Hint
	if a.RequestID == "" {
		a.RequestID = f.RequestID
	}
}

// ended is an outcome without a clip. Faults of the context are told as what they are: the run stopped.
func (v *life) ended(ctx context.Context, s Standing, err error) Outcome {
	if ctx.Err() != nil &&
		(errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Cause(ctx))) {
		err = context.Cause(ctx)
		if s == Failed {
			s = Stopped
		}
	}
	return Outcome{Take: v.t, Standing: s, Task: v.task, Fault: err}
}

// asFault is err as a fault; one that is none is of no class. nil stays a fault without a class.
func asFault(err error) *provider.Fault {
	var f *provider.Fault
	if errors.As(err, &f) {
		return f
	}
	if err == nil {
		return &provider.Fault{}
	}
	return &provider.Fault{Message: err.Error(), Err: err}
}

// discard removes a temporary file of the take's folder; what stays is swept by whoever locks the take next.
func (v *life) discard(temp string) { _ = v.l.Discard(temp) }
