package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// audit holds what Verno has to what the journal says that it acknowledged: each receipt is there to the letter and
// once, nothing else is there, and what each member has is the sum of it.
func (r *rack) audit(ctx context.Context) error {
	all, err := readJournal(r.journal.file.Name())
	if err != nil {
		return err
	}
	sales := map[string]*account{}
	has := map[string]*Value{}
	for _, id := range r.stage.members {
		has[id] = &Value{}
	}
	for _, rec := range all {
		if rec.answer == nil {
			continue
		}
		t, err := rec.tell(rec.answer)
		if err != nil {
			return err
		}
		if rec.Kind == "sale" {
			sales[rec.Key] = &account{sale: t}
		}
		if rec.Kind == "return" && sales[rec.Of] != nil {
			sales[rec.Of].back(t)
		}
		if what := has[rec.Member]; what != nil {
			what.add(rec.effect(t))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(sales)) {
		sales[key].judge(r, key)
	}
	if err := r.balances(ctx, has); err != nil {
		return err
	}
	if err := r.receipts(ctx, all); err != nil {
		return err
	}
	return r.each(len(all), func(i int) error {
		if i%1000 == 999 || i == len(all)-1 {
			r.Say("audited", i+1, len(all))
		}
		if all[i].answer == nil {
			return nil
		}
		return r.check(ctx, &all[i].order, all[i].answer)
	})
}

// account is a sale and what all its returns gave back.
type account struct {
	sale                        *told
	returns                     int
	whole                       bool
	pointsBack, taken, moneyOut int64
}

func (a *account) back(t *told) {
	a.returns++
	a.whole = a.whole || t.Return.Whole
	a.pointsBack += t.Return.PointsBack
	a.taken += t.Return.PointsTaken
	a.moneyOut += t.Return.MoneyBack.Amount + t.Return.Refund.Amount
}

// judge sees that returns give back no more than the sale took, and with the last of it exactly that.
func (a *account) judge(r *rack, key string) {
	s := &a.sale.Totals
	sums := fmt.Sprintf("of sale %s: %d of %d points given back, %d of %d taken back, %d of %d money, in %d returns",
		key, a.pointsBack, s.Points, a.taken, s.Earn, a.moneyOut, s.Payable.Amount, a.returns)
	switch {
	case a.pointsBack > s.Points, a.taken > s.Earn, a.moneyOut > s.Payable.Amount:
		r.blamef(&r.Overspent, "%s", sums)
	case a.whole && (a.pointsBack < s.Points || a.taken < s.Earn || a.moneyOut < s.Payable.Amount):
		r.blamef(&r.Wrong, "all came back %s", sums)
	}
}

// balances compares what the API says that members have with what they were given and spent.
func (r *rack) balances(ctx context.Context, has map[string]*Value) error {
	members := slices.Sorted(maps.Keys(has))
	return r.each(len(members), func(i int) error {
		b, err := r.balance(ctx, members[i])
		if err != nil {
			return err
		}
		if want := has[members[i]]; b.Points != want.Points || b.money() != want.Money {
			r.blamef(&r.Wrong, "member %s has %d points and %d money; the journal says %d and %d",
				members[i], b.Points, b.money(), want.Points, want.Money)
		}
		return nil
	})
}

// receipts reads all receipts of the shop. Each bears its key as its shift.
func (r *rack) receipts(ctx context.Context, all []*record) error {
	missing := map[string][]byte{}
	for _, rec := range all {
		if rec.receipt() && rec.answer != nil {
			missing[rec.Key] = rec.answer
		}
	}
	seen := map[string]int{}
	query := map[string]any{"store_id": r.stage.Live.Store, "limit": 200}
	for {
		var list struct {
			Items      []json.RawMessage `json:"items"`
			NextCursor string            `json:"next_cursor"`
		}
		if err := r.caller.ask(ctx, http.MethodPost, "/api/v1/receipts/search", query, &list); err != nil {
			return err
		}
		for _, item := range list.Items {
			var t told
			if err := json.Unmarshal(item, &t); err != nil {
				return err
			}
			answer, known := missing[t.Shift]
			switch seen[t.Shift]++; {
			case seen[t.Shift] > 1:
				r.blamef(&r.Doubled, "there are %d receipts of key %s", seen[t.Shift], t.Shift)
			case !known:
				r.blamef(&r.Doubled, "there is a receipt of key %s, which was not acknowledged: %.300s", t.Shift, item)
			case !bytes.HasPrefix(item, answer[:len(answer)-1]): // The list adds what has come back.
				r.blamef(&r.Lost, "key %s was acknowledged as\n%s\nand is listed as\n%s", t.Shift, answer, item)
			}
		}
		if list.NextCursor == "" {
			break
		}
		query["cursor"] = list.NextCursor
	}
	for key := range missing {
		if seen[key] == 0 {
			r.blamef(&r.Lost, "no list has the receipt of key %s", key)
		}
	}
	return nil
}
