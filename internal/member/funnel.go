package member

import (
	"context"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Dimensions are the ways in which an address says where somebody came from, by which figures are told apart.
var Dimensions = []string{"utm_source", "utm_medium", "utm_campaign"}

// Funnels tells how many of those who came by a channel, or by any with the zero one, joined, bought, and bought again: of
// whoever came from a time on, and before another where that is not zero.
func (r *Roll) Funnels(ctx context.Context, a verno.Actor, id verno.ChannelID, from, until time.Time) ([]store.Funnel, error) {
	if err := a.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	return r.Store.Reader().Funnels(ctx, a.Tenant, id, from, until)
}

// ByChannel adds up by the channel by which they came.
func ByChannel(counted []store.Funnel) map[verno.ChannelID]store.Funnel {
	of := map[verno.ChannelID]store.Funnel{}
	for i := range counted {
		sum := of[counted[i].Channel]
		AddFunnel(&sum, &counted[i])
		of[counted[i].Channel] = sum
	}
	return of
}

// SourceFunnel is how far those went who came from one source.
type SourceFunnel struct {
	Name string // empty for those who came by the bare address
	store.Funnel
}

// BySource adds up by one of the dimensions, the largest first.
func BySource(counted []store.Funnel, by string) []SourceFunnel {
	var rows []SourceFunnel
	at := map[string]int{}
	for i := range counted {
		name := counted[i].Source[by]
		if name == "" && by == Dimensions[0] {
			name = counted[i].Source["src"]
		}
		if _, known := at[name]; !known {
			at[name] = len(rows)
			rows = append(rows, SourceFunnel{Name: name})
		}
		AddFunnel(&rows[at[name]].Funnel, &counted[i])
	}
	slices.SortStableFunc(rows, func(a, b SourceFunnel) int { return int(b.Visits - a.Visits) })
	return rows
}

// AddFunnel adds one to another.
func AddFunnel(to, f *store.Funnel) {
	to.Visits += f.Visits
	to.Joined += f.Joined
	to.Kept += f.Kept
	to.Removed += f.Removed
	to.Bought += f.Bought
	to.Again += f.Again
}
