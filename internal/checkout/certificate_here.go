package checkout

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
)

// soldHere is how long whoever has sold a certificate may bring it into the phone of who has bought it.
const soldHere = 24 * time.Hour

// SoldHere sees that a certificate was sold by this very till, or where that is none by whoever asks, within the last day, and
// that nothing of it is spent: whoever sells certificates has seen what opens this one, and is to open no other. One that
// stands for another one that was lost was sold by nobody. Errors: not_found, card_state, certificate_not_here.
func (t *Till) SoldHere(ctx context.Context, a verno.Actor, id verno.CardID) error {
	if err := a.Require(verno.MayTopUp); err != nil {
		return err
	}
	err := t.soldHere(ctx, a, id)
	if e := verno.AsError(err); e != nil && e.Kind == verno.KindConflict && !errors.Is(err, verno.Conflict("card_state")) {
		return verno.Conflict("certificate_not_here")
	}
	return err
}

func (t *Till) soldHere(ctx context.Context, a verno.Actor, id verno.CardID) error {
	x, err := t.takingBack(ctx, a, &ReturnCertificate{Card: id})
	if err != nil {
		return err
	}
	sold, err := t.reader.CertificateSold(ctx, a.Tenant, id)
	if err != nil {
		return err
	}
	here := bytes.Equal(sold.Ref, a.Terminal[:])
	if a.Terminal.IsZero() {
		here = sold.Actor == a.Name()
	}
	at := verno.FromMicros(sold.At)
	if !here || !t.clock().Before(at.Add(soldHere)) || x.back.At.After(at) {
		return verno.Conflict("certificate_not_here")
	}
	h, err := t.worth(ctx, a.Tenant, id)
	if err != nil {
		return err
	}
	return x.whole(h, verno.Micros(t.clock()))
}
