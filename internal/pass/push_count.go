package pass

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/store"
)

// countsKept is how long it is known what came of telling wallets.
const countsKept = 30 * 24 * time.Hour

// The reasons that no wallet gave.
const (
	whyUnreachable = "unreachable"
	whyAccess      = "access" // the account or certificate is not let in
	whyNoKey       = "no_key" // the wallet gave out no key to tell it by
)

// GoogleWallet names Google's wallet among those that are told of changes; the others go by their scheme.
const GoogleWallet = "google"

// tally gathers what came of telling wallets, whatever the order.
type tally map[store.PushCount]int64

func (t tally) add(wallet string, outcome store.PushOutcome, why string) {
	t[store.PushCount{Wallet: wallet, Outcome: outcome, Why: why}]++
}

// counts are the sums, in an order that is the same for all writers.
func (t tally) counts() []store.PushCount {
	list := slices.Collect(maps.Keys(t))
	for i := range list {
		list[i].Times = t[list[i]]
	}
	slices.SortFunc(list, func(a, b store.PushCount) int {
		return cmp.Or(cmp.Compare(a.Wallet, b.Wallet), cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(a.Why, b.Why))
	})
	return list
}

// counted tells whoever watches the process.
func (p *Passes) counted(list []store.PushCount) {
	if p.Count == nil {
		return
	}
	for _, c := range list {
		p.Count(c.Wallet, c.Outcome, c.Times)
	}
}

// tallied counts what came of telling devices.
func tallied(sends []send) tally {
	t := tally{}
	for i := range sends {
		s := &sends[i]
		if outcome := outcomes[s.outcome]; outcome != "" {
			t.add(s.registration.Scheme, outcome, s.why)
		}
	}
	return t
}

var outcomes = map[outcome]store.PushOutcome{accepted: store.PushTold, isGone: store.PushGone, isRefused: store.PushRefused, tryAgain: store.PushLater}

// whyOf is an answer in a word or two: its status, and the one word that stands for what is wrong. What else strangers
// write does not come into our tables.
func whyOf(status int, reason string) string {
	const longest = 40
	reason = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '_' {
			return r
		}
		return -1
	}, reason)
	return strings.TrimSpace(strconv.Itoa(status) + " " + reason[:min(len(reason), longest)])
}

// why is what Apple says of a notification that it did not take.
func (a *answered) why() string {
	if a.err != nil {
		return whyUnreachable
	}
	return whyOf(a.status, a.reason)
}

// why is what Google says of a call that it did not take.
func (a *googleAnswer) why(v googleVerdict) string {
	switch {
	case v == googleLocked && a.err != nil:
		return whyAccess
	case a.err != nil:
		return whyUnreachable
	}
	reason, _ := a.fault()
	return whyOf(a.status, reason)
}
