package exchange

import (
	"context"
	"fmt"

	"github.com/verno-loyalty/verno"
)

// most bounds what an import remembers of stores and members that it has dealt with.
const most = 200_000

// open finds the stores and terminals of a batch.
func (r *run) open(ctx context.Context, b *batch) error {
	var wanted []Place
	asked := map[Place]bool{}
	for _, d := range b.docs {
		if _, known := r.spots[d.place]; !known && !asked[d.place] {
			asked[d.place] = true
			wanted = append(wanted, d.place)
		}
	}
	for len(wanted) > 0 {
		n := min(len(wanted), verno.MaxBatch)
		spots, opened, err := r.hands.Places(ctx, wanted[:n], r.since)
		if err != nil {
			return fmt.Errorf("open stores: %w", err)
		}
		if len(r.spots) > most {
			clear(r.spots)
		}
		for i, s := range spots {
			r.spots[wanted[i]] = s
		}
		r.report.Places += int64(opened)
		wanted = wanted[n:]
	}
	return nil
}

// enrol takes in the members of a batch who were not met before.
func (r *run) enrol(ctx context.Context, b *batch) error {
	var list []Member
	asked := map[string]bool{}
	for _, d := range b.docs {
		if d.member == "" || r.members[d.member] || asked[d.member] {
			continue
		}
		asked[d.member] = true
		list = append(list, Member{ExternalID: d.member, Store: r.spots[d.place].Store, EnrolledAt: d.memberSince(), About: d.about})
	}
	for len(list) > 0 {
		n := min(len(list), verno.MaxBatch)
		made, err := r.hands.Enrol(ctx, list[:n], r.since)
		if err != nil {
			return fmt.Errorf("enrol members: %w", err)
		}
		r.report.Members += int64(made)
		if len(r.members) > most {
			clear(r.members)
		}
		for _, m := range list[:n] {
			r.members[m.ExternalID] = true
		}
		list = list[n:]
	}
	return nil
}
