package pass

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// managing is what whoever changes certificates, keys and accounts must be allowed: what signs a merchant's cards is no
// less than what lets its staff in.
const managing = verno.MayManageStaff

// record tells of a change in the transaction that makes it: what is done, to which subject, with details as names and
// values by turns. They hold no secrets, because the log is for ever.
func (p *Passes) record(ctx context.Context, tx *store.Tx, a verno.Actor, now time.Time, what, subject string, more ...string) error {
	detail := map[string]string{"what": what}
	for i := 0; i+1 < len(more); i += 2 {
		detail[more[i]] = more[i+1]
	}
	return p.Record(ctx, tx, verno.Event{
		Tenant: a.Tenant, Kind: verno.EventAccess, At: now, Subject: subject, Actor: a.Name(), Detail: detail,
	})
}
