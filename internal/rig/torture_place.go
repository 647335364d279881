package rig

import (
	"bytes"
	"context"
	"net/http"
	"time"
)

// place writes an order down, sends it once and writes down what Verno acknowledges. The error is one of the rig.
func (r *rack) place(ctx context.Context, o *order) (*reply, error) {
	if err := r.journal.sent(o); err != nil {
		return nil, err
	}
	return r.send(ctx, r.caller, o)
}

// send sends an order that has been written down.
func (r *rack) send(ctx context.Context, c *caller, o *order) (*reply, error) {
	r.count(&r.Sent)
	a := c.send(ctx, http.MethodPost, o.Path, o.Key, o.Body)
	switch {
	case a.done():
		return a, r.acknowledged(o, a.body)
	case a.refused():
		r.count(&r.Refused)
	default:
		r.count(&r.Unknown)
		r.unanswered(o, a)
	}
	return a, nil
}

// unanswered looks at an answer that leaves open what happened: a broken connection, or 503 with the time to come back.
func (r *rack) unanswered(o *order, a *reply) {
	switch {
	case a.err != nil:
	case a.status != http.StatusServiceUnavailable:
		r.blamef(&r.ServerErrors, "%s %s: %s", o.Kind, o.Key, a)
	case a.retry == "":
		r.blamef(&r.ServerErrors, "%s %s: 503 without Retry-After: %s", o.Kind, o.Key, a)
	default:
		r.count(&r.ComeBack)
	}
}

// acknowledged writes an answer down and holds it to our own reckoning.
func (r *rack) acknowledged(o *order, answer []byte) error {
	if err := r.journal.acknowledged(o.Key, answer); err != nil {
		return err
	}
	r.count(&r.Acknowledged)
	t, err := o.tell(answer)
	if err != nil {
		r.blamef(&r.Wrong, "%v: %.300s", err, answer)
		return nil
	}
	if o.Kind == "sale" && t.Totals.Earn != o.Earn {
		r.blamef(&r.Wrong, "sale %s earns %d points where %d are due for %d paid", o.Key, t.Totals.Earn, o.Earn, t.Totals.Payable.Amount)
	}
	r.stage.learn(o, t)
	return nil
}

// resolvePatience bounds how long a running Verno may leave keys unresolved.
const resolvePatience = 30 * time.Second

// resolve finds out by its key what became of an order that was not answered, and sends it again where Verno never saw
// it, until there is an answer. There is none, without an error, where that takes until after the deadline.
func (r *rack) resolve(ctx context.Context, o *order, said *reply, deadline time.Time) (*reply, error) {
	for unseen := false; ctx.Err() == nil; wait(ctx, 20*time.Millisecond) {
		if r.Clock().After(deadline) {
			r.blamef(&r.Unresolved, "%s %s cannot be resolved: %s", o.Kind, o.Key, said)
			return nil, nil
		}
		found, err := r.caller.outcome(ctx, o.Key)
		if err != nil {
			continue
		}
		switch found.State {
		case "applied":
			r.count(&r.Resolved.Applied)
			if said.code == "overloaded" {
				r.blamef(&r.Unresolved, "%s %s was applied and was answered that nothing was written: %s", o.Kind, o.Key, said)
			}
			return r.applied(ctx, o, found.Receipt)
		case "rejected":
			r.count(&r.Resolved.Rejected)
			return &reply{status: http.StatusUnprocessableEntity}, nil
		}
		if !unseen {
			r.count(&r.Resolved.NeverSeen)
			unseen = true
		}
		a, err := r.send(ctx, r.caller, o)
		if err != nil || a.done() || a.refused() {
			return a, err
		}
		said = a
	}
	return nil, ctx.Err()
}

// applied takes what an unanswered order was applied with as its answer: the receipt, or what the same key is answered
// once more.
func (r *rack) applied(ctx context.Context, o *order, receipt []byte) (*reply, error) {
	if o.receipt() {
		return &reply{status: http.StatusCreated, again: true, body: receipt}, r.acknowledged(o, receipt)
	}
	a, err := r.send(ctx, r.caller, o)
	if err == nil && a.done() && !a.again {
		r.blamef(&r.Doubled, "%s %s was applied, and applied once more: %s", o.Kind, o.Key, a)
	}
	return a, err
}

// check sees that Verno still has what it acknowledged, to the letter.
func (r *rack) check(ctx context.Context, o *order, answer []byte) error {
	found, err := r.caller.outcome(ctx, o.Key)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		r.blamef(&r.ServerErrors, "%s %s cannot be looked for: %v", o.Kind, o.Key, err)
	case found.State != "applied":
		r.blamef(&r.Lost, "%s %s was acknowledged and is %s: %.300s", o.Kind, o.Key, found.State, answer)
	case o.receipt() && !bytes.Equal(found.Receipt, answer):
		r.blamef(&r.Lost, "%s %s was acknowledged as\n%s\nand is\n%s", o.Kind, o.Key, answer, found.Receipt)
	}
	return nil
}

// repeat sends an acknowledged order once more: the answer is the same, to the letter, and nothing happens.
func (r *rack) repeat(ctx context.Context, o *order, answer []byte) {
	r.count(&r.Sent)
	a := r.caller.send(ctx, http.MethodPost, o.Path, o.Key, o.Body)
	switch {
	case !a.done():
		r.blamef(&r.Lost, "%s %s was acknowledged, and answered a second time with %s", o.Kind, o.Key, a)
	case !a.again:
		r.blamef(&r.Lost, "%s %s was acknowledged, and was new to Verno a second time", o.Kind, o.Key)
	case !bytes.Equal(a.body, answer):
		r.blamef(&r.Doubled, "%s %s was answered\n%s\nand a second time\n%s", o.Kind, o.Key, answer, a.body)
	}
}
