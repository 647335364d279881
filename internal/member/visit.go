package member

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Sources are the parameters of an address that say where somebody came from.
var Sources = []string{"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "src"}

// maxSource is how many letters of one parameter are kept.
const maxSource = 80

// Open finds the channel of an address. Errors: not_found, channel_closed.
func (r *Roll) Open(ctx context.Context, code string) (store.Channel, error) {
	c, err := r.Store.Reader().ChannelByCode(ctx, strings.ToLower(code))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return c, verno.NotFound("route_not_found")
	case err == nil && !c.ClosedAt.IsZero():
		return c, verno.NotFound("channel_closed")
	}
	return c, err
}

// Visit notes that somebody has come to a channel's page, and from where. It says nothing of who.
func (r *Roll) Visit(ctx context.Context, c store.Channel, source map[string]string, now time.Time) (verno.VisitID, error) {
	v := store.Visit{Tenant: c.Tenant, ID: verno.NewID[verno.VisitID](now, r.Entropy), Channel: c.ID, Source: SourceOf(source), CreatedAt: now}
	return v.ID, r.Store.Write(ctx, func(tx *store.Tx) error { return tx.InsertVisit(ctx, v) })
}

// visitMonths is how long visits are kept: a month of last year can be compared with the same one before it.
const visitMonths = 25

// TidyVisits forgets visits of long ago, a bounded number, and says whether there may be more.
func (r *Roll) TidyVisits(ctx context.Context, now time.Time) (more bool, err error) {
	const most = 500
	tenants, err := r.Store.Reader().Tenants(ctx)
	if err != nil {
		return false, err
	}
	for i := range tenants {
		err := r.Store.WriteLow(ctx, func(tx *store.Tx) error {
			n, err := tx.DeleteVisits(ctx, tenants[i].ID, now.AddDate(0, -visitMonths, 0), most)
			more = more || n == most
			return err
		})
		if err != nil {
			return false, err
		}
	}
	return more, nil
}

// SourceOf keeps the parameters that there are, each as one short line.
func SourceOf(given map[string]string) map[string]string {
	kept := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(Sources, name) {
			continue
		}
		text := strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(given[name], ""))
		if letters := []rune(strings.TrimSpace(text)); len(letters) > 0 {
			kept[name] = string(letters[:min(len(letters), maxSource)])
		}
	}
	return kept
}
