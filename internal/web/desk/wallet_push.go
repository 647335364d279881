package desk

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
)

// pushing is how far wallets have been told of changes.
type pushing struct {
	state  store.PushState
	google store.GoogleState
	rows   []pushRow // by wallet
	whys   []pushWhy
	sweeps []sweep
}

// pushRow is what came of telling one wallet today.
type pushRow struct {
	name                       string
	told, later, refused, gone int64
}

// pushWhy is a reason for which a wallet was not told.
type pushWhy struct {
	wallet, text, said string
	outcome            store.PushOutcome
	times              int64
}

// sweep is a change of many cards in words.
type sweep struct {
	store.SweepProgress
	text string
}

// running says whether there is anything to wait for.
func (p *pushing) running() bool {
	return p.state.Waiting > 0 || p.google.Waiting > 0 || p.state.Marking
}

// sums are what came of telling all wallets today.
func (p *pushing) sums() (s pushRow) {
	for _, r := range p.rows {
		s.told, s.later, s.refused, s.gone = s.told+r.told, s.later+r.later, s.refused+r.refused, s.gone+r.gone
	}
	return s
}

const shownSweeps = 5

func (d *Desk) pushing(c *call) (*pushing, error) {
	ctx, tenant := c.r.Context(), c.actor.Tenant
	p := &pushing{}
	var err error
	if p.state, err = d.Passes.Progress(ctx, tenant); err != nil {
		return nil, err
	}
	if p.google, err = d.Reader.GoogleState(ctx, tenant); err != nil {
		return nil, err
	}
	counts, err := d.Reader.PushCounts(ctx, tenant, c.today())
	if err != nil {
		return nil, err
	}
	for _, one := range counts {
		p.add(c, one)
	}
	slices.SortStableFunc(p.whys, func(a, b pushWhy) int { return cmp.Compare(b.times, a.times) })
	list, err := d.Reader.PassSweeps(ctx, tenant, shownSweeps)
	if err != nil {
		return nil, err
	}
	for _, one := range list {
		text, err := d.sweepText(c, &one)
		if err != nil {
			return nil, err
		}
		p.sweeps = append(p.sweeps, sweep{one, text})
	}
	return p, nil
}

// add counts an outcome to the row of its wallet.
func (p *pushing) add(c *call, one store.PushCount) {
	name := walletName(one.Wallet)
	i := slices.IndexFunc(p.rows, func(r pushRow) bool { return r.name == name })
	if i < 0 {
		p.rows, i = append(p.rows, pushRow{name: name}), len(p.rows)
	}
	r := &p.rows[i]
	switch one.Outcome {
	case store.PushTold:
		r.told += one.Times
		return
	case store.PushLater:
		r.later += one.Times
	case store.PushRefused:
		r.refused += one.Times
	case store.PushGone:
		r.gone += one.Times
	}
	why := pushWhy{wallet: name, said: one.Why, outcome: one.Outcome, times: one.Times, text: c.Say("desk.push.outcome." + string(one.Outcome))}
	word := one.Why[strings.LastIndexByte(one.Why, ' ')+1:]
	if id := "desk.push.reason." + strings.ToLower(word); c.Has(id) {
		why.text = c.Say(id)
	}
	p.whys = append(p.whys, why)
}

// walletName is how people call a wallet.
func walletName(wallet string) string {
	switch wallet {
	case pass.SchemeApple:
		return "Apple Wallet"
	case pass.GoogleWallet:
		return "Google Wallet"
	case pass.SchemeAndroid:
		return "WalletPasses"
	case pass.SchemeWalletUnion, pass.SchemeWalletHMS:
		return "WalletUnion"
	}
	return wallet
}

// sweepText says what has changed so many cards.
func (d *Desk) sweepText(c *call, s *store.SweepProgress) (string, error) {
	ctx, tenant := c.r.Context(), c.actor.Tenant
	switch {
	case !s.Template.IsZero():
		t, err := d.Reader.CardTemplate(ctx, tenant, s.Template)
		id := "desk.push.template"
		if !s.Programme.IsZero() {
			id = "desk.push.standard"
		}
		return c.Say(id, "Name", t.Name), some(err)
	case !s.Programme.IsZero():
		p, err := d.Reader.Programme(ctx, tenant, s.Programme)
		return c.Say("desk.push.programme", "Name", p.Draft.Name), some(err)
	}
	return c.Say("desk.push.house"), nil
}

// made is how many cards of a change are made anew, and share how much of it that is, in per cent.
func (s *sweep) made() int64 { return s.Of - s.Left }

func (s *sweep) share() string {
	if s.Of == 0 {
		return "100"
	}
	return strconv.FormatInt(s.made()*100/s.Of, 10)
}

// pushTotal is the sentence about what waits.
func pushTotal(c *call, p *pushing) string {
	if n := p.state.Waiting + p.google.Waiting; n > 0 {
		return c.Count("desk.push.waiting", n)
	}
	if s := p.sums(); s.later+s.refused+s.gone > 0 {
		return c.Say("desk.push.none_waits")
	}
	return c.Say("desk.push.none")
}
